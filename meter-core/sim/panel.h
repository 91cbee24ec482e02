/* The simulated meter as somebody stands before it: what every key of the panel does, and how fast time passes. What it
 * looks like is view.h's, which terminal it is on is terminal.h's. */
#ifndef MV_SIM_PANEL_H
#define MV_SIM_PANEL_H

#include "board.h"
#include "panel_prompt.h"
#include "record_slot.h"

/* Keys besides printable characters, for what they do. */
enum panel_key {
    PANEL_ENTER = '\n',
    PANEL_BACKSPACE = '\b',
    PANEL_ESCAPE = 0x1B,
    PANEL_UP = 256,
    PANEL_DOWN,
    PANEL_LEFT,
    PANEL_RIGHT,
};

enum { PANEL_NOTE = 80, PANEL_LOAD_STEP = 250, PANEL_LOAD_MOST = 10000 };

struct panel {
    struct mv_prepay *p;
    struct board *board;
    bool powered;
    bool paused;
    unsigned speed;   /* seconds in a second: 1, 60, 3600 */
    uint64_t owed_ms; /* of the meter's time, not yet a whole second */
    unsigned slider;  /* which the arrows move: a phase */
    struct record_slot slot;
    struct panel_prompt prompt;
    char note[PANEL_NOTE]; /* what the last key did, where the meter itself does not show it */
    bool quit;
    bool cut; /* the power had gone without a warning when it was left */
};

/* The meter was powered up. From now on time passes as the panel says. */
void panel_start(struct panel *panel, struct mv_prepay *p, struct board *board);
/* A printable character or enum panel_key; others do nothing. */
void panel_key(struct panel *panel, int key);
/* Lets `real_ms` pass at the panel's speed, but works for at most `most_ms`: what does not get done by then is left
 * out, and time passes more slowly. */
void panel_pass(struct panel *panel, uint64_t real_ms, uint64_t most_ms);
/* Milliseconds of a clock that never runs backwards. */
uint64_t panel_now_ms(void);

/* How many sliders there are: three phases of electricity, one flow of water or gas, none for time. */
unsigned panel_sliders(const struct panel *panel);
/* Watts of a phase, or pulses an hour. */
uint32_t *panel_load(const struct panel *panel, unsigned slider);

#endif
