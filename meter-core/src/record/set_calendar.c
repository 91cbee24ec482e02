/* A calendar as the bytes of a set. */
#include <string.h>

#include "metervault/record_sets.h"
#include "set.h"

enum { WEEKDAYS = 7 };

/* ---- writing ---- */

static unsigned tables_used(const struct mv_calendar *calendar)
{
    unsigned used = 0;
    for (unsigned i = 0; i < MV_DAY_TABLES; i++) {
        if (calendar->switchings[i] > 0)
            used = i + 1;
    }
    return used;
}

static unsigned windows_used(const struct mv_calendar *calendar)
{
    unsigned used = 0;
    for (unsigned i = 0; i < MV_WINDOWS; i++) {
        if (calendar->friendly[i].weekdays != 0)
            used = i + 1;
    }
    return used;
}

static bool counts_fit(const struct mv_calendar *calendar)
{
    for (unsigned i = 0; i < MV_DAY_TABLES; i++) {
        if (calendar->switchings[i] > MV_SWITCHINGS)
            return false;
    }
    return calendar->holiday_count <= MV_HOLIDAYS;
}

static uint8_t *put_day_table(uint8_t *at, const struct mv_calendar *calendar, unsigned table)
{
    at = mv_set_put(at, calendar->switchings[table], 1);
    for (unsigned i = 0; i < calendar->switchings[table]; i++) {
        at = mv_set_put(at, calendar->day_tables[table][i].minute, 2);
        at = mv_set_put(at, calendar->day_tables[table][i].rate, 1);
    }
    return at;
}

static uint8_t *put_friendly(uint8_t *at, const struct mv_calendar *calendar)
{
    unsigned windows = windows_used(calendar);
    at = mv_set_put(at, windows, 1);
    for (unsigned i = 0; i < windows; i++) {
        at = mv_set_put(at, calendar->friendly[i].weekdays, 1);
        at = mv_set_put(at, calendar->friendly[i].from_min, 2);
        at = mv_set_put(at, calendar->friendly[i].to_min, 2);
    }
    return at;
}

static uint8_t *put_holidays(uint8_t *at, const struct mv_calendar *calendar)
{
    at = mv_set_put(at, calendar->holiday_count, 1);
    for (unsigned i = 0; i < calendar->holiday_count; i++) {
        const struct mv_holiday *holiday = &calendar->holidays[i];
        at = mv_set_put(at, holiday->month, 1);
        at = mv_set_put(at, holiday->day, 1);
        at = mv_set_put(at, holiday->day_table, 1);
        at = mv_set_put(at, holiday->friendly ? 1 : 0, 1);
    }
    return at;
}

enum mv_result mv_calendar_write(const struct mv_calendar *calendar, uint8_t bytes[MV_SET_MAX], uint32_t *size)
{
    if (!counts_fit(calendar))
        return MV_RANGE_ERROR;
    uint8_t *at = bytes;
    for (unsigned i = 0; i < WEEKDAYS; i++)
        at = mv_set_put(at, calendar->weekday_table[i], 1);
    unsigned tables = tables_used(calendar);
    at = mv_set_put(at, tables, 1);
    for (unsigned i = 0; i < tables; i++)
        at = put_day_table(at, calendar, i);
    at = put_friendly(at, calendar);
    at = put_holidays(at, calendar);
    *size = (uint32_t)(at - bytes);
    return MV_DONE;
}

/* ---- reading ---- */

static void get_day_table(struct mv_set_reader *from, struct mv_calendar *calendar, unsigned table)
{
    calendar->switchings[table] = mv_set_get_count(from, MV_SWITCHINGS);
    for (unsigned i = 0; i < calendar->switchings[table]; i++) {
        calendar->day_tables[table][i].minute = (uint16_t)mv_set_get(from, 2);
        calendar->day_tables[table][i].rate = (uint8_t)mv_set_get(from, 1);
    }
}

static void get_friendly(struct mv_set_reader *from, struct mv_calendar *calendar)
{
    unsigned windows = mv_set_get_count(from, MV_WINDOWS);
    for (unsigned i = 0; i < windows; i++) {
        calendar->friendly[i].weekdays = (uint8_t)mv_set_get(from, 1);
        calendar->friendly[i].from_min = (uint16_t)mv_set_get(from, 2);
        calendar->friendly[i].to_min = (uint16_t)mv_set_get(from, 2);
    }
}

static void get_holidays(struct mv_set_reader *from, struct mv_calendar *calendar)
{
    calendar->holiday_count = mv_set_get_count(from, MV_HOLIDAYS);
    for (unsigned i = 0; i < calendar->holiday_count; i++) {
        struct mv_holiday *holiday = &calendar->holidays[i];
        holiday->month = (uint8_t)mv_set_get(from, 1);
        holiday->day = (uint8_t)mv_set_get(from, 1);
        holiday->day_table = (uint8_t)mv_set_get(from, 1);
        holiday->friendly = mv_set_get_count(from, 1) != 0;
    }
}

enum mv_result mv_calendar_read(const uint8_t *bytes, uint32_t size, struct mv_calendar *calendar)
{
    struct mv_set_reader from = {.at = bytes, .left = size};
    memset(calendar, 0, sizeof *calendar);
    for (unsigned i = 0; i < WEEKDAYS; i++)
        calendar->weekday_table[i] = (uint8_t)mv_set_get(&from, 1);
    unsigned tables = mv_set_get_count(&from, MV_DAY_TABLES);
    for (unsigned i = 0; i < tables; i++)
        get_day_table(&from, calendar, i);
    get_friendly(&from, calendar);
    get_holidays(&from, calendar);
    return mv_set_whole(&from) ? MV_DONE : MV_RANGE_ERROR;
}
