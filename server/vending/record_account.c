/* A purchase by record: the account that it belongs to, and what came before it that the meter may have missed. */
#include <string.h>

#include "vending/content.h"
#include "vending/internal.h"
#include "vending/record_parts.h"

/* No more than a token could carry, so that a slip of the finger cannot fill a meter's register for ever. */
static mv_status check_amount(const struct vend_record_order *order, const struct store_meter *meter)
{
    static const int64_t most_currency_e5 = INT64_C(1000000000000000);
    const struct vend_quantity *quantity = &order->quantity;
    enum vend_utility utility = (enum vend_utility)meter->utility;
    struct vend_content content;
    if (quantity->amount == 0)
        return mv_ok(); /* a replacement, which need not say what it brings none of */
    if (quantity->unit != (meter->currency ? VEND_UNIT_CURRENCY_E5 : vend_unit_of(utility)))
        return mv_fail(MV_WRONG_UTILITY, "quantity");
    if (meter->currency && quantity->amount > most_currency_e5)
        return mv_fail(MV_AMOUNT_TOO_LARGE, "quantity");
    return vend_content_credit(utility, meter->currency, quantity, &content);
}

static mv_status last_taken(struct store *store, const struct store_record_meter *keys, uint32_t *sequence)
{
    struct store_return back;
    struct mv_tlv count;
    *sequence = 0;
    mv_status found = store_return_last(store, keys->meter, keys->keys.epoch, &back);
    if (!found.ok)
        return found.reason == MV_RECORD_UNKNOWN ? mv_ok() : found;
    if (mv_tlv_find(back.bytes + MV_RECORD_HEAD, back.bytes[MV_RECORD_HEAD - 1], MV_TAG_PURCHASE_SEQUENCE, &count))
        *sequence = (uint32_t)mv_tlv_number(&count);
    return mv_ok();
}

mv_status vend_record_unread(struct store *store, const struct store_record_meter *keys, bool *unread)
{
    uint32_t taken;
    uint32_t last;
    MV_TRY(last_taken(store, keys, &taken));
    MV_TRY(store_record_last(store, keys->meter, keys->keys.epoch, MV_KIND_PURCHASE, &last));
    *unread = last > taken;
    return mv_ok();
}

/* Every purchase brings those before it again, as many as fit and as no return shows taken: one that gets lost on its
 * way is made good by the next. What still does not reach is in the ledger, to be delivered again in order. A number
 * that this ledger does not know ends the row. */
static mv_status find_unread(struct store *store, const struct store_record_meter *keys, uint32_t last, uint32_t taken,
                             uint32_t voids, struct vend_record_facts *facts)
{
    facts->unread_count = 0;
    for (uint32_t sequence = last; sequence > taken && facts->unread_count < MV_UNREAD_MAX; sequence--) {
        struct store_record missed;
        mv_status found = store_record_get(store, keys->meter, keys->keys.epoch, MV_KIND_PURCHASE, sequence, &missed);
        if (!found.ok)
            return found.reason == MV_RECORD_UNKNOWN ? mv_ok() : found;
        struct vend_unread *brings = &facts->unread[facts->unread_count++];
        MV_TRY(vend_void_amounts(store, &missed, brings));
        if (sequence == voids)
            *brings = (struct vend_unread){.amount = 0};
    }
    return mv_ok();
}

static bool same_client(const struct vend_record_order *order, const struct store_record_meter *keys)
{
    return memcmp(order->client, keys->client, sizeof order->client) == 0;
}

/* An opening that got lost may be signed again, for the same client, until a return shows a purchase as taken. */
static mv_status check_opening(const struct vend_record_order *order, const struct store_record_meter *keys,
                               uint32_t taken)
{
    if (!order->has_client)
        return mv_fail(MV_INVALID_FIELD, "client_number");
    if (!keys->account_open && taken > 0)
        return mv_fail(MV_ACCOUNT_CLOSED, NULL); /* the meter knows its account until it is reset */
    if (keys->account_open && (taken > 0 || !same_client(order, keys)))
        return mv_fail(MV_ACCOUNT_OPEN, NULL);
    return mv_ok();
}

static mv_status check_account(const struct vend_record_order *order, const struct store_record_meter *keys,
                               uint32_t taken)
{
    if (order->purchase == MV_PURCHASE_OPEN)
        return check_opening(order, keys, taken);
    if (!keys->account_open)
        return mv_fail(MV_ACCOUNT_NOT_OPEN, NULL);
    return !order->has_client || same_client(order, keys) ? mv_ok() : mv_fail(MV_INVALID_FIELD, "client_number");
}

mv_status vend_record_account(struct store *store, const struct vend_record_order *order,
                              const struct store_meter *meter, struct store_record_meter *keys, uint32_t last,
                              struct vend_record_facts *facts)
{
    uint32_t taken;
    /* what is sold in the old epoch would be lost with it */
    if (keys->next.mac_version != 0 && keys->next.epoch != keys->keys.epoch)
        return mv_fail(MV_RECORD_KEYS_PENDING, NULL);
    MV_TRY(check_amount(order, meter));
    MV_TRY(last_taken(store, keys, &taken));
    MV_TRY(check_account(order, keys, taken));
    if (order->purchase == MV_PURCHASE_OPEN)
        memcpy(keys->client, order->client, sizeof keys->client);
    memcpy(facts->client, keys->client, sizeof facts->client);
    facts->purchase = order->has_card && taken == 0 ? MV_PURCHASE_OPEN : order->purchase;
    if (order->voids != 0) {
        MV_TRY(vend_void_check(store, keys, order->voids, last, taken));
        /* tied to no card: whoever carries it; and the opening may be what the meter lacks, or what is voided */
        facts->purchase = taken == 0 ? MV_PURCHASE_OPEN : MV_PURCHASE_NORMAL;
    }
    return find_unread(store, keys, last, taken, order->voids, facts);
}
