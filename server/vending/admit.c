/* Which orders of a group may be carried out, and which were already. */
#include <string.h>

#include "vending/internal.h"
#include "vending/issued.h"

mv_status vend_find_answer(struct vend *vend, struct store *store, struct vend_item *item)
{
    const struct vend_order_job *request = item->request;
    struct vend_trace trace = {.position = 0};
    mv_status found = store_sale_by_request(store, item->seller.id, request->request_id, &trace.sale);
    if (!found.ok)
        return found;
    if (memcmp(trace.sale.digest, request->digest, VEND_DIGEST) != 0)
        return mv_fail(MV_REQUEST_ID_REUSED, NULL);
    MV_TRY(store_meter_by_id(store, trace.sale.meter, &item->meter));
    MV_TRY(vend_trace_set(store, &trace));
    vend_item_replay(item, &trace);
    if (request->pricing != NULL)
        MV_TRY(vend_sale_replay(store, item));
    /* reading a token back takes the same rights as having it issued */
    return vend_may_touch(&vend->directory, &item->seller, vend_call_of_order(&request->order),
                          item->meter.organisation, item->sale.sgc);
}

mv_status vend_next_tid(struct vend_item *item, uint64_t last, int64_t now_unix_s)
{
    const struct store_key *key = &item->plan.key;
    if (!vend_is_numbered(item->request->order.kind))
        return mv_ok();
    if (item->request->order.special)
        return vend_rule_special_tid(key, last, now_unix_s, &item->tid);
    return vend_rule_tid(key, last, now_unix_s, &item->tid);
}

mv_status vend_check_order(struct vend_item *item, mv_status clock, int64_t now_unix_s)
{
    const struct vend_order *order = &item->request->order;
    MV_TRY(vend_rule_key_type(order->kind, &item->plan.key));
    if (!order->priced) /* what a priced one carries is known with its price */
        MV_TRY(vend_content_of(&item->meter, order, &item->content));
    MV_TRY(clock);
    return vend_next_tid(item, item->meter.last_tid, now_unix_s);
}

static mv_status find_meter(struct vend_planner *planner, struct vend_item *item)
{
    struct store_meter *meter = &item->meter;
    const char *pan = item->request->pan;
    if (item->request->pricing != NULL)
        return vend_sale_find(planner->store, item);
    return vend_meter_cache_find(&planner->meters, pan, meter) ? mv_ok()
                                                               : store_meter_by_pan(planner->store, pan, meter);
}

/* A meter that gets a new key is another one for whoever comes next. */
static void keep_meter(struct vend_planner *planner, const struct vend_item *item)
{
    if (item->plan.has_set || item->meter.pending_change != 0)
        vend_meter_cache_forget(&planner->meters, item->meter.pan);
    else
        vend_meter_cache_keep(&planner->meters, &item->meter);
}

/* Most orders of a group are of one seller, and to look through all that is above it costs more than the rest of the
 * admission. */
static mv_status check_price(struct vend_planner *planner, int64_t seller)
{
    if (planner->asked_of != seller) {
        planner->asked_of = seller;
        planner->needs_price = vend_credit_needs_price(planner->store, seller);
    }
    return planner->needs_price;
}

/* Who sells on credit gives nothing away, but what two officers agreed to. */
static mv_status check_unpriced(struct vend_planner *planner, const struct vend_item *item)
{
    const struct vend_order *order = &item->request->order;
    if (order->claim != 0)
        return mv_ok();
    mv_status status = check_price(planner, item->seller.organisation);
    bool gives = order->free_reason != NULL && !status.ok && status.reason == MV_VENDOR_NEEDS_PRICE;
    return gives ? mv_fail(MV_VENDOR_GIVES_NOTHING, NULL) : status;
}

static mv_status check_new(struct vend *vend, struct vend_group *group, struct vend_item *item)
{
    struct vend_planner *planner = &vend->planner;
    const struct vend_order_job *request = item->request;
    struct store_meter *meter = &item->meter;
    int64_t now_s = group->now.issue_s;
    MV_TRY(find_meter(planner, item));
    MV_TRY(vend_may_touch(&vend->directory, &item->seller, vend_call_of_order(&request->order), meter->organisation,
                          meter->sgc));
    MV_TRY(vend_sale_check_account(item));
    MV_TRY(vend_sale_check_opening(planner->store, item));
    if (request->order.kind == VEND_ORDER_CREDIT && !request->order.priced)
        MV_TRY(check_unpriced(planner, item));
    MV_TRY(vend_rule_meter(meter));
    item->held = vend_must_wait(planner, meter->id);
    if (item->held)
        return mv_ok();
    MV_TRY(vend_catalogue_state(&vend->catalogue));
    MV_TRY(vend_plan_keys(vend, planner->store, group, item, now_s));
    keep_meter(planner, item);
    return vend_check_order(item, group->clock, now_s);
}

/* What an officer did a moment ago counts at once, though the copy of the catalogue may be older: then it is fetched
 * before the order is refused. Not for every such order, because all others wait meanwhile. */
static mv_status check_again(struct vend *vend, struct vend_group *group, struct vend_item *item, mv_status refusal)
{
    enum { FETCH_NS = 100000000 };
    if (!vend_copy_may_be_old(refusal))
        return refusal;
    if (!vend_catalogue_older(&vend->catalogue, FETCH_NS)) {
        vend_keeper_wake(vend);
        return refusal;
    }
    vend_catalogue_fetch(&vend->catalogue, vend_state(vend).catalogue_generation);
    return check_new(vend, group, item);
}

static mv_status admit(struct vend *vend, struct vend_group *group, struct vend_item *item)
{
    const struct vend_order_job *request = item->request;
    if (request->gone != NULL && request->gone(request->self))
        return mv_fail(MV_CANCELLED_BY_CALLER, NULL);
    if (vend_monotonic_ns() > request->deadline_ns)
        return mv_fail(MV_DEADLINE_PASSED, NULL);
    const char *principal = request->named ? request->principal : NULL;
    MV_TRY(vend_may_call(&vend->directory, principal, vend_call_of_order(&request->order), &item->seller));
    mv_status stored = vend_find_answer(vend, vend->planner.store, item);
    if (stored.ok || stored.reason != MV_TOKEN_UNKNOWN)
        return stored;
    mv_status fresh = check_again(vend, group, item, check_new(vend, group, item));
    item->live = fresh.ok && !item->held;
    if (item->held || (fresh.ok && item->plan.fresh))
        vend_let_wait(&vend->planner, item->meter.id);
    return fresh;
}

/* A connection that failed may have failed for good: the next group gets another one. */
static void drop_broken(struct vend_planner *planner, const struct vend_group *group, mv_status snapshot)
{
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
    planner->asked_of = 0;
    return store_begin_read(planner->store);
}

void vend_group_admit(struct vend *vend, struct vend_group *group, size_t first)
{
    struct vend_planner *planner = &vend->planner;
    mv_status snapshot = begin(vend);
    if (atomic_exchange(&planner->astray, false))
        vend_meter_cache_forget_all(&planner->meters);
    for (size_t i = first; i < group->count; i++) {
        struct vend_item *item = &group->items[i];
        if (item->request != NULL)
            item->status = snapshot.ok ? admit(vend, group, item) : snapshot;
    }
    if (planner->store != NULL)
        store_rollback(planner->store);
    drop_broken(planner, group, snapshot);
}
