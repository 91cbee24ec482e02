#include "rights_calls.h"
#include "vending/account_life.h"
#include "vending/claims.h"
#include "vending/debts.h"

mv_status call_life_as(struct world *world, const char *who, enum vend_call call)
{
    static struct vend_debt_list debts;
    struct vend *vend = world->vend;
    struct vend_caller caller = world_caller(who);
    static struct vend_claim_list claims;
    struct vend_issued issued;
    struct vend_claim claim;
    struct vend_account account;
    struct vend_act act;
    char pan[19];
    const struct vend_account_request next = {
        .number = "next", .pan = "", .customer = {"name", "", "", ""}, .tariff_class = ""};
    const struct vend_life_request life = {
        .number = "none", .reason = "reason", .pan = world_pan(999, pan), .next = &next};
    const struct vend_reversal_request reversal = {
        .organisation = "shop", .terminal = "none", .receipt = 1, .reason = "reason"};
    const struct vend_claim_request credit = {.account = "none", .pan = pan, .amount = 1, .reason = "reason"};
    const struct vend_order order = {.request_id = "free",
                                     .terminal = "till",
                                     .pan = pan,
                                     .carrier = VEND_KEYPAD,
                                     .free_reason = "reason",
                                     .quantity = {VEND_UNIT_WH, 100}};
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
    case VEND_GET_ACT:
        return vend_get_act(vend, &caller, 99, &act);
    case VEND_CONFIRM_SALE:
        return vend_confirm_sale(vend, &caller, "none");
    case VEND_CANCEL_SALE:
        return vend_cancel_sale(vend, &caller, "none");
    case VEND_REVERSE_SALE:
        return vend_reverse_sale(vend, &caller, &reversal, &claim);
    case VEND_FREE_ISSUE:
        return world_order(world, who, &order, &issued);
    case VEND_CLAIM_CREDIT:
        return vend_claim_credit(vend, &caller, &credit, &claim);
    case VEND_APPROVE_CLAIM:
        return vend_approve_claim(vend, &caller, 99, &claim);
    case VEND_LIST_CLAIMS:
        return vend_list_claims(vend, &caller, "none", &claims);
    case VEND_CLOSE_ACCOUNT:
        return vend_close_account(vend, &caller, &life, &account);
    case VEND_CHANGE_METER:
        return vend_change_meter(vend, &caller, &life, &account);
    case VEND_TRANSFER_ACCOUNT:
        return vend_transfer_account(vend, &caller, &life, &account);
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
