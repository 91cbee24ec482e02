#include <metervault/v1/token_service.pb-c.h>

#include "api/batch.h"
#include "api/convert.h"
#include "api/order_convert.h"
#include "api/record_calls.h"
#include "api/record_lists.h"
#include "api/services.h"
#include "api/token_convert.h"

/* Answers with what was issued; called by the writer's thread for new orders. */
static void issued(void *self, mv_status status, const struct vend_issued *answer)
{
    struct rpc_call *call = self;
    struct api_issued out;
    if (!status.ok) {
        api_fail(call, status);
        return;
    }
    api_issued_out(answer, &out);
    rpc_reply(call, &out.message.base);
}

static bool gone(void *self)
{
    return rpc_cancelled(self);
}

/* Has it issued, or its refusal audited under the call's name. */
static void issue(void *self, struct rpc_call *call, mv_status readable, const struct vend_order *order)
{
    struct vend_caller caller = api_caller(call);
    if (readable.ok)
        vend_issue(self, &caller, order, gone, issued, call);
    else
        vend_refuse_issue(self, &caller, order, readable, issued, call);
}

static void issue_credit(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    struct vend_order order;
    mv_status readable = api_credit_in((const Metervault__V1__IssueCreditRequest *)message, &order);
    issue(self, call, readable, &order);
}

static void issue_management(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    struct vend_order order;
    mv_status readable = api_manage_in((const Metervault__V1__IssueManagementRequest *)message, &order);
    issue(self, call, readable, &order);
}

static void issue_test(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    struct vend_order order;
    mv_status readable = api_try_out_in((const Metervault__V1__IssueTestRequest *)message, &order);
    issue(self, call, readable, &order);
}

static void issue_key_change(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    struct vend_order order;
    mv_status readable = api_change_key_in((const Metervault__V1__IssueKeyChangeRequest *)message, &order);
    issue(self, call, readable, &order);
}

static void trial_credit(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    struct vend_caller caller = api_caller(call);
    struct vend_issued answer;
    struct vend_order order;
    mv_status status = api_trial_in((const Metervault__V1__TrialCreditRequest *)message, &order);
    if (status.ok)
        status = vend_trial(self, &caller, &order, &answer);
    else
        status = vend_refuse(self, &caller, VEND_TRIAL_CREDIT, status);
    issued(call, status, &answer);
}

static void get_token(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__GetTokenRequest *in = (const Metervault__V1__GetTokenRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_issued answer;
    mv_status status;
    if (in->by_case == METERVAULT__V1__GET_TOKEN_REQUEST__BY_REQUEST_ID)
        status = vend_token_by_request(self, &caller, in->request_id, &answer);
    else if (in->by_case == METERVAULT__V1__GET_TOKEN_REQUEST__BY_RECEIPT && in->receipt != NULL)
        status = vend_token_by_receipt(self, &caller, in->receipt->organisation, in->receipt->terminal_id,
                                       in->receipt->number, &answer);
    else
        status = vend_refuse(self, &caller, VEND_GET_TOKEN, mv_fail(MV_INVALID_FIELD, "by"));
    issued(call, status, &answer);
}

static void last_response(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__LastResponseRequest *in = (const Metervault__V1__LastResponseRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_issued answer;
    mv_status status = vend_last_response(self, &caller, in->terminal_id, &answer);
    issued(call, status, &answer);
}

static void verify(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__VerifyRequest *in = (const Metervault__V1__VerifyRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_verified verified;
    struct api_verified out;
    mv_status status = vend_verify(self, &caller, in->meter_pan, in->digits, &verified);
    if (!status.ok) {
        api_fail(call, status);
        return;
    }
    api_verified_out(&verified, &out);
    rpc_reply(call, &out.message.base);
}

static const struct rpc_method methods[] = {
    {"IssueCredit", issue_credit, RPC_INLINE},
    {"IssueManagement", issue_management, RPC_INLINE},
    {"IssueTest", issue_test, RPC_INLINE},
    {"IssueKeyChange", issue_key_change, RPC_INLINE},
    {"IssueBatch", api_issue_batch, RPC_POOLED},
    {"TrialCredit", trial_credit, RPC_POOLED},
    {"GetToken", get_token, RPC_POOLED},
    {"LastResponse", last_response, RPC_POOLED},
    {"Verify", verify, RPC_POOLED},
    {"IssueRecord", api_issue_record, RPC_POOLED},
    {"AcceptReturn", api_accept_return, RPC_POOLED},
    {"ListRecords", api_list_records, RPC_POOLED},
    {"ListReturns", api_list_returns, RPC_POOLED},
};

const struct rpc_service api_token_service = {.descriptor = &metervault__v1__token_service__descriptor,
                                              .methods = methods,
                                              .method_count = sizeof methods / sizeof methods[0]};
