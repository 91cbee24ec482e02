/* A purchase by record: the account that it belongs to, and what came before it that the meter may have missed. */
#include <string.h>

#include "vending/internal.h"
#include "vending/record_parts.h"

static mv_status check_client(const struct vend_record_order *order, const struct store_record_meter *keys)
{
    bool same = !order->has_client || memcmp(order->client, keys->client, sizeof order->client) == 0;
    return same ? mv_ok() : mv_fail(MV_INVALID_FIELD, "client_number");
}

/* The last purchase that the meter is known to have taken, and by which return. */
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

static mv_status find_unread(struct store *store, const struct store_record_meter *keys, uint32_t last,
                             struct vend_record_facts *facts)
{
    uint32_t taken;
    MV_TRY(last_taken(store, keys, &taken));
    if (taken >= last)
        return mv_ok();
    if (last - taken > MV_UNREAD_MAX)
        return mv_fail(MV_PURCHASES_UNREAD, NULL);
    for (uint32_t sequence = last; sequence > taken; sequence--) {
        struct store_record missed;
        MV_TRY(store_record_get(store, keys->meter, keys->keys.epoch, MV_KIND_PURCHASE, sequence, &missed));
        facts->unread_amounts[facts->unread++] = missed.amount;
    }
    return mv_ok();
}

mv_status vend_record_account(struct store *store, const struct vend_record_order *order,
                              struct store_record_meter *keys, uint32_t last, struct vend_record_facts *facts)
{
    bool opens = order->purchase == MV_PURCHASE_OPEN;
    if (opens && keys->account_open)
        return mv_fail(MV_ACCOUNT_OPEN, NULL);
    if (!opens && !keys->account_open)
        return mv_fail(MV_ACCOUNT_NOT_OPEN, NULL);
    if (opens && !order->has_client)
        return mv_fail(MV_INVALID_FIELD, "client_number");
    if (opens)
        memcpy(keys->client, order->client, sizeof keys->client);
    MV_TRY(check_client(order, keys));
    memcpy(facts->client, keys->client, sizeof facts->client);
    facts->unread = 0;
    return order->with_unread ? find_unread(store, keys, last, facts) : mv_ok();
}
