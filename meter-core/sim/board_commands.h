/* Commands for what happens around a meter: load, time, keys, cards, faults. */
#ifndef MV_SIM_BOARD_COMMANDS_H
#define MV_SIM_BOARD_COMMANDS_H

#include "shell.h"

/* False when `word` is none of them; else `*code` is the exit code. `rest` is what stands behind it. */
bool board_command(struct shell *shell, const char *word, const char *rest, enum exit_code *code);

#endif
