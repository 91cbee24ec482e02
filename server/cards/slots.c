/* Which key lies in which slot of a card (meter-core/docs/cards.md). */
#include <string.h>

#include "cards/session.h"

static struct hsmd_card_key_ref key_of(const struct cards_session *session, enum hsmd_card_key use, uint8_t slot,
                                       uint8_t version)
{
    struct hsmd_card_key_ref key = {.use = use, .slot = slot, .version = version};
    memcpy(key.uid, session->act.uid, sizeof key.uid);
    return key;
}

struct hsmd_card_key_ref cards_transport_key(const struct cards_session *session, uint8_t slot, uint8_t version)
{
    return key_of(session, HSMD_CARD_TRANSPORT, slot, version);
}

struct hsmd_card_key_ref cards_own_key(const struct cards_session *session, uint8_t version)
{
    return key_of(session, HSMD_CARD_ISSUER, HSMD_CARD_PICC, version);
}

struct hsmd_card_key_ref cards_factory_key(const struct cards_session *session, uint8_t slot)
{
    return key_of(session, HSMD_CARD_FACTORY, slot, 0);
}

struct hsmd_card_key_ref cards_used_key(const struct cards_session *session, uint8_t slot, uint8_t version)
{
    const struct vend_card *card = &session->card;
    bool user = card->row.kind == MV_CARD_USER;
    if (slot == MV_CARD_SLOT_ISSUER)
        return key_of(session, HSMD_CARD_ISSUER, slot, version);
    if (slot == MV_CARD_SLOT_METER && user) {
        struct hsmd_card_key_ref key = key_of(session, HSMD_CARD_METER, slot, version);
        memcpy(key.pan, card->pan, sizeof key.pan);
        return key;
    }
    if (slot == MV_CARD_SLOT_AREA && !user) {
        struct hsmd_card_key_ref key = key_of(session, HSMD_CARD_AREA, slot, version);
        memcpy(key.domain, card->row.domain, sizeof key.domain);
        return key;
    }
    return key_of(session, HSMD_CARD_OFFICE, slot, version);
}

mv_status cards_key_version(struct cards_session *session, uint8_t slot, uint8_t *version)
{
    MV_TRY(cards_ask(session, MV_CARD_INS_KEY_VERSION, &slot, 1));
    if (session->plain.size != 1)
        return cards_refusal(MV_CARD_FORMAT);
    *version = session->plain.data[0];
    return mv_ok();
}

static mv_status put_head_right(struct cards_session *session)
{
    const struct store_card *row = &session->card.row;
    bool allowed = row->state == STORE_CARD_IN_USE && row->denied == STORE_CARD_ALLOWED;
    if (!allowed || cards_head_is_right(session))
        return mv_ok();
    MV_TRY(cards_write_head(session, row->kind));
    return cards_commit(session);
}

mv_status cards_enter(struct cards_session *session, uint8_t slot)
{
    uint8_t version = 0;
    MV_TRY(cards_say(session, 0, 0, "authenticating"));
    MV_TRY(cards_key_version(session, slot, &version));
    const struct hsmd_card_key_ref key = cards_used_key(session, slot, version);
    MV_TRY(cards_open(session, &key));
    MV_TRY(cards_check_uid(session));
    session->result->genuine = true;
    return put_head_right(session);
}
