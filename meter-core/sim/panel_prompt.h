/* The line at the bottom of the panel in which a file's name or a record is typed or pasted. */
#ifndef MV_SIM_PANEL_PROMPT_H
#define MV_SIM_PANEL_PROMPT_H

#include <stdbool.h>

enum { PANEL_PROMPT_MOST = 1024 };
enum panel_asks { PANEL_ASKS_NOTHING, PANEL_ASKS_RECORD, PANEL_ASKS_RETURN, PANEL_ASKS_CARD };

struct panel_prompt {
    enum panel_asks asks;
    unsigned length;
    char text[PANEL_PROMPT_MOST + 1]; /* terminated */
};

void panel_prompt_open(struct panel_prompt *prompt, enum panel_asks asks);
/* True: ENTER, the text is whole; whoever asked closes it. ESCAPE closes it. */
bool panel_prompt_key(struct panel_prompt *prompt, int key);
void panel_prompt_close(struct panel_prompt *prompt);

#endif
