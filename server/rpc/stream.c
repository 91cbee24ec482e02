/* Streams on a queue of their own: the handler's thread waits for each operation and does the transport's work itself.
 */
#include "rpc/server.h"

enum {
    WRITE_STALL_S = 60, /* a caller who takes nothing for so long is cut off: it holds a worker */
    READ_IDLE_S = 600,  /* likewise one who says nothing */
    OPEN_END_S = 5,     /* for the status of a stream whose life is over */
};

static gpr_timespec in_seconds(int64_t seconds)
{
    return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_seconds(seconds, GPR_TIMESPAN));
}

static gpr_timespec in_ms(uint32_t ms)
{
    return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_millis(ms, GPR_TIMESPAN));
}

void rpc_live(struct rpc_call *call, uint32_t ms)
{
    call->cut_off = in_ms(ms);
}

void rpc_step(struct rpc_call *call, uint32_t ms)
{
    call->step_ends = in_ms(ms);
}

void rpc_stream_begin(struct rpc_call *call)
{
    call->cut_off = call->step_ends = gpr_inf_future(GPR_CLOCK_MONOTONIC);
    if (call->entry->anonymous)
        rpc_live(call, call->server->options.open_stream_ms);
}

static gpr_timespec patience(const struct rpc_call *call, int64_t seconds)
{
    return gpr_time_min(in_seconds(seconds), gpr_time_min(call->cut_off, call->step_ends));
}

/* A caller who is never silent is not found by waiting. */
static bool outlived(const struct rpc_call *call)
{
    return gpr_time_cmp(gpr_now(GPR_CLOCK_MONOTONIC), call->cut_off) >= 0;
}

static bool wait(struct rpc_call *call, struct rpc_tag *tag, gpr_timespec until)
{
    enum rpc_plucked plucked = rpc_queue_pluck(call->own, tag, until);
    if (plucked == RPC_PLUCKED_TIMEOUT) {
        (void)grpc_call_cancel_with_status(call->call, GRPC_STATUS_DEADLINE_EXCEEDED,
                                           "The stream was silent or open for too long.", NULL);
        (void)rpc_queue_pluck(call->own, tag, gpr_inf_future(GPR_CLOCK_MONOTONIC));
    }
    return plucked == RPC_PLUCKED_OK;
}

void rpc_stream_look(struct rpc_call *call)
{
    if (call->close_seen || !atomic_load(&call->close_asked))
        return;
    if (rpc_queue_pluck(call->own, &call->closed, gpr_inf_past(GPR_CLOCK_MONOTONIC)) == RPC_PLUCKED_TIMEOUT)
        return;
    call->close_seen = true;
    if (call->close_result != 0)
        atomic_store(&call->cancelled, true);
}

static mv_status why_broken(const struct rpc_call *call)
{
    return mv_fail(rpc_time_left(call) == 0 ? MV_DEADLINE_PASSED : MV_CANCELLED_BY_CALLER, NULL);
}

/* A later message of a server stream may wait for company; the first one may not, it would never leave: the library
 * deadlocks on the hint together with initial metadata. In a dialogue the other side waits for every message. */
static uint32_t write_flags(const struct rpc_call *call)
{
    return call->entry->kind == RPC_SERVER_STREAM && call->headers_sent ? GRPC_WRITE_BUFFER_HINT : 0;
}

mv_status rpc_write(struct rpc_call *call, const ProtobufCMessage *message)
{
    if (rpc_cancelled(call))
        return why_broken(call);
    grpc_byte_buffer *buffer = rpc_pack(call, message);
    if (buffer == NULL)
        return mv_fail(MV_INTERNAL_ERROR, "answer of another type");
    grpc_op ops[2] = {{0}};
    size_t count = 0;
    uint32_t flags = write_flags(call);
    if (!call->headers_sent)
        ops[count++].op = GRPC_OP_SEND_INITIAL_METADATA;
    call->headers_sent = true;
    ops[count].op = GRPC_OP_SEND_MESSAGE;
    ops[count].flags = flags;
    ops[count++].data.send_message.send_message = buffer;
    bool written = rpc_batch_start(call->call, ops, count, &call->moved) &&
                   wait(call, &call->moved, patience(call, WRITE_STALL_S));
    grpc_byte_buffer_destroy(buffer);
    return written ? mv_ok() : why_broken(call);
}

mv_status rpc_read(struct rpc_call *call, ProtobufCMessage **message)
{
    *message = NULL;
    rpc_arena_reset(&call->arena, rpc_arena_budget(call->server->options.max_message_bytes));
    grpc_op op = {.op = GRPC_OP_RECV_MESSAGE};
    op.data.recv_message.recv_message = &call->received;
    if (outlived(call))
        return mv_fail(MV_DEADLINE_PASSED, NULL);
    if (!rpc_batch_start(call->call, &op, 1, &call->came) || !wait(call, &call->came, patience(call, READ_IDLE_S)))
        return why_broken(call);
    /* A cancelled call delivers "no more" just as an ended one does, and the news of its close may come later. */
    if (call->received == NULL)
        return grpc_call_failed_before_recv_message(call->call) != 0 ? why_broken(call) : mv_ok();
    mv_status status = rpc_unpack(call, message);
    if (!status.ok)
        rpc_call_refused(call, status);
    return status;
}

static bool is_short(const struct rpc_call *call)
{
    return call->entry->anonymous || call->entry->run == RPC_DESK;
}

void rpc_stream_end(struct rpc_call *call, struct rpc_ending ending)
{
    grpc_op ops[RPC_ENDING_OPS];
    size_t count;
    bool close_too = rpc_call_ending_ops(call, ending, ops, &count);
    if (rpc_batch_start(call->call, ops, count, &call->moved))
        (void)wait(call, &call->moved, in_seconds(is_short(call) ? OPEN_END_S : WRITE_STALL_S));
    else
        (void)grpc_call_cancel(call->call, NULL);
    if (!close_too && !call->close_seen)
        (void)rpc_queue_pluck(call->own, &call->closed, gpr_inf_future(GPR_CLOCK_MONOTONIC));
    rpc_call_release(call);
}
