/* What a card is, and the end of a card that was found or is misused. */
#include "cards/session.h"

mv_status cards_identify(struct cards_session *session)
{
    MV_TRY(cards_meet(session));
    if (!session->known || !session->has_application || session->card.row.state == STORE_CARD_UNDER_WAY)
        return mv_ok();
    if (session->card.row.state == STORE_CARD_IN_USE)
        return cards_enter(session, MV_CARD_SLOT_OFFICE);
    uint8_t version = 0;
    MV_TRY(cards_key_version(session, MV_CARD_SLOT_ISSUER, &version));
    const struct hsmd_card_key_ref key = cards_transport_key(session, MV_CARD_SLOT_ISSUER, version);
    MV_TRY(cards_open(session, &key));
    MV_TRY(cards_check_uid(session));
    session->result->genuine = true;
    return mv_ok();
}

/* The ledger first: the card may be gone any moment. */
mv_status cards_block(struct cards_session *session)
{
    MV_TRY(cards_meet(session));
    if (!session->known)
        return mv_fail(MV_CARD_UNKNOWN, NULL);
    MV_TRY(vend_card_deny(session->vend, &session->act, session->order->because, &session->card));
    session->result->card = session->card;
    if (session->card.row.state != STORE_CARD_IN_USE || !session->has_head)
        return mv_ok();
    MV_TRY(cards_enter(session, MV_CARD_SLOT_OFFICE));
    MV_TRY(cards_write_head(session, MV_CARD_BLOCKED));
    return cards_commit(session);
}
