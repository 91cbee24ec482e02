/* The screen of the keypad: digits in groups of four, and what a token did. */
#include "codes_text.h"
#include "screens.h"
#include "settle.h"
#include "text.h"

enum { GROUP = 4, GROUPS_SHOWN = 3, DECIMALS_UNITS = 3, DECIMALS_CURRENCY = 5, ITEM_S = 3 };

/* A whole token with its spaces has 24 characters: the first groups move out on the left. */
static void put_digits(struct mv_text *text, const struct mv_keypad *keypad)
{
    unsigned group = (keypad->count - 1U) / GROUP; /* there is one */
    unsigned from = group < GROUPS_SHOWN ? 0 : (group + 1 - GROUPS_SHOWN) * GROUP;
    if (from > 0)
        mv_text_char(text, '<');
    for (unsigned i = from; i < keypad->count; i++) {
        if (i > from && i % GROUP == 0)
            mv_text_char(text, ' ');
        mv_text_char(text, keypad->digits[i]);
    }
}

static unsigned decimals_of(enum mv_credit_register which)
{
    if (which == MV_REGISTER_TIME)
        return 0;
    return (unsigned)which < MV_SERVICES ? DECIMALS_UNITS : DECIMALS_CURRENCY;
}

static void put_credited(struct mv_text *text, const struct mv_meter_answer *answer)
{
    unsigned decimals = decimals_of(answer->credit_register);
    mv_text_add(text, "OK +");
    mv_text_decimal(text, answer->credited, decimals, decimals);
}

/* ---- what a test token asked for ---- */

static const char *label_of(enum mv_display_what what)
{
    static const char *const labels[] = {
        [MV_SHOW_LOAD_SWITCH] = "SWITCH",
        [MV_SHOW_ALL_SEGMENTS] = "8888888888888888",
        [MV_SHOW_CREDIT] = "C",
        [MV_SHOW_KRN] = "KRN ",
        [MV_SHOW_KT] = "KT ",
        [MV_SHOW_TI] = "TI ",
        [MV_SHOW_MAXIMUM_POWER] = "MAX W ",
        [MV_SHOW_TAMPER] = "TAMPER ",
        [MV_SHOW_SOFTWARE] = "SW ",
        [MV_SHOW_PHASE_UNBALANCE] = "UNB W ",
        [MV_SHOW_WATER_FACTOR] = "WF ",
        [MV_SHOW_TARIFF_RATE] = "TR ",
        [MV_SHOW_EA] = "EA ",
        [MV_SHOW_TCT] = "TCT ",
        [MV_SHOW_KEN] = "KEN ",
        [MV_SHOW_DRN] = "",
        [MV_SHOW_SGC] = "SGC ",
        [MV_SHOW_EXTENDED] = "X",
        [MV_SHOW_FLAG] = "F",
    };
    return labels[what];
}

/* Decimals and the least count of digits that its value is shown with. */
static void put_item_value(struct mv_text *text, const struct mv_display_item *item)
{
    enum { GROUP_CODE_DIGITS = 6 };
    if (item->value == MV_SHOW_NONE) {
        mv_text_add(text, "----");
        return;
    }
    switch (item->what) {
    case MV_SHOW_CREDIT: {
        unsigned decimals = decimals_of((enum mv_credit_register)item->index);
        mv_text_decimal(text, item->value, decimals, decimals);
        return;
    }
    case MV_SHOW_SGC:
        mv_text_number(text, (uint64_t)item->value, GROUP_CODE_DIGITS);
        return;
    case MV_SHOW_DRN:
        mv_text_number(text, (uint64_t)item->value, item->index);
        return;
    default:
        mv_text_number(text, (uint64_t)item->value, 1);
    }
}

static void put_item(struct mv_text *text, const struct mv_display_item *item)
{
    mv_text_add(text, label_of(item->what));
    if (item->what == MV_SHOW_LOAD_SWITCH || item->what == MV_SHOW_ALL_SEGMENTS)
        return;
    if (item->what == MV_SHOW_CREDIT || item->what == MV_SHOW_EXTENDED || item->what == MV_SHOW_FLAG) {
        mv_text_number(text, item->index, 1);
        mv_text_char(text, ' ');
    }
    put_item_value(text, item);
}

/* ---- what the last token did ---- */

static void put_answer(struct mv_text *text, const struct mv_prepay *p)
{
    const struct mv_meter_answer *answer = &p->keypad.answer;
    unsigned shown = 0;
    switch (answer->kind) {
    case MV_ANSWER_CREDIT:
        put_credited(text, answer);
        return;
    case MV_ANSWER_KEY_SECTION:
        mv_text_add(text, "SECTION ");
        mv_text_number(text, answer->section, 1);
        return;
    case MV_ANSWER_KEY_CHANGED:
        mv_text_add(text, "KEY CHANGED");
        return;
    case MV_ANSWER_DISPLAY:
        shown = (mv_seconds(p) - p->keypad.since_s) / ITEM_S % answer->display.count;
        put_item(text, &answer->display.items[shown]);
        return;
    default:
        mv_text_add(text, "OK");
    }
}

/* A lockout with the seconds that are left of it. */
static void put_refusal(struct mv_text *text, const struct mv_prepay *p, struct mv_code code)
{
    uint32_t left = mv_meter_lockout_left(&p->meter);
    mv_code_text(text, code);
    if (code.result != MV_LOCKOUT_ACTIVE || left == 0)
        return;
    mv_text_char(text, ' ');
    mv_text_number(text, left, 1);
    mv_text_add(text, " S");
}

void mv_screen_entry(const struct mv_prepay *p, struct mv_screen *screen)
{
    *screen = (struct mv_screen){.code = MV_SCREEN_ENTRY};
    struct mv_text text = mv_text_on(screen->text);
    struct mv_code code = mv_code_of(p->keypad.result);
    screen->value = p->keypad.count > 0 ? 0 : (int64_t)p->keypad.result;
    if (p->keypad.count > 0)
        put_digits(&text, &p->keypad);
    else if (code.group != 0)
        put_refusal(&text, p, code);
    else
        put_answer(&text, p);
}
