#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "question.h"

int cli_can_ask(const struct cli *cli, bool yes)
{
    if (yes || isatty(STDIN_FILENO))
        return CLI_DONE;
    return cli_usage(cli, "this cannot be taken back and nobody can be asked here: give --yes");
}

static bool same_word(const char *answer, const char *word)
{
    while (*answer != '\0' && tolower((unsigned char)*answer) == *word) {
        answer++;
        word++;
    }
    return *answer == '\0' && *word == '\0';
}

static bool takes_yes_or_no(void *self, const char *answer, char why[QUESTION_WHY])
{
    bool *yes = self;
    *yes = same_word(answer, "yes");
    (void)snprintf(why, QUESTION_WHY, "yes, the whole word, or no");
    return *yes || same_word(answer, "no") || same_word(answer, "n");
}

int cli_confirm(const struct cli *cli, bool yes, const char *question)
{
    char answer[QUESTION_ANSWER];
    bool agreed = false;
    if (yes)
        return CLI_DONE;
    if (cli_can_ask(cli, yes) != CLI_DONE)
        return CLI_USAGE;
    (void)fprintf(stderr, "%s\n", question);
    if (question_ask("Type yes to go on", answer, takes_yes_or_no, &agreed) && agreed)
        return CLI_DONE;
    (void)fprintf(stderr, "%s %s: nothing was done\n", cli->program, cli->command->name);
    return CLI_REFUSED;
}
