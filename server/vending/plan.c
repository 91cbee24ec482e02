/* Which key an order's token is under, and whether a key change set goes before it: the one that waits for
 * confirmation, or a new one where the key on file is not what it should be. */
#include <string.h>

#include "vending/desk_parts.h"
#include "vending/internal.h"
#include "vending/target.h"

static bool asks_nothing(const struct vend_key_target *target)
{
    return target->sgc == NULL && target->krn == 0 && target->kt == 0 && target->ti < 0 && !target->with_sgc;
}

/* Who may not use the group that the set leads to gets no token under it, and could not read one back. */
static mv_status check_pending(struct vend *vend, const struct vend_item *item, int64_t now_unix_s)
{
    const struct store_key *to = &item->set.to;
    MV_TRY(vend_may_touch(&vend->directory, &item->seller, vend_call_of_order(&item->request->order),
                          item->meter.organisation, to->sgc));
    mv_status usable = vend_target_issues(&vend->catalogue, to, now_unix_s);
    if (usable.ok || usable.reason == MV_KEY_SERVICE_UNAVAILABLE || usable.reason == MV_TOKEN_ROLLED_BACK)
        return usable;
    return mv_fail(MV_KEY_CHANGE_PENDING, NULL);
}

static void send_again(struct vend_item *item)
{
    item->plan.key = item->set.to;
    item->plan.has_set = true;
    memcpy(item->plan.kcv, item->set.to_kcv, sizeof item->plan.kcv);
}

/* Successors are followed, but who names a revision gets that one or nothing. */
static mv_status find_ordered(struct vend *vend, const struct vend_item *item, int64_t now_unix_s,
                              struct store_key *key, uint8_t kcv[HSM_KCV_BYTES])
{
    const struct vend_key_target *target = &item->request->order.target;
    MV_TRY(vend_target_find(&vend->catalogue, &item->meter, target, now_unix_s, key, kcv));
    if (target->krn == 0 || key->krn == target->krn)
        return mv_ok();
    return mv_fail(MV_KEY_CHANGE_NOT_ALLOWED, "key_revision_number: it is being replaced");
}

/* A meter that took the set, or did not: nobody knows, so it gets the same one again. */
static mv_status plan_pending(struct vend *vend, struct vend_item *item, int64_t now_unix_s)
{
    const struct vend_order *order = &item->request->order;
    send_again(item);
    if (order->kind == VEND_ORDER_KEY_CHANGE) {
        struct store_key asked;
        uint8_t kcv[HSM_KCV_BYTES];
        MV_TRY(find_ordered(vend, item, now_unix_s, &asked, kcv));
        if (!vend_key_equal(&asked, &item->plan.key))
            return mv_fail(MV_KEY_CHANGE_PENDING, NULL);
    }
    return check_pending(vend, item, now_unix_s);
}

/* Keeps the approval for the group; the same one serves many meters. */
static mv_status keep_approval(struct vend_group *group, const struct vend_signed *found, struct vend_item *item)
{
    for (size_t i = 0; i < group->approval_count; i++)
        if (group->approvals[i].approval.id == found->approval.id) {
            item->plan.approval = i;
            return mv_ok();
        }
    if (group->approval_count == HSMD_APPROVALS) {
        item->held = true;
        return mv_ok();
    }
    item->plan.approval = group->approval_count;
    group->approvals[group->approval_count++] = *found;
    return mv_ok();
}

struct word {
    struct vend *vend;
    int64_t organisation; /* the meter's */
};

/* A proposal for a whole group reaches the meters of the proposer's organisation and below, no others. The key process
 * refuses the word of who is enrolled no more; an older one may be good. */
static bool is_good_word(void *self, const struct store_proposal *proposal, const struct store_approval *approval)
{
    const struct word *word = self;
    char officer[HSM_OFFICER_SIZE];
    vend_approval_signer(word->vend, approval, officer);
    return officer[0] != '\0' && vend_principal_covers(&word->vend->directory, proposal->proposer, word->organisation);
}

static mv_status plan_move(struct vend *vend, struct store *store, struct vend_group *group, struct vend_item *item,
                           int64_t now_unix_s)
{
    struct vend_signed found;
    const struct store_meter *meter = &item->meter;
    const char *sgc = item->plan.key.sgc;
    MV_TRY(vend_may_touch(&vend->directory, &item->seller, vend_call_of_order(&item->request->order),
                          meter->organisation, sgc));
    const struct store_move move = {meter->pan, meter->sgc, sgc, now_unix_s};
    struct word word = {vend, meter->organisation};
    MV_TRY(store_approval_covering(store, &move, is_good_word, &word, &found.proposal, &found.approval));
    item->set.approval = found.approval.id;
    return group == NULL ? mv_ok() : keep_approval(group, &found, item);
}

static mv_status plan_fresh(struct vend *vend, struct store *store, struct vend_group *group, struct vend_item *item,
                            int64_t now_unix_s)
{
    const struct store_meter *meter = &item->meter;
    struct vend_plan *plan = &item->plan;
    item->set = (struct store_key_change){
        .meter = meter->id,
        .from = vend_key_on_file(meter),
        .to = plan->key,
        .rollover = plan->key.base_date > meter->base_date,
        .issued_at_unix_s = now_unix_s,
        .principal = item->seller.id,
    };
    if (strcmp(plan->key.sgc, meter->sgc) != 0)
        MV_TRY(plan_move(vend, store, group, item, now_unix_s));
    MV_TRY(vend_target_allowed(&vend->catalogue, store, meter, &plan->key, now_unix_s));
    plan->has_set = true;
    plan->fresh = true;
    return mv_ok();
}

/* A test is under no key; which vending key the meter's comes from is told when it is known. A set that waits goes with
 * it if it may be sent at all. */
static mv_status plan_test(struct vend *vend, struct vend_item *item, int64_t now_unix_s)
{
    struct hsm_key_info info;
    const struct store_meter *meter = &item->meter;
    if (meter->pending_change != 0 && check_pending(vend, item, now_unix_s).ok) {
        send_again(item);
        return mv_ok();
    }
    item->plan.key = vend_key_on_file(meter);
    if (vend_catalogue_find(&vend->catalogue, meter->sgc, meter->krn, meter->kt, &info).ok)
        memcpy(item->plan.kcv, info.kcv, sizeof item->plan.kcv);
    return mv_ok();
}

mv_status vend_plan_keys(struct vend *vend, struct store *store, struct vend_group *group, struct vend_item *item,
                         int64_t now_unix_s)
{
    const struct vend_order *order = &item->request->order;
    const struct store_key on_file = vend_key_on_file(&item->meter);
    struct vend_plan *plan = &item->plan;
    bool ordered = order->kind == VEND_ORDER_KEY_CHANGE;
    *plan = (struct vend_plan){.approval = VEND_NO_APPROVAL};
    if (item->meter.pending_change != 0)
        MV_TRY(store_key_change_get(store, item->meter.pending_change, &item->set));
    if (order->kind == VEND_ORDER_TEST)
        return plan_test(vend, item, now_unix_s);
    if (item->meter.pending_change != 0)
        return plan_pending(vend, item, now_unix_s);
    const struct vend_key_target wanted = vend_target_wanted(&item->meter);
    if (ordered)
        MV_TRY(find_ordered(vend, item, now_unix_s, &plan->key, plan->kcv));
    else
        MV_TRY(vend_target_find(&vend->catalogue, &item->meter, &wanted, now_unix_s, &plan->key, plan->kcv));
    bool stays = vend_key_equal(&plan->key, &on_file);
    if (stays && !ordered)
        return vend_target_issues(&vend->catalogue, &plan->key, now_unix_s);
    if (stays && asks_nothing(&order->target))
        return mv_fail(MV_KEY_UNCHANGED, NULL);
    return plan_fresh(vend, store, group, item, now_unix_s);
}
