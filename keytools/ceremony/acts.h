/* A step's act: one of the tool's own commands, called in this process with the words of the script. */
#ifndef KEYTOOLS_CEREMONY_ACTS_H
#define KEYTOOLS_CEREMONY_ACTS_H

#include "ceremony/script.h"
#include "tool.h"

/* Whether a command takes the words; it has said why not on standard error. Nothing is done. */
bool acts_take(const struct tool *tool, const struct script_step *step);
/* Does it; the command's exit code, and tool_refused says why it refused. */
int acts_run(const struct tool *tool, const struct script_step *step);

#endif
