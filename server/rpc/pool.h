/* A fixed set of threads and a bounded row of calls that wait for them. */
#ifndef MV_RPC_POOL_H
#define MV_RPC_POOL_H

#include <pthread.h>
#include <stdbool.h>

#include "base/status.h"

struct rpc_call;

struct rpc_pool {
    void (*run)(struct rpc_call *call);
    const char *name; /* of its threads */
    pthread_mutex_t lock;
    pthread_cond_t filled;
    struct rpc_call *first;
    struct rpc_call *last;
    unsigned waiting;
    unsigned idle; /* threads */
    unsigned capacity;
    bool closed;
    pthread_t *threads;
    unsigned thread_count;
};

/* `name`: at most 15 characters, outlives the pool. `capacity`: calls that may wait while no thread is idle. On failure
 * nothing is left running; `pool` must be zeroed before. */
MV_MUST_USE mv_status rpc_pool_open(struct rpc_pool *pool, const char *name, void (*run)(struct rpc_call *call),
                                    unsigned threads, unsigned capacity);
/* False when full. */
bool rpc_pool_put(struct rpc_pool *pool, struct rpc_call *call);
/* Runs what waits, then joins. Fine on a pool that was never opened. */
void rpc_pool_close(struct rpc_pool *pool);

#endif
