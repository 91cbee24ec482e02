#include "panel.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "metervault/codes.h"

static __attribute__((format(printf, 2, 3))) void note(struct panel *panel, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(panel->note, sizeof panel->note, format, arguments);
    va_end(arguments);
}

static void note_result(struct panel *panel, enum mv_result result)
{
    if (mv_code_of(result).group != 0)
        note(panel, "%s: %s", mv_code_name(result), mv_code_words(result));
}

void panel_start(struct panel *panel, struct mv_prepay *p, struct board *board)
{
    *panel = (struct panel){.p = p, .board = board, .powered = true, .speed = 1};
    mv_nv_file_hold(&board->file);
}

/* ---- load ---- */

unsigned panel_sliders(const struct panel *panel)
{
    enum { SERVICE_OF_REGISTER = MV_SERVICES };
    switch (panel->p->parameters.credit_register % SERVICE_OF_REGISTER) {
    case MV_SERVICE_ELECTRICITY:
        return MV_PHASES;
    case MV_SERVICE_TIME:
        return 0;
    default:
        return 1;
    }
}

uint32_t *panel_load(const struct panel *panel, unsigned slider)
{
    return panel_sliders(panel) == MV_PHASES ? &panel->board->load_w[slider] : &panel->board->pulses_per_h;
}

static void choose_slider(struct panel *panel, bool down)
{
    unsigned count = panel_sliders(panel);
    if (down && panel->slider + 1 < count)
        panel->slider++;
    if (!down && panel->slider > 0)
        panel->slider--;
}

static void move_slider(struct panel *panel, bool up)
{
    if (panel->slider >= panel_sliders(panel))
        return;
    uint32_t *load = panel_load(panel, panel->slider);
    if (up)
        *load = *load + PANEL_LOAD_STEP < PANEL_LOAD_MOST ? *load + PANEL_LOAD_STEP : PANEL_LOAD_MOST;
    else
        *load -= *load < PANEL_LOAD_STEP ? *load : PANEL_LOAD_STEP;
}

/* ---- power, faults, emergencies ---- */

static void power_down(struct panel *panel, bool warned)
{
    if (!panel->powered)
        return;
    note(panel, "%s", warned ? "the mains went; what changed was saved" : "the mains went without a warning");
    note_result(panel, board_power_down(panel->board, panel->p, warned));
    panel->powered = false;
}

static void power_up(struct panel *panel)
{
    panel->powered = true;
    note(panel, "the mains came back");
    note_result(panel, board_power_up(panel->board, panel->p));
}

static void turn_bypass(struct panel *panel)
{
    bool on = !panel->p->supply.bypass;
    note(panel, "the sealed switch was turned: control of supply is %s", on ? "left" : "taken up again");
    note_result(panel, mv_prepay_bypass(panel->p, on));
}

static void change_switch(struct panel *panel)
{
    static const char *const kinds[] = {[BOARD_SWITCH_GOOD] = "is good",
                                        [BOARD_SWITCH_STUCK] = "is stuck",
                                        [BOARD_SWITCH_NO_FEEDBACK] = "gives no feedback"};
    panel->board->kind = (enum board_switch)((panel->board->kind + 1U) % (sizeof kinds / sizeof kinds[0]));
    note(panel, "the load switch %s", kinds[panel->board->kind]);
}

static void open_case(struct panel *panel)
{
    note(panel, "the case was opened");
    note_result(panel, mv_prepay_tamper(panel->p));
}

/* ---- time ---- */

static void change_speed(struct panel *panel, bool faster)
{
    enum { SLOWEST = 1, FASTEST = 3600, FACTOR = 60 };
    if (faster && panel->speed < FASTEST)
        panel->speed *= FACTOR;
    if (!faster && panel->speed > SLOWEST)
        panel->speed /= FACTOR;
}

/* ---- cards ---- */

static void insert_card(struct panel *panel, const char *path)
{
    const char *fault = card_slot_insert(&panel->board->card, panel->p, path);
    if (fault != NULL)
        note(panel, "no card there: %s", fault);
}

static void card_key(struct panel *panel)
{
    if (!panel->board->card.in) {
        panel_prompt_open(&panel->prompt, PANEL_ASKS_CARD);
        return;
    }
    card_slot_remove(&panel->board->card);
    note(panel, "the card was taken out");
}

/* ---- keys ---- */

static void answer_prompt(struct panel *panel)
{
    const struct panel_prompt *prompt = &panel->prompt;
    if (prompt->length == 0)
        note(panel, "nothing was entered");
    else if (prompt->asks == PANEL_ASKS_CARD)
        insert_card(panel, prompt->text);
    else if (prompt->asks == PANEL_ASKS_RECORD)
        record_slot_put(&panel->slot, panel->p, prompt->text);
    else
        record_slot_take(&panel->slot, panel->p, prompt->text);
    panel_prompt_close(&panel->prompt);
}

/* Keys that do the same with and without mains. */
static bool outer_key(struct panel *panel, int key)
{
    switch (key) {
    case 'q':
        panel->quit = true;
        return true;
    case 'p':
        panel->paused = !panel->paused;
        return true;
    case 'f':
    case 's':
        change_speed(panel, key == 'f');
        return true;
    case 'w':
        change_switch(panel);
        return true;
    case PANEL_UP:
    case PANEL_DOWN:
        choose_slider(panel, key == PANEL_DOWN);
        return true;
    case PANEL_LEFT:
    case PANEL_RIGHT:
        move_slider(panel, key == PANEL_RIGHT);
        return true;
    default:
        return false;
    }
}

static void meter_key(struct panel *panel, int key)
{
    enum mv_key pressed = (enum mv_key)(key - '0');
    if (key == PANEL_ENTER)
        pressed = MV_KEY_ENTER;
    else if (key == PANEL_BACKSPACE)
        pressed = MV_KEY_BACK;
    else if (key < '0' || key > '9')
        return;
    note_result(panel, mv_prepay_key(panel->p, pressed));
}

static void powered_key(struct panel *panel, int key)
{
    switch (key) {
    case 'r':
        panel_prompt_open(&panel->prompt, PANEL_ASKS_RECORD);
        break;
    case 'n':
        panel_prompt_open(&panel->prompt, PANEL_ASKS_RETURN);
        break;
    case 'i':
        card_key(panel);
        break;
    case 't':
        open_case(panel);
        break;
    case 'b':
        turn_bypass(panel);
        break;
    case 'o':
    case 'c':
        power_down(panel, key == 'o');
        break;
    default:
        meter_key(panel, key);
    }
}

void panel_key(struct panel *panel, int key)
{
    panel->note[0] = '\0';
    if (panel->prompt.asks != PANEL_ASKS_NOTHING) {
        if (panel_prompt_key(&panel->prompt, key))
            answer_prompt(panel);
    } else if (outer_key(panel, key)) {
        return;
    } else if (panel->powered) {
        powered_key(panel, key);
    } else if (key == 'o') {
        power_up(panel);
    }
}
