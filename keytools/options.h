/* Long options of a subcommand as a table, which also makes its --help. No option ever takes a secret: arguments are
 * visible to every user of the machine. */
#ifndef KEYTOOLS_OPTIONS_H
#define KEYTOOLS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "tool.h"

enum { OPTIONS_MAX_LIST = 16 };

enum option_kind {
    OPTION_FLAG, /* target: bool */
    OPTION_TEXT, /* target: const char * */
    OPTION_LIST, /* target: struct option_list; may be given several times */
};

struct option_list {
    const char *items[OPTIONS_MAX_LIST];
    size_t count;
};

struct option_spec {
    const char *name;
    enum option_kind kind;
    const char *argument; /* its name in --help; NULL for a flag */
    const char *help;
    void *target;
};

struct option_usage {
    const char *summary;  /* a sentence or two */
    const char *examples; /* lines, each indented by two spaces */
};

enum options_outcome { OPTIONS_PARSED, OPTIONS_HELP_SHOWN, OPTIONS_WRONG };

/* Also takes --config, --json and --help, and --approval where the command is an act (act_call.h). Texts point into
 * argv. What is no list may be given once. OPTIONS_WRONG has told why on standard error. */
enum options_outcome options_parse(struct tool *tool, int argc, char **argv, const struct option_spec *specs,
                                   size_t count, const struct option_usage *usage);

/* The exit code of an outcome other than OPTIONS_PARSED. */
int options_exit(enum options_outcome outcome);

/* Says what is wrong with an option; returns TOOL_USAGE. */
int options_complain(const char *option, const char *what);

/* Decimal number within bounds; false otherwise, *value is then unchanged. */
bool options_number(const char *text, long low, long high, long *value);

#endif
