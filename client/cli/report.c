#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "cli.h"

static const char *const status_names[] = {
    "OK",        "CANCELLED",       "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS",  "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",    "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED",
};

static const char *status_name(int status)
{
    enum { NAMES = sizeof status_names / sizeof status_names[0] };
    return status >= 0 && status < NAMES ? status_names[status] : "UNKNOWN";
}

static int exit_code(const struct mv_client_error *error)
{
    if (strcmp(error->reason, "CONFIG_INVALID") == 0 || strcmp(error->reason, "FILE_FAILED") == 0)
        return CLI_USAGE;
    if (error->grpc_status == MV_STATUS_UNAVAILABLE || error->grpc_status == MV_STATUS_DEADLINE_EXCEEDED)
        return CLI_UNREACHABLE;
    return CLI_REFUSED;
}

static void print_human(const struct cli *cli, const struct mv_client_error *error)
{
    bool transport = error->reason[0] == '\0';
    (void)fprintf(stderr, "%s %s: %s\n", cli->program, cli->command->name, error->message);
    (void)fprintf(stderr, "  reason: %s\n", transport ? status_name(error->grpc_status) : error->reason);
    for (size_t i = 0; i < error->metadata_count; i++)
        (void)fprintf(stderr, "  %s: %s\n", error->metadata[i].key, error->metadata[i].value);
    if (!transport || exit_code(error) != CLI_UNREACHABLE)
        return;
    (void)fprintf(stderr,
                  "Check that %s is the server's address and that the server runs, that ca_file is the authority of\n"
                  "the server's certificate and the certificate names that host, and that certificate_file is valid\n"
                  "today and comes from an authority that the server accepts.\n",
                  cli->server);
    cli_certificate_hint(cli->certificate_file);
    cli_certificate_hint(cli->ca_file);
}

static json_t *error_json(const struct mv_client_error *error)
{
    json_t *metadata = json_object();
    for (size_t i = 0; i < error->metadata_count; i++)
        (void)json_object_set_new(metadata, error->metadata[i].key, json_string(error->metadata[i].value));
    return json_pack("{s:{s:s, s:s, s:s, s:o}}", "error", "status", status_name(error->grpc_status), "reason",
                     error->reason, "message", error->message, "metadata", metadata);
}

int cli_report(const struct cli *cli, const struct mv_client_error *error)
{
    if (cli->json)
        (void)cli_print_json(error_json(error));
    else
        print_human(cli, error);
    return exit_code(error);
}

int cli_print_json(json_t *value)
{
    if (value == NULL) {
        (void)fputs("metervault: memory ran out\n", stderr);
        return CLI_REFUSED;
    }
    (void)json_dumpf(value, stdout, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
    (void)fputc('\n', stdout);
    json_decref(value);
    return cli_flush();
}

int cli_flush(void)
{
    if (fflush(stdout) == 0 && ferror(stdout) == 0)
        return CLI_DONE;
    (void)fputs("metervault: the answer could not be written to standard output\n", stderr);
    return CLI_REFUSED;
}
