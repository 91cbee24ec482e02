/* What the panel looks like. */
#ifndef MV_SIM_VIEW_H
#define MV_SIM_VIEW_H

#include "canvas.h"
#include "panel.h"

/* Reads only. */
void view_draw(const struct panel *panel, struct canvas *canvas);

#endif
