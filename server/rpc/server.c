/* Start and stop. */
#include "rpc/server.h"

#include <grpc/grpc_security.h>
#include <grpc/support/log.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "rpc/accept_guard.h"
#include "rpc/arguments.h"
#include "rpc/listen.h"

enum {
    SLOTS_UNARY = 16, /* calls of one method that may arrive while a queue thread is busy with the first */
    SLOTS_STREAM = 2,
    REFUSALS = 256,
    DESK_SHARE = 2, /* of the desk workers, one principal may hold one in so many */
    OPEN_SHARE = 4, /* stream workers for each one that serves streams open to anybody */
    REARM_MS = 500, /* until lost accept slots are tried again */
    OPEN_STREAM_MS = 30000,
    PAUSE_MS = 5,
    PATIENCE_MS = 5000, /* between two complaints about handlers that do not end */
};

static mv_status check_options(const struct rpc_options *options, struct rpc_listen *listen)
{
    if (options->queue_threads == 0 || options->workers == 0 || options->stream_workers == 0)
        return mv_fail(MV_CONFIG_INVALID, "queue_threads, workers, stream_workers: at least 1");
    if (options->max_message_bytes == 0 || options->max_message_bytes > 64U << 20)
        return mv_fail(MV_CONFIG_INVALID, "max_message_bytes: 1 to 64 MiB");
    if (options->max_repeated == 0 || options->max_calls == 0 || options->max_connections == 0)
        return mv_fail(MV_CONFIG_INVALID, "max_repeated, max_calls, max_connections: at least 1");
    MV_TRY(rpc_listen_parse(options->listen, listen));
    if (options->insecure_loopback && !listen->loopback)
        return mv_fail(MV_CONFIG_INVALID, "listen: plaintext needs a loopback address");
    if (options->insecure_loopback && options->insecure_principal != NULL &&
        !rpc_principal_valid(options->insecure_principal, strlen(options->insecure_principal)))
        return mv_fail(MV_CONFIG_INVALID, "insecure_principal");
    return mv_ok();
}

/* The library's own complaints, in our form. Most are about callers (a handshake without a certificate), hence no error
 * of ours. */
static void pass_log(gpr_log_func_args *line)
{
    mv_log(line->severity == GPR_LOG_SEVERITY_ERROR ? MV_LOG_INFO : MV_LOG_DEBUG, "grpc: %s", line->message);
}

static mv_status open_identity(struct rpc_server *server)
{
    const struct rpc_options *options = &server->options;
    if (!options->insecure_loopback)
        return rpc_tls_open(options, &server->tls);
    if (options->insecure_principal != NULL) {
        server->insecure_principal.known = true;
        memcpy(server->insecure_principal.name, options->insecure_principal, strlen(options->insecure_principal));
    }
    return mv_ok();
}

static mv_status open_methods(struct rpc_server *server, const struct rpc_service *services, size_t count)
{
    MV_TRY(rpc_schema_open(server->options.descriptor_set, server->options.descriptor_set_size, &server->schema));
    MV_TRY(rpc_health_open(services, count, &server->health));
    MV_TRY(rpc_reflection_open(server->schema, &server->methods, &server->reflection));
    enum { OWN = 1 + RPC_REFLECTION_SERVICES };
    const struct rpc_service **all = calloc(count + OWN, sizeof(const struct rpc_service *));
    if (all == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "services");
    for (size_t i = 0; i < count; i++)
        all[i] = &services[i];
    all[count] = rpc_health_service(server->health);
    for (size_t i = 0; i < RPC_REFLECTION_SERVICES; i++)
        all[count + 1 + i] = rpc_reflection_service(server->reflection, i);
    mv_status status = rpc_methods_open(&server->methods, server->schema, all, count + OWN, OWN);
    free((void *)all);
    return status;
}

static mv_status open_pools(struct rpc_server *server)
{
    const struct rpc_options *options = &server->options;
    unsigned streams = options->stream_workers;
    unsigned open = streams < OPEN_SHARE ? 1 : streams / OPEN_SHARE;
    MV_TRY(rpc_pool_open(&server->workers, "rpc-worker", rpc_dispatch_run, options->workers, options->max_calls));
    MV_TRY(rpc_pool_open(&server->stream_workers, "rpc-stream", rpc_dispatch_run, streams, streams));
    unsigned desks = options->desk_workers == 0 ? streams : options->desk_workers;
    unsigned share = desks < DESK_SHARE ? 1 : desks / DESK_SHARE;
    MV_TRY(rpc_share_open(&server->desk_share, desks, share));
    MV_TRY(rpc_pool_open(&server->desk_workers, "rpc-desk", rpc_dispatch_run, desks, desks));
    MV_TRY(rpc_pool_open(&server->open_workers, "rpc-open", rpc_dispatch_run, open, open));
    return rpc_pool_open(&server->refusers, "rpc-refuser", rpc_dispatch_refuse, 1, REFUSALS);
}

static mv_status open_queues(struct rpc_server *server)
{
    unsigned count = server->options.queue_threads;
    server->queues = calloc(count, sizeof *server->queues);
    server->threads = calloc(count, sizeof *server->threads);
    if (server->queues == NULL || server->threads == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "queue threads");
    for (unsigned i = 0; i < count; i++) {
        struct rpc_queue *queue = &server->queues[i];
        queue->server = server;
        queue->lost = calloc(server->methods.count + 1, sizeof *queue->lost);
        if (queue->lost == NULL)
            return mv_fail(MV_OUT_OF_MEMORY, "queue threads");
        queue->queue = grpc_completion_queue_create_for_next(NULL);
        grpc_server_register_completion_queue(server->grpc, queue->queue, NULL);
        MV_TRY(rpc_late_open(&queue->late, queue->queue));
    }
    return mv_ok();
}

static mv_status open_grpc(struct rpc_server *server)
{
    server->grpc = rpc_arguments_create_server(&server->options);
    if (server->grpc == NULL)
        return mv_fail(MV_INTERNAL_ERROR, "grpc_server_create");
    MV_TRY(open_queues(server));
    for (size_t i = 0; i < server->methods.count; i++) {
        struct rpc_entry *entry = &server->methods.entries[i];
        entry->registered = grpc_server_register_method(
            server->grpc, entry->path, NULL,
            rpc_kind_reads(entry->kind) ? GRPC_SRM_PAYLOAD_NONE : GRPC_SRM_PAYLOAD_READ_INITIAL_BYTE_BUFFER, 0);
        if (entry->registered == NULL)
            return mv_fail(MV_CONFIG_INVALID, entry->input->name);
    }
    return mv_ok();
}

static mv_status bind_port(struct rpc_server *server, const char *address)
{
    grpc_server_credentials *credentials =
        server->tls != NULL ? rpc_tls_credentials(server->tls) : grpc_insecure_server_credentials_create();
    int port = grpc_server_add_http2_port(server->grpc, address, credentials);
    grpc_server_credentials_release(credentials);
    if (port <= 0 || port > 65535)
        return mv_fail(MV_CONFIG_INVALID, "listen: cannot bind");
    server->port = (uint16_t)port;
    const struct rpc_options *options = &server->options;
    uint32_t share =
        options->max_connections_per_peer != 0 ? options->max_connections_per_peer : options->max_connections;
    return rpc_accept_guard_open(server->port, options->max_connections, share);
}

/* Lost accept slots are tried again after a while, however many or few events come. Returns when. */
static gpr_timespec rearm_slots(struct rpc_queue *queue, gpr_timespec when)
{
    const gpr_timespec never = gpr_inf_future(GPR_CLOCK_MONOTONIC);
    if (atomic_load(&queue->lost_count) == 0)
        return never;
    gpr_timespec now = gpr_now(GPR_CLOCK_MONOTONIC);
    bool waits = gpr_time_cmp(when, never) != 0;
    if (waits && gpr_time_cmp(now, when) < 0)
        return when;
    if (waits)
        rpc_dispatch_rearm(queue);
    return gpr_time_add(now, gpr_time_from_millis(REARM_MS, GPR_TIMESPAN));
}

static void *poll_queue(void *argument)
{
    struct rpc_queue *queue = argument;
    struct rpc_tag *tag;
    bool ok;
    gpr_timespec rearm = gpr_inf_future(GPR_CLOCK_MONOTONIC);
    (void)pthread_setname_np(pthread_self(), "rpc-queue");
    rpc_late_serve(&queue->late);
    for (;;) {
        enum rpc_next next = rpc_queue_next(queue->queue, rearm, &tag, &ok);
        if (next == RPC_NEXT_SHUTDOWN)
            return NULL;
        if (next == RPC_NEXT_EVENT)
            tag->event(tag, ok);
        rearm = rearm_slots(queue, rearm);
    }
}

static mv_status start_threads(struct rpc_server *server)
{
    for (; server->thread_count < server->options.queue_threads; server->thread_count++) {
        unsigned i = server->thread_count;
        int error = pthread_create(&server->threads[i], NULL, poll_queue, &server->queues[i]);
        if (error != 0)
            return mv_fail_code(MV_OUT_OF_MEMORY, "queue threads", (unsigned)error);
    }
    return mv_ok();
}

static void listen_for_calls(struct rpc_server *server)
{
    for (unsigned q = 0; q < server->options.queue_threads; q++) {
        for (size_t i = 0; i < server->methods.count; i++) {
            const struct rpc_entry *entry = &server->methods.entries[i];
            unsigned slots = entry->kind == RPC_UNARY ? SLOTS_UNARY : SLOTS_STREAM;
            for (unsigned k = 0; k < slots; k++)
                rpc_dispatch_arm(server, &server->queues[q], entry);
        }
        rpc_dispatch_arm(server, &server->queues[q], NULL);
    }
}

static void release_parts(struct rpc_server *server)
{
    rpc_pool_close(&server->workers);
    rpc_pool_close(&server->stream_workers);
    rpc_pool_close(&server->desk_workers);
    rpc_pool_close(&server->open_workers);
    rpc_pool_close(&server->refusers);
    rpc_share_close(&server->desk_share);
    unsigned queues = server->queues != NULL ? server->options.queue_threads : 0;
    for (unsigned i = 0; i < queues && server->queues[i].queue != NULL; i++)
        grpc_completion_queue_shutdown(server->queues[i].queue);
    for (unsigned i = 0; i < server->thread_count; i++)
        (void)pthread_join(server->threads[i], NULL);
    if (server->grpc != NULL)
        grpc_server_destroy(server->grpc);
    for (unsigned i = 0; i < queues && server->queues[i].queue != NULL; i++) {
        grpc_completion_queue_destroy(server->queues[i].queue);
        rpc_late_close(&server->queues[i].late);
    }
    while (server->unused != NULL) {
        struct rpc_call *call = server->unused;
        server->unused = call->next;
        free(call);
    }
    rpc_accept_guard_close(server->port);
    rpc_tls_close(server->tls);
    rpc_methods_close(&server->methods);
    rpc_reflection_close(server->reflection);
    rpc_health_close(server->health);
    rpc_schema_close(server->schema);
    (void)pthread_mutex_destroy(&server->unused_lock);
    for (unsigned i = 0; i < queues; i++)
        free(server->queues[i].lost);
    free(server->queues);
    free(server->threads);
    free(server);
    grpc_shutdown_blocking();
}

static void on_stopped(struct rpc_tag *tag, bool ok)
{
    (void)ok;
    struct rpc_server *server = (struct rpc_server *)((char *)tag - offsetof(struct rpc_server, stop));
    atomic_store(&server->stopped, true);
}

static int64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* False when calls are left after `limit_ms`. Looks instead of being woken: the thread that ends the last call may then
 * forget the server at once. */
static bool drained(const struct rpc_server *server, int64_t limit_ms)
{
    int64_t end = now_ms() + limit_ms;
    while (atomic_load(&server->open) > 0 || !atomic_load(&server->stopped)) {
        if (now_ms() >= end)
            return false;
        const struct timespec pause = {0, PAUSE_MS * 1000000L};
        (void)nanosleep(&pause, NULL);
    }
    return true;
}

static void drain(struct rpc_server *server)
{
    server->stop = (struct rpc_tag){on_stopped, NULL};
    rpc_batch_shutdown(server->grpc, server->queues[0].queue, &server->stop);
    if (drained(server, server->options.drain_ms))
        return;
    grpc_server_cancel_all_calls(server->grpc);
    while (!drained(server, PATIENCE_MS))
        mv_log(MV_LOG_WARNING, "rpc: %u calls have not been answered by their handlers yet",
               atomic_load(&server->open));
}

void rpc_server_stop(struct rpc_server *server)
{
    if (server == NULL)
        return;
    atomic_store(&server->stopping, true);
    rpc_health_stop(server->health);
    drain(server);
    release_parts(server);
}

static mv_status open_parts(struct rpc_server *server, const char *address, const struct rpc_service *services,
                            size_t count)
{
    MV_TRY(open_identity(server));
    MV_TRY(open_methods(server, services, count));
    MV_TRY(open_grpc(server));
    MV_TRY(open_pools(server));
    MV_TRY(start_threads(server));
    return bind_port(server, address);
}

mv_status rpc_server_start(const struct rpc_options *options, const struct rpc_service *services, size_t service_count,
                           struct rpc_server **server)
{
    *server = NULL;
    struct rpc_listen listen;
    MV_TRY(check_options(options, &listen));
    MV_TRY(rpc_tls_forbid_old());
    struct rpc_server *made = calloc(1, sizeof *made);
    if (made == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "server");
    made->options = *options;
    if (made->options.open_stream_ms == 0)
        made->options.open_stream_ms = OPEN_STREAM_MS;
    (void)pthread_mutex_init(&made->unused_lock, NULL);
    gpr_set_log_function(pass_log);
    grpc_init();
    mv_status status = open_parts(made, listen.address, services, service_count);
    if (!status.ok) {
        if (made->port != 0)
            drain(made);
        release_parts(made);
        return status;
    }
    grpc_server_start(made->grpc);
    listen_for_calls(made);
    *server = made;
    return mv_ok();
}

uint16_t rpc_server_port(const struct rpc_server *server)
{
    return server->port;
}

void rpc_expect_probe(const struct rpc_server *server, uint16_t source_port)
{
    rpc_accept_guard_expect(server->port, source_port);
}

void rpc_set_serving(struct rpc_server *server, const char *service, bool serving)
{
    rpc_health_set(server->health, service, serving);
}
