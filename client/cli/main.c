#include <stdio.h>
#include <string.h>

#include "base/teardown.h"
#include "cli.h"

static void print_help(void)
{
    (void)fputs("Usage: metervault COMMAND [OPTION]...\n"
                "Sells tokens and manages what a sale needs, through a metervault server.\n"
                "\n"
                "Commands:\n",
                stdout);
    for (size_t i = 0; cli_commands[i] != NULL; i++)
        (void)printf("  %-10s %s\n", cli_commands[i]->name, cli_commands[i]->summary);
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
    struct cli cli = {.program = "metervault", .command = cli_command_find(argv[1])};
    if (cli.command == NULL) {
        (void)fprintf(stderr, "metervault: no command '%s'; see metervault --help\n", argv[1]);
        return CLI_USAGE;
    }
    int code = cli.command->run(&cli, argc - 1, argv + 1);
    cli_config_free(&cli);
    return code;
}
