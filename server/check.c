/* metervaultd --check: would it start, and could it issue? */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hsmd/client.h"
#include "start.h"
#include "store/store.h"

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

static void check_ledger(struct outcome *outcome, const struct config *config, struct store_ledger_state *state)
{
    *state = (struct store_ledger_state){0};
    if (is_new(config->ledger)) {
        report(outcome, "ledger", mv_ok(), "will be made at the first start");
        return;
    }
    report(outcome, "ledger", read_ledger(config, state), "");
    if (state->clock_unconfirmed)
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
    check_ledger(&outcome, config, &state);
    check_keys(&outcome, config, state.catalogue_generation);
    return outcome.exit_code;
}
