#include <string.h>

#include "base/status.h"
#include "batch_run.h"
#include "channel.h"
#include "client.h"
#include "error.h"
#include "retry.h"

/* The longest silence while something is unanswered, in deadlines of a call: a request holds many orders. */
enum { SILENCE_DEADLINES = 6 };

struct stream {
    struct mv_batch_run *run;
    grpc_call *call;
    grpc_completion_queue *queue;
    const ProtobufCMessageDescriptor *answer_type;
    struct mv_call_end end;
    grpc_byte_buffer *answer;
    unsigned pending; /* operations that have not completed */
    bool head;        /* the tags of operations that need no more */
    bool initial;
    bool closing;
    bool sending;
    bool receiving;
    bool closed;
    bool drained; /* there are no more answers */
    bool over;    /* the server ended the call */
    bool broken;  /* by us: run->error is set */
    bool again;
    int64_t heard_us; /* when the server last did something */
};

static void begin(struct stream *stream, const grpc_op *operation, void *tag)
{
    if (grpc_call_start_batch(stream->call, operation, 1, tag, NULL) == GRPC_CALL_OK) {
        stream->pending++;
        return;
    }
    mv_error_local(&stream->run->error, MV_INTERNAL_ERROR, NULL);
    stream->broken = true;
}

static void break_off(struct stream *stream, bool again)
{
    stream->broken = true;
    stream->again = again;
}

static void send_next(struct stream *stream, struct mv_window_request *request)
{
    grpc_slice bytes = grpc_slice_from_copied_buffer((const char *)request->bytes, request->size);
    grpc_byte_buffer *message = grpc_raw_byte_buffer_create(&bytes, 1);
    grpc_slice_unref(bytes);
    const grpc_op send = {.op = GRPC_OP_SEND_MESSAGE, .data.send_message.send_message = message};
    stream->sending = true;
    request->sent = true;
    begin(stream, &send, &stream->sending);
    grpc_byte_buffer_destroy(message);
}

/* Starts whatever can be started: a request, the end of the requests, a receive. */
static void pump(struct stream *stream)
{
    struct mv_batch_run *run = stream->run;
    if (!stream->receiving && !stream->drained) {
        const grpc_op receive = {.op = GRPC_OP_RECV_MESSAGE, .data.recv_message.recv_message = &stream->answer};
        stream->receiving = true;
        begin(stream, &receive, &stream->receiving);
    }
    if (stream->sending || stream->closed || stream->over || stream->broken)
        return;
    struct mv_window_request *request = mv_window_unsent(&run->window);
    if (request == NULL && !run->ended && !mv_window_full(&run->window) && run->ready_us <= mv_batch_now_us()) {
        if (!mv_batch_fill(run)) {
            break_off(stream, false);
            return;
        }
        stream->heard_us = mv_batch_now_us(); /* `next` may have taken its time */
        request = mv_window_unsent(&run->window);
    }
    if (request != NULL) {
        send_next(stream, request);
    } else if (run->ended) {
        const grpc_op close = {.op = GRPC_OP_SEND_CLOSE_FROM_CLIENT};
        stream->closed = true;
        begin(stream, &close, &stream->closing);
    }
}

static void take_answer(struct stream *stream)
{
    stream->receiving = false;
    stream->drained = stream->answer == NULL;
    if (stream->drained)
        return;
    ProtobufCMessage *message = mv_buffer_to_message(stream->answer, stream->answer_type);
    grpc_byte_buffer_destroy(stream->answer);
    stream->answer = NULL;
    if (message == NULL) {
        static const char unreadable[] = "The server's answer cannot be read.";
        mv_error_decode(&stream->run->error, MV_STATUS_INTERNAL, unreadable, sizeof unreadable - 1, NULL, 0);
        break_off(stream, false);
        return;
    }
    enum mv_batch_taken taken = mv_batch_take(stream->run, (const Metervault__V1__IssueBatchResponse *)message);
    protobuf_c_message_free_unpacked(message, NULL);
    if (taken != MV_BATCH_TAKEN)
        break_off(stream, taken == MV_BATCH_AGAIN && mv_retry_wise(&stream->run->error));
}

static void on_event(struct stream *stream, const grpc_event *event)
{
    stream->pending--;
    stream->heard_us = mv_batch_now_us();
    if (event->tag == &stream->sending)
        stream->sending = event->success == 0; /* a failed one is the last one */
    else if (event->tag == &stream->receiving)
        take_answer(stream);
    else if (event->tag == &stream->end)
        stream->over = true;
}

static bool all_answered(const struct mv_batch_run *run)
{
    return run->ended && run->window.count == 0;
}

/* Waits for something to happen, or for the time of the next orders. Breaks the stream off when nothing comes. */
static void await(struct stream *stream)
{
    struct mv_batch_run *run = stream->run;
    int64_t silence_us = (int64_t)stream->run->client->deadline_ms * 1000 * SILENCE_DEADLINES;
    int64_t now = mv_batch_now_us();
    int64_t until = stream->heard_us + silence_us;
    bool paced = !run->ended && !stream->sending && !mv_window_full(&run->window);
    bool expecting = run->window.count > 0 || stream->sending || run->ended;
    if (paced && (run->ready_us < until || !expecting))
        until = run->ready_us;
    int64_t wait_us = until > now ? until - now : 0;
    gpr_timespec deadline = gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_micros(wait_us + 1, GPR_TIMESPAN));
    grpc_event event = grpc_completion_queue_next(stream->queue, deadline, NULL);
    if (event.type == GRPC_OP_COMPLETE) {
        on_event(stream, &event);
        return;
    }
    if (!expecting || mv_batch_now_us() < stream->heard_us + silence_us)
        return;
    static const char silent[] = "The server stopped answering.";
    mv_error_decode(&run->error, MV_STATUS_DEADLINE_EXCEEDED, silent, sizeof silent - 1, NULL, 0);
    break_off(stream, true);
}

static void exchange(struct stream *stream)
{
    const grpc_op head = {.op = GRPC_OP_SEND_INITIAL_METADATA};
    const grpc_op initial = {.op = GRPC_OP_RECV_INITIAL_METADATA,
                             .data.recv_initial_metadata.recv_initial_metadata = &stream->end.initial};
    const grpc_op end = mv_call_end_op(&stream->end);
    stream->heard_us = mv_batch_now_us();
    begin(stream, &head, &stream->head);
    begin(stream, &initial, &stream->initial);
    begin(stream, &end, &stream->end);
    while (!(stream->over && stream->drained) && !stream->broken && !stream->run->stopped) {
        pump(stream);
        if (!stream->broken)
            await(stream);
    }
    if (!stream->over)
        (void)grpc_call_cancel(stream->call, NULL);
    while (stream->pending > 0) {
        grpc_event event = grpc_completion_queue_next(stream->queue, gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL);
        stream->pending -= event.type == GRPC_OP_COMPLETE;
    }
    grpc_byte_buffer_destroy(stream->answer);
}

/* How it ended, when it was the server or the network that ended it. */
static void judge_end(struct stream *stream)
{
    struct mv_client_error *error = &stream->run->error;
    static const char early[] = "The server ended the batch before everything was answered.";
    if (stream->end.status == GRPC_STATUS_OK)
        mv_error_decode(error, MV_STATUS_UNAVAILABLE, early, sizeof early - 1, NULL, 0);
    else
        mv_call_end_error(&stream->end, error);
    /* every order may be repeated, so whatever the network does is worth another try */
    stream->again = mv_retry_wise(error) || (error->reason[0] == '\0' && mv_retry_outcome_open(error));
}

bool mv_batch_stream(struct mv_batch_run *run, bool *again)
{
    const ProtobufCMethodDescriptor *descriptor = NULL;
    struct stream stream = {.run = run, .queue = grpc_completion_queue_create_for_next(NULL)};
    *again = false;
    stream.call = mv_call_new(run->client, &metervault__v1__token_service__descriptor, "IssueBatch", stream.queue,
                              gpr_inf_future(GPR_CLOCK_MONOTONIC), &descriptor, &run->error);
    if (stream.call != NULL) {
        stream.answer_type = descriptor->output;
        mv_call_end_init(&stream.end);
        exchange(&stream);
        if (!stream.broken && !all_answered(run))
            judge_end(&stream);
        *again = stream.again;
        mv_call_end_destroy(&stream.end);
        grpc_call_unref(stream.call);
    }
    grpc_completion_queue_shutdown(stream.queue);
    (void)grpc_completion_queue_next(stream.queue, gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL);
    grpc_completion_queue_destroy(stream.queue);
    return all_answered(run);
}
