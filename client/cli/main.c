#include <stdio.h>
#include <string.h>

#include "base/teardown.h"
#include "cli.h"

static const struct cli_command *const commands[] = {
    &cli_vend,   &cli_trial,   &cli_reprint, &cli_batch,    &cli_engineer, &cli_rollover,
    &cli_meter,  &cli_record,  &cli_card,    &cli_operator, &cli_audit,    &cli_tariff,
    &cli_vendor, &cli_receipt, &cli_account, &cli_sell,     &cli_sale,     &cli_complete};
enum { COMMANDS = sizeof commands / sizeof commands[0] };

static void print_help(void)
{
    (void)fputs("Usage: metervault COMMAND [OPTION]...\n"
                "Sells tokens and manages what a sale needs, through a metervault server.\n"
                "\n"
                "Commands:\n",
                stdout);
    for (size_t i = 0; i < COMMANDS; i++)
        (void)printf("  %-10s %s\n", commands[i]->name, commands[i]->summary);
    (void)fputs("\n"
                "Options of every command:\n"
                "  --config FILE            default ~/.config/metervault/client.conf; may set all that follow\n"
                "  --server HOST:PORT       the server\n"
                "  --ca-file FILE           PEM certificates that the server's must come from\n"
                "  --certificate-file FILE  PEM certificate of this operator\n"
                "  --key-file FILE          PEM key of that certificate\n"
                "  --terminal NAME          the till\n"
                "  --deadline-ms N          longest wait for one answer, 5000\n"
                "  --state-dir DIR          where unfinished sales are kept, ~/.local/state/metervault\n"
                "  --insecure-loopback      no TLS, to this machine only\n"
                "  --json                   answers and errors as JSON\n"
                "  --help, --version\n"
                "\n"
                "Exit codes: 0 done, 1 refused, 2 usage, 3 cannot reach the server or it is not ready.\n"
                "\n"
                "Examples:\n"
                "  metervault vend --meter 600727000000000009 --kwh 25.6\n"
                "  metervault vend --help\n"
                "  metervault operator whoami\n",
                stdout);
}

static const struct cli_command *find(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

int main(int argc, char **argv)
{
    mv_teardown_without_openssl();
    if (argc < 2) {
        (void)fputs("metervault: no command; see metervault --help\n", stderr);
        return CLI_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_help();
        return cli_flush();
    }
    if (strcmp(argv[1], "--version") == 0) {
        (void)puts("metervault " METERVAULT_VERSION);
        return cli_flush();
    }
    cli_quiet();
    struct cli cli = {.program = "metervault", .command = find(argv[1])};
    if (cli.command == NULL) {
        (void)fprintf(stderr, "metervault: no command '%s'; see metervault --help\n", argv[1]);
        return CLI_USAGE;
    }
    int code = cli.command->run(&cli, argc - 1, argv + 1);
    cli_config_free(&cli);
    return code;
}
