/* From the arrival of a call to its handler. */
#include "rpc/server.h"

static bool enter(struct rpc_call *call)
{
    struct rpc_server *server = call->server;
    call->admitted = true;
    return atomic_fetch_add(&server->running, 1) < server->options.max_calls;
}

static mv_status prepare(struct rpc_call *call)
{
    if (rpc_cancelled(call))
        return mv_fail(MV_CANCELLED_BY_CALLER, NULL);
    if (rpc_time_left(call) == 0)
        return mv_fail(MV_DEADLINE_PASSED, NULL);
    rpc_call_identify(call);
    if (!call->principal.known && !call->entry->anonymous)
        return mv_fail(MV_NOT_AUTHENTICATED, NULL);
    if (rpc_kind_reads(call->entry->kind))
        return mv_ok();
    ProtobufCMessage *request;
    MV_TRY(rpc_unpack(call, &request));
    call->request = request;
    return mv_ok();
}

static void handle(struct rpc_call *call)
{
    mv_status status = prepare(call);
    if (status.ok) {
        call->entry->handler(call->entry->self, call, call->request);
        return;
    }
    rpc_call_refused(call, status);
    rpc_fail(call, status);
}

static void refuse_unknown(struct rpc_call *call)
{
    const mv_status status = mv_fail(MV_METHOD_UNKNOWN, NULL);
    call->deadline = call->details.deadline;
    rpc_call_identify(call);
    rpc_call_refused(call, status);
    rpc_fail(call, status);
}

static void run_inline(struct rpc_call *call)
{
    rpc_call_hold(call);
    handle(call);
    /* When the answer is out already, it has taken the close with it: one event less. */
    rpc_call_watch_close(call);
    rpc_call_release(call);
}

void rpc_dispatch_refuse(struct rpc_call *call)
{
    rpc_fail(call, call->refusal);
}

/* Never waits, whatever the call. */
static void refuse(struct rpc_call *call, enum mv_reason reason)
{
    call->refusal = mv_fail(reason, NULL);
    if (call->own == NULL) {
        rpc_fail(call, call->refusal);
    } else if (!rpc_pool_put(&call->server->refusers, call)) {
        const struct mv_reason_info *info = mv_reason_info(reason);
        (void)grpc_call_cancel_with_status(call->call, (grpc_status_code)info->grpc_status, info->what, NULL);
        rpc_call_release(call);
    }
}

/* A principal that lets its devices be silent holds its own share of the threads and no more. */
static void run_desk(struct rpc_call *call)
{
    struct rpc_share *share = &call->server->desk_share;
    rpc_call_identify(call);
    const struct rpc_principal principal = call->principal;
    if (principal.known && !rpc_share_take(share, &principal)) {
        refuse(call, MV_SERVER_BUSY);
        return;
    }
    rpc_call_watch_close(call);
    handle(call);
    if (principal.known)
        rpc_share_give(share, &principal);
}

void rpc_dispatch_run(struct rpc_call *call)
{
    if (call->own != NULL)
        rpc_stream_begin(call);
    if (call->entry->run == RPC_DESK) {
        run_desk(call);
        return;
    }
    rpc_call_watch_close(call);
    handle(call);
}

static struct rpc_pool *pool_of(const struct rpc_call *call)
{
    struct rpc_server *server = call->server;
    if (call->own == NULL)
        return &server->workers;
    if (call->entry->run == RPC_DESK)
        return &server->desk_workers;
    return call->entry->anonymous ? &server->open_workers : &server->stream_workers;
}

static void pass_on(struct rpc_call *call)
{
    if (call->own == NULL)
        rpc_call_watch_close(call);
    if (!rpc_pool_put(pool_of(call), call))
        refuse(call, MV_SERVER_BUSY);
}

static void on_arrived(struct rpc_tag *tag, bool ok)
{
    struct rpc_call *call = tag->call;
    if (!ok) {
        rpc_call_discard(call);
        return;
    }
    struct rpc_server *server = call->server;
    atomic_fetch_add(&server->open, 1);
    rpc_dispatch_arm(server, call->queue, call->entry);
    if (call->entry == NULL) {
        refuse_unknown(call);
    } else if (atomic_load(&server->stopping)) {
        refuse(call, MV_SHUTTING_DOWN);
    } else if (!enter(call)) {
        refuse(call, MV_SERVER_BUSY);
    } else if (call->entry->run == RPC_INLINE) {
        run_inline(call);
    } else {
        pass_on(call);
    }
}

static bool arm(struct rpc_server *server, struct rpc_queue *queue, const struct rpc_entry *entry)
{
    struct rpc_call *call = rpc_call_take(server, queue, entry);
    if (call == NULL)
        return false;
    call->arrived = (struct rpc_tag){on_arrived, call};
    if (rpc_batch_request(server->grpc, entry != NULL ? entry->registered : NULL, call, queue->queue, &call->arrived))
        return true;
    rpc_call_discard(call);
    return false;
}

void rpc_dispatch_arm(struct rpc_server *server, struct rpc_queue *queue, const struct rpc_entry *entry)
{
    if (arm(server, queue, entry))
        return;
    size_t index = entry != NULL ? (size_t)(entry - server->methods.entries) : server->methods.count;
    atomic_fetch_add(&queue->lost[index], 1);
    atomic_fetch_add(&queue->lost_count, 1);
}

void rpc_dispatch_rearm(struct rpc_queue *queue)
{
    struct rpc_server *server = queue->server;
    for (size_t i = 0; i <= server->methods.count; i++) {
        unsigned lost = atomic_exchange(&queue->lost[i], 0);
        atomic_fetch_sub(&queue->lost_count, lost);
        for (; lost > 0; lost--)
            rpc_dispatch_arm(server, queue, i < server->methods.count ? &server->methods.entries[i] : NULL);
    }
}
