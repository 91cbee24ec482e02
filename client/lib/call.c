#include "channel.h"
#include "client.h"
#include "error.h"

#include <grpc/support/time.h>
#include <string.h>

static const char details_key[] = "grpc-status-details-bin";

gpr_timespec mv_deadline_in(unsigned ms)
{
    return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_millis((int64_t)ms, GPR_TIMESPAN));
}

void mv_call_end_init(struct mv_call_end *end)
{
    *end = (struct mv_call_end){.status = GRPC_STATUS_UNKNOWN, .message = grpc_empty_slice()};
    grpc_metadata_array_init(&end->initial);
    grpc_metadata_array_init(&end->trailing);
}

void mv_call_end_destroy(struct mv_call_end *end)
{
    grpc_metadata_array_destroy(&end->initial);
    grpc_metadata_array_destroy(&end->trailing);
    grpc_slice_unref(end->message);
}

grpc_op mv_call_end_op(struct mv_call_end *end)
{
    return (grpc_op){.op = GRPC_OP_RECV_STATUS_ON_CLIENT,
                     .data.recv_status_on_client = {
                         .trailing_metadata = &end->trailing, .status = &end->status, .status_details = &end->message}};
}

void mv_call_end_error(const struct mv_call_end *end, struct mv_client_error *error)
{
    const uint8_t *details = NULL;
    size_t size = 0;
    for (size_t i = 0; i < end->trailing.count; i++) {
        const grpc_metadata *entry = &end->trailing.metadata[i];
        if (grpc_slice_str_cmp(entry->key, details_key) != 0)
            continue;
        details = GRPC_SLICE_START_PTR(entry->value);
        size = GRPC_SLICE_LENGTH(entry->value);
    }
    mv_error_decode(error, (int)end->status, GRPC_SLICE_START_PTR(end->message), GRPC_SLICE_LENGTH(end->message),
                    details, size);
}

grpc_call *mv_call_new(struct mv_client *client, const ProtobufCServiceDescriptor *service, const char *method,
                       grpc_completion_queue *queue, gpr_timespec deadline,
                       const ProtobufCMethodDescriptor **descriptor, struct mv_client_error *error)
{
    char path[MV_PATH_SIZE];
    if (!mv_method_path(service, method, path, descriptor)) {
        mv_error_local(error, MV_METHOD_UNKNOWN, NULL);
        return NULL;
    }
    grpc_slice name = grpc_slice_from_copied_string(path);
    grpc_call *call =
        grpc_channel_create_call(client->channel, NULL, GRPC_PROPAGATE_DEFAULTS, queue, name, NULL, deadline, NULL);
    grpc_slice_unref(name);
    return call;
}

/* Sends, and waits until the call has ended one way or the other; its deadline sees to that. */
static void exchange(grpc_call *call, grpc_completion_queue *queue, grpc_byte_buffer *request,
                     grpc_byte_buffer **response, struct mv_call_end *end)
{
    const grpc_op operations[] = {
        {.op = GRPC_OP_SEND_INITIAL_METADATA},
        {.op = GRPC_OP_SEND_MESSAGE, .data.send_message.send_message = request},
        {.op = GRPC_OP_SEND_CLOSE_FROM_CLIENT},
        {.op = GRPC_OP_RECV_INITIAL_METADATA, .data.recv_initial_metadata.recv_initial_metadata = &end->initial},
        {.op = GRPC_OP_RECV_MESSAGE, .data.recv_message.recv_message = response},
        mv_call_end_op(end),
    };
    size_t count = sizeof operations / sizeof operations[0];
    if (grpc_call_start_batch(call, operations, count, call, NULL) != GRPC_CALL_OK)
        return;
    (void)grpc_completion_queue_pluck(queue, call, gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL);
}

static bool finish(const struct mv_call_end *end, grpc_byte_buffer *answer, const ProtobufCMethodDescriptor *method,
                   ProtobufCMessage **response, struct mv_client_error *error)
{
    if (end->status != GRPC_STATUS_OK) {
        mv_call_end_error(end, error);
        return false;
    }
    *response = mv_buffer_to_message(answer, method->output);
    if (*response != NULL)
        return true;
    static const char unreadable[] = "The server's answer cannot be read.";
    mv_error_decode(error, GRPC_STATUS_INTERNAL, unreadable, sizeof unreadable - 1, NULL, 0);
    return false;
}

bool mv_client_try(struct mv_client *client, const ProtobufCServiceDescriptor *service, const char *method,
                   const ProtobufCMessage *request, ProtobufCMessage **response, struct mv_client_error *error)
{
    *response = NULL;
    grpc_byte_buffer *question = mv_buffer_from_message(request);
    if (question == NULL) {
        mv_error_local(error, MV_REQUEST_TOO_LARGE, NULL);
        return false;
    }
    bool done = false;
    const ProtobufCMethodDescriptor *descriptor;
    grpc_completion_queue *queue = grpc_completion_queue_create_for_pluck(NULL);
    grpc_call *call =
        mv_call_new(client, service, method, queue, mv_deadline_in(client->deadline_ms), &descriptor, error);
    if (call != NULL) {
        struct mv_call_end end;
        grpc_byte_buffer *answer = NULL;
        mv_call_end_init(&end);
        exchange(call, queue, question, &answer, &end);
        done = finish(&end, answer, descriptor, response, error);
        grpc_byte_buffer_destroy(answer);
        mv_call_end_destroy(&end);
        grpc_call_unref(call);
    }
    grpc_completion_queue_destroy(queue);
    grpc_byte_buffer_destroy(question);
    return done;
}
