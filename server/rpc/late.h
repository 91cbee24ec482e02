/* Answers that another thread than the queue's gives. Each batch that such a thread starts costs a wake-up of the queue
 * thread, and the transport sends it by itself. So they are collected, and the queue thread, woken once, starts them
 * all.
 *
 * The library has no call that puts an event of ours on a queue. Watching the state of a channel that never connects
 * for being another than READY is such an event in all but name: it comes at once, whatever the callers of the server
 * do. */
#ifndef MV_RPC_LATE_H
#define MV_RPC_LATE_H

#include <grpc/grpc.h>
#include <pthread.h>
#include <stdbool.h>

#include "base/status.h"
#include "rpc/batch.h"

struct rpc_late {
    grpc_channel *idle; /* never connects */
    grpc_completion_queue *queue;
    struct rpc_tag woken;
    pthread_mutex_t lock;
    struct rpc_call *first; /* linked by `next` */
    struct rpc_call **end;
    bool awake; /* an event is under way, or the thread takes answers */
};

MV_MUST_USE mv_status rpc_late_open(struct rpc_late *late, grpc_completion_queue *queue);
/* The queue must be drained. */
void rpc_late_close(struct rpc_late *late);

/* The thread that runs this serves the queue: what it answers goes out at once. */
void rpc_late_serve(const struct rpc_late *late);
bool rpc_late_is_served_here(const struct rpc_late *late);
/* Has the queue's thread run rpc_call_start_ending. */
void rpc_late_put(struct rpc_late *late, struct rpc_call *call);

#endif
