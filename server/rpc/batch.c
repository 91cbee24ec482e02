#include "rpc/batch.h"

#include <stdint.h>

#include "base/log.h"
#include "rpc/call.h"

#ifdef __SANITIZE_THREAD__
void __tsan_acquire(void *address);
void __tsan_release(void *address);
const char *__tsan_default_options(void);

/* Locks inside libgrpc are invisible to the sanitizer, so its accesses must not be judged either. */
__attribute__((weak)) const char *__tsan_default_options(void)
{
    return "ignore_noninstrumented_modules=1";
}

static void hand_over(struct rpc_tag *tag)
{
    __tsan_release(tag);
}

static void take_back(struct rpc_tag *tag)
{
    __tsan_acquire(tag);
}
#else
static void hand_over(const struct rpc_tag *tag)
{
    (void)tag;
}

static void take_back(const struct rpc_tag *tag)
{
    (void)tag;
}
#endif

bool rpc_batch_start(grpc_call *call, const grpc_op *ops, size_t count, struct rpc_tag *tag)
{
    hand_over(tag);
    grpc_call_error error = grpc_call_start_batch(call, ops, count, tag, NULL);
    if (error == GRPC_CALL_OK)
        return true;
    mv_log(MV_LOG_ERROR, "rpc: the library refused a batch, error %d", (int)error);
    return false;
}

bool rpc_batch_request(grpc_server *server, void *method, struct rpc_call *call, grpc_completion_queue *notify,
                       struct rpc_tag *tag)
{
    grpc_completion_queue *bound = call->own != NULL ? call->own : notify;
    hand_over(tag);
    grpc_call_error error;
    if (method != NULL)
        error = grpc_server_request_registered_call(server, method, &call->call, &call->deadline, &call->metadata,
                                                    rpc_kind_reads(call->entry->kind) ? NULL : &call->received, bound,
                                                    notify, tag);
    else
        error = grpc_server_request_call(server, &call->call, &call->details, &call->metadata, bound, notify, tag);
    if (error == GRPC_CALL_OK)
        return true;
    mv_log(MV_LOG_ERROR, "rpc: the library refused to listen for a call, error %d", (int)error);
    return false;
}

void rpc_batch_shutdown(grpc_server *server, grpc_completion_queue *notify, struct rpc_tag *tag)
{
    hand_over(tag);
    grpc_server_shutdown_and_notify(server, notify, tag);
}

void rpc_batch_wake(grpc_channel *idle, grpc_completion_queue *queue, struct rpc_tag *tag)
{
    hand_over(tag);
    grpc_channel_watch_connectivity_state(idle, GRPC_CHANNEL_READY, gpr_inf_future(GPR_CLOCK_REALTIME), queue, tag);
}

enum rpc_next rpc_queue_next(grpc_completion_queue *queue, gpr_timespec deadline, struct rpc_tag **tag, bool *ok)
{
    grpc_event event = grpc_completion_queue_next(queue, deadline, NULL);
    if (event.type != GRPC_OP_COMPLETE)
        return event.type == GRPC_QUEUE_SHUTDOWN ? RPC_NEXT_SHUTDOWN : RPC_NEXT_TIMEOUT;
    *tag = event.tag;
    *ok = event.success != 0;
    take_back(*tag);
    return RPC_NEXT_EVENT;
}

enum rpc_plucked rpc_queue_pluck(grpc_completion_queue *queue, struct rpc_tag *tag, gpr_timespec deadline)
{
    grpc_event event = grpc_completion_queue_pluck(queue, tag, deadline, NULL);
    if (event.type != GRPC_OP_COMPLETE)
        return RPC_PLUCKED_TIMEOUT;
    take_back(tag);
    return event.success != 0 ? RPC_PLUCKED_OK : RPC_PLUCKED_FAILED;
}
