#include "rpc/late.h"

#include <grpc/grpc_security.h>
#include <stddef.h>

#include "rpc/call.h"

static _Thread_local const struct rpc_late *served;

/* While there are answers the thread is awake anyway, and is not woken for those that come meanwhile. */
static struct rpc_call *take(struct rpc_late *late)
{
    (void)pthread_mutex_lock(&late->lock);
    struct rpc_call *call = late->first;
    late->first = NULL;
    late->end = &late->first;
    late->awake = call != NULL;
    (void)pthread_mutex_unlock(&late->lock);
    return call;
}

static void start_all(struct rpc_call *call)
{
    while (call != NULL) {
        struct rpc_call *next = call->next;
        rpc_call_start_ending(call);
        call = next;
    }
}

static void on_woken(struct rpc_tag *tag, bool ok)
{
    (void)ok;
    struct rpc_late *late = (struct rpc_late *)((char *)tag - offsetof(struct rpc_late, woken));
    struct rpc_call *call;
    while ((call = take(late)) != NULL)
        start_all(call);
}

mv_status rpc_late_open(struct rpc_late *late, grpc_completion_queue *queue)
{
    *late = (struct rpc_late){.queue = queue, .woken = {on_woken, NULL}};
    late->end = &late->first;
    (void)pthread_mutex_init(&late->lock, NULL);
    grpc_channel_credentials *none = grpc_insecure_credentials_create();
    late->idle = grpc_channel_create("ipv4:127.0.0.1:9", none, NULL);
    grpc_channel_credentials_release(none);
    if (late->idle == NULL || !grpc_channel_support_connectivity_watcher(late->idle))
        return mv_fail(MV_INTERNAL_ERROR, "idle channel");
    return mv_ok();
}

void rpc_late_close(struct rpc_late *late)
{
    if (late->idle != NULL)
        grpc_channel_destroy(late->idle);
    (void)pthread_mutex_destroy(&late->lock);
}

void rpc_late_serve(const struct rpc_late *late)
{
    served = late;
}

bool rpc_late_is_served_here(const struct rpc_late *late)
{
    return served == late;
}

void rpc_late_put(struct rpc_late *late, struct rpc_call *call)
{
    call->next = NULL;
    (void)pthread_mutex_lock(&late->lock);
    *late->end = call;
    late->end = &call->next;
    bool wake = !late->awake;
    late->awake = true;
    (void)pthread_mutex_unlock(&late->lock);
    if (wake)
        rpc_batch_wake(late->idle, late->queue, &late->woken);
}
