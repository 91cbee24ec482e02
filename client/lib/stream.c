/* A server stream has no end in time, so its deadline is per message: the longest silence of the server. */
#include <string.h>

#include "channel.h"
#include "client.h"
#include "error.h"

struct stream {
    grpc_call *call;
    grpc_completion_queue *queue;
    unsigned silence_ms;
    bool silent; /* the server let the time pass */
    struct mv_call_end end;
};

static bool start(struct stream *stream, grpc_byte_buffer *request)
{
    const grpc_op end = mv_call_end_op(&stream->end);
    const grpc_op first[] = {
        {.op = GRPC_OP_SEND_INITIAL_METADATA},
        {.op = GRPC_OP_SEND_MESSAGE, .data.send_message.send_message = request},
        {.op = GRPC_OP_SEND_CLOSE_FROM_CLIENT},
        {.op = GRPC_OP_RECV_INITIAL_METADATA, .data.recv_initial_metadata.recv_initial_metadata = &stream->end.initial},
    };
    return grpc_call_start_batch(stream->call, &end, 1, &stream->end, NULL) == GRPC_CALL_OK &&
           grpc_call_start_batch(stream->call, first, sizeof first / sizeof first[0], stream->call, NULL) ==
               GRPC_CALL_OK;
}

/* Waits for an operation; cancels the call when nothing comes in time. */
static void await(struct stream *stream, void *tag)
{
    grpc_event event = grpc_completion_queue_pluck(stream->queue, tag, mv_deadline_in(stream->silence_ms), NULL);
    if (event.type != GRPC_QUEUE_TIMEOUT)
        return;
    stream->silent = true;
    (void)grpc_call_cancel(stream->call, NULL);
    (void)grpc_completion_queue_pluck(stream->queue, tag, gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL);
}

static grpc_byte_buffer *next_message(struct stream *stream)
{
    grpc_byte_buffer *answer = NULL;
    const grpc_op receive = {.op = GRPC_OP_RECV_MESSAGE, .data.recv_message.recv_message = &answer};
    if (grpc_call_start_batch(stream->call, &receive, 1, &answer, NULL) == GRPC_CALL_OK)
        await(stream, &answer);
    return answer;
}

enum verdict { MORE, ENOUGH, UNREADABLE };

static enum verdict hand_over(grpc_byte_buffer *answer, const ProtobufCMessageDescriptor *type, mv_client_each *each,
                              void *self)
{
    ProtobufCMessage *message = mv_buffer_to_message(answer, type);
    if (message == NULL)
        return UNREADABLE;
    bool more = each(self, message);
    protobuf_c_message_free_unpacked(message, NULL);
    return more ? MORE : ENOUGH;
}

static enum verdict receive_all(struct stream *stream, const ProtobufCMessageDescriptor *type, mv_client_each *each,
                                void *self)
{
    enum verdict verdict = MORE;
    while (verdict == MORE) {
        grpc_byte_buffer *answer = next_message(stream);
        if (answer == NULL)
            break;
        verdict = hand_over(answer, type, each, self);
        grpc_byte_buffer_destroy(answer);
    }
    if (verdict != MORE)
        (void)grpc_call_cancel(stream->call, NULL);
    await(stream, stream->call);
    await(stream, &stream->end);
    return verdict;
}

static bool conclude(const struct stream *stream, enum verdict verdict, struct mv_client_error *error)
{
    if (verdict == ENOUGH)
        return true;
    if (stream->silent || verdict == UNREADABLE) {
        const char *why = stream->silent ? "The server stopped sending." : "The server's answer cannot be read.";
        int status = stream->silent ? GRPC_STATUS_DEADLINE_EXCEEDED : GRPC_STATUS_INTERNAL;
        mv_error_decode(error, status, why, strlen(why), NULL, 0);
        return false;
    }
    if (stream->end.status == GRPC_STATUS_OK)
        return true;
    mv_call_end_error(&stream->end, error);
    return false;
}

bool mv_client_stream(struct mv_client *client, const ProtobufCServiceDescriptor *service, const char *method,
                      const ProtobufCMessage *request, mv_client_each *each, void *self, struct mv_client_error *error)
{
    bool done = false;
    const ProtobufCMethodDescriptor *descriptor;
    struct stream stream = {.silence_ms = client->deadline_ms};
    grpc_byte_buffer *question = mv_buffer_from_message(request);
    if (question == NULL) {
        mv_error_local(error, MV_REQUEST_TOO_LARGE, NULL);
        return false;
    }
    stream.queue = grpc_completion_queue_create_for_pluck(NULL);
    stream.call =
        mv_call_new(client, service, method, stream.queue, gpr_inf_future(GPR_CLOCK_MONOTONIC), &descriptor, error);
    if (stream.call != NULL) {
        mv_call_end_init(&stream.end);
        if (start(&stream, question))
            done = conclude(&stream, receive_all(&stream, descriptor->output, each, self), error);
        else
            mv_error_local(error, MV_INTERNAL_ERROR, NULL);
        mv_call_end_destroy(&stream.end);
        grpc_call_unref(stream.call);
    }
    grpc_completion_queue_destroy(stream.queue);
    grpc_byte_buffer_destroy(question);
    return done;
}
