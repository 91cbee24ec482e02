#include "duplex.h"

#include <string.h>

#include "channel.h"
#include "error.h"

static bool start(struct mv_duplex *duplex)
{
    const grpc_op end = mv_call_end_op(&duplex->end);
    const grpc_op heads[] = {
        {.op = GRPC_OP_SEND_INITIAL_METADATA},
        {.op = GRPC_OP_RECV_INITIAL_METADATA, .data.recv_initial_metadata.recv_initial_metadata = &duplex->end.initial},
    };
    return grpc_call_start_batch(duplex->call, &end, 1, &duplex->end, NULL) == GRPC_CALL_OK &&
           grpc_call_start_batch(duplex->call, heads, 2, duplex->call, NULL) == GRPC_CALL_OK;
}

static void free_call(struct mv_duplex *duplex)
{
    mv_call_end_destroy(&duplex->end);
    if (duplex->call != NULL)
        grpc_call_unref(duplex->call);
    grpc_completion_queue_destroy(duplex->queue);
}

bool mv_duplex_open(struct mv_duplex *duplex, struct mv_client *client, const ProtobufCServiceDescriptor *service,
                    const char *method, unsigned silence_ms, struct mv_client_error *error)
{
    *duplex = (struct mv_duplex){.silence_ms = silence_ms, .queue = grpc_completion_queue_create_for_pluck(NULL)};
    mv_call_end_init(&duplex->end);
    duplex->call = mv_call_new(client, service, method, duplex->queue, gpr_inf_future(GPR_CLOCK_MONOTONIC),
                               &duplex->method, error);
    if (duplex->call != NULL && start(duplex))
        return true;
    if (duplex->call != NULL)
        mv_error_local(error, MV_INTERNAL_ERROR, NULL);
    free_call(duplex);
    return false;
}

/* Waits for an operation; cancels the call when nothing comes in time. */
static bool await(struct mv_duplex *duplex, void *tag)
{
    grpc_event event = grpc_completion_queue_pluck(duplex->queue, tag, mv_deadline_in(duplex->silence_ms), NULL);
    if (event.type == GRPC_QUEUE_TIMEOUT) {
        duplex->silent = true;
        (void)grpc_call_cancel(duplex->call, NULL);
        event = grpc_completion_queue_pluck(duplex->queue, tag, gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL);
    }
    return event.success != 0;
}

bool mv_duplex_send(struct mv_duplex *duplex, const ProtobufCMessage *message, bool last)
{
    grpc_byte_buffer *bytes = mv_buffer_from_message(message);
    const grpc_op send[] = {{.op = GRPC_OP_SEND_MESSAGE, .data.send_message.send_message = bytes},
                            {.op = GRPC_OP_SEND_CLOSE_FROM_CLIENT}};
    bool sent = bytes != NULL && grpc_call_start_batch(duplex->call, send, last ? 2 : 1, bytes, NULL) == GRPC_CALL_OK &&
                await(duplex, bytes);
    grpc_byte_buffer_destroy(bytes);
    return sent;
}

ProtobufCMessage *mv_duplex_receive(struct mv_duplex *duplex)
{
    grpc_byte_buffer *bytes = NULL;
    const grpc_op receive = {.op = GRPC_OP_RECV_MESSAGE, .data.recv_message.recv_message = &bytes};
    if (grpc_call_start_batch(duplex->call, &receive, 1, &bytes, NULL) == GRPC_CALL_OK)
        (void)await(duplex, &bytes);
    if (bytes == NULL)
        return NULL;
    ProtobufCMessage *message = mv_buffer_to_message(bytes, duplex->method->output);
    duplex->unreadable = message == NULL;
    grpc_byte_buffer_destroy(bytes);
    return message;
}

static bool conclude(const struct mv_duplex *duplex, bool enough, struct mv_client_error *error)
{
    if (enough)
        return true;
    if (duplex->silent || duplex->unreadable) {
        const char *why = duplex->silent ? "The server stopped sending." : "The server's answer cannot be read.";
        int status = duplex->silent ? GRPC_STATUS_DEADLINE_EXCEEDED : GRPC_STATUS_INTERNAL;
        mv_error_decode(error, status, why, strlen(why), NULL, 0);
        return false;
    }
    if (duplex->end.status == GRPC_STATUS_OK)
        return true;
    mv_call_end_error(&duplex->end, error);
    return false;
}

bool mv_duplex_close(struct mv_duplex *duplex, bool enough, struct mv_client_error *error)
{
    if (enough || duplex->unreadable)
        (void)grpc_call_cancel(duplex->call, NULL);
    (void)await(duplex, duplex->call);
    (void)await(duplex, &duplex->end);
    bool done = conclude(duplex, enough, error);
    free_call(duplex);
    return done;
}
