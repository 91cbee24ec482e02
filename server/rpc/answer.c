/* What a handler knows about its call, and how it answers. */
#include <stdio.h>
#include <stdlib.h>

#include "rpc/call.h"
#include "rpc/details.h"

const char *rpc_principal(const struct rpc_call *call)
{
    return call->principal.known ? call->principal.name : NULL;
}

const char *rpc_method_name(const struct rpc_call *call)
{
    return call->entry->path;
}

int64_t rpc_time_left(const struct rpc_call *call)
{
    if (gpr_time_cmp(call->deadline, gpr_inf_future(call->deadline.clock_type)) == 0)
        return INT64_MAX;
    gpr_timespec left = gpr_time_sub(call->deadline, gpr_now(call->deadline.clock_type));
    if (left.tv_sec < 0)
        return 0;
    if (left.tv_sec >= INT64_MAX / 1000000000 - 1)
        return INT64_MAX;
    return left.tv_sec * 1000000000 + left.tv_nsec;
}

bool rpc_cancelled(const struct rpc_call *call)
{
    /* const is the handler's promise; looking takes the event from the queue */
    if (call->own != NULL)
        rpc_stream_look((struct rpc_call *)call);
    return atomic_load(&call->cancelled);
}

void rpc_detail(struct rpc_call *call, const char *key, const char *value)
{
    if (call->pairs == NULL)
        call->pairs = calloc(RPC_MAX_DETAILS, sizeof *call->pairs);
    if (call->pairs == NULL || call->pair_count == RPC_MAX_DETAILS)
        return;
    struct rpc_detail_pair *pair = &call->pairs[call->pair_count++];
    (void)snprintf(pair->key, sizeof pair->key, "%s", key);
    (void)snprintf(pair->value, sizeof pair->value, "%s", value);
}

grpc_byte_buffer *rpc_pack(const struct rpc_call *call, const ProtobufCMessage *message)
{
    if (message == NULL || message->descriptor != call->entry->output)
        return NULL;
    grpc_slice slice = grpc_slice_malloc(protobuf_c_message_get_packed_size(message));
    (void)protobuf_c_message_pack(message, GRPC_SLICE_START_PTR(slice));
    grpc_byte_buffer *buffer = grpc_raw_byte_buffer_create(&slice, 1);
    grpc_slice_unref(slice);
    return buffer;
}

void rpc_reply(struct rpc_call *call, const ProtobufCMessage *response)
{
    grpc_byte_buffer *answer = rpc_pack(call, response);
    if (answer == NULL) {
        rpc_fail(call, mv_fail(MV_INTERNAL_ERROR, "answer of another type"));
        return;
    }
    rpc_call_end(call, (struct rpc_ending){.answer = answer, .code = GRPC_STATUS_OK});
}

void rpc_finish(struct rpc_call *call)
{
    rpc_call_end(call, (struct rpc_ending){.code = GRPC_STATUS_OK});
}

void rpc_fail(struct rpc_call *call, mv_status status)
{
    grpc_status_code code = rpc_details_set(call, status);
    rpc_call_end(call, (struct rpc_ending){.code = code, .has_details = true});
}

void rpc_end(struct rpc_call *call, grpc_status_code code, const char *text)
{
    call->status_text = grpc_slice_from_copied_string(text);
    rpc_call_end(call, (struct rpc_ending){.code = code, .has_details = true});
}
