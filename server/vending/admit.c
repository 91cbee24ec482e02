/* Which sales of a group may be issued, and which were already. */
#include <string.h>

#include "vending/internal.h"

static mv_status find_stored(struct vend *vend, struct vend_item *item)
{
    struct store *store = vend->writer.store;
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

static mv_status check_new(struct vend *vend, struct vend_item *item, mv_status clock)
{
    const struct vend_sale_job *request = item->request;
    struct store_meter *meter = &item->meter;
    MV_TRY(store_meter_by_pan(vend->writer.store, request->pan, meter));
    MV_TRY(vend_may_touch(&vend->directory, &item->seller, VEND_ISSUE_CREDIT, meter->organisation, meter->sgc));
    MV_TRY(vend_rule_meter(meter));
    MV_TRY(vend_rule_amount((enum vend_utility)meter->utility, &request->quantity, &item->amount));
    MV_TRY(clock);
    MV_TRY(vend_catalogue_state(&vend->catalogue));
    return vend_rule_tid(meter, meter->last_tid, vend->writer.now.issue_s, &item->tid);
}

static mv_status admit(struct vend *vend, struct vend_item *item, mv_status clock)
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
    MV_TRY(check_new(vend, item, clock));
    item->live = true;
    return mv_ok();
}

void vend_group_admit(struct vend *vend)
{
    struct vend_writer *writer = &vend->writer;
    mv_status clock = vend_clock_now(&vend->clock, &writer->now);
    mv_status snapshot = store_begin_read(writer->store);
    for (size_t i = 0; i < writer->count; i++) {
        struct vend_item *item = &writer->items[i];
        if (item->request != NULL)
            item->status = snapshot.ok ? admit(vend, item, clock) : snapshot;
    }
    store_rollback(writer->store);
}
