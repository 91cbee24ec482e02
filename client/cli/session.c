#include <grpc/support/log.h>
#include <stdlib.h>

#include "cli.h"
#include "journal.h"

enum { DEADLINE_MOST_MS = 600000 };

static void drop(gpr_log_func_args *line)
{
    (void)line;
}

void cli_quiet(void)
{
    if (getenv("GRPC_VERBOSITY") == NULL) /* NOLINT(concurrency-mt-unsafe): called first in main */
        gpr_set_log_function(drop);
}

int cli_client_options(const struct cli *cli, struct mv_client_options *options)
{
    uint64_t deadline_ms = 0;
    if (cli_need_config(cli) != CLI_DONE)
        return CLI_USAGE;
    if (cli->server == NULL)
        return cli_usage(cli, "no server: give --server HOST:PORT or set it in the configuration file");
    if (cli->deadline_ms != NULL && !cli_number(cli->deadline_ms, 1, DEADLINE_MOST_MS, &deadline_ms))
        return cli_usage(cli, "--deadline-ms is a number of milliseconds, 1 to %d", DEADLINE_MOST_MS);
    *options = (struct mv_client_options){.server = cli->server,
                                          .ca_file = cli->ca_file,
                                          .certificate_file = cli->certificate_file,
                                          .key_file = cli->key_file,
                                          .insecure_loopback = cli->insecure_loopback,
                                          .deadline_ms = (unsigned)deadline_ms};
    return CLI_DONE;
}

int cli_need_terminal(const struct cli *cli)
{
    if (cli_need_config(cli) != CLI_DONE)
        return CLI_USAGE;
    if (cli->terminal == NULL || !journal_id_valid(cli->terminal, 32))
        return cli_usage(cli, "--terminal names the till: 1 to 32 letters, digits, '.', '_', '-'");
    return CLI_DONE;
}

struct mv_client *cli_connect(struct cli *cli, int *code)
{
    struct mv_client_options options;
    *code = cli_client_options(cli, &options);
    if (*code != CLI_DONE)
        return NULL;
    struct mv_client_error error;
    struct mv_client *client = mv_client_open(&options, &error);
    if (client == NULL)
        *code = cli_report(cli, &error);
    return client;
}

ProtobufCMessage *cli_call(struct cli *cli, struct mv_client *client, const ProtobufCServiceDescriptor *service,
                           const char *method, const ProtobufCMessage *request, int *code)
{
    ProtobufCMessage *response = NULL;
    struct mv_client_error error;
    if (!mv_client_call(client, service, method, request, true, &response, &error))
        *code = cli_report(cli, &error);
    return response;
}

ProtobufCMessage *cli_ask(struct cli *cli, const ProtobufCServiceDescriptor *service, const char *method,
                          const ProtobufCMessage *request, int *code)
{
    struct mv_client *client = cli_connect(cli, code);
    if (client == NULL)
        return NULL;
    ProtobufCMessage *response = cli_call(cli, client, service, method, request, code);
    mv_client_close(client);
    return response;
}

int cli_show(const struct cli *cli, ProtobufCMessage *answer, cli_print_fn *print, int code)
{
    if (answer == NULL)
        return code;
    if (cli->json) {
        code = cli_print_json(cli_message_json(answer));
    } else {
        print(answer);
        code = cli_flush();
    }
    protobuf_c_message_free_unpacked(answer, NULL);
    return code;
}
