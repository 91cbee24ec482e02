#include <metervault/v1/sale_service.pb-c.h>

#include "api/bill_convert.h"
#include "api/claim_convert.h"
#include "api/convert.h"
#include "api/services.h"
#include "api/token_convert.h"

static void reply(struct rpc_call *call, const struct vend_issued *issued, const struct vend_charged *charged)
{
    struct api_sold out;
    api_sold_out(issued, charged, &out);
    rpc_reply(call, &out.message.base);
}

/* Called by the writer's thread for new sales. */
static void sold(void *self, mv_status status, const struct vend_issued *issued)
{
    if (status.ok)
        reply(self, issued, issued->charged);
    else
        api_fail(self, status);
}

static bool gone(void *self)
{
    return rpc_cancelled(self);
}

static void sell(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__SellRequest *in = (const Metervault__V1__SellRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_order order;
    mv_status readable = api_purchase_in(in->purchase, &order);
    order.request_id = in->request_id;
    order.terminal = in->terminal_id;
    if (readable.ok)
        vend_issue(self, &caller, &order, gone, sold, call);
    else
        vend_refuse_issue(self, &caller, &order, readable, sold, call);
}

static void answer(struct rpc_call *call, mv_status status, const struct vend_sold *found)
{
    if (status.ok)
        reply(call, &found->issued, &found->charged);
    else
        api_fail(call, status);
}

static void trial_sell(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__TrialSellRequest *in = (const Metervault__V1__TrialSellRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_sold found;
    struct vend_order order;
    mv_status status = api_purchase_in(in->purchase, &order);
    order.terminal = in->terminal_id;
    if (status.ok)
        status = vend_trial_sell(self, &caller, &order, &found);
    else
        status = vend_refuse(self, &caller, VEND_TRIAL_SELL, status);
    answer(call, status, &found);
}

static void get_receipt(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__GetReceiptRequest *in = (const Metervault__V1__GetReceiptRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_sold found;
    mv_status status;
    if (in->by_case == METERVAULT__V1__GET_RECEIPT_REQUEST__BY_REQUEST_ID)
        status = vend_receipt_by_request(self, &caller, in->request_id, &found);
    else if (in->by_case == METERVAULT__V1__GET_RECEIPT_REQUEST__BY_RECEIPT && in->receipt != NULL)
        status = vend_receipt_by_number(self, &caller, in->receipt->organisation, in->receipt->terminal_id,
                                        in->receipt->number, &found);
    else
        status = vend_refuse(self, &caller, VEND_GET_RECEIPT, mv_fail(MV_INVALID_FIELD, "by"));
    answer(call, status, &found);
}

static void last_sale(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__LastSaleRequest *in = (const Metervault__V1__LastSaleRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_sold found;
    mv_status status = vend_last_sale(self, &caller, in->terminal_id, &found);
    answer(call, status, &found);
}

/* ---- what becomes of a sale ---- */
static void settled(struct rpc_call *call, mv_status status)
{
    Metervault__V1__SaleSettled out = METERVAULT__V1__SALE_SETTLED__INIT;
    if (status.ok)
        rpc_reply(call, &out.base);
    else
        api_fail(call, status);
}

static void confirm_sale(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__SaleByRequest *in = (const Metervault__V1__SaleByRequest *)message;
    struct vend_caller caller = api_caller(call);
    settled(call, vend_confirm_sale(self, &caller, in->request_id));
}

static void cancel_sale(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__SaleByRequest *in = (const Metervault__V1__SaleByRequest *)message;
    struct vend_caller caller = api_caller(call);
    settled(call, vend_cancel_sale(self, &caller, in->request_id));
}

static void reverse_sale(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__ReverseSaleRequest *in = (const Metervault__V1__ReverseSaleRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_claim claim;
    struct vend_reversal_request request = {.reason = in->reason};
    mv_status status;
    if (in->receipt != NULL) {
        request.organisation = in->receipt->organisation;
        request.terminal = in->receipt->terminal_id;
        request.receipt = in->receipt->number;
        status = vend_reverse_sale(self, &caller, &request, &claim);
    } else {
        status = vend_refuse(self, &caller, VEND_REVERSE_SALE, mv_fail(MV_INVALID_FIELD, "receipt"));
    }
    api_claim_answer(call, status, &claim);
}

/* Called by the writer's thread for new tokens. */
static void issued_free(void *self, mv_status status, const struct vend_issued *issued)
{
    struct api_issued out;
    if (!status.ok) {
        api_fail(self, status);
        return;
    }
    api_issued_out(issued, &out);
    rpc_reply(self, &out.message.base);
}

static void free_issue(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__FreeIssueRequest *in = (const Metervault__V1__FreeIssueRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_order order = {.request_id = in->request_id,
                               .terminal = in->terminal_id,
                               .pan = in->meter_pan,
                               .carrier = (enum vend_carrier)in->carrier,
                               .kind = VEND_ORDER_CREDIT,
                               .free_reason = in->reason,
                               .claim = in->claim_id};
    mv_status readable = api_quantity_in(in->quantity, &order.quantity);
    if (readable.ok)
        vend_issue(self, &caller, &order, gone, issued_free, call);
    else
        vend_refuse_issue(self, &caller, &order, readable, issued_free, call);
}

static const struct rpc_method methods[] = {
    {"Sell", sell, RPC_INLINE},
    {"TrialSell", trial_sell, RPC_POOLED},
    {"GetReceipt", get_receipt, RPC_POOLED},
    {"LastSale", last_sale, RPC_POOLED},
    {"ConfirmSale", confirm_sale, RPC_POOLED},
    {"CancelSale", cancel_sale, RPC_POOLED},
    {"ReverseSale", reverse_sale, RPC_POOLED},
    {"FreeIssue", free_issue, RPC_INLINE},
};

const struct rpc_service api_sale_service = {.descriptor = &metervault__v1__sale_service__descriptor,
                                             .methods = methods,
                                             .method_count = sizeof methods / sizeof methods[0]};
