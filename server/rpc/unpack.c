/* From the bytes of a message to protobuf-c's structure, in the arena of the call. */
#include <grpc/byte_buffer_reader.h>

#include "rpc/check.h"
#include "rpc/server.h"

static mv_status unpack_slice(struct rpc_call *call, grpc_slice slice, ProtobufCMessage **message)
{
    const ProtobufCMessageDescriptor *type = call->entry->input;
    const uint8_t *data = GRPC_SLICE_START_PTR(slice);
    size_t size = GRPC_SLICE_LENGTH(slice);
    MV_TRY(rpc_check_bytes(type, data, size, call->server->options.max_repeated));
    ProtobufCAllocator allocator = rpc_arena_allocator(&call->arena);
    *message = protobuf_c_message_unpack(type, &allocator, size, data);
    return *message != NULL ? mv_ok() : mv_fail(MV_OUT_OF_MEMORY, "request");
}

static mv_status unpack(struct rpc_call *call, grpc_byte_buffer *buffer, ProtobufCMessage **message)
{
    if (grpc_byte_buffer_length(buffer) > call->server->options.max_message_bytes)
        return mv_fail(MV_REQUEST_TOO_LARGE, "request");
    const grpc_slice_buffer *slices = &buffer->data.raw.slice_buffer;
    if (buffer->data.raw.compression != GRPC_COMPRESS_NONE)
        return mv_fail(MV_INVALID_FIELD, "request: compressed");
    if (slices->count == 1)
        return unpack_slice(call, slices->slices[0], message);
    grpc_byte_buffer_reader reader;
    if (grpc_byte_buffer_reader_init(&reader, buffer) == 0)
        return mv_fail(MV_OUT_OF_MEMORY, "request");
    grpc_slice whole = grpc_byte_buffer_reader_readall(&reader);
    grpc_byte_buffer_reader_destroy(&reader);
    mv_status status = unpack_slice(call, whole, message);
    grpc_slice_unref(whole);
    return status;
}

mv_status rpc_unpack(struct rpc_call *call, ProtobufCMessage **message)
{
    *message = NULL;
    grpc_byte_buffer *buffer = call->received;
    call->received = NULL;
    if (buffer == NULL)
        return mv_fail(MV_INVALID_FIELD, "request: no message");
    mv_status status = unpack(call, buffer, message);
    grpc_byte_buffer_destroy(buffer);
    return status;
}
