#include "view.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "metervault/codes.h"
#include "view_parts.h"

enum { LEFT = 2, LAMPS_COLUMN = 26, STATE_COLUMN = 46, LOAD_COLUMN = 26, TEXT_COLUMN = 11, MOMENT = 24 };

/* ---- the top line ---- */

static void moment_text(const struct panel *panel, char text[MOMENT])
{
    struct mv_prepay_port port = board_port(panel->board);
    uint32_t now = 0;
    struct tm utc;
    bool known = port.clock_read(port.context, &now);
    time_t when = (time_t)now;
    if (!known || gmtime_r(&when, &utc) == NULL || strftime(text, MOMENT, "%Y-%m-%d %H:%M:%S UTC", &utc) == 0)
        (void)snprintf(text, MOMENT, "no clock");
}

static void draw_top(const struct panel *panel, struct canvas *canvas)
{
    enum { ROW = 0, MOMENT_COLUMN = 40, SPEED_COLUMN = 67 };
    char moment[MOMENT];
    const struct mv_meter *meter = &panel->p->meter;
    moment_text(panel, moment);
    canvas_print(canvas, ROW, 0, CANVAS_REVERSE, "%*s", CANVAS_COLUMNS, "");
    canvas_put(canvas, ROW, LEFT, CANVAS_REVERSE, "metersim");
    if (meter->loaded)
        canvas_print(canvas, ROW, LEFT + 10, CANVAS_REVERSE, "meter %.18s", meter->state.identity.pan);
    canvas_put(canvas, ROW, MOMENT_COLUMN, CANVAS_REVERSE, moment);
    if (panel->paused)
        canvas_put(canvas, ROW, SPEED_COLUMN, CANVAS_REVERSE, "paused");
    else
        canvas_print(canvas, ROW, SPEED_COLUMN, CANVAS_REVERSE, "%ux", panel->speed);
}

/* ---- display, lamps, state ---- */

static void draw_display(const struct panel *panel, struct canvas *canvas)
{
    enum { ROW = 2 };
    struct mv_screen screen = {0};
    if (panel->powered)
        mv_prepay_screen(panel->p, &screen);
    canvas_put(canvas, ROW, LEFT, CANVAS_PLAIN, "+------------------+");
    canvas_print(canvas, ROW + 1, LEFT, CANVAS_BOLD, "| %-16s |", screen.text);
    canvas_put(canvas, ROW + 2, LEFT, CANVAS_PLAIN, "+------------------+");
}

static void draw_lamps(const struct panel *panel, struct canvas *canvas)
{
    static const char *const names[] = {"credit low", "credit out", "fault", "switch open", "buzzer"};
    enum { ROW = 2 };
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        bool on = (panel->board->lamps >> i & 1U) != 0;
        canvas_print(canvas, ROW + i, LAMPS_COLUMN, on ? CANVAS_REVERSE : CANVAS_PLAIN, "(%c) %s", on ? '*' : ' ',
                     names[i]);
    }
}

static void draw_state(const struct panel *panel, struct canvas *canvas)
{
    enum { ROW = 2 };
    const struct mv_prepay *p = panel->p;
    const char *what = panel_sliders(panel) == 1 ? "valve" : "switch";
    canvas_print(canvas, ROW, STATE_COLUMN, CANVAS_PLAIN, "mains   %s", panel->powered ? "on" : "off");
    canvas_print(canvas, ROW + 1, STATE_COLUMN, CANVAS_PLAIN, "%-7s %s", what,
                 panel->board->closed == (panel_sliders(panel) != 1) ? "closed" : "open");
    if (!p->meter.loaded)
        return;
    enum mv_cut cut = p->supply.testing ? MV_CUT_TEST : (enum mv_cut)p->supply.cut;
    canvas_print(canvas, ROW + 2, STATE_COLUMN, CANVAS_PLAIN, "supply  %s%s",
                 cut == MV_CUT_NONE ? "" : "cut: ", cut == MV_CUT_NONE ? "on" : mv_cut_name(cut));
    canvas_print(canvas, ROW + 3, STATE_COLUMN, CANVAS_PLAIN, "case    %s",
                 p->meter.state.settings.tampered ? "was opened" : "sealed");
    canvas_print(canvas, ROW + 4, STATE_COLUMN, CANVAS_PLAIN, "control %s", p->supply.bypass ? "left" : "held");
}

/* ---- keypad, load ---- */

static void draw_keypad(struct canvas *canvas)
{
    static const char *const rows[] = {"[7] [8] [9]", "[4] [5] [6]", "[1] [2] [3]", "[<] [0] [Enter]"};
    enum { ROW = 6 };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
        canvas_put(canvas, ROW + i, LEFT + 4, CANVAS_PLAIN, rows[i]);
}

static void draw_slider(const struct panel *panel, struct canvas *canvas, unsigned row, unsigned slider)
{
    enum { WIDTH = 28 };
    char bar[WIDTH + 1];
    bool phases = panel_sliders(panel) == MV_PHASES;
    uint32_t load = *panel_load(panel, slider);
    unsigned filled = load < PANEL_LOAD_MOST ? (unsigned)((uint64_t)load * WIDTH / PANEL_LOAD_MOST) : WIDTH;
    memset(bar, '-', WIDTH);
    memset(bar, '#', filled);
    bar[WIDTH] = '\0';
    canvas_print(canvas, row, LOAD_COLUMN, slider == panel->slider ? CANVAS_BOLD : CANVAS_PLAIN,
                 "%c %s%c [%s] %" PRIu32 " %s", slider == panel->slider ? '>' : ' ', phases ? "phase " : "flow",
                 phases ? (char)('1' + slider) : ' ', bar, load, phases ? "W" : "pulses/h");
}

static void draw_load(const struct panel *panel, struct canvas *canvas)
{
    enum { ROW = 8 };
    for (unsigned i = 0; i < panel_sliders(panel); i++)
        draw_slider(panel, canvas, ROW + i, i);
}

/* ---- the lower half ---- */

static void draw_card(const struct panel *panel, struct canvas *canvas)
{
    enum { ROW = 11, OUTCOME_COLUMN = 20 };
    const struct card_slot *slot = &panel->board->card;
    canvas_put(canvas, ROW, LEFT, CANVAS_PLAIN, "card");
    if (slot->text[0] == '\0') {
        canvas_put(canvas, ROW, TEXT_COLUMN, CANVAS_PLAIN, "i puts one in, from a socket");
        return;
    }
    canvas_put(canvas, ROW, TEXT_COLUMN, CANVAS_PLAIN, slot->in ? "is in" : "is out");
    canvas_put(canvas, ROW, OUTCOME_COLUMN, CANVAS_BOLD, slot->text);
}

static void draw_slot(const struct panel *panel, struct canvas *canvas)
{
    enum { ROW = 12 };
    const struct record_slot *slot = &panel->slot;
    canvas_put(canvas, ROW, LEFT, CANVAS_PLAIN, "record");
    canvas_put(canvas, ROW, TEXT_COLUMN, CANVAS_PLAIN,
               slot->what[0] != '\0' ? slot->what : "r takes one, from a file or as hex");
    canvas_put(canvas, ROW + 1, TEXT_COLUMN, CANVAS_BOLD, slot->outcome);
    if (panel->p->meter.loaded && panel->p->records.nonce_open)
        canvas_put(canvas, ROW + 2, TEXT_COLUMN, CANVAS_BOLD, "a return is due: n writes it into a file");
}

static void draw_bottom(const struct panel *panel, struct canvas *canvas)
{
    enum { NOTE_ROW = 21, KEYS_ROW = 22 };
    if (panel->prompt.asks != PANEL_ASKS_NOTHING)
        view_prompt(&panel->prompt, canvas, NOTE_ROW);
    else
        canvas_put(canvas, NOTE_ROW, LEFT, CANVAS_BOLD, panel->note);
    canvas_put(canvas, KEYS_ROW, LEFT, CANVAS_DIM,
               "0-9 Enter Backspace keypad  arrows load  p pause  f faster  s slower  q leave");
    canvas_put(canvas, KEYS_ROW + 1, LEFT, CANVAS_DIM,
               "r record  n return  i card  t tamper  b bypass  w switch  o mains  c power cut");
}

void view_draw(const struct panel *panel, struct canvas *canvas)
{
    canvas_clear(canvas);
    draw_top(panel, canvas);
    draw_display(panel, canvas);
    draw_lamps(panel, canvas);
    draw_state(panel, canvas);
    draw_keypad(canvas);
    draw_load(panel, canvas);
    draw_card(panel, canvas);
    draw_slot(panel, canvas);
    view_events(panel, canvas, 15);
    draw_bottom(panel, canvas);
}
