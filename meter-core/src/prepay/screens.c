/* What every screen says, as numbers and as a line. */
#include "screens.h"

#include "account.h"
#include "clock.h"
#include "limit.h"
#include "supply.h"
#include "tariff.h"
#include "text.h"

enum { CENTURY_DIGITS = 4, CURRENCY_DECIMALS = 5, CURRENCY_SHOWN = 2, MILLI_DECIMALS = 3, PAN_HALF = 9 };
enum { EVENTS_SHOWN = 8 };

/* ---- forms ---- */

static void put_value(struct mv_text *text, struct mv_screen *screen, int64_t value)
{
    screen->empty = false;
    screen->value = value;
    mv_text_decimal(text, value, screen->decimals,
                    screen->decimals == CURRENCY_DECIMALS ? CURRENCY_SHOWN : screen->decimals);
}

/* The unit where there is room for it. */
static void put_unit(struct mv_text *text, const char *unit)
{
    unsigned length = 0;
    while (unit[length] != '\0')
        length++;
    if (text->length + length > MV_SCREEN_TEXT)
        return;
    mv_text_add(text, unit);
}

static const char *unit_of(enum mv_service service)
{
    switch (service) {
    case MV_SERVICE_ELECTRICITY:
        return " KWH";
    case MV_SERVICE_TIME:
        return " S";
    default:
        return " M3";
    }
}

/* Wh, litres or seconds. */
static void put_units(const struct mv_prepay *p, struct mv_text *text, struct mv_screen *screen, uint64_t units)
{
    enum mv_service service = mv_account_service(p);
    screen->decimals = service == MV_SERVICE_TIME ? 0 : MILLI_DECIMALS;
    put_value(text, screen, units > INT64_MAX ? INT64_MAX : (int64_t)units);
    put_unit(text, unit_of(service));
}

/* In the unit of the credit register. */
static void put_credit(const struct mv_prepay *p, struct mv_text *text, struct mv_screen *screen, int64_t amount)
{
    bool currency = mv_account_in_currency(p);
    enum mv_service service = mv_account_service(p);
    screen->decimals = currency ? CURRENCY_DECIMALS : service == MV_SERVICE_TIME ? 0 : MILLI_DECIMALS;
    put_value(text, screen, amount);
    if (!currency)
        put_unit(text, unit_of(service));
}

static void put_watts(struct mv_text *text, struct mv_screen *screen, uint32_t watts)
{
    put_value(text, screen, watts);
    put_unit(text, " W");
}

static void put_digits(struct mv_text *text, struct mv_screen *screen, uint64_t value, unsigned digits)
{
    screen->empty = false;
    screen->value = (int64_t)value;
    mv_text_number(text, value, digits);
}

/* ---- groups of screens; each answers false for what is not of the group ---- */

static bool credit(const struct mv_prepay *p, uint8_t code, struct mv_text *text, struct mv_screen *screen)
{
    const struct mv_parameters *parameters = &p->parameters;
    uint8_t which = parameters->credit_register;
    switch (code) {
    case MV_SCREEN_REMAINING:
        put_credit(p, text, screen, mv_account_remaining(p));
        return true;
    case MV_SCREEN_TAKEN:
        put_credit(p, text, screen, p->account.taken[which]);
        return true;
    case MV_SCREEN_BOUGHT:
        put_credit(p, text, screen, p->meter.state.credit[which]);
        return true;
    case MV_SCREEN_ARREARS:
        put_credit(p, text, screen, p->account.arrears);
        return true;
    case MV_SCREEN_ALARM_1:
        put_credit(p, text, screen, parameters->alarm_1);
        return true;
    case MV_SCREEN_ALARM_2:
        put_credit(p, text, screen, parameters->alarm_2);
        return true;
    case MV_SCREEN_OVERDRAFT:
        put_credit(p, text, screen, parameters->overdraft);
        return true;
    case MV_SCREEN_EMERGENCY:
        put_credit(p, text, screen, parameters->emergency);
        return true;
    case MV_SCREEN_HOARD:
        if (parameters->hoard_limit != 0)
            put_credit(p, text, screen, parameters->hoard_limit);
        return true;
    default:
        return false;
    }
}

static bool within(uint8_t code, unsigned first, unsigned count, unsigned *index)
{
    *index = (unsigned)code - first;
    return code >= first && *index < count;
}

static bool use(const struct mv_prepay *p, uint8_t code, struct mv_text *text, struct mv_screen *screen)
{
    const struct mv_registers *registers = &p->registers;
    bool electricity = mv_account_service(p) == MV_SERVICE_ELECTRICITY;
    unsigned i;
    if (code == MV_SCREEN_TOTAL) {
        put_units(p, text, screen, registers->total);
    } else if (code == MV_SCREEN_MONTH) {
        put_units(p, text, screen, registers->month);
    } else if (within(code, MV_SCREEN_PHASE_1, MV_PHASES, &i)) {
        if (electricity)
            put_units(p, text, screen, registers->by_phase[i]);
    } else if (within(code, MV_SCREEN_RATE_1, MV_RATES, &i)) {
        if (i == 0 || registers->by_rate[i] != 0)
            put_units(p, text, screen, registers->by_rate[i]);
    } else if (within(code, MV_SCREEN_MONTH_1, MV_MONTHS, &i)) {
        if (p->freezes.months[i].ended != 0)
            put_units(p, text, screen, p->freezes.months[i].month);
    } else {
        return false;
    }
    return true;
}

static bool power(const struct mv_prepay *p, uint8_t code, struct mv_text *text, struct mv_screen *screen)
{
    bool electricity = mv_account_service(p) == MV_SERVICE_ELECTRICITY;
    unsigned i;
    if (code == MV_SCREEN_POWER) {
        if (electricity)
            put_watts(text, screen, mv_limit_load(p));
    } else if (within(code, MV_SCREEN_POWER_1, MV_PHASES, &i)) {
        if (electricity)
            put_watts(text, screen, p->load.power_w[i]);
    } else if (code == MV_SCREEN_LIMIT) {
        if (mv_limit_power(p) != MV_LIMIT_NONE)
            put_watts(text, screen, mv_limit_power(p));
    } else {
        return false;
    }
    return true;
}

static void put_date(struct mv_text *text, struct mv_screen *screen, const struct mv_local *local)
{
    put_digits(text, screen, local->year, CENTURY_DIGITS);
    mv_text_char(text, '-');
    mv_text_number(text, local->month, 2);
    mv_text_char(text, '-');
    mv_text_number(text, local->day, 2);
}

static void put_time(struct mv_text *text, struct mv_screen *screen, const struct mv_local *local)
{
    enum { HOUR = 60 };
    put_digits(text, screen, local->minute / HOUR, 2);
    mv_text_char(text, ':');
    mv_text_number(text, local->minute % HOUR, 2);
}

/* The value is Unix time. */
static bool moment(const struct mv_prepay *p, uint8_t code, struct mv_text *text, struct mv_screen *screen)
{
    uint32_t now;
    struct mv_local local;
    if (code != MV_SCREEN_DATE && code != MV_SCREEN_TIME)
        return false;
    if (!mv_clock_now(p, &now))
        return true;
    mv_clock_local(p, now, &local);
    if (code == MV_SCREEN_DATE)
        put_date(text, screen, &local);
    else
        put_time(text, screen, &local);
    screen->value = now;
    return true;
}

static bool tariff(const struct mv_prepay *p, uint8_t code, struct mv_text *text, struct mv_screen *screen)
{
    unsigned i;
    if (code == MV_SCREEN_RATE) {
        put_digits(text, screen, p->load.rate + 1U, 1);
        return true;
    }
    if (!within(code, MV_SCREEN_PRICE_1, MV_RATES, &i))
        return false;
    if (mv_account_in_currency(p) && (i == 0 || i < p->tariff.rates)) {
        uint64_t price = mv_tariff_price(&p->tariff, (uint8_t)i, p->registers.month);
        screen->decimals = CURRENCY_DECIMALS;
        put_value(text, screen, (int64_t)price);
    }
    return true;
}

static const char *cut_words(enum mv_cut cut)
{
    static const char *const words[] = {
        [MV_CUT_NONE] = "ON",           [MV_CUT_RETIRED] = "RETIRED",   [MV_CUT_COMMAND] = "COMMAND",
        [MV_CUT_CREDIT] = "NO CREDIT",  [MV_CUT_KEY] = "PRESS KEY",     [MV_CUT_WARNING] = "WARNING",
        [MV_CUT_POWER] = "POWER LIMIT", [MV_CUT_POWER_LOCK] = "LOCKED", [MV_CUT_UNBALANCE] = "UNBALANCE",
        [MV_CUT_TEST] = "TEST",
    };
    return words[cut];
}

/* Seconds until something is allowed again; empty when it is. */
static void put_wait(struct mv_text *text, struct mv_screen *screen, uint32_t seconds)
{
    if (seconds == 0)
        return;
    put_value(text, screen, seconds);
    put_unit(text, " S");
}

static bool happenings(const struct mv_prepay *p, uint8_t code, struct mv_text *text, struct mv_screen *screen)
{
    enum { CODE_DIGITS = 2, DETAIL_DIGITS = 3 };
    unsigned i;
    if (code == MV_SCREEN_CUT) {
        screen->empty = false;
        screen->value = mv_supply_cut(p);
        mv_text_add(text, cut_words(mv_supply_cut(p)));
    } else if (code == MV_SCREEN_WAIT) {
        put_wait(text, screen, mv_limit_left(p));
    } else if (code == MV_SCREEN_LOCKOUT) {
        put_wait(text, screen, mv_meter_lockout_left(&p->meter));
    } else if (code == MV_SCREEN_EVENTS) {
        put_value(text, screen, p->events.count);
    } else if (within(code, MV_SCREEN_EVENT_1, EVENTS_SHOWN, &i)) {
        if (p->events.ring[i].code == MV_EVENT_NONE)
            return true;
        put_digits(text, screen, p->events.ring[i].code, CODE_DIGITS);
        mv_text_char(text, '-');
        mv_text_number(text, p->events.ring[i].detail, DETAIL_DIGITS);
    } else {
        return false;
    }
    return true;
}

static uint64_t half_of_pan(const char *digits)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < PAN_HALF; i++)
        value = value * 10 + (uint64_t)(digits[i] - '0');
    return value;
}

static void put_software(struct mv_text *text, struct mv_screen *screen)
{
    enum { MAJOR = 10000, MINOR = 100 };
    put_digits(text, screen, MV_METER_SOFTWARE / MAJOR, 1);
    mv_text_char(text, '.');
    mv_text_number(text, MV_METER_SOFTWARE / MINOR % MINOR, 1);
    mv_text_char(text, '.');
    mv_text_number(text, MV_METER_SOFTWARE % MINOR, 1);
    screen->value = MV_METER_SOFTWARE;
}

static bool identity(const struct mv_prepay *p, uint8_t code, struct mv_text *text, struct mv_screen *screen)
{
    enum { GROUP_DIGITS = 6 };
    const struct mv_meter_identity *id = &p->meter.state.identity;
    switch (code) {
    case MV_SCREEN_PAN_1:
        put_digits(text, screen, half_of_pan(id->pan), PAN_HALF);
        return true;
    case MV_SCREEN_PAN_2:
        put_digits(text, screen, half_of_pan(id->pan + PAN_HALF), PAN_HALF);
        return true;
    case MV_SCREEN_GROUP:
        if (id->supply_group != MV_SGC_UNKNOWN)
            put_digits(text, screen, id->supply_group, GROUP_DIGITS);
        return true;
    case MV_SCREEN_REVISION:
        put_digits(text, screen, id->key_revision, 1);
        return true;
    case MV_SCREEN_TARIFF:
        put_digits(text, screen, id->tariff_index, 2);
        return true;
    case MV_SCREEN_EXPIRY:
        put_digits(text, screen, id->key_expiry, 1);
        return true;
    case MV_SCREEN_EPOCH:
        if (p->records.provisioned)
            put_digits(text, screen, p->records.epoch, 1);
        return true;
    case MV_SCREEN_SOFTWARE:
        put_software(text, screen);
        return true;
    default:
        return false;
    }
}

bool mv_screen_of(const struct mv_prepay *p, uint8_t code, struct mv_screen *screen)
{
    *screen = (struct mv_screen){.code = code, .empty = true};
    struct mv_text text = mv_text_on(screen->text);
    mv_text_number(&text, code, 2);
    mv_text_char(&text, ' ');
    bool is_one = credit(p, code, &text, screen) || use(p, code, &text, screen) || power(p, code, &text, screen) ||
                  moment(p, code, &text, screen) || tariff(p, code, &text, screen) ||
                  happenings(p, code, &text, screen) || identity(p, code, &text, screen);
    if (is_one && screen->empty)
        mv_text_add(&text, "----");
    return is_one;
}
