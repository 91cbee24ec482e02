#include "caller.h"

#include <google/rpc/error_details.pb-c.h>
#include <google/rpc/status.pb-c.h>
#include <grpc/byte_buffer_reader.h>
#include <grpc/grpc_security.h>
#include <grpc/support/alloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct caller_stream {
    grpc_completion_queue *queue;
    grpc_call *call;
    grpc_metadata_array headers;
    grpc_metadata_array trailers;
    grpc_status_code code;
    grpc_slice text;
    int status_tag;
};

static grpc_channel *connect_to(uint16_t port, grpc_channel_credentials *credentials, int compression, int window_grows)
{
    char target[64];
    (void)snprintf(target, sizeof target, "127.0.0.1:%u", port);
    grpc_arg arguments[5] = {
        {.type = GRPC_ARG_INTEGER, .key = (char *)GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, .value.integer = 1},
        {.type = GRPC_ARG_INTEGER, .key = (char *)"grpc.default_compression_algorithm", .value.integer = compression},
        {.type = GRPC_ARG_INTEGER, .key = (char *)GRPC_ARG_ENABLE_RETRIES, .value.integer = 0},
        {.type = GRPC_ARG_INTEGER, .key = (char *)GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, .value.integer = 100},
        {.type = GRPC_ARG_INTEGER, .key = (char *)GRPC_ARG_HTTP2_BDP_PROBE, .value.integer = window_grows},
    };
    const grpc_channel_args all = {5, arguments};
    grpc_channel *channel = grpc_channel_create(target, credentials, &all);
    grpc_channel_credentials_release(credentials);
    return channel;
}

grpc_channel *caller_connect(uint16_t port)
{
    return connect_to(port, grpc_insecure_credentials_create(), GRPC_COMPRESS_NONE, 1);
}

grpc_channel *caller_connect_narrow(uint16_t port)
{
    return connect_to(port, grpc_insecure_credentials_create(), GRPC_COMPRESS_NONE, 0);
}

grpc_channel *caller_connect_gzip(uint16_t port)
{
    return connect_to(port, grpc_insecure_credentials_create(), GRPC_COMPRESS_GZIP, 1);
}

static char *read_text(const char *path)
{
    FILE *file = fopen(path, "re");
    char *text = calloc(1, 65536);
    if (file == NULL || text == NULL || fread(text, 1, 65535, file) == 0)
        abort();
    (void)fclose(file);
    return text;
}

grpc_channel *caller_connect_tls(uint16_t port, const char *ca_file, const char *certificate_file, const char *key_file)
{
    char *ca = read_text(ca_file);
    char *certificate = certificate_file != NULL ? read_text(certificate_file) : NULL;
    char *key = key_file != NULL ? read_text(key_file) : NULL;
    grpc_ssl_pem_key_cert_pair pair = {key, certificate};
    grpc_channel *channel = connect_to(
        port, grpc_ssl_credentials_create(ca, certificate != NULL ? &pair : NULL, NULL, NULL), GRPC_COMPRESS_NONE, 1);
    free(ca);
    free(certificate);
    free(key);
    return channel;
}

/* With a tag of its own: one thread may send while another receives. */
static bool run(struct caller_stream *stream, grpc_op *ops, size_t count)
{
    int tag;
    if (grpc_call_start_batch(stream->call, ops, count, &tag, NULL) != GRPC_CALL_OK)
        abort();
    grpc_event event = grpc_completion_queue_pluck(stream->queue, &tag, gpr_inf_future(GPR_CLOCK_REALTIME), NULL);
    return event.success != 0;
}

struct caller_stream *caller_open(grpc_channel *channel, const char *path, int timeout_ms)
{
    struct caller_stream *stream = calloc(1, sizeof *stream);
    if (stream == NULL)
        abort();
    stream->queue = grpc_completion_queue_create_for_pluck(NULL);
    gpr_timespec deadline = gpr_inf_future(GPR_CLOCK_REALTIME);
    if (timeout_ms > 0)
        deadline = gpr_time_add(gpr_now(GPR_CLOCK_REALTIME), gpr_time_from_millis(timeout_ms, GPR_TIMESPAN));
    grpc_slice method = grpc_slice_from_copied_string(path);
    stream->call =
        grpc_channel_create_call(channel, NULL, GRPC_PROPAGATE_DEFAULTS, stream->queue, method, NULL, deadline, NULL);
    grpc_slice_unref(method);
    grpc_metadata_array_init(&stream->headers);
    grpc_metadata_array_init(&stream->trailers);
    stream->text = grpc_empty_slice();
    grpc_op status = {.op = GRPC_OP_RECV_STATUS_ON_CLIENT};
    status.data.recv_status_on_client.status = &stream->code;
    status.data.recv_status_on_client.status_details = &stream->text;
    status.data.recv_status_on_client.trailing_metadata = &stream->trailers;
    if (grpc_call_start_batch(stream->call, &status, 1, &stream->status_tag, NULL) != GRPC_CALL_OK)
        abort();
    grpc_op start = {.op = GRPC_OP_SEND_INITIAL_METADATA};
    (void)run(stream, &start, 1);
    return stream;
}

static bool send_bytes(struct caller_stream *stream, const void *data, size_t size)
{
    grpc_slice slice = grpc_slice_from_copied_buffer(data, size);
    grpc_byte_buffer *buffer = grpc_raw_byte_buffer_create(&slice, 1);
    grpc_slice_unref(slice);
    grpc_op op = {.op = GRPC_OP_SEND_MESSAGE};
    op.data.send_message.send_message = buffer;
    bool sent = run(stream, &op, 1);
    grpc_byte_buffer_destroy(buffer);
    return sent;
}

bool caller_send(struct caller_stream *stream, const ProtobufCMessage *message)
{
    size_t size = protobuf_c_message_get_packed_size(message);
    uint8_t *data = calloc(1, size + 1);
    if (data == NULL)
        abort();
    (void)protobuf_c_message_pack(message, data);
    bool sent = send_bytes(stream, data, size);
    free(data);
    return sent;
}

void caller_send_end(struct caller_stream *stream)
{
    grpc_op op = {.op = GRPC_OP_SEND_CLOSE_FROM_CLIENT};
    (void)run(stream, &op, 1);
}

static uint8_t *receive_bytes(struct caller_stream *stream, size_t *size)
{
    grpc_byte_buffer *buffer = NULL;
    grpc_op ops[2] = {{.op = GRPC_OP_RECV_MESSAGE}, {.op = GRPC_OP_RECV_INITIAL_METADATA}};
    ops[0].data.recv_message.recv_message = &buffer;
    ops[1].data.recv_initial_metadata.recv_initial_metadata = &stream->headers;
    size_t count = stream->headers.capacity == SIZE_MAX ? 1 : 2;
    (void)run(stream, ops, count);
    if (count == 2)
        grpc_metadata_array_destroy(&stream->headers);
    stream->headers.capacity = SIZE_MAX;
    if (buffer == NULL)
        return NULL;
    grpc_byte_buffer_reader reader;
    if (grpc_byte_buffer_reader_init(&reader, buffer) == 0)
        abort();
    grpc_slice all = grpc_byte_buffer_reader_readall(&reader);
    grpc_byte_buffer_reader_destroy(&reader);
    grpc_byte_buffer_destroy(buffer);
    *size = GRPC_SLICE_LENGTH(all);
    uint8_t *data = calloc(1, *size + 1);
    if (data == NULL)
        abort();
    memcpy(data, GRPC_SLICE_START_PTR(all), *size);
    grpc_slice_unref(all);
    return data;
}

ProtobufCMessage *caller_receive(struct caller_stream *stream, const ProtobufCMessageDescriptor *type)
{
    size_t size;
    uint8_t *data = receive_bytes(stream, &size);
    if (data == NULL)
        return NULL;
    ProtobufCMessage *message = protobuf_c_message_unpack(type, NULL, size, data);
    free(data);
    return message;
}

void caller_cancel(struct caller_stream *stream)
{
    (void)grpc_call_cancel(stream->call, NULL);
}

static void read_info(const Google__Protobuf__Any *any, struct caller_result *result)
{
    if (strcmp(any->type_url, "type.googleapis.com/google.rpc.ErrorInfo") != 0)
        return;
    Google__Rpc__ErrorInfo *info = google__rpc__error_info__unpack(NULL, any->value.len, any->value.data);
    if (info == NULL)
        return;
    (void)snprintf(result->reason, sizeof result->reason, "%s", info->reason);
    (void)snprintf(result->domain, sizeof result->domain, "%s", info->domain);
    size_t used = 0;
    for (size_t i = 0; i < info->n_metadata && used < sizeof result->metadata; i++)
        used += (size_t)snprintf(result->metadata + used, sizeof result->metadata - used, "%s=%s;",
                                 info->metadata[i]->key, info->metadata[i]->value);
    google__rpc__error_info__free_unpacked(info, NULL);
}

static void read_details(grpc_slice bytes, struct caller_result *result)
{
    Google__Rpc__Status *status =
        google__rpc__status__unpack(NULL, GRPC_SLICE_LENGTH(bytes), GRPC_SLICE_START_PTR(bytes));
    if (status == NULL)
        return;
    if (status->code == (int32_t)result->code && strcmp(status->message, result->text) == 0)
        for (size_t i = 0; i < status->n_details; i++)
            read_info(status->details[i], result);
    google__rpc__status__free_unpacked(status, NULL);
}

struct caller_result caller_end(struct caller_stream *stream)
{
    (void)grpc_completion_queue_pluck(stream->queue, &stream->status_tag, gpr_inf_future(GPR_CLOCK_REALTIME), NULL);
    struct caller_result result = {.code = stream->code};
    char *text = grpc_slice_to_c_string(stream->text);
    (void)snprintf(result.text, sizeof result.text, "%s", text);
    gpr_free(text);
    for (size_t i = 0; i < stream->trailers.count; i++)
        if (grpc_slice_str_cmp(stream->trailers.metadata[i].key, "grpc-status-details-bin") == 0)
            read_details(stream->trailers.metadata[i].value, &result);
    if (stream->headers.capacity != SIZE_MAX)
        grpc_metadata_array_destroy(&stream->headers);
    grpc_metadata_array_destroy(&stream->trailers);
    grpc_slice_unref(stream->text);
    grpc_call_unref(stream->call);
    grpc_completion_queue_shutdown(stream->queue);
    grpc_completion_queue_destroy(stream->queue);
    free(stream);
    return result;
}

struct caller_result caller_raw(grpc_channel *channel, const char *path, const void *data, size_t size, int timeout_ms)
{
    struct caller_stream *stream = caller_open(channel, path, timeout_ms);
    if (send_bytes(stream, data, size))
        caller_send_end(stream);
    size_t got = 0;
    uint8_t *answer = receive_bytes(stream, &got);
    /* the status of a stream comes only after all of its messages were taken */
    size_t ignored;
    for (uint8_t *more = answer; more != NULL;) {
        more = receive_bytes(stream, &ignored);
        free(more);
    }
    struct caller_result result = caller_end(stream);
    result.data = answer;
    result.size = got;
    return result;
}

struct caller_result caller_unary(grpc_channel *channel, const char *path, const ProtobufCMessage *request,
                                  int timeout_ms)
{
    size_t size = protobuf_c_message_get_packed_size(request);
    uint8_t *data = calloc(1, size + 1);
    if (data == NULL)
        abort();
    (void)protobuf_c_message_pack(request, data);
    struct caller_result result = caller_raw(channel, path, data, size, timeout_ms);
    free(data);
    return result;
}

void caller_forget(struct caller_result *result)
{
    free(result->data);
    result->data = NULL;
}
