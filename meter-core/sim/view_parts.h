/* Parts of the panel's picture that stand by themselves. */
#ifndef MV_SIM_VIEW_PARTS_H
#define MV_SIM_VIEW_PARTS_H

#include "canvas.h"
#include "panel.h"

/* The newest events, from that row on. */
void view_events(const struct panel *panel, struct canvas *canvas, unsigned row);
/* The question and the end of what is typed, one row. */
void view_prompt(const struct panel_prompt *prompt, struct canvas *canvas, unsigned row);

#endif
