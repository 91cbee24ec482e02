/* From an admitted order to 20 digits, inside the transaction: identifiers and blocks. */
#include <string.h>
#include <sys/random.h>

#include "store/claims.h"
#include "vending/internal.h"

/* The meter's last identifier: the ledger's, or one that an earlier item of this group took. */
static uint64_t last_tid(const struct vend_group *group, const struct vend_item *item)
{
    uint64_t last = item->meter.last_tid;
    for (const struct vend_item *other = group->items; other < item; other++)
        if (other->live && other->meter.id == item->meter.id && other->tid.absolute > last)
            last = other->tid.absolute;
    return last;
}

/* A block that is valid under another class too is not encrypted (hsmd/client.h). Where a RND is part of the content
 * there are 16 blocks to choose from; an amount in currency has the identifier only. */
static bool is_two_faced_currency(const struct vend_item *item)
{
    enum { FIRST_CURRENCY = 4 };
    struct hsmd_block block;
    const struct vend_content *content = &item->content;
    return item->request->order.kind == VEND_ORDER_CREDIT && content->subclass >= FIRST_CURRENCY &&
           vend_content_block(content, item->tid.raw, 0, &block).ok &&
           mv_sts_block_is_two_faced(block.token_class, block.clear);
}

static mv_status take_identifier(const struct vend_group *group, struct vend_item *item)
{
    MV_TRY(vend_next_tid(item, last_tid(group, item), group->now.issue_s));
    while (is_two_faced_currency(item) && !item->request->order.special)
        MV_TRY(vend_next_tid(item, item->tid.absolute, group->now.issue_s));
    return mv_ok();
}

static mv_status make_block(const struct vend_item *item, uint8_t random, struct hsmd_block *block)
{
    enum { RANDOMS = 16 };
    for (unsigned i = 0; i < RANDOMS; i++) {
        MV_TRY(vend_content_block(&item->content, item->tid.raw, (uint8_t)(random + i), block));
        if (!mv_sts_block_is_two_faced(block->token_class, block->clear))
            return mv_ok();
    }
    return mv_ok(); /* the key process refuses it by name */
}

/* Asks the ledger once more, now that nobody else can write it: since the order was admitted, other groups may have
 * issued to this meter. They cannot have answered this request nor changed the meter's key: the planner holds doubles,
 * and orders of a meter that gets a new key, until what they wait for is answered. Another server could. */
static mv_status reserve(struct vend *vend, const struct vend_group *group, struct vend_item *item)
{
    MV_TRY(store_request_check(vend->writer.store, item->seller.id, item->request->request_id));
    mv_status same = store_meter_follow(vend->writer.store, &item->meter);
    if (!same.ok && same.reason == MV_METER_CHANGED)
        atomic_store(&vend->planner.astray, true);
    MV_TRY(same);
    if (item->request->pricing != NULL)
        MV_TRY(vend_sale_price(vend, vend->writer.store, group, item, group->now.issue_s));
    else if (item->request->order.kind == VEND_ORDER_CREDIT)
        MV_TRY(vend_sale_check_meter(vend->writer.store, item->meter.id));
    MV_TRY(take_identifier(group, item));
    vend_order_compose(item, group->now.issue_s);
    return mv_ok();
}

mv_status vend_group_reserve(struct vend *vend, struct vend_group *group)
{
    for (size_t i = 0; i < group->count; i++) {
        struct vend_item *item = &group->items[i];
        if (!item->live)
            continue;
        item->status = reserve(vend, group, item);
        if (!item->status.ok && !vend_noted(item->status))
            return item->status; /* the ledger's failure, not the item's */
        item->live = item->status.ok;
        item->crowded = !item->live;
    }
    return mv_ok();
}

static mv_status make_blocks(struct vend_group *group, size_t *count)
{
    uint8_t random[HSMD_BATCH];
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        return mv_fail(MV_INTERNAL_ERROR, "getrandom");
    *count = 0;
    for (size_t i = 0; i < group->count; i++) {
        const struct vend_item *item = &group->items[i];
        if (!item->live || item->request->order.kind == VEND_ORDER_KEY_CHANGE)
            continue;
        MV_TRY(make_block(item, random[i], &group->blocks[*count]));
        if (item->has_slot)
            group->blocks[*count].slot = item->slot;
        group->asked[(*count)++] = i;
    }
    return mv_ok();
}

static mv_status take_token(struct vend_item *item, const struct hsmd_token *token)
{
    item->has_slot = false; /* used up */
    item->status = token->status;
    item->live = token->status.ok;
    if (!item->live)
        return token->status.reason == MV_KEY_SERVICE_UNAVAILABLE ? token->status : mv_ok();
    vend_copy(item->sale.digits, sizeof item->sale.digits, token->digits);
    memcpy(item->sale.tag, token->tag, sizeof item->sale.tag);
    return mv_ok();
}

mv_status vend_group_encrypt(struct vend_group *group)
{
    size_t count = 0;
    MV_TRY(make_blocks(group, &count));
    if (count == 0)
        return mv_ok();
    MV_TRY(hsmd_encrypt(group->keys, group->blocks, count, group->tokens));
    mv_status lost = mv_ok();
    bool spoiled = false;
    for (size_t i = 0; i < count; i++) {
        struct vend_item *item = &group->items[group->asked[i]];
        mv_status status = take_token(item, &group->tokens[i]);
        /* what comes after it was priced as if this one had been sold */
        spoiled = spoiled || (!item->live && item->request->pricing != NULL);
        if (status.ok)
            continue;
        /* the key process lost this slot: it is tried again with the whole group */
        item->live = true;
        lost = status;
    }
    if (!lost.ok || !spoiled)
        return lost;
    group->spoiled = true;
    return mv_fail(MV_METER_CHANGED, NULL);
}

void vend_group_release(struct vend_group *group)
{
    size_t count = 0;
    for (size_t i = 0; i < group->count; i++) {
        if (!group->items[i].has_slot)
            continue;
        group->slots[count++] = group->items[i].slot;
        group->items[i].has_slot = false;
    }
    if (count > 0)
        hsmd_release(group->keys, group->slots, count);
}
