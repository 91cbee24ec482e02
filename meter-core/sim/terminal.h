/* The panel on a terminal, by ncurses. */
#ifndef MV_SIM_TERMINAL_H
#define MV_SIM_TERMINAL_H

#include "panel.h"

/* Until somebody leaves, or SIGINT, SIGTERM or SIGHUP comes; the terminal is then as it was before. False: this is no
 * terminal that can show it, and nothing happened. */
bool terminal_run(struct panel *panel);

#endif
