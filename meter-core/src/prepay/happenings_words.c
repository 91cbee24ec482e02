/* Cuts, events and screens in words: for people, in no meter that does without. */
#include <stddef.h>

#include "metervault/codes.h"

struct row {
    const char *name, *words;
};

static const struct row cuts[] = {
    [MV_CUT_NONE] = {"NONE", "there is supply"},
    [MV_CUT_RETIRED] = {"RETIRED", "the meter is retired"},
    [MV_CUT_COMMAND] = {"COMMAND", "opened by a command"},
    [MV_CUT_CREDIT] = {"CREDIT", "no credit is left"},
    [MV_CUT_KEY] = {"KEY", "credit is back; press ENTER"},
    [MV_CUT_WARNING] = {"WARNING", "a short cut: credit is about to end"},
    [MV_CUT_POWER] = {"POWER", "too much power; closes again by itself"},
    [MV_CUT_POWER_LOCK] = {"POWER_LOCK", "too much power too often; closes again by itself"},
    [MV_CUT_UNBALANCE] = {"UNBALANCE", "the phases are loaded too differently; closes again by itself"},
    [MV_CUT_TEST] = {"TEST", "the switch is being tested"},
};

static const struct row events[] = {
    [MV_EVENT_NONE] = {"NONE", "nothing"},
    [MV_EVENT_POWER_UP] = {"POWER_UP", "the meter started"},
    [MV_EVENT_CREDIT] = {"CREDIT", "credit came in; detail: the register"},
    [MV_EVENT_CUT] = {"CUT", "supply was cut; detail: why"},
    [MV_EVENT_CLOSED] = {"CLOSED", "supply came back"},
    [MV_EVENT_TAMPER] = {"TAMPER", "the case was opened"},
    [MV_EVENT_TAMPER_CLEARED] = {"TAMPER_CLEARED", "tamper was cleared"},
    [MV_EVENT_SWITCH_FAULT] = {"SWITCH_FAULT", "the load switch does not follow; detail 1: it should be closed"},
    [MV_EVENT_BYPASS] = {"BYPASS", "control of supply was left"},
    [MV_EVENT_BYPASS_END] = {"BYPASS_END", "control of supply was taken up again"},
    [MV_EVENT_CLOCK_SET] = {"CLOCK_SET", "the clock was set"},
    [MV_EVENT_CLOCK_LOST] = {"CLOCK_LOST", "the clock lost its time"},
    [MV_EVENT_PARAMETERS] = {"PARAMETERS", "parameters were set"},
    [MV_EVENT_TARIFF] = {"TARIFF", "another tariff took effect; detail: low half of its set number"},
    [MV_EVENT_KEY_CHANGED] = {"KEY_CHANGED", "the meter has a new key; detail: its revision"},
    [MV_EVENT_RECORD_REFUSED] = {"RECORD_REFUSED", "a record was refused; detail: the result"},
    [MV_EVENT_RESET] = {"RESET", "the meter was reset"},
    [MV_EVENT_CLEARED] = {"CLEARED", "credit or data were cleared; detail of credit: the register"},
    [MV_EVENT_EMERGENCY] = {"EMERGENCY", "emergency credit was granted"},
    [MV_EVENT_OVERLOAD] = {"OVERLOAD", "power was above the limit"},
    [MV_EVENT_UNBALANCE] = {"UNBALANCE", "the phases were loaded too differently"},
    [MV_EVENT_RETIRED] = {"RETIRED", "the meter was retired"},
    [MV_EVENT_LOCKOUT] = {"LOCKOUT", "too much power too often"},
    [MV_EVENT_STORAGE_HEALED] = {"STORAGE_HEALED", "the memory mended a rotten bit"},
};

static const struct row *row_of(const struct row *rows, size_t count, unsigned index)
{
    static const struct row unknown = {"UNKNOWN", "unknown"};
    return index < count ? &rows[index] : &unknown;
}

const char *mv_cut_name(enum mv_cut cut)
{
    return row_of(cuts, sizeof cuts / sizeof cuts[0], cut)->name;
}

const char *mv_cut_words(enum mv_cut cut)
{
    return row_of(cuts, sizeof cuts / sizeof cuts[0], cut)->words;
}

const char *mv_event_name(enum mv_event_code event)
{
    return row_of(events, sizeof events / sizeof events[0], event)->name;
}

const char *mv_event_words(enum mv_event_code event)
{
    return row_of(events, sizeof events / sizeof events[0], event)->words;
}

const char *mv_screen_words(uint8_t code)
{
    static const struct {
        uint8_t first, last;
        const char *words;
    } screens[] = {
        {MV_SCREEN_ENTRY, MV_SCREEN_ENTRY, "what is keyed in; what the last token did"},
        {MV_SCREEN_REMAINING, MV_SCREEN_REMAINING, "remaining credit"},
        {MV_SCREEN_TOTAL, MV_SCREEN_TOTAL, "use, ever"},
        {MV_SCREEN_MONTH, MV_SCREEN_MONTH, "use of this month"},
        {MV_SCREEN_DATE, MV_SCREEN_DATE, "date"},
        {MV_SCREEN_TIME, MV_SCREEN_TIME, "time"},
        {MV_SCREEN_CUT, MV_SCREEN_CUT, "why there is no supply"},
        {MV_SCREEN_TAKEN, MV_SCREEN_TAKEN, "credit taken since it was cleared"},
        {MV_SCREEN_BOUGHT, MV_SCREEN_BOUGHT, "credit brought since it was cleared"},
        {MV_SCREEN_ARREARS, MV_SCREEN_ARREARS, "arrears still owed"},
        {MV_SCREEN_POWER, MV_SCREEN_POWER, "power now"},
        {MV_SCREEN_POWER_1, MV_SCREEN_POWER_1 + MV_PHASES - 1, "power now, of phase 1 to 3"},
        {MV_SCREEN_PHASE_1, MV_SCREEN_PHASE_1 + MV_PHASES - 1, "use, of phase 1 to 3"},
        {MV_SCREEN_LIMIT, MV_SCREEN_LIMIT, "power limit"},
        {MV_SCREEN_WAIT, MV_SCREEN_WAIT, "seconds until supply that a limit cut may come back"},
        {MV_SCREEN_RATE, MV_SCREEN_RATE, "the rate that holds now"},
        {MV_SCREEN_RATE_1, MV_SCREEN_RATE_1 + MV_RATES - 1, "use, at rate 1 to 8"},
        {MV_SCREEN_PRICE_1, MV_SCREEN_PRICE_1 + MV_RATES - 1, "price now, of rate 1 to 8"},
        {MV_SCREEN_MONTH_1, MV_SCREEN_MONTH_1 + MV_MONTHS - 1, "use of the last month, to the one 12 before"},
        {MV_SCREEN_ALARM_1, MV_SCREEN_ALARM_1, "credit at which the lamp lights"},
        {MV_SCREEN_ALARM_2, MV_SCREEN_ALARM_2, "credit at which the buzzer sounds"},
        {MV_SCREEN_OVERDRAFT, MV_SCREEN_OVERDRAFT, "overdraft allowed"},
        {MV_SCREEN_EMERGENCY, MV_SCREEN_EMERGENCY, "emergency credit that ENTER grants"},
        {MV_SCREEN_HOARD, MV_SCREEN_HOARD, "most credit that the meter holds"},
        {MV_SCREEN_EVENTS, MV_SCREEN_EVENTS, "events, ever"},
        {MV_SCREEN_EVENT_1, MV_SCREEN_EVENT_1 + 7, "the last events, newest first: event and detail"},
        {MV_SCREEN_PAN_1, MV_SCREEN_PAN_1, "meter number, first 9 digits"},
        {MV_SCREEN_PAN_2, MV_SCREEN_PAN_2, "meter number, last 9 digits"},
        {MV_SCREEN_GROUP, MV_SCREEN_GROUP, "supply group"},
        {MV_SCREEN_REVISION, MV_SCREEN_REVISION, "key revision"},
        {MV_SCREEN_TARIFF, MV_SCREEN_TARIFF, "tariff index"},
        {MV_SCREEN_EXPIRY, MV_SCREEN_EXPIRY, "key expiry"},
        {MV_SCREEN_EPOCH, MV_SCREEN_EPOCH, "epoch of the installation"},
        {MV_SCREEN_SOFTWARE, MV_SCREEN_SOFTWARE, "software"},
        {MV_SCREEN_LOCKOUT, MV_SCREEN_LOCKOUT, "seconds until tokens are taken again"},
    };
    for (size_t i = 0; i < sizeof screens / sizeof screens[0]; i++) {
        if (code >= screens[i].first && code <= screens[i].last)
            return screens[i].words;
    }
    return NULL;
}
