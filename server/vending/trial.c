/* What a sale would be, without any effect: reads only, and asks the key process for nothing. */
#include <string.h>

#include "vending/internal.h"

static mv_status find_meter(struct vend *vend, const char *pan, struct store_meter *meter)
{
    struct store *store = NULL;
    MV_TRY(vend_reader_take(&vend->readers, &store));
    mv_status status = store_meter_by_pan(store, pan, meter);
    vend_reader_give(&vend->readers, store, !status.ok && status.reason != MV_METER_UNKNOWN);
    return status;
}

/* The copy of the catalogue may be some seconds old: before a key is called unknown, it is fetched again. */
static mv_status find_key(struct vend *vend, const struct store_meter *meter, int64_t now_s, struct vend_key *key)
{
    mv_status status = vend_catalogue_key(&vend->catalogue, meter, now_s, key);
    if (status.ok || status.reason != MV_VENDING_KEY_UNKNOWN)
        return status;
    vend_catalogue_fetch(&vend->catalogue, vend_state(vend).catalogue_generation);
    return vend_catalogue_key(&vend->catalogue, meter, now_s, key);
}

static mv_status compute(struct vend *vend, struct vend_item *item, struct vend_sale *out)
{
    struct vend_sale_job *request = item->request;
    struct store_meter *meter = &item->meter;
    struct vend_now now;
    struct vend_key key;
    MV_TRY(find_meter(vend, request->pan, meter));
    MV_TRY(vend_may_touch(&vend->directory, &item->seller, VEND_TRIAL_CREDIT, meter->organisation, meter->sgc));
    MV_TRY(vend_rule_meter(meter));
    MV_TRY(vend_rule_amount((enum vend_utility)meter->utility, &request->quantity, &item->amount));
    MV_TRY(vend_clock_now(&vend->clock, &now));
    MV_TRY(find_key(vend, meter, now.issue_s, &key));
    struct store_meter strictest = *meter;
    strictest.ken = key.ken < meter->ken ? key.ken : meter->ken;
    MV_TRY(vend_rule_tid(&strictest, meter->last_tid, now.issue_s, &item->tid));
    vend_sale_compose(item, now.issue_s);
    memcpy(item->sale.vending_kcv, key.kcv, sizeof item->sale.vending_kcv);
    vend_sale_fill(vend, &item->sale, meter->pan, item->seller.name, false, out);
    return mv_ok();
}

static mv_status try(struct vend *vend, const struct vend_caller *caller, const struct vend_sale_request *request,
                     struct vend_sale *sale)
{
    struct vend_sale_job job = {.quantity = request->quantity, .carrier = request->carrier};
    struct vend_item item = {.request = &job};
    MV_TRY(vend_may_call(&vend->directory, caller->principal, VEND_TRIAL_CREDIT, &item.seller));
    MV_TRY(vend_form_sale(request, true));
    vend_copy(job.terminal, sizeof job.terminal, request->terminal);
    vend_copy(job.pan, sizeof job.pan, request->pan);
    return compute(vend, &item, sale);
}

mv_status vend_trial(struct vend *vend, const struct vend_caller *caller, const struct vend_sale_request *request,
                     struct vend_sale *sale)
{
    return vend_answer(vend, caller, VEND_TRIAL_CREDIT, request->pan, try(vend, caller, request, sale));
}
