/* metervaultd: network and ledger. Holds no key and no PIN; those are the key process's. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api/api.h"
#include "base/teardown.h"
#include "ops/harden.h"
#include "ops/memory.h"
#include "ops/notify.h"
#include "ops/watchdog.h"
#include "start.h"

enum { POLL_MS = 500, WATCHDOG_TIMEOUT_MS = 2000, SPARE_JOBS = 64, MOST_READERS = 64, KEEPER_MS = 2000 };

extern const uint8_t mv_descriptor_set[];
extern const size_t mv_descriptor_set_size;

static const char usage[] =
    "metervaultd: sells prepayment tokens over gRPC and keeps the ledger.\n"
    "\n"
    "  metervaultd --config FILE [--check] [--insecure-loopback [--insecure-principal NAME]]\n"
    "\n"
    "  --config FILE               the configuration; see deploy/config/metervaultd.conf\n"
    "  --check                     checks configuration, certificates, ledger and keys, and ends\n"
    "  --insecure-loopback         no TLS; refused unless `listen` is a loopback address\n"
    "  --insecure-principal NAME   who callers without TLS are\n"
    "  --version, --help\n"
    "\n"
    "examples\n"
    "  metervaultd --config /etc/metervault/metervaultd.conf --check\n"
    "  metervaultd --config /etc/metervault/metervaultd.conf\n"
    "\n"
    "exit codes: 0 done, 1 refused, 2 usage, 3 not ready\n";

struct server {
    const struct config *config;
    const struct arguments *arguments;
    struct vend *vend;
    struct rpc_server *rpc;
    bool serving;
    mv_status unwell; /* last reason that was logged */
    int64_t fed_ms;   /* when the watchdog was last fed */
};

int start_exit_code(mv_status status)
{
    enum mv_grpc_status kind = mv_reason_info((enum mv_reason)status.reason)->grpc_status;
    return kind == MV_STATUS_UNAVAILABLE ? EXIT_NOT_READY : EXIT_REFUSED;
}

void start_rpc_options(const struct config *config, const struct arguments *arguments, struct rpc_options *options)
{
    *options = (struct rpc_options){.listen = config->listen,
                                    .certificate_file = config->certificate_file,
                                    .key_file = config->key_file,
                                    .client_ca_file = config->client_ca_file,
                                    .insecure_loopback = arguments->insecure_loopback,
                                    .insecure_principal = arguments->insecure_principal,
                                    .queue_threads = config->queue_threads,
                                    .workers = config->workers,
                                    .stream_workers = config->stream_workers,
                                    .desk_workers = config->card_sessions,
                                    .max_message_bytes = config->max_message_bytes,
                                    .max_repeated = config->max_repeated,
                                    .max_calls = config->max_calls,
                                    .max_connections = config->max_connections,
                                    .max_connections_per_peer = config->max_connections_per_peer,
                                    .max_connection_age_s = config->max_connection_age_s,
                                    .drain_ms = config->drain_ms,
                                    .descriptor_set = mv_descriptor_set,
                                    .descriptor_set_size = mv_descriptor_set_size};
}

static int64_t now_ms(void)
{
    struct timespec t;
    return clock_gettime(CLOCK_MONOTONIC, &t) == 0 ? (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000 : 0;
}

/* EXIT_DONE: go on. Ends the program itself for --help and --version. */
static int read_arguments(int argc, char **argv, struct arguments *arguments)
{
    static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                            {"check", no_argument, NULL, 'k'},
                                            {"insecure-loopback", no_argument, NULL, 'i'},
                                            {"insecure-principal", required_argument, NULL, 'p'},
                                            {"version", no_argument, NULL, 'v'},
                                            {"help", no_argument, NULL, 'h'},
                                            {0}};
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (c) {
        case 'c':
            arguments->config_file = optarg;
            break;
        case 'k':
            arguments->check = true;
            break;
        case 'i':
            arguments->insecure_loopback = true;
            break;
        case 'p':
            arguments->insecure_principal = optarg;
            break;
        case 'v':
            (void)printf("metervaultd %s\n", METERVAULT_VERSION);
            exit(EXIT_DONE);
        case 'h':
            (void)fputs(usage, stdout);
            exit(EXIT_DONE);
        default:
            return EXIT_USAGE;
        }
    }
    bool odd = arguments->insecure_principal != NULL && !arguments->insecure_loopback;
    return arguments->config_file == NULL || optind != argc || odd ? EXIT_USAGE : EXIT_DONE;
}

/* Before any thread: all of them inherit it, and the main thread alone takes the signals. */
static mv_status block_signals(sigset_t *signals)
{
    (void)sigemptyset(signals);
    (void)sigaddset(signals, SIGTERM);
    (void)sigaddset(signals, SIGINT);
    int failed = pthread_sigmask(SIG_BLOCK, signals, NULL);
    return failed == 0 ? mv_ok() : mv_fail_code(MV_INTERNAL_ERROR, "signal mask", (unsigned)failed);
}

static mv_status start_domain(struct server *server)
{
    const struct config *config = server->config;
    unsigned readers = config->workers + config->stream_workers + config->card_sessions;
    /* as many batches as there are stream workers, so that they take no room from other calls */
    unsigned batches = config->stream_workers * API_BATCH_ORDERS;
    const struct vend_options options = {.ledger = config->ledger,
                                         .hsmd_socket = config->hsmd_socket,
                                         .hsmd_timeout_ms = config->hsmd_timeout_ms,
                                         .group_max = config->group_max,
                                         .queue_max = config->max_calls + batches + SPARE_JOBS,
                                         .readers = readers < MOST_READERS ? readers : MOST_READERS,
                                         .card_ceiling = config->card_max_uses,
                                         .card_key_ceiling = config->card_key_max_uses,
                                         .card_pboc_class = (uint8_t)config->card_pboc_class,
                                         .keeper_ms = KEEPER_MS};
    return vend_start(&options, &server->vend);
}

static mv_status start_network(struct server *server, struct rpc_service services[API_SERVICES])
{
    struct rpc_options options;
    start_rpc_options(server->config, server->arguments, &options);
    options.refused = api_refused;
    options.refused_self = server->vend;
    api_services(server->vend, services);
    return rpc_server_start(&options, services, API_SERVICES, &server->rpc);
}

static void log_status(enum mv_log_level level, const char *what, mv_status status)
{
    char text[512];
    mv_log(level, "%s: %s", what, mv_status_text(status, text, sizeof text));
}

/* Health follows the domain's by itself; each change is said once. */
static void follow_health(struct server *server)
{
    mv_status health = vend_health(server->vend);
    if (!health.ok && (server->serving || server->unwell.reason != health.reason))
        log_status(MV_LOG_ERROR, "tokens cannot be issued", health);
    if (health.ok && !server->serving)
        mv_log(MV_LOG_NOTICE, "tokens can be issued");
    server->unwell = health;
    if (health.ok == server->serving)
        return;
    server->serving = health.ok;
    rpc_set_serving(server->rpc, "", health.ok);
    ops_notify(health.ok ? "STATUS=serving" : "STATUS=tokens cannot be issued; see the log");
}

static void expect_probe(void *self, uint16_t source_port)
{
    const struct server *server = self;
    rpc_expect_probe(server->rpc, source_port);
}

/* systemd hears of us only while a new connection gets through. */
static void feed_watchdog(struct server *server, int64_t interval_ms)
{
    if (interval_ms == 0 || now_ms() - server->fed_ms < interval_ms / 3)
        return;
    const struct ops_listener listener = {.listen = server->config->listen,
                                          .port = rpc_server_port(server->rpc),
                                          .plaintext = server->arguments->insecure_loopback,
                                          .expect = expect_probe,
                                          .self = server};
    mv_status alive = ops_listener_alive(&listener, WATCHDOG_TIMEOUT_MS);
    if (!alive.ok) {
        log_status(MV_LOG_ERROR, "watchdog", alive);
        return;
    }
    ops_notify("WATCHDOG=1");
    server->fed_ms = now_ms();
}

static void announce(const struct server *server)
{
    const char *listen = server->config->listen;
    const char *colon = strrchr(listen, ':');
    int host = colon == NULL ? 0 : (int)(colon - listen);
    mv_log(MV_LOG_NOTICE, "listening on %.*s:%u", host, listen, rpc_server_port(server->rpc));
}

static bool told_to_stop(const sigset_t *signals)
{
    const struct timespec pause = {.tv_nsec = POLL_MS * 1000000L};
    int got = sigtimedwait(signals, NULL, &pause);
    return got > 0 || (errno != EAGAIN && errno != EINTR);
}

static void serve(struct server *server, const sigset_t *signals)
{
    int64_t watchdog_ms = ops_watchdog_ms();
    follow_health(server);
    announce(server);
    ops_notify("READY=1");
    while (!told_to_stop(signals)) {
        follow_health(server);
        feed_watchdog(server, watchdog_ms);
    }
    mv_log(MV_LOG_NOTICE, "stopping");
    ops_notify("STOPPING=1");
}

static mv_status run(struct server *server)
{
    struct rpc_service services[API_SERVICES];
    sigset_t signals;
    MV_TRY(block_signals(&signals));
    MV_TRY(start_domain(server));
    mv_status status = start_network(server, services);
    if (status.ok)
        serve(server, &signals);
    /* the network first: calls that wait for the writer are answered before it goes */
    rpc_server_stop(server->rpc);
    vend_stop(server->vend);
    return status;
}

static int start(const struct config *config, const struct arguments *arguments)
{
    struct server server = {.config = config, .arguments = arguments};
    mv_log_set_level(config->log_level);
    if (arguments->check)
        return check_all(config, arguments);
    mv_status status = run(&server);
    if (status.ok)
        return EXIT_DONE;
    log_status(MV_LOG_ERROR, "metervaultd does not start", status);
    return start_exit_code(status);
}

int main(int argc, char **argv)
{
    struct arguments arguments = {0};
    struct config config = {0};
    mv_teardown_without_openssl();
    if (read_arguments(argc, argv, &arguments) != EXIT_DONE) {
        (void)fputs(usage, stderr);
        return EXIT_USAGE;
    }
    ops_keep_memory();
    mv_status status = ops_harden();
    if (status.ok)
        status = config_load(arguments.config_file, arguments.insecure_loopback, &config);
    int code = EXIT_DONE;
    if (status.ok) {
        code = start(&config, &arguments);
    } else {
        log_status(MV_LOG_ERROR, "metervaultd does not start", status);
        code = start_exit_code(status);
    }
    config_free(&config);
    return code;
}
