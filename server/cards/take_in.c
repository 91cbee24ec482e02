/* A card fresh from its maker: our application under transport keys, the card's own key ours. Its first keys are known
 * to everybody, so this is done only where the role card-factory is. Broken off, it is begun again: each key's version
 * says whether it is still the maker's. */
#include "cards/session.h"

static mv_status make_application(struct cards_session *session, uint8_t own_version)
{
    static const uint8_t header[] = {0x56, 0x4D, 0xF0, MV_CARD_KEY_SETTINGS, MV_CARD_KEY_TYPE};
    const struct hsmd_card_key_ref key = cards_factory_key(session, HSMD_CARD_PICC);
    if (own_version != 0)
        return mv_fail(MV_CARD_NOT_FRESH, NULL);
    MV_TRY(cards_open(session, &key));
    return cards_order_card(session, MV_CARD_INS_CREATE_APPLICATION, header, sizeof header);
}

static struct hsmd_card_key_ref present(const struct cards_session *session, uint8_t slot, uint8_t version)
{
    return version == 0 ? cards_factory_key(session, slot) : cards_transport_key(session, slot, version);
}

static mv_status change_slots(struct cards_session *session, uint8_t transport)
{
    uint8_t versions[MV_CARD_KEYS];
    MV_TRY(cards_select(session, MV_CARD_AID));
    for (unsigned slot = 0; slot < MV_CARD_KEYS; slot++)
        MV_TRY(cards_key_version(session, (uint8_t)slot, &versions[slot]));
    const struct hsmd_card_key_ref key = present(session, 0, versions[0]);
    MV_TRY(cards_open(session, &key));
    MV_TRY(cards_check_uid(session));
    for (unsigned i = 0; i < MV_CARD_KEYS; i++) {
        uint8_t this = cards_slot(i);
        const struct hsmd_card_key_ref old_key = present(session, this, versions[this]);
        const struct hsmd_card_key_ref fresh = cards_transport_key(session, this, transport);
        MV_TRY(cards_change_key(session, &old_key, &fresh));
    }
    return mv_ok();
}

static mv_status change_own(struct cards_session *session, uint8_t version)
{
    const struct hsmd_card_key_ref old_key = cards_factory_key(session, HSMD_CARD_PICC);
    uint8_t issuer;
    MV_TRY(cards_select(session, NULL));
    if (version != 0)
        return mv_ok();
    MV_TRY(vend_card_newest(session->vend, HSM_USE_CARD_ISSUER, NULL, &issuer));
    const struct hsmd_card_key_ref fresh = cards_own_key(session, issuer);
    MV_TRY(cards_open(session, &old_key));
    return cards_change_key(session, &old_key, &fresh);
}

mv_status cards_take_in(struct cards_session *session)
{
    uint8_t transport;
    uint8_t version = 0;
    MV_TRY(cards_meet(session));
    if (session->has_head || (session->known && session->card.row.state != STORE_CARD_TRANSPORT))
        return mv_fail(MV_CARD_NOT_FRESH, NULL);
    MV_TRY(vend_card_newest(session->vend, HSM_USE_CARD_TRANSPORT, NULL, &transport));
    MV_TRY(cards_say(session, 0, 2, "taking in"));
    MV_TRY(cards_select(session, NULL));
    MV_TRY(cards_key_version(session, 0, &version));
    if (!session->has_application)
        MV_TRY(make_application(session, version));
    MV_TRY(change_slots(session, transport));
    MV_TRY(change_own(session, version));
    session->result->genuine = true;
    return vend_card_take_in(session->vend, &session->act, transport, &session->card);
}
