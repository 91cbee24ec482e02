#include "rights_calls.h"
#include "vending/batches.h"
#include "vending/vendors.h"

static mv_status call_batch_as(struct world *world, struct vend_caller *caller, enum vend_call call)
{
    static struct vend_batch batch;
    /* another one by everybody: the second of them would find the first one's */
    const struct vend_batch_request request = {"batch", STORE_BATCH_SALES, "till"};
    switch (call) {
    case VEND_START_BATCH:
        return vend_start_batch(world->vend, caller, &request, &batch);
    case VEND_TOTAL_BATCH:
        return vend_total_batch(world->vend, caller, &request, &batch);
    case VEND_END_BATCH:
        return vend_end_batch(world->vend, caller, &request, &batch);
    case VEND_GET_BATCH:
        return vend_get_batch(world->vend, caller, &request, "", 9, &batch);
    case VEND_SETTLE:
        return vend_settle(world->vend, caller, "settle", "", &batch);
    default:
        return mv_fail(MV_INTERNAL_ERROR, "call");
    }
}

mv_status call_vendor_as(struct world *world, const char *who, enum vend_call call)
{
    struct vend *vend = world->vend;
    struct vend_caller caller = world_caller(who);
    const struct store_vendor_terms terms = {.credit_limit = 100};
    const struct vend_deposit_request deposit = {
        .request_id = "deposit", .organisation = "shop", .amount = 100, .slip = "slip"};
    static struct vend_vendor vendor;
    static struct vend_deposit booked;
    struct vend_statement statement;
    struct vend_vendor_list list;
    switch (call) {
    case VEND_SET_VENDOR_TERMS:
        return vend_set_vendor_terms(vend, &caller, "root", &terms, &vendor);
    case VEND_APPROVE_VENDOR_TERMS:
        return vend_approve_vendor_terms(vend, &caller, "shop", 1, &vendor);
    case VEND_GET_VENDOR:
        return vend_get_vendor(vend, &caller, "", &vendor);
    case VEND_LIST_VENDORS: {
        mv_status status = vend_vendors(vend, &caller, "", 0, "", &list);
        vend_vendors_free(&list);
        return status;
    }
    case VEND_DEPOSIT:
        return vend_deposit(vend, &caller, &deposit, &booked);
    case VEND_GET_DEPOSIT:
        return vend_get_deposit(vend, &caller, "shop", 1, &booked);
    case VEND_STATEMENT: {
        mv_status status = vend_statement(vend, &caller, "shop", 0, "", &statement);
        vend_statement_free(&statement);
        return status;
    }
    default:
        return call_batch_as(world, &caller, call);
    }
}
