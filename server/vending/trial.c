/* What a sale would be, without any effect: reads only, and asks the key process for nothing. */
#include <stdlib.h>
#include <string.h>

#include "metervault/sts.h"
#include "vending/internal.h"
#include "vending/issued.h"
#include "vending/sales.h"

enum { SECTIONS_STA = 2, SECTIONS_MISTY1 = 4 };

/* The set that would be made has as many tokens, without digits. */
static void outline_set(struct vend *vend, struct vend_item *item)
{
    struct store_key_change *set = &item->set;
    struct hsm_key_info info;
    set->count = set->from.ea == MV_EA_MISTY1 ? SECTIONS_MISTY1 : SECTIONS_STA;
    memcpy(set->to_kcv, item->plan.kcv, sizeof set->to_kcv);
    if (vend_catalogue_find(&vend->catalogue, set->from.sgc, set->from.krn, set->from.kt, &info).ok)
        memcpy(set->from_kcv, info.kcv, sizeof set->from_kcv);
}

/* Who tries an opening out may do it. */
static enum vend_call call_of_sale(const struct vend_order *order)
{
    return order->purchase.opens != NULL ? VEND_OPEN_AND_SELL : VEND_TRIAL_SELL;
}

static mv_status check(struct vend *vend, struct store *store, struct vend_item *item)
{
    struct store_meter *meter = &item->meter;
    struct vend_now now;
    bool priced = item->request->pricing != NULL;
    enum vend_call call = priced ? call_of_sale(&item->request->order) : VEND_TRIAL_CREDIT;
    MV_TRY(store_begin_read(store));
    MV_TRY(priced ? vend_sale_find(store, item) : store_meter_by_pan(store, item->request->pan, meter));
    MV_TRY(vend_may_touch(&vend->directory, &item->seller, call, meter->organisation, meter->sgc));
    MV_TRY(vend_sale_check_account(item));
    MV_TRY(vend_sale_check_opening(store, item));
    if (!priced) {
        MV_TRY(vend_sale_check_meter(store, meter->id));
        MV_TRY(vend_credit_needs_price(store, item->seller.organisation));
    }
    MV_TRY(vend_rule_meter(meter));
    mv_status clock = vend_clock_now(&vend->clock, &now);
    MV_TRY(vend_plan_keys(vend, store, NULL, item, now.issue_s));
    MV_TRY(vend_check_order(item, clock, now.issue_s));
    if (priced)
        MV_TRY(vend_sale_price(vend, store, NULL, item, now.issue_s));
    vend_order_compose(item, now.issue_s);
    if (item->plan.fresh)
        outline_set(vend, item);
    return mv_ok();
}

static mv_status check_once(struct vend *vend, struct vend_item *item)
{
    struct store *store = NULL;
    MV_TRY(vend_reader_take(&vend->readers, &store));
    mv_status status = check(vend, store, item);
    vend_reader_give(&vend->readers, store, vend_is_ledger_failure(status));
    return status;
}

static void fill(struct vend *vend, struct vend_item *item, struct vend_issued *issued)
{
    const struct vend_issued_parts parts = {.sale = &item->sale,
                                            .set = item->plan.has_set ? &item->set : NULL,
                                            .pan = item->meter.pan,
                                            .principal = item->seller.name,
                                            .resent = !item->plan.fresh};
    vend_issued_fill(vend, &parts, issued);
    for (size_t i = 0; i < issued->token_count; i++)
        issued->tokens[i].digits[0] = '\0';
}

static mv_status compute(struct vend *vend, struct vend_item *item, struct vend_issued *issued)
{
    mv_status status = check_once(vend, item);
    if (vend_look_again(vend, status))
        status = check_once(vend, item);
    if (status.ok)
        fill(vend, item, issued);
    return status;
}

/* `charged` is NULL for an order that is not priced. */
static mv_status try(struct vend *vend, const struct vend_caller *caller, const struct vend_order *order,
                     struct vend_issued *issued, struct vend_charged *charged)
{
    struct vend_item item = {.status = mv_ok()};
    struct vend_order trial = *order;
    trial.request_id = NULL;
    enum vend_call call = charged == NULL ? VEND_TRIAL_CREDIT : call_of_sale(order);
    MV_TRY(vend_may_call(&vend->directory, caller->principal, call, &item.seller));
    if (order->kind != VEND_ORDER_CREDIT || order->priced != (charged != NULL))
        return mv_fail(MV_INVALID_FIELD, "kind");
    MV_TRY(vend_form_order(&trial));
    MV_TRY(vend_order_job_make(caller, &trial, &item.request));
    mv_status status = compute(vend, &item, issued);
    if (status.ok && charged != NULL)
        *charged = item.request->pricing->charged;
    free(item.request);
    return status;
}

mv_status vend_trial(struct vend *vend, const struct vend_caller *caller, const struct vend_order *order,
                     struct vend_issued *issued)
{
    return vend_answer(vend, caller, VEND_TRIAL_CREDIT, vend_form_object(order->pan),
                       try(vend, caller, order, issued, NULL));
}

mv_status vend_trial_sell(struct vend *vend, const struct vend_caller *caller, const struct vend_order *order,
                          struct vend_sold *sold)
{
    return vend_answer(vend, caller, call_of_sale(order), vend_form_object(order->pan),
                       try(vend, caller, order, &sold->issued, &sold->charged));
}
