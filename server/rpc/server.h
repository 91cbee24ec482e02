/* The parts of a running server. Inside server/rpc only. */
#ifndef MV_RPC_SERVER_H
#define MV_RPC_SERVER_H

#include <grpc/grpc.h>
#include <pthread.h>
#include <stdatomic.h>

#include "rpc/call.h"
#include "rpc/health.h"
#include "rpc/methods.h"
#include "rpc/pool.h"
#include "rpc/reflection.h"
#include "rpc/rpc.h"
#include "rpc/schema.h"
#include "rpc/share.h"
#include "rpc/tls.h"

struct rpc_server {
    struct rpc_options options;
    grpc_server *grpc;
    struct rpc_queue *queues;
    pthread_t *threads;
    unsigned thread_count; /* started ones */
    struct rpc_methods methods;
    struct rpc_schema *schema;
    struct rpc_health *health;
    struct rpc_reflection *reflection;
    struct rpc_tls *tls; /* NULL: plaintext */
    struct rpc_principal insecure_principal;
    struct rpc_pool workers;
    struct rpc_pool stream_workers;
    struct rpc_pool desk_workers; /* streams that wait for a device */
    struct rpc_share desk_share;
    struct rpc_pool open_workers; /* streams of services open to anybody: they take no thread from those of others */
    struct rpc_pool refusers;     /* one thread: refusing a stream may wait for its transport, a queue thread may not */
    uint16_t port;

    atomic_bool stopping;
    atomic_bool stopped; /* the library has no connection and no call any more */
    atomic_uint running; /* admitted calls */
    atomic_uint open;    /* calls that arrived and are not freed */
    struct rpc_tag stop;

    pthread_mutex_t unused_lock;
    struct rpc_call *unused;
};

/* Starts listening for one more call of `entry`, NULL for any unknown method. */
void rpc_dispatch_arm(struct rpc_server *server, struct rpc_queue *queue, const struct rpc_entry *entry);
/* Tries again what could not be armed, on the queue's thread. */
void rpc_dispatch_rearm(struct rpc_queue *queue);
/* Runs a call on the thread of a pool. */
void rpc_dispatch_run(struct rpc_call *call);
void rpc_dispatch_refuse(struct rpc_call *call);

#endif
