#include "ceremony/acts.h"

#include <stdio.h>
#include <string.h>

static int call(const struct tool *tool, const struct script_step *step, bool only_check)
{
    char *words[SCRIPT_MOST_WORDS];
    struct tool own = *tool;
    const struct tool_command *command = tool_find(step->words[0]);
    if (command == NULL || command->run == cmd_ceremony) {
        (void)fprintf(stderr, "%s: no such act\n", step->words[0]);
        return TOOL_USAGE;
    }
    own.only_check = only_check;
    own.json = false;
    /* getopt takes them as the command line's, which may be written to; it does not */
    memcpy(words, step->words, sizeof words);
    return command->run(&own, (int)step->word_count, words);
}

bool acts_take(const struct tool *tool, const struct script_step *step)
{
    return call(tool, step, true) == TOOL_DONE;
}

int acts_run(const struct tool *tool, const struct script_step *step)
{
    tool_forget_refusal();
    int code = call(tool, step, false);
    (void)fflush(stdout);
    (void)fflush(stderr);
    return code;
}
