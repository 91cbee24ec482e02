/* Which sales of a group may be issued, and which were already. */
#include <string.h>

#include "vending/internal.h"

static mv_status find_stored(struct vend *vend, struct vend_item *item)
{
    struct store *store = vend->planner.store;
    const struct vend_sale_job *request = item->request;
    mv_status found = store_sale_by_request(store, item->seller.id, request->request_id, &item->sale);
    if (!found.ok)
        return found;
    if (memcmp(item->sale.digest, request->digest, VEND_DIGEST) != 0)
        return mv_fail(MV_REQUEST_ID_REUSED, NULL);
    MV_TRY(store_meter_by_id(store, item->sale.meter, &item->meter));
    item->replayed = true;
    /* reading a token back takes the same rights as having it issued */
    return vend_may_touch(&vend->directory, &item->seller, VEND_ISSUE_CREDIT, item->meter.organisation, item->sale.sgc);
}

static mv_status check_new(struct vend *vend, const struct vend_group *group, struct vend_item *item)
{
    const struct vend_sale_job *request = item->request;
    struct store_meter *meter = &item->meter;
    MV_TRY(store_meter_by_pan(vend->planner.store, request->pan, meter));
    MV_TRY(vend_may_touch(&vend->directory, &item->seller, VEND_ISSUE_CREDIT, meter->organisation, meter->sgc));
    MV_TRY(vend_rule_meter(meter));
    MV_TRY(vend_rule_amount((enum vend_utility)meter->utility, &request->quantity, &item->amount));
    MV_TRY(group->clock);
    MV_TRY(vend_catalogue_state(&vend->catalogue));
    return vend_rule_tid(meter, meter->last_tid, group->now.issue_s, &item->tid);
}

static mv_status admit(struct vend *vend, const struct vend_group *group, struct vend_item *item)
{
    const struct vend_sale_job *request = item->request;
    if (request->gone != NULL && request->gone(request->self))
        return mv_fail(MV_CANCELLED_BY_CALLER, NULL);
    if (vend_monotonic_ns() > request->deadline_ns)
        return mv_fail(MV_DEADLINE_PASSED, NULL);
    const char *principal = request->named ? request->principal : NULL;
    MV_TRY(vend_may_call(&vend->directory, principal, VEND_ISSUE_CREDIT, &item->seller));
    mv_status stored = find_stored(vend, item);
    if (stored.ok || stored.reason != MV_TOKEN_UNKNOWN)
        return stored;
    MV_TRY(check_new(vend, group, item));
    item->live = true;
    return mv_ok();
}

/* A connection that failed may have failed for good: the next group gets another one. */
static void drop_broken(struct vend *vend, const struct vend_group *group, mv_status snapshot)
{
    struct vend_planner *planner = &vend->planner;
    bool broken = !snapshot.ok;
    for (size_t i = 0; i < group->count; i++)
        broken = broken || vend_is_ledger_failure(group->items[i].status);
    if (!broken)
        return;
    store_close(planner->store);
    planner->store = NULL;
}

static mv_status begin(struct vend *vend)
{
    struct vend_planner *planner = &vend->planner;
    if (planner->store == NULL)
        MV_TRY(store_open(vend->ledger, STORE_READER, &planner->store));
    return store_begin_read(planner->store);
}

void vend_group_admit(struct vend *vend, struct vend_group *group, size_t first)
{
    mv_status snapshot = begin(vend);
    for (size_t i = first; i < group->count; i++) {
        struct vend_item *item = &group->items[i];
        if (item->request != NULL)
            item->status = snapshot.ok ? admit(vend, group, item) : snapshot;
    }
    if (vend->planner.store != NULL)
        store_rollback(vend->planner.store);
    drop_broken(vend, group, snapshot);
}
