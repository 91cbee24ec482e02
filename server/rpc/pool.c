#include "rpc/pool.h"

#include <stdlib.h>

#include "rpc/call.h"

static struct rpc_call *take(struct rpc_pool *pool)
{
    (void)pthread_mutex_lock(&pool->lock);
    pool->idle++;
    while (pool->first == NULL && !pool->closed)
        (void)pthread_cond_wait(&pool->filled, &pool->lock);
    pool->idle--;
    struct rpc_call *call = pool->first;
    if (call != NULL) {
        pool->first = call->next;
        pool->waiting--;
        if (pool->first == NULL)
            pool->last = NULL;
    }
    (void)pthread_mutex_unlock(&pool->lock);
    return call;
}

static void *work(void *argument)
{
    struct rpc_pool *pool = argument;
    (void)pthread_setname_np(pthread_self(), pool->name);
    for (struct rpc_call *call = take(pool); call != NULL; call = take(pool))
        pool->run(call);
    return NULL;
}

mv_status rpc_pool_open(struct rpc_pool *pool, const char *name, void (*run)(struct rpc_call *call), unsigned threads,
                        unsigned capacity)
{
    pool->name = name;
    pool->run = run;
    pool->capacity = capacity;
    pool->threads = calloc(threads, sizeof *pool->threads);
    if (pool->threads == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "worker threads");
    (void)pthread_mutex_init(&pool->lock, NULL);
    (void)pthread_cond_init(&pool->filled, NULL);
    for (; pool->thread_count < threads; pool->thread_count++) {
        int error = pthread_create(&pool->threads[pool->thread_count], NULL, work, pool);
        if (error != 0) {
            rpc_pool_close(pool);
            return mv_fail_code(MV_OUT_OF_MEMORY, "worker threads", (unsigned)error);
        }
    }
    return mv_ok();
}

bool rpc_pool_put(struct rpc_pool *pool, struct rpc_call *call)
{
    call->next = NULL;
    (void)pthread_mutex_lock(&pool->lock);
    bool room = pool->waiting < pool->capacity + pool->idle && !pool->closed;
    if (room) {
        if (pool->last != NULL)
            pool->last->next = call;
        else
            pool->first = call;
        pool->last = call;
        pool->waiting++;
        (void)pthread_cond_signal(&pool->filled);
    }
    (void)pthread_mutex_unlock(&pool->lock);
    return room;
}

void rpc_pool_close(struct rpc_pool *pool)
{
    if (pool->threads == NULL)
        return;
    (void)pthread_mutex_lock(&pool->lock);
    pool->closed = true;
    (void)pthread_cond_broadcast(&pool->filled);
    (void)pthread_mutex_unlock(&pool->lock);
    for (unsigned i = 0; i < pool->thread_count; i++)
        (void)pthread_join(pool->threads[i], NULL);
    (void)pthread_cond_destroy(&pool->filled);
    (void)pthread_mutex_destroy(&pool->lock);
    free(pool->threads);
    pool->threads = NULL;
}
