/* model-driver: reads commands, does them, answers. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "driver.h"

void give_up(const char *what, const char *about)
{
    (void)fprintf(stderr, "model-driver: %s: %s\n", what, about);
    house_close();
    exit(1);
}

void must(mv_status status, const char *what)
{
    char text[512];
    if (!status.ok)
        give_up(what, mv_status_text(status, text, sizeof text));
}

void answer_refused(mv_status status)
{
    (void)printf("refused %s %s\n", mv_reason_info((enum mv_reason)status.reason)->name,
                 status.where == NULL ? "-" : status.where);
}

void answer_status(mv_status status)
{
    if (status.ok)
        (void)puts("ok");
    else
        answer_refused(status);
}

static void split(char *line, struct words *words)
{
    char *rest = NULL;
    *words = (struct words){.count = 0};
    for (char *word = strtok_r(line, " \n", &rest); word != NULL; word = strtok_r(NULL, " \n", &rest)) {
        if (words->count == DRIVER_WORDS)
            give_up("too many words", word);
        words->word[words->count++] = word;
    }
}

static bool run_from(const struct command *commands, struct words *words)
{
    for (; commands->name != NULL; commands++) {
        if (strcmp(commands->name, words->word[0]) != 0)
            continue;
        words->next = 1;
        commands->run(words);
        return true;
    }
    return false;
}

static void run(struct words *words)
{
    const struct command *const all[] = {order_commands, meter_commands, desk_commands, server_commands,
                                         house_commands};
    bool found = false;
    for (size_t i = 0; i < sizeof all / sizeof all[0] && !found; i++)
        found = run_from(all[i], words);
    if (!found)
        give_up("no such command", words->word[0]);
    if (words->next != words->count)
        give_up("too many words for", words->word[0]);
    (void)fflush(stdout);
}

/* When the oracle is gone the input ends, and then the folder is removed. Unlike an ignored signal, a handler is not
 * passed on to the key process. */
static void go_on(int number)
{
    (void)number;
}

int main(int argc, char **argv)
{
    static char line[DRIVER_LINE];
    struct words words;
    (void)argv;
    if (argc != 1) {
        (void)fputs("usage: model-driver <commands >answers (tests/model/run.py speaks to it)\n", stderr);
        return 2;
    }
    mv_log_set_level(MV_LOG_ERROR);
    (void)signal(SIGPIPE, go_on);
    (void)signal(SIGTERM, go_on);
    (void)signal(SIGINT, go_on);
    house_open();
    while (fgets(line, sizeof line, stdin) != NULL) {
        split(line, &words);
        if (words.count > 0)
            run(&words);
    }
    meters_close();
    server_stop();
    house_close();
    return 0;
}
