/* A card back to transport state: no files, transport keys in all slots. Also how a personalisation or a wiping that
 * broke off is put right: whatever was done of it is taken back. */
#include "cards/session.h"

struct slots {
    struct hsmd_card_key_ref key[MV_CARD_KEYS]; /* that the card has now */
};

/* The card does not have this key, or it is one that no card may be under any more. */
static bool is_another(mv_status status)
{
    return !status.ok && (status.reason == MV_CARD_NOT_GENUINE || status.reason == MV_CARD_KEY_UNKNOWN ||
                          status.reason == MV_CARD_KEY_NOT_ACTIVE);
}

/* Asks the card: a key that it does not have ends the authentication, and nothing else. */
static mv_status probe(struct cards_session *session, uint8_t slot, struct hsmd_card_key_ref *key)
{
    uint8_t version = 0;
    MV_TRY(cards_select(session, MV_CARD_AID));
    MV_TRY(cards_key_version(session, slot, &version));
    *key = cards_transport_key(session, slot, version);
    mv_status status = cards_open(session, key);
    if (!is_another(status))
        return status;
    *key = cards_used_key(session, slot, version);
    MV_TRY(cards_select(session, MV_CARD_AID));
    return cards_open(session, key);
}

static mv_status find_keys(struct cards_session *session, bool sure, struct slots *slots)
{
    for (unsigned i = 0; i < MV_CARD_KEYS; i++) {
        uint8_t slot = (uint8_t)i;
        uint8_t version = 0;
        if (!sure) {
            MV_TRY(probe(session, slot, &slots->key[slot]));
            continue;
        }
        if (slot == 0)
            MV_TRY(cards_select(session, MV_CARD_AID));
        MV_TRY(cards_key_version(session, slot, &version));
        slots->key[slot] = cards_used_key(session, slot, version);
    }
    return mv_ok();
}

static mv_status delete_files(struct cards_session *session)
{
    uint8_t files[MV_CARD_KEYS * 2];
    MV_TRY(cards_order_card(session, MV_CARD_INS_FILE_IDS, NULL, 0));
    size_t count = session->answer.data_size < sizeof files ? session->answer.data_size : sizeof files;
    for (size_t i = 0; i < count; i++)
        files[i] = session->answer.data[i];
    for (size_t i = 0; i < count; i++)
        MV_TRY(cards_order_card(session, MV_CARD_INS_DELETE_FILE, &files[i], 1));
    return mv_ok();
}

mv_status cards_wipe(struct cards_session *session, bool sure)
{
    struct slots slots;
    uint8_t transport;
    MV_TRY(cards_say(session, 0, 0, "wiping"));
    MV_TRY(vend_card_newest(session->vend, HSM_USE_CARD_TRANSPORT, NULL, &transport));
    MV_TRY(find_keys(session, sure, &slots));
    MV_TRY(cards_select(session, MV_CARD_AID));
    MV_TRY(cards_open(session, &slots.key[0]));
    MV_TRY(cards_check_uid(session));
    MV_TRY(delete_files(session));
    for (unsigned i = 0; i < MV_CARD_KEYS; i++) {
        uint8_t this = cards_slot(i);
        const struct hsmd_card_key_ref fresh = cards_transport_key(session, this, transport);
        MV_TRY(cards_change_key(session, &slots.key[this], &fresh));
    }
    cards_leave_keys(session);
    return vend_card_wiped(session->vend, &session->act, transport, &session->card);
}
