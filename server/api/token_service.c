#include <metervault/v1/token_service.pb-c.h>

#include "api/convert.h"
#include "api/services.h"
#include "api/token_convert.h"

/* Answers with a sale; called by the writer's thread for issued ones. */
static void sold(void *self, mv_status status, const struct vend_sale *sale)
{
    struct rpc_call *call = self;
    struct api_sale out;
    if (!status.ok) {
        api_fail(call, status);
        return;
    }
    api_sale_out(sale, &out);
    rpc_reply(call, &out.message.base);
}

static bool gone(void *self)
{
    return rpc_cancelled(self);
}

static void issue_credit(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__IssueCreditRequest *in = (const Metervault__V1__IssueCreditRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_sale_request request = {.request_id = in->request_id,
                                        .terminal = in->terminal_id,
                                        .pan = in->meter_pan,
                                        .carrier = (enum vend_carrier)in->carrier};
    mv_status status = api_quantity_in(in->quantity, &request.quantity);
    if (status.ok)
        vend_issue(self, &caller, &request, gone, sold, call);
    else
        vend_refuse_issue(self, &caller, status, sold, call);
}

static void trial_credit(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__TrialCreditRequest *in = (const Metervault__V1__TrialCreditRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_sale sale;
    struct vend_sale_request request = {
        .terminal = in->terminal_id, .pan = in->meter_pan, .carrier = (enum vend_carrier)in->carrier};
    mv_status status = api_quantity_in(in->quantity, &request.quantity);
    if (status.ok)
        status = vend_trial(self, &caller, &request, &sale);
    else
        status = vend_refuse(self, &caller, VEND_TRIAL_CREDIT, status);
    sold(call, status, &sale);
}

static void get_token(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__GetTokenRequest *in = (const Metervault__V1__GetTokenRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_sale sale;
    mv_status status;
    if (in->by_case == METERVAULT__V1__GET_TOKEN_REQUEST__BY_REQUEST_ID)
        status = vend_token_by_request(self, &caller, in->request_id, &sale);
    else if (in->by_case == METERVAULT__V1__GET_TOKEN_REQUEST__BY_RECEIPT && in->receipt != NULL)
        status = vend_token_by_receipt(self, &caller, in->receipt->organisation, in->receipt->terminal_id,
                                       in->receipt->number, &sale);
    else
        status = vend_refuse(self, &caller, VEND_GET_TOKEN, mv_fail(MV_INVALID_FIELD, "by"));
    sold(call, status, &sale);
}

static void last_response(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__LastResponseRequest *in = (const Metervault__V1__LastResponseRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_sale sale;
    mv_status status = vend_last_response(self, &caller, in->terminal_id, &sale);
    sold(call, status, &sale);
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
    {"TrialCredit", trial_credit, RPC_POOLED},
    {"GetToken", get_token, RPC_POOLED},
    {"LastResponse", last_response, RPC_POOLED},
    {"Verify", verify, RPC_POOLED},
};

const struct rpc_service api_token_service = {.descriptor = &metervault__v1__token_service__descriptor,
                                              .methods = methods,
                                              .method_count = sizeof methods / sizeof methods[0]};
