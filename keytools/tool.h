/* What every subcommand of metervault-keys shares: the table they stand in, the global options, how a result is told.
 */
#ifndef KEYTOOLS_TOOL_H
#define KEYTOOLS_TOOL_H

#include <jansson.h>
#include <stdbool.h>

#include "base/status.h"

enum tool_exit { TOOL_DONE = 0, TOOL_REFUSED = 1, TOOL_USAGE = 2, TOOL_NOT_READY = 3, TOOL_UNPROVEN = 4 };

struct tool {
    const char *config_path; /* of the key process; the default when --config is absent */
    bool json;               /* answers and refusals as one JSON object on standard output */
    bool only_check;         /* the options are judged and nothing is done: a ceremony script before its day */
};

struct tool_command {
    const char *name;
    const char *summary;
    /* argv[0] is the subcommand's name. Returns an exit code. */
    int (*run)(struct tool *tool, int argc, char **argv);
};

int cmd_init(struct tool *tool, int argc, char **argv);
int cmd_generate(struct tool *tool, int argc, char **argv);
int cmd_import(struct tool *tool, int argc, char **argv);
int cmd_state(struct tool *tool, int argc, char **argv);
int cmd_replace(struct tool *tool, int argc, char **argv);
int cmd_rotate(struct tool *tool, int argc, char **argv);
int cmd_retire(struct tool *tool, int argc, char **argv);
int cmd_destroy(struct tool *tool, int argc, char **argv);
int cmd_officer_add(struct tool *tool, int argc, char **argv);
int cmd_officer_remove(struct tool *tool, int argc, char **argv);
int cmd_officer_replace(struct tool *tool, int argc, char **argv);
int cmd_policy(struct tool *tool, int argc, char **argv);
int cmd_propose(struct tool *tool, int argc, char **argv);
int cmd_approve(struct tool *tool, int argc, char **argv);
int cmd_show(struct tool *tool, int argc, char **argv);
int cmd_list(struct tool *tool, int argc, char **argv);
int cmd_export(struct tool *tool, int argc, char **argv);
int cmd_export_meter(struct tool *tool, int argc, char **argv);
int cmd_split(struct tool *tool, int argc, char **argv);
int cmd_combine(struct tool *tool, int argc, char **argv);
int cmd_backup(struct tool *tool, int argc, char **argv);
int cmd_restore(struct tool *tool, int argc, char **argv);
int cmd_verify(struct tool *tool, int argc, char **argv);
int cmd_expire(struct tool *tool, int argc, char **argv);
int cmd_check(struct tool *tool, int argc, char **argv);
int cmd_ceremony(struct tool *tool, int argc, char **argv);

/* The command of that name; NULL when there is none. */
const struct tool_command *tool_find(const char *name);

/* Tells why it was refused (standard error, or JSON) and gives the exit code that fits. */
int tool_refuse(const struct tool *tool, mv_status status);
/* What tool_refuse told last; ok since tool_forget_refusal. The tool has one thread. */
mv_status tool_refused(void);
void tool_forget_refusal(void);

/* Prints one line of JSON and drops the reference. */
void tool_answer(json_t *answer);

#endif
