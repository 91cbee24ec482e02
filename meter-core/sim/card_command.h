/* The command `card`: puts a card in and takes it out. */
#ifndef MV_SIM_CARD_COMMAND_H
#define MV_SIM_CARD_COMMAND_H

#include "shell.h"

/* `rest` is "insert SOCKET" or "remove". */
enum exit_code card_command(struct shell *shell, const char *rest);

#endif
