#include "rpc/call.h"

#include <stdlib.h>
#include <string.h>

#include "rpc/health.h"
#include "rpc/server.h"

static struct rpc_call *take_unused(struct rpc_server *server)
{
    (void)pthread_mutex_lock(&server->unused_lock);
    struct rpc_call *call = server->unused;
    if (call != NULL)
        server->unused = call->next;
    (void)pthread_mutex_unlock(&server->unused_lock);
    return call != NULL ? call : malloc(sizeof *call);
}

static void give_unused(struct rpc_call *call)
{
    struct rpc_server *server = call->server;
    (void)pthread_mutex_lock(&server->unused_lock);
    call->next = server->unused;
    server->unused = call;
    (void)pthread_mutex_unlock(&server->unused_lock);
}

/* The status or the one message of an inline stream is out. */
static void on_moved(struct rpc_tag *tag, bool ok)
{
    (void)ok;
    rpc_call_release(tag->call);
}

static void on_closed(struct rpc_tag *tag, bool ok)
{
    (void)ok;
    struct rpc_call *call = tag->call;
    if (call->close_result != 0)
        atomic_store(&call->cancelled, true);
    if (call->entry->kind != RPC_UNARY)
        rpc_health_closed(call);
    rpc_call_release(call);
}

struct rpc_call *rpc_call_take(struct rpc_server *server, struct rpc_queue *queue, const struct rpc_entry *entry)
{
    struct rpc_call *call = take_unused(server);
    if (call == NULL)
        return NULL;
    memset(call, 0, offsetof(struct rpc_call, arena));
    call->server = server;
    call->queue = queue;
    call->entry = entry;
    call->own = rpc_entry_plucks(entry) ? grpc_completion_queue_create_for_pluck(NULL) : NULL;
    call->status_text = grpc_empty_slice();
    call->status_details = grpc_empty_slice();
    call->came = (struct rpc_tag){NULL, call};
    call->moved = (struct rpc_tag){on_moved, call};
    call->closed = (struct rpc_tag){on_closed, call};
    grpc_metadata_array_init(&call->metadata);
    grpc_call_details_init(&call->details);
    atomic_init(&call->refs, 1);
    atomic_init(&call->close_asked, false);
    atomic_init(&call->cancelled, false);
    rpc_arena_init(&call->arena, rpc_arena_budget(server->options.max_message_bytes));
    return call;
}

void rpc_call_discard(struct rpc_call *call)
{
    grpc_byte_buffer_destroy(call->received);
    grpc_byte_buffer_destroy(call->sent);
    grpc_slice_unref(call->status_text);
    grpc_slice_unref(call->status_details);
    grpc_metadata_array_destroy(&call->metadata);
    grpc_call_details_destroy(&call->details);
    if (call->call != NULL)
        grpc_call_unref(call->call);
    if (call->own != NULL) {
        grpc_completion_queue_shutdown(call->own);
        grpc_completion_queue_destroy(call->own);
    }
    free(call->pairs);
    rpc_arena_reset(&call->arena, 0);
    give_unused(call);
}

void rpc_call_hold(struct rpc_call *call)
{
    atomic_fetch_add(&call->refs, 1);
}

void rpc_call_release(struct rpc_call *call)
{
    if (atomic_fetch_sub(&call->refs, 1) != 1)
        return;
    struct rpc_server *server = call->server;
    bool admitted = call->admitted;
    rpc_call_discard(call);
    if (admitted)
        atomic_fetch_sub(&server->running, 1);
    /* the last touch: at zero a stopping server frees itself */
    atomic_fetch_sub(&server->open, 1);
}

void rpc_call_watch_close(struct rpc_call *call)
{
    if (atomic_exchange(&call->close_asked, true))
        return;
    grpc_op op = {.op = GRPC_OP_RECV_CLOSE_ON_SERVER};
    op.data.recv_close_on_server.cancelled = &call->close_result;
    if (call->own != NULL) {
        call->close_seen = !rpc_batch_start(call->call, &op, 1, &call->closed);
        return;
    }
    rpc_call_hold(call);
    if (!rpc_batch_start(call->call, &op, 1, &call->closed))
        rpc_call_release(call);
}

void rpc_call_identify(struct rpc_call *call)
{
    const struct rpc_server *server = call->server;
    call->principal = server->tls != NULL ? rpc_principal_of(call->call) : server->insecure_principal;
}

void rpc_call_refused(const struct rpc_call *call, mv_status status)
{
    const struct rpc_options *options = &call->server->options;
    if (options->refused == NULL || status.reason == MV_CANCELLED_BY_CALLER || status.reason == MV_DEADLINE_PASSED)
        return;
    options->refused(options->refused_self, rpc_principal(call),
                     call->entry != NULL ? call->entry->path : RPC_UNKNOWN_PATH, status);
}

static void add_status(struct rpc_call *call, struct rpc_ending ending, grpc_op *op)
{
    op->op = GRPC_OP_SEND_STATUS_FROM_SERVER;
    op->data.send_status_from_server.status = ending.code;
    if (!ending.has_details)
        return;
    op->data.send_status_from_server.status_details = &call->status_text;
    if (GRPC_SLICE_IS_EMPTY(call->status_details))
        return;
    call->trailer.key = grpc_slice_from_static_string("grpc-status-details-bin");
    call->trailer.value = call->status_details;
    op->data.send_status_from_server.trailing_metadata_count = 1;
    op->data.send_status_from_server.trailing_metadata = &call->trailer;
}

bool rpc_call_ending_ops(struct rpc_call *call, struct rpc_ending ending, grpc_op *ops, size_t *count)
{
    memset(ops, 0, RPC_ENDING_OPS * sizeof *ops);
    size_t n = 0;
    if (!call->headers_sent)
        ops[n++].op = GRPC_OP_SEND_INITIAL_METADATA;
    call->headers_sent = true;
    call->sent = ending.answer;
    if (ending.answer != NULL) {
        ops[n].op = GRPC_OP_SEND_MESSAGE;
        ops[n++].data.send_message.send_message = ending.answer;
    }
    add_status(call, ending, &ops[n++]);
    bool close_too = !atomic_exchange(&call->close_asked, true);
    if (close_too) {
        ops[n].op = GRPC_OP_RECV_CLOSE_ON_SERVER;
        ops[n++].data.recv_close_on_server.cancelled = &call->close_result;
    }
    *count = n;
    return close_too;
}

void rpc_call_end(struct rpc_call *call, struct rpc_ending ending)
{
    if (call->own != NULL) {
        rpc_stream_end(call, ending);
        return;
    }
    call->ending = ending;
    if (rpc_late_is_served_here(&call->queue->late))
        rpc_call_start_ending(call);
    else
        rpc_late_put(&call->queue->late, call);
}

void rpc_call_start_ending(struct rpc_call *call)
{
    grpc_op ops[RPC_ENDING_OPS];
    size_t count;
    (void)rpc_call_ending_ops(call, call->ending, ops, &count);
    /* The batch may be over, and with it the call and a stopping server, before start returns. */
    rpc_call_hold(call);
    if (!rpc_batch_start(call->call, ops, count, &call->moved))
        rpc_call_release(call);
    rpc_call_release(call);
}
