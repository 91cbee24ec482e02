/* What the key process does for a group before it is written: decoder keys, and key change sets. */
#include <string.h>

#include "vending/internal.h"
#include "vending/key.h"

/* ---- asking ---- */
typedef mv_status ask_fn(struct vend_group *group, size_t count, size_t approval);

static mv_status ask_prepare(struct vend_group *group, size_t count, size_t approval)
{
    (void)approval;
    return hsmd_prepare(group->keys, group->meters, count, group->prepared);
}

static mv_status ask_change(struct vend_group *group, size_t count, size_t approval)
{
    if (approval == VEND_NO_APPROVAL)
        return hsmd_key_change(group->keys, NULL, 0, group->changes, count, group->sets);
    const struct vend_signed *word = &group->approvals[approval];
    const struct hsmd_approval told = {.text = word->proposal.text,
                                       .certificate = word->approval.certificate,
                                       .certificate_size = word->approval.certificate_size,
                                       .signature = word->approval.signature,
                                       .signature_size = word->approval.signature_size};
    return hsmd_key_change(group->keys, &told, 1, group->changes, count, group->sets);
}

static mv_status ask(struct vend *vend, struct vend_group *group, ask_fn *call, size_t count, size_t approval)
{
    int64_t began = vend_monotonic_ns();
    mv_status status = call(group, count, approval);
    /* a key process that was restarted answers the second time; one that hangs is not waited for twice */
    bool lost = !status.ok && status.reason == MV_KEY_SERVICE_UNAVAILABLE;
    if (lost && vend_monotonic_ns() - began <= vend->keys_timeout_ns / 2)
        status = call(group, count, approval);
    if (status.ok || status.reason == MV_APPROVAL_INVALID)
        return status;
    vend_catalogue_report(&vend->catalogue, status);
    vend_keeper_wake(vend);
    return status;
}

/* ---- keys for the orders' own tokens ---- */
static void take_key(struct vend_item *item, mv_status all, const struct hsmd_prepared *prepared)
{
    item->status = all.ok ? prepared->status : all;
    item->live = item->status.ok;
    if (!item->live)
        return;
    item->slot = prepared->slot;
    item->has_slot = true;
    memcpy(item->plan.kcv, prepared->vending_kcv, sizeof item->plan.kcv);
}

static void prepare_keys(struct vend *vend, struct vend_group *group, size_t first)
{
    size_t count = 0;
    for (size_t i = first; i < group->count; i++) {
        const struct vend_item *item = &group->items[i];
        if (!item->live || item->plan.fresh || !vend_is_numbered(item->request->order.kind))
            continue;
        group->meters[count] = vend_key_meter(item->meter.pan, &item->plan.key);
        group->asked[count++] = i;
    }
    if (count == 0)
        return;
    mv_status all = ask(vend, group, ask_prepare, count, VEND_NO_APPROVAL);
    for (size_t i = 0; i < count; i++) {
        take_key(&group->items[group->asked[i]], all, &group->prepared[i]);
        vend_keeper_heed(vend, group->items[group->asked[i]].status);
    }
}

/* ---- key change sets ---- */
static void change_of(const struct vend_item *item, struct hsmd_key_change *out)
{
    const struct vend_order *order = &item->request->order;
    *out = (struct hsmd_key_change){.with_sgc = order->kind == VEND_ORDER_KEY_CHANGE && order->target.with_sgc,
                                    .want_slot = vend_is_numbered(order->kind)};
    out->from = vend_key_meter(item->meter.pan, &item->set.from);
    out->to = vend_key_meter(item->meter.pan, &item->set.to);
}

static void take_set(struct vend_item *item, mv_status all, const struct hsmd_key_change_set *made)
{
    struct store_key_change *set = &item->set;
    item->status = all.ok ? made->status : all;
    item->live = item->status.ok;
    if (!item->live)
        return;
    item->slot = made->slot;
    item->has_slot = made->slot != HSMD_SLOT_NONE;
    set->count = made->count;
    for (size_t i = 0; i < made->count && i < STORE_SECTIONS; i++) {
        vend_copy(set->digits[i], sizeof set->digits[i], made->tokens[i].digits);
        memcpy(set->tags[i], made->tokens[i].tag, sizeof set->tags[i]);
    }
    memcpy(set->from_kcv, made->from_kcv, sizeof set->from_kcv);
    memcpy(set->to_kcv, made->to_kcv, sizeof set->to_kcv);
    memcpy(item->plan.kcv, made->to_kcv, sizeof item->plan.kcv);
}

static void make_sets(struct vend *vend, struct vend_group *group, size_t first, size_t approval)
{
    size_t count = 0;
    for (size_t i = first; i < group->count; i++) {
        const struct vend_item *item = &group->items[i];
        if (!item->live || !item->plan.fresh || item->plan.approval != approval)
            continue;
        change_of(item, &group->changes[count]);
        group->asked[count++] = i;
    }
    if (count == 0)
        return;
    mv_status all = ask(vend, group, ask_change, count, approval);
    for (size_t i = 0; i < count; i++) {
        take_set(&group->items[group->asked[i]], all, &group->sets[i]);
        vend_keeper_heed(vend, group->items[group->asked[i]].status);
    }
}

void vend_group_prepare(struct vend *vend, struct vend_group *group, size_t first)
{
    prepare_keys(vend, group, first);
    make_sets(vend, group, first, VEND_NO_APPROVAL);
    /* one call for each approval: one that is invalid fails its whole call */
    for (size_t i = 0; i < group->approval_count; i++)
        make_sets(vend, group, first, i);
}
