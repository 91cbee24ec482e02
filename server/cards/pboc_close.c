/* The end of an account whose card is of profile 2. What its meter wrote on it proves nothing, so the proof is the
 * same as everywhere, a return that answers the read request of this very closing, and comes by another carrier: the
 * card has no room for a record. Then the card is emptied, and may serve another account. */
#include <string.h>

#include "cards/pboc.h"

/* Closed in the ledger, but not yet emptied. One that is on its way to a customer has an account, or is to get one. */
static mv_status is_closing(struct cards_session *session, bool *closing)
{
    const struct store_card *row = &session->card.row;
    struct vend_card_purchases known;
    *closing = session->known && row->state == STORE_CARD_UNDER_WAY && vend_card_is_pboc(row) &&
               row->denied == STORE_CARD_ALLOWED;
    if (!*closing)
        return mv_ok();
    MV_TRY(vend_card_purchases(session->vend, &session->act, session->card.pan, &known));
    *closing = !known.account_open && known.signed_to > 0;
    return mv_ok();
}

static mv_status empty(struct cards_pboc *card)
{
    enum { NO_TRANSPORT_KEY = 0 };
    struct cards_session *session = card->session;
    MV_TRY(cards_say(session, 0, 0, "wiping"));
    MV_TRY(cards_pboc_clear(card));
    return vend_card_wiped(session->vend, &session->act, NO_TRANSPORT_KEY, &session->card);
}

static mv_status prove(struct cards_session *session)
{
    struct vend_records question;
    mv_status status = vend_card_close(session->vend, &session->act, &session->card);
    if (status.ok || status.reason != MV_PREVIOUS_UNREAD)
        return status;
    MV_TRY(cards_sign_question(session, &question));
    return mv_fail(MV_PREVIOUS_UNREAD, "the closing's read request goes to the meter by another carrier");
}

mv_status cards_pboc_close_account(struct cards_pboc *card)
{
    struct cards_session *session = card->session;
    char pan[STORE_PAN + 1];
    bool closing;
    MV_TRY(is_closing(session, &closing));
    if (closing) {
        MV_TRY(cards_pboc_enter(card, &session->card.row.keys));
    } else {
        MV_TRY(cards_pboc_expect(card));
        MV_TRY(cards_pboc_settle(card));
    }
    memcpy(pan, session->card.pan, sizeof pan);
    if (!closing)
        MV_TRY(prove(session));
    MV_TRY(empty(card));
    return cards_recall_return(session, pan);
}
