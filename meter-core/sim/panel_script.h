/* The panel without a terminal: keys by name, the picture as text. */
#ifndef MV_SIM_PANEL_SCRIPT_H
#define MV_SIM_PANEL_SCRIPT_H

#include <stdbool.h>

#include "panel.h"

/* Words with spaces between: Up, Down, Left, Right, Enter, Backspace, Escape, or else characters typed one by one. */
void panel_script_press(struct panel *panel, const char *words);
/* On standard output. */
void panel_script_print(const struct panel *panel);

#endif
