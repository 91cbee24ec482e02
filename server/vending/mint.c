/* From an admitted sale to 20 digits: decoder keys, token identifiers, blocks. */
#include <string.h>
#include <sys/random.h>

#include "metervault/sts.h"
#include "vending/internal.h"

static void key_of(const struct store_meter *meter, struct hsmd_meter *out)
{
    *out = (struct hsmd_meter){.krn = meter->krn,
                               .ti = meter->ti,
                               .kt = meter->kt,
                               .ken = meter->ken,
                               .ea = meter->ea,
                               .dkga = meter->dkga,
                               .base_date = meter->base_date};
    vend_copy(out->pan, sizeof out->pan, meter->pan);
    vend_copy(out->sgc, sizeof out->sgc, meter->sgc);
}

static mv_status ask_keys(const struct vend *vend, struct vend_group *group, size_t count)
{
    int64_t began = vend_monotonic_ns();
    mv_status status = hsmd_prepare(group->keys, group->meters, count, group->prepared);
    if (status.ok || status.reason != MV_KEY_SERVICE_UNAVAILABLE)
        return status;
    /* a key process that was restarted answers the second time; one that hangs is not waited for twice */
    if (vend_monotonic_ns() - began > vend->keys_timeout_ns / 2)
        return status;
    return hsmd_prepare(group->keys, group->meters, count, group->prepared);
}

static void take_key(struct vend_item *item, mv_status all, const struct hsmd_prepared *prepared)
{
    item->status = all.ok ? prepared->status : all;
    item->live = item->status.ok;
    if (!item->live)
        return;
    item->slot = prepared->slot;
    item->has_slot = true;
    memcpy(item->sale.vending_kcv, prepared->vending_kcv, sizeof item->sale.vending_kcv);
}

void vend_group_prepare(struct vend *vend, struct vend_group *group, size_t first)
{
    size_t count = 0;
    for (size_t i = first; i < group->count; i++) {
        if (!group->items[i].live)
            continue;
        key_of(&group->items[i].meter, &group->meters[count]);
        group->asked[count++] = i;
    }
    if (count == 0)
        return;
    mv_status all = ask_keys(vend, group, count);
    if (!all.ok) {
        vend_catalogue_report(&vend->catalogue, all);
        vend_keeper_wake(vend);
    }
    for (size_t i = 0; i < count; i++)
        take_key(&group->items[group->asked[i]], all, &group->prepared[i]);
}

/* The meter's last identifier: the ledger's, or one that an earlier item of this group took. */
static uint64_t last_tid(const struct vend_group *group, const struct vend_item *item)
{
    uint64_t last = item->meter.last_tid;
    for (const struct vend_item *other = group->items; other < item; other++)
        if (other->live && other->meter.id == item->meter.id && other->tid.absolute > last)
            last = other->tid.absolute;
    return last;
}

/* Asks the ledger once more, now that nobody else can write it: since the sale was admitted, other groups may have sold
 * to this meter. They cannot have answered this request: doubles of what is not answered yet are not admitted. */
static mv_status reserve(struct vend *vend, const struct vend_group *group, struct vend_item *item)
{
    MV_TRY(store_meter_by_id(vend->writer.store, item->meter.id, &item->meter));
    MV_TRY(vend_rule_tid(&item->meter, last_tid(group, item), group->now.issue_s, &item->tid));
    vend_sale_compose(item, group->now.issue_s);
    return mv_ok();
}

mv_status vend_group_reserve(struct vend *vend, struct vend_group *group)
{
    for (size_t i = 0; i < group->count; i++) {
        struct vend_item *item = &group->items[i];
        if (!item->live)
            continue;
        item->status = reserve(vend, group, item);
        if (!item->status.ok && !vend_recorded(item->status))
            return item->status; /* the ledger's failure, not the item's */
        item->live = item->status.ok;
    }
    return mv_ok();
}

static mv_status make_block(const struct vend_item *item, uint8_t random, struct hsmd_block *out)
{
    struct mv_sts_credit credit = {
        .subclass = item->amount.subclass, .random = random & 0x0F, .tid = item->tid.raw, .amount = item->amount.field};
    struct mv_sts_block block;
    if (mv_sts_credit_pack(&credit, &block) != MV_DONE)
        return mv_fail(MV_INTERNAL_ERROR, "token block");
    *out =
        (struct hsmd_block){.slot = item->slot, .token_class = block.token_class, .clear = mv_sts_block_pack(&block)};
    return mv_ok();
}

static mv_status make_blocks(struct vend_group *group, size_t *count)
{
    uint8_t random[HSMD_BATCH];
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        return mv_fail(MV_INTERNAL_ERROR, "getrandom");
    *count = 0;
    for (size_t i = 0; i < group->count; i++) {
        if (!group->items[i].live)
            continue;
        MV_TRY(make_block(&group->items[i], random[i], &group->blocks[*count]));
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
    for (size_t i = 0; i < count; i++) {
        struct vend_item *item = &group->items[group->asked[i]];
        mv_status status = take_token(item, &group->tokens[i]);
        if (status.ok)
            continue;
        /* the key process lost this slot: it is tried again with the whole group */
        item->live = true;
        lost = status;
    }
    return lost;
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
