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

static mv_status ask_keys(struct vend_writer *writer, size_t count)
{
    int64_t began = vend_monotonic_ns();
    mv_status status = hsmd_prepare(writer->keys, writer->meters, count, writer->prepared);
    if (status.ok || status.reason != MV_KEY_SERVICE_UNAVAILABLE)
        return status;
    /* a key process that was restarted answers the second time; one that hangs is not waited for twice */
    if (vend_monotonic_ns() - began > writer->keys_timeout_ns / 2)
        return status;
    return hsmd_prepare(writer->keys, writer->meters, count, writer->prepared);
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

void vend_group_prepare(struct vend *vend)
{
    struct vend_writer *writer = &vend->writer;
    size_t count = 0;
    for (size_t i = 0; i < writer->count; i++) {
        if (!writer->items[i].live)
            continue;
        key_of(&writer->items[i].meter, &writer->meters[count]);
        writer->asked[count++] = i;
    }
    if (count == 0)
        return;
    mv_status all = ask_keys(writer, count);
    if (!all.ok) {
        vend_catalogue_report(&vend->catalogue, all);
        vend_keeper_wake(vend);
    }
    for (size_t i = 0; i < count; i++)
        take_key(&writer->items[writer->asked[i]], all, &writer->prepared[i]);
}

/* The meter's last identifier: the ledger's, or one that an earlier item of this group took. */
static uint64_t last_tid(const struct vend_writer *writer, const struct vend_item *item)
{
    uint64_t last = item->meter.last_tid;
    for (const struct vend_item *other = writer->items; other < item; other++)
        if (other->live && other->meter.id == item->meter.id && other->tid.absolute > last)
            last = other->tid.absolute;
    return last;
}

/* Asks the ledger once more, now that nobody else can write it. */
static mv_status reserve(struct vend *vend, struct vend_item *item)
{
    struct store *store = vend->writer.store;
    struct store_sale stored;
    mv_status found = store_sale_by_request(store, item->seller.id, item->request->request_id, &stored);
    if (found.ok && memcmp(stored.digest, item->request->digest, VEND_DIGEST) != 0)
        return mv_fail(MV_REQUEST_ID_REUSED, NULL);
    if (found.ok) {
        item->sale = stored;
        item->replayed = true;
        return mv_ok();
    }
    if (found.reason != MV_TOKEN_UNKNOWN)
        return found;
    MV_TRY(store_meter_by_id(store, item->meter.id, &item->meter));
    MV_TRY(vend_rule_tid(&item->meter, last_tid(&vend->writer, item), vend->writer.now.issue_s, &item->tid));
    vend_sale_compose(item, vend->writer.now.issue_s);
    return mv_ok();
}

mv_status vend_group_reserve(struct vend *vend)
{
    struct vend_writer *writer = &vend->writer;
    for (size_t i = 0; i < writer->count; i++) {
        struct vend_item *item = &writer->items[i];
        if (!item->live)
            continue;
        item->status = reserve(vend, item);
        if (!item->status.ok && !vend_recorded(item->status))
            return item->status; /* the ledger's failure, not the item's */
        item->live = item->status.ok && !item->replayed;
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

static mv_status make_blocks(struct vend_writer *writer, size_t *count)
{
    uint8_t random[HSMD_BATCH];
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        return mv_fail(MV_INTERNAL_ERROR, "getrandom");
    *count = 0;
    for (size_t i = 0; i < writer->count; i++) {
        if (!writer->items[i].live)
            continue;
        MV_TRY(make_block(&writer->items[i], random[i], &writer->blocks[*count]));
        writer->asked[(*count)++] = i;
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

mv_status vend_group_encrypt(struct vend *vend)
{
    struct vend_writer *writer = &vend->writer;
    size_t count = 0;
    MV_TRY(make_blocks(writer, &count));
    if (count == 0)
        return mv_ok();
    MV_TRY(hsmd_encrypt(writer->keys, writer->blocks, count, writer->tokens));
    mv_status lost = mv_ok();
    for (size_t i = 0; i < count; i++) {
        struct vend_item *item = &writer->items[writer->asked[i]];
        mv_status status = take_token(item, &writer->tokens[i]);
        if (status.ok)
            continue;
        /* the key process lost this slot: it is tried again with the whole group */
        item->live = true;
        lost = status;
    }
    return lost;
}

void vend_group_release(struct vend *vend)
{
    struct vend_writer *writer = &vend->writer;
    size_t count = 0;
    for (size_t i = 0; i < writer->count; i++) {
        if (!writer->items[i].has_slot)
            continue;
        writer->slots[count++] = writer->items[i].slot;
        writer->items[i].has_slot = false;
    }
    if (count > 0)
        hsmd_release(writer->keys, writer->slots, count);
}
