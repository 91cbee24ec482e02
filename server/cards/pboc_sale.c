/* Money on a card of profile 2. A meter takes purchase n + 1 after n and only that, so that there is one on the way at
 * most: nothing is sold while the last one is unread, and nothing is merged. */
#include <string.h>

#include "cards/pboc.h"
#include "metervault/record.h"

static mv_status sign(struct cards_pboc *card)
{
    struct cards_session *session = card->session;
    struct vend_record_order order = *session->order->purchase;
    order.request_id = session->order->request_id;
    order.pan = session->card.pan;
    order.of_this_epoch = true;
    order.has_card = true;
    memcpy(order.card, card->serial, sizeof order.card);
    MV_TRY(vend_issue_record(session->vend, &session->caller, &order, &session->result->purchase));
    session->result->has_purchase = true;
    return mv_ok();
}

static mv_status put(struct cards_pboc *card, const struct vend_card_purchases *known, enum mv_purchase_kind kind,
                     uint32_t amount, uint32_t count)
{
    const struct vend_record_order *order = card->session->order->purchase;
    const bool named = order != NULL && order->has_client;
    const struct cards_pboc_purchase purchase = {
        .kind = kind, .amount = amount, .count = count, .client = named ? order->client : known->client};
    return cards_pboc_write(card, &purchase);
}

/* What was signed under this request id is written until the card has it, and then never again. */
static mv_status sell(struct cards_pboc *card)
{
    struct cards_session *session = card->session;
    struct cards_result *result = session->result;
    const struct vend_record_order *order = session->order->purchase;
    struct vend_card_purchases known;
    uint32_t amount;
    if (session->order->content_count > 1) /* one is a read request, which this card has no place for */
        return mv_fail(MV_INVALID_FIELD, "parameters: a card of profile 2 carries none");
    MV_TRY(cards_pboc_amount(order->quantity.unit, order->quantity.amount, order->arrears, &amount));
    MV_TRY(cards_pboc_settle(card));
    MV_TRY(vend_card_purchases(session->vend, &session->act, session->card.pan, &known));
    uint32_t seen = known.taken_to > card->count ? known.taken_to : card->count;
    bool waits = card->count > 0 && card->unread && known.taken_to < card->count;
    result->previous_taken = !waits && seen >= known.signed_to;
    if (known.request == 0 && !result->previous_taken)
        return mv_fail(MV_PREVIOUS_UNREAD, waits ? "on the card" : "not yet on a card");
    if (known.request == 0 && known.unit != order->quantity.unit)
        return mv_fail(MV_WRONG_UTILITY, "quantity");
    MV_TRY(sign(card));
    uint32_t count = result->purchase.first_sequence;
    result->already = card->count >= count || known.signed_to > count || known.taken_to >= count;
    return result->already ? mv_ok() : put(card, &known, order->purchase, amount, count);
}

/* ---- a card becomes a meter's ---- */

static mv_status newest_keys(struct cards_session *session, struct store_card_keys *keys)
{
    memset(keys, 0, sizeof *keys);
    MV_TRY(vend_card_newest(session->vend, HSM_USE_CARD_PBOC_INTERNAL, NULL, &keys->issuer));
    MV_TRY(vend_card_newest(session->vend, HSM_USE_CARD_PBOC_EXTERNAL, NULL, &keys->office));
    return vend_card_newest(session->vend, HSM_USE_CARD_PBOC_MAC, NULL, &keys->area);
}

/* It proves that it is ours before anything is promised to it. */
static mv_status make(struct cards_pboc *card, bool replaces)
{
    struct cards_session *session = card->session;
    struct cards_result *result = session->result;
    struct vend_card_target target = {
        .kind = MV_CARD_USER, .pan = session->order->pan, .replaces = replaces, .pboc = true};
    uint8_t hash[STORE_CARD_HASH];
    if (session->known && session->card.row.denied != STORE_CARD_ALLOWED)
        return mv_fail(MV_CARD_DENIED, NULL);
    if (session->known && session->card.row.kind != 0 && !vend_card_is_pboc(&session->card.row))
        return mv_fail(MV_CARD_KIND_WRONG, NULL);
    MV_TRY(newest_keys(session, &target.keys));
    MV_TRY(cards_pboc_enter(card, &target.keys));
    MV_TRY(cards_pboc_read(card));
    if (!cards_pboc_is_empty(card))
        return mv_fail(MV_CARD_NOT_FRESH, NULL);
    MV_TRY(vend_card_bind(session->vend, &session->act, &target, &session->card, &result->replaced));
    result->has_replaced = result->replaced.row.id != 0;
    session->known = true;
    MV_TRY(cards_pboc_hash(card->wallet, hash));
    return vend_card_ready(session->vend, &session->act, hash, &session->card);
}

static mv_status make_or_expect(struct cards_pboc *card, bool replaces)
{
    const struct cards_session *session = card->session;
    if (session->order->pan[0] == '\0')
        return mv_fail(MV_INVALID_FIELD, "meter_pan");
    bool used = session->known && session->card.row.state == STORE_CARD_IN_USE;
    return used ? cards_pboc_expect(card) : make(card, replaces);
}

/* ---- programs ---- */

mv_status cards_pboc_open_account(struct cards_pboc *card)
{
    MV_TRY(make_or_expect(card, false));
    return sell(card);
}

mv_status cards_pboc_purchase(struct cards_pboc *card)
{
    MV_TRY(cards_pboc_expect(card));
    return sell(card);
}

/* It repeats the last purchase under its number: the meter counts it unless it did. Nothing is sold with it. */
mv_status cards_pboc_replace(struct cards_pboc *card)
{
    const struct cards_session *session = card->session;
    struct vend_card_purchases known;
    uint32_t amount;
    if (session->order->purchase != NULL && session->order->purchase->quantity.amount != 0)
        return mv_fail(MV_INVALID_FIELD, "purchase: a replacement of profile 2 repeats the last one");
    if (session->order->content_count > 1)
        return mv_fail(MV_INVALID_FIELD, "parameters: a card of profile 2 carries none");
    MV_TRY(vend_card_purchases(session->vend, &session->act, session->order->pan, &known));
    if (!known.account_open || known.signed_to == 0)
        return mv_fail(MV_ACCOUNT_NOT_OPEN, NULL);
    MV_TRY(cards_pboc_amount(known.unit, known.last_amount, known.last_arrears, &amount));
    MV_TRY(make_or_expect(card, true));
    MV_TRY(cards_pboc_settle(card));
    card->session->result->already = card->count >= known.signed_to;
    return card->session->result->already ? mv_ok()
                                          : put(card, &known, MV_PURCHASE_REPLACEMENT, amount, known.signed_to);
}
