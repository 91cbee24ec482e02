/* Money on a card of profile 2. A meter takes purchase n + 1 after n and only that, so that there is one on the way at
 * most: nothing is sold while the last one is unread, and nothing is merged. */
#include <string.h>

#include "cards/pboc.h"
#include "metervault/record.h"

struct sale {
    struct vend_card_purchases known;
    int64_t brings; /* when the order was checked, in units of the meter */
    uint32_t amount;
};

static struct vend_record_order order_of(const struct cards_pboc *card, const char *pan)
{
    const struct cards_session *session = card->session;
    struct vend_record_order order = *session->order->purchase;
    order.request_id = session->order->request_id;
    order.pan = pan;
    order.of_this_epoch = true;
    order.has_card = true;
    memcpy(order.card, card->serial, sizeof order.card);
    return order;
}

/* The prices may be others since: the customer is not charged for what no card could be given. */
static mv_status sign(struct cards_pboc *card, const struct sale *sale)
{
    struct cards_session *session = card->session;
    struct vend_record_order order = order_of(card, session->card.pan);
    order.foretold = order.priced;
    order.brings = sale->brings;
    return cards_sign_purchase(session, &order);
}

/* All of the order that could refuse the sale, before a card is made the meter's or anything is signed. */
static mv_status check_order(const struct cards_pboc *card, const char *pan, struct sale *sale)
{
    struct cards_session *session = card->session;
    const struct vend_record_order order = order_of(card, pan);
    struct vend_quantity brings = order.quantity;
    uint32_t size;
    if (session->order->content_count > 1) /* one is a read request, which this card has no place for */
        return mv_fail(MV_INVALID_FIELD, "parameters: a card of profile 2 carries none");
    if (order.priced)
        MV_TRY(vend_price_record(session->vend, &session->caller, &order, &brings));
    sale->brings = brings.amount;
    MV_TRY(cards_pboc_amount(brings.unit, brings.amount, order.arrears, &sale->amount));
    MV_TRY(vend_card_purchases(session->vend, &session->act, pan, &sale->known));
    if (sale->known.request != 0)
        return mv_ok();
    if (sale->known.unit != brings.unit)
        return mv_fail(MV_WRONG_UTILITY, "quantity");
    return vend_weigh_record(session->vend, &session->caller, &order, &size);
}

/* A count that this installation of the meter has not come to is of the one before: the meter was reset, and the number
 * would come again. Whatever it was, it is over. */
static mv_status forget_older(struct cards_pboc *card, const struct vend_card_purchases *known)
{
    return card->count > known->signed_to ? cards_pboc_clear(card) : mv_ok();
}

/* A meter that has not seen the replacement yet takes a purchase on it only as one of a replacement. */
static enum mv_purchase_kind kind_of(const struct cards_pboc *card, enum mv_purchase_kind wish)
{
    bool adopts = card->count > 0 && card->unread && cards_pboc_kind(card) == MV_PURCHASE_REPLACEMENT;
    return adopts ? MV_PURCHASE_REPLACEMENT : wish;
}

static mv_status put(struct cards_pboc *card, const struct sale *sale, enum mv_purchase_kind kind, uint32_t count)
{
    const struct vend_record_order *order = card->session->order->purchase;
    const bool named = order != NULL && order->has_client;
    const struct cards_pboc_purchase purchase = {.kind = kind_of(card, kind),
                                                 .amount = sale->amount,
                                                 .count = count,
                                                 .client = named ? order->client : sale->known.client};
    return cards_pboc_write(card, &purchase);
}

/* What was signed under this request id is written until the card has it, and then never again. */
static mv_status sell(struct cards_pboc *card)
{
    struct cards_session *session = card->session;
    struct cards_result *result = session->result;
    struct sale sale;
    const struct vend_card_purchases *known = &sale.known;
    MV_TRY(check_order(card, session->card.pan, &sale));
    MV_TRY(cards_pboc_settle(card));
    MV_TRY(forget_older(card, known));
    uint32_t seen = known->taken_to > card->count ? known->taken_to : card->count;
    bool waits = card->count > 0 && card->unread && known->taken_to < card->count;
    result->previous_taken = !waits && seen >= known->signed_to;
    if (known->request == 0 && !result->previous_taken)
        return mv_fail(MV_PREVIOUS_UNREAD, waits ? "on the card" : "not yet on a card");
    MV_TRY(sign(card, &sale));
    MV_TRY(cards_pboc_amount(known->unit, result->purchase.amount, session->order->purchase->arrears, &sale.amount));
    uint32_t count = result->purchase.first_sequence;
    result->already = card->count >= count || known->signed_to > count || known->taken_to >= count;
    return result->already ? mv_ok() : put(card, &sale, session->order->purchase->purchase, count);
}

/* ---- programs ---- */

static bool is_in_use(const struct cards_session *session)
{
    return session->known && session->card.row.state == STORE_CARD_IN_USE;
}

mv_status cards_pboc_open_account(struct cards_pboc *card)
{
    const struct cards_session *session = card->session;
    struct vend_card_target target = {.opens = true};
    struct sale sale;
    if (session->order->pan[0] == '\0')
        return mv_fail(MV_INVALID_FIELD, "meter_pan");
    if (is_in_use(session)) {
        MV_TRY(cards_pboc_expect(card));
    } else {
        MV_TRY(check_order(card, session->order->pan, &sale));
        MV_TRY(cards_pboc_make(card, &target));
    }
    return sell(card);
}

mv_status cards_pboc_purchase(struct cards_pboc *card)
{
    MV_TRY(cards_pboc_expect(card));
    return sell(card);
}

/* What may be replaced, and by what: it repeats the last purchase under its number, and sells nothing. */
static mv_status check_replacing(const struct cards_pboc *card, struct sale *sale)
{
    const struct cards_session *session = card->session;
    const struct cards_order *order = session->order;
    const struct vend_card_purchases *known = &sale->known;
    if (order->pan[0] == '\0')
        return mv_fail(MV_INVALID_FIELD, "meter_pan");
    if (order->purchase != NULL && (order->purchase->priced || order->purchase->quantity.amount != 0))
        return mv_fail(MV_INVALID_FIELD, "purchase: a replacement of profile 2 repeats the last one");
    if (order->content_count > 1)
        return mv_fail(MV_INVALID_FIELD, "parameters: a card of profile 2 carries none");
    MV_TRY(vend_card_purchases(session->vend, &session->act, order->pan, &sale->known));
    if (!known->account_open || known->signed_to == 0)
        return mv_fail(MV_ACCOUNT_NOT_OPEN, NULL);
    return cards_pboc_amount(known->unit, known->last_amount, known->last_arrears, &sale->amount);
}

mv_status cards_pboc_replace(struct cards_pboc *card)
{
    struct cards_session *session = card->session;
    struct vend_card_target target = {.replaces = true};
    struct sale sale;
    MV_TRY(check_replacing(card, &sale));
    if (is_in_use(session))
        MV_TRY(cards_pboc_expect(card));
    else
        MV_TRY(cards_pboc_make(card, &target));
    MV_TRY(cards_pboc_settle(card));
    MV_TRY(forget_older(card, &sale.known));
    session->result->already = card->count >= sale.known.signed_to;
    return session->result->already ? mv_ok() : put(card, &sale, MV_PURCHASE_REPLACEMENT, sale.known.signed_to);
}
