#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

int cli_confirm(const struct cli *cli, bool yes, const char *question)
{
    char answer[16] = "";
    if (yes)
        return CLI_DONE;
    if (!isatty(STDIN_FILENO))
        return cli_usage(cli, "this cannot be taken back and nobody can be asked here: give --yes");
    (void)fprintf(stderr, "%s\nType yes to go on: ", question);
    if (fgets(answer, sizeof answer, stdin) != NULL && strcmp(answer, "yes\n") == 0)
        return CLI_DONE;
    (void)fprintf(stderr, "%s %s: nothing was done\n", cli->program, cli->command->name);
    return CLI_REFUSED;
}
