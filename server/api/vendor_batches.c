/* The calls about batches of tills. */
#include "api/convert.h"
#include "api/vendor_convert.h"

static void answer(struct rpc_call *call, mv_status status, const struct vend_batch *batch)
{
    struct api_till_batch out;
    if (!status.ok) {
        api_fail(call, status);
        return;
    }
    api_till_batch_out(batch, &out);
    rpc_reply(call, &out.message.base);
}

void api_start_batch(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__StartBatchRequest *in = (const Metervault__V1__StartBatchRequest *)message;
    struct vend_caller caller = api_caller(call);
    const struct vend_batch_request request = {in->request_id, (uint32_t)in->kind, in->terminal_id};
    struct vend_batch batch;
    answer(call, vend_start_batch(self, &caller, &request, &batch), &batch);
}

void api_total_batch(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__TotalBatchRequest *in = (const Metervault__V1__TotalBatchRequest *)message;
    struct vend_caller caller = api_caller(call);
    const struct vend_batch_request request = {"", (uint32_t)in->kind, in->terminal_id};
    struct vend_batch batch;
    answer(call, vend_total_batch(self, &caller, &request, &batch), &batch);
}

void api_end_batch(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__EndBatchRequest *in = (const Metervault__V1__EndBatchRequest *)message;
    struct vend_caller caller = api_caller(call);
    const struct vend_batch_request request = {in->request_id, (uint32_t)in->kind, in->terminal_id};
    struct vend_batch batch;
    answer(call, vend_end_batch(self, &caller, &request, &batch), &batch);
}

void api_get_batch(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__GetBatchRequest *in = (const Metervault__V1__GetBatchRequest *)message;
    struct vend_caller caller = api_caller(call);
    const struct vend_batch_request request = {"", (uint32_t)in->kind, in->terminal_id};
    struct vend_batch batch;
    answer(call, vend_get_batch(self, &caller, &request, in->organisation, in->number, &batch), &batch);
}

void api_settle(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__SettleRequest *in = (const Metervault__V1__SettleRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_batch batch;
    answer(call, vend_settle(self, &caller, in->request_id, in->organisation, &batch), &batch);
}
