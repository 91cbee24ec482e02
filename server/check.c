/* metervaultd --check: would it start, and could it issue? */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "hsmd/client.h"
#include "ops/watchdog.h"
#include "start.h"
#include "store/store.h"
#include "vending/clock.h"

enum { ANSWER_MS = 2000 };

struct outcome {
    int exit_code;
};

static void report(struct outcome *outcome, const char *what, mv_status status, const char *remark)
{
    char text[512];
    if (status.ok)
        (void)snprintf(text, sizeof text, "ok%s%s", remark[0] == '\0' ? "" : ", ", remark);
    else
        (void)mv_status_text(status, text, sizeof text);
    printf("%-14s %s\n", what, text);
    int code = status.ok ? EXIT_DONE : start_exit_code(status);
    /* what must be corrected outweighs what may be better later */
    if (outcome->exit_code != EXIT_REFUSED && code != EXIT_DONE)
        outcome->exit_code = code;
}

/* The real listener's code, on a port of its own and without any service. */
static mv_status check_network(const struct config *config, const struct arguments *arguments)
{
    struct rpc_options options;
    struct rpc_server *server = NULL;
    char address[300];
    start_rpc_options(config, arguments, &options);
    const char *colon = strrchr(config->listen, ':');
    if (colon == NULL)
        return mv_fail(MV_CONFIG_INVALID, "listen");
    int length = snprintf(address, sizeof address, "%.*s:0", (int)(colon - config->listen), config->listen);
    if (length < 0 || length >= (int)sizeof address)
        return mv_fail(MV_CONFIG_INVALID, "listen");
    options.listen = address;
    MV_TRY(rpc_server_start(&options, NULL, 0, &server));
    rpc_server_stop(server);
    return mv_ok();
}

/* Whether the configured address can be had: bound and let go of, not listened on. CANNOT_CONNECT: it is taken. */
static mv_status try_address(const char *listen)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    char host[256];
    const char *colon = strrchr(listen, ':');
    bool bracketed = listen[0] == '[';
    int length = colon == NULL ? 0 : (int)(colon - listen) - (bracketed ? 2 : 0);
    if (length <= 0 || length >= (int)sizeof host)
        return mv_fail(MV_CONFIG_INVALID, "listen");
    (void)snprintf(host, sizeof host, "%.*s", length, listen + (bracketed ? 1 : 0));
    if (getaddrinfo(host, colon + 1, &hints, &found) != 0)
        return mv_fail(MV_CONFIG_INVALID, "listen: address");
    int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    /* as the listener does: connections of an earlier run that fade out do not count */
    const int yes = 1;
    bool bound = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
                 bind(fd, found->ai_addr, found->ai_addrlen) == 0;
    int error = errno;
    freeaddrinfo(found);
    if (fd >= 0)
        (void)close(fd);
    if (bound)
        return mv_ok();
    /* a machine without IPv6: the library listens on IPv4 instead */
    if (error == EAFNOSUPPORT)
        return mv_ok();
    return mv_fail_code(error == EADDRINUSE ? MV_CANNOT_CONNECT : MV_CONFIG_INVALID, "listen: cannot bind",
                        (unsigned)error);
}

/* A server that answers there is taken for this one, running. */
static void check_address(struct outcome *outcome, const struct config *config, const struct arguments *arguments)
{
    mv_status status = try_address(config->listen);
    const char *colon = strrchr(config->listen, ':');
    const char *remark = "";
    if (status.reason == MV_CANNOT_CONNECT) {
        const struct ops_listener running = {.listen = config->listen,
                                             .port = (uint16_t)strtoul(colon + 1, NULL, 10),
                                             .plaintext = arguments->insecure_loopback};
        bool answers = ops_listener_alive(&running, ANSWER_MS).ok;
        remark = "a server is running there";
        status = answers ? mv_ok() : mv_fail(MV_CONFIG_INVALID, "listen: the port is in use by another program");
    }
    report(outcome, "address", status, remark);
}

/* A ledger that is not there yet is made by the first start. */
static bool is_new(const char *ledger)
{
    static const char scheme[] = "sqlite:";
    char path[PATH_MAX];
    if (strncmp(ledger, scheme, sizeof scheme - 1) != 0)
        return false;
    (void)snprintf(path, sizeof path, "%s", ledger + sizeof scheme - 1);
    if (access(path, F_OK) == 0 || errno != ENOENT)
        return false;
    return access(dirname(path), W_OK | X_OK) == 0;
}

static mv_status read_ledger(const struct config *config, struct store_ledger_state *state)
{
    struct store *store = NULL;
    MV_TRY(store_open(config->ledger, STORE_READER, &store));
    mv_status status = store_state_get(store, state);
    store_close(store);
    return status;
}

/* The rules of a start (vending/clock.h). */
static bool start_calls_it_stepped(int64_t ledger_s)
{
    int64_t now = (int64_t)time(NULL);
    return ledger_s != 0 && (now - ledger_s > VEND_CLOCK_REST_S || now < ledger_s - VEND_CLOCK_STEP_S);
}

static void check_ledger(struct outcome *outcome, const struct config *config, struct store_ledger_state *state)
{
    *state = (struct store_ledger_state){0};
    if (is_new(config->ledger)) {
        report(outcome, "ledger", mv_ok(), "will be made at the first start");
        return;
    }
    report(outcome, "ledger", read_ledger(config, state), "");
    if (state->clock_unconfirmed || start_calls_it_stepped(state->last_time_unix_s))
        report(outcome, "clock", mv_fail(MV_CLOCK_STEPPED, NULL), "");
}

static void check_catalogue(struct outcome *outcome, struct hsmd_client *client, uint64_t ledger_generation)
{
    char remark[96] = "";
    struct hsmd_catalogue *catalogue = calloc(1, sizeof *catalogue);
    if (catalogue == NULL) {
        report(outcome, "key catalogue", mv_fail(MV_OUT_OF_MEMORY, NULL), "");
        return;
    }
    mv_status status = hsmd_catalogue(client, catalogue);
    if (status.ok && catalogue->generation < ledger_generation)
        status = mv_fail(MV_TOKEN_ROLLED_BACK, NULL);
    (void)snprintf(remark, sizeof remark, "generation %llu, %zu keys, %zu officers",
                   (unsigned long long)catalogue->generation, catalogue->key_count, catalogue->officer_count);
    report(outcome, "key catalogue", status, remark);
    free(catalogue);
}

static void check_keys(struct outcome *outcome, const struct config *config, uint64_t ledger_generation)
{
    struct hsmd_client *client = NULL;
    mv_status status = hsmd_client_new(config->hsmd_socket, config->hsmd_timeout_ms, &client);
    if (status.ok)
        status = hsmd_health(client);
    report(outcome, "key service", status, "its self-test passed");
    if (status.ok)
        check_catalogue(outcome, client, ledger_generation);
    hsmd_client_free(client);
}

int check_all(const struct config *config, const struct arguments *arguments)
{
    struct outcome outcome = {EXIT_DONE};
    struct store_ledger_state state;
    report(&outcome, "configuration", mv_ok(), arguments->config_file);
    report(&outcome, "network", check_network(config, arguments), "");
    check_address(&outcome, config, arguments);
    check_ledger(&outcome, config, &state);
    check_keys(&outcome, config, state.catalogue_generation);
    return outcome.exit_code;
}
