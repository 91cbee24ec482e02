#include "rights_calls.h"
#include "vending/debts.h"

mv_status call_life_as(struct world *world, const char *who, enum vend_call call)
{
    static struct vend_debt_list debts;
    struct vend *vend = world->vend;
    struct vend_caller caller = world_caller(who);
    struct vend_act act;
    struct vend_act_request request = {.request_id = "act",
                                       .terminal = "till",
                                       .account = "none",
                                       .amount = 1,
                                       .reason = "reason",
                                       .terms = {.label = "debt", .rule = 2, .amount = 1}};
    switch (call) {
    case VEND_ADD_DEBT:
        request.kind = STORE_ACT_DEBT_ADDED;
        break;
    case VEND_CHANGE_DEBT:
        request.kind = STORE_ACT_DEBT_CHANGED;
        request.amount = 0;
        request.debt = 1;
        break;
    case VEND_WRITE_OFF_DEBT:
        request.kind = STORE_ACT_DEBT_WRITTEN_OFF;
        request.debt = 1;
        break;
    case VEND_LIST_DEBTS:
        return vend_list_debts(vend, &caller, "none", false, &debts);
    case VEND_PAY_ACCOUNT:
        request.kind = STORE_ACT_PAID_IN;
        request.payment = VEND_PAY_CASH;
        break;
    case VEND_PAY_OUT:
        request.kind = STORE_ACT_PAID_OUT;
        request.payment = VEND_PAY_CASH;
        break;
    default:
        return mv_fail(MV_INTERNAL_ERROR, "call");
    }
    return vend_account_act(vend, &caller, &request, &act);
}
