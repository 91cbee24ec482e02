#include "calendar.h"

#include <string.h>

enum { DAY_MINUTES = 1440, WEEKDAYS = 7, EVERY_WEEKDAY = 0x7F };

void mv_calendar_default(struct mv_calendar *calendar)
{
    memset(calendar, 0, sizeof *calendar);
    calendar->switchings[0] = 1;
}

static bool table_in_use(const struct mv_calendar *calendar, uint8_t table)
{
    return table < MV_DAY_TABLES && calendar->switchings[table] > 0;
}

static bool table_is_good(const struct mv_calendar *calendar, unsigned table)
{
    const struct mv_switching *row = calendar->day_tables[table];
    unsigned count = calendar->switchings[table];
    if (count > MV_SWITCHINGS)
        return false;
    for (unsigned i = 0; i < count; i++)
        if (row[i].rate >= MV_RATES || row[i].minute >= DAY_MINUTES ||
            (i == 0 ? row[i].minute != 0 : row[i].minute <= row[i - 1].minute))
            return false;
    return true;
}

static bool window_is_good(const struct mv_window *window)
{
    if (window->weekdays == 0)
        return true;
    return window->weekdays <= EVERY_WEEKDAY && window->from_min < DAY_MINUTES && window->to_min <= DAY_MINUTES &&
           window->from_min != window->to_min;
}

/* February has its 29th: in other years that holiday does not come. */
static unsigned days_of(uint8_t month)
{
    static const uint8_t days[12] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month >= 1 && month <= 12 ? days[month - 1] : 0;
}

static bool same_date(const struct mv_holiday *a, const struct mv_holiday *b)
{
    return a->month == b->month && a->day == b->day;
}

static bool holiday_is_good(const struct mv_calendar *calendar, unsigned i)
{
    const struct mv_holiday *holiday = &calendar->holidays[i];
    if (holiday->day < 1 || holiday->day > days_of(holiday->month) || !table_in_use(calendar, holiday->day_table))
        return false;
    for (unsigned earlier = 0; earlier < i; earlier++)
        if (same_date(&calendar->holidays[earlier], holiday))
            return false;
    return true;
}

enum mv_result mv_calendar_check(const struct mv_calendar *calendar)
{
    for (unsigned i = 0; i < MV_DAY_TABLES; i++)
        if (!table_is_good(calendar, i))
            return MV_RANGE_ERROR;
    for (unsigned i = 0; i < WEEKDAYS; i++)
        if (!table_in_use(calendar, calendar->weekday_table[i]))
            return MV_RANGE_ERROR;
    for (unsigned i = 0; i < MV_WINDOWS; i++)
        if (!window_is_good(&calendar->friendly[i]))
            return MV_RANGE_ERROR;
    if (calendar->holiday_count > MV_HOLIDAYS)
        return MV_RANGE_ERROR;
    for (unsigned i = 0; i < calendar->holiday_count; i++)
        if (!holiday_is_good(calendar, i))
            return MV_RANGE_ERROR;
    return MV_DONE;
}

/* NULL on other days. */
static const struct mv_holiday *holiday_of(const struct mv_calendar *calendar, const struct mv_local *local)
{
    for (unsigned i = 0; i < calendar->holiday_count; i++)
        if (calendar->holidays[i].month == local->month && calendar->holidays[i].day == local->day)
            return &calendar->holidays[i];
    return NULL;
}

uint8_t mv_calendar_rate(const struct mv_prepay *p, const struct mv_local *local)
{
    const struct mv_calendar *calendar = &p->calendar;
    const struct mv_holiday *holiday = holiday_of(calendar, local);
    uint8_t table = holiday != NULL ? holiday->day_table : calendar->weekday_table[local->weekday];
    const struct mv_switching *row = calendar->day_tables[table];
    unsigned i = 1;
    while (i < calendar->switchings[table] && row[i].minute <= local->minute)
        i++;
    return row[i - 1].rate;
}

/* A window over midnight belongs to the day on which it begins. */
static bool window_holds(const struct mv_window *window, const struct mv_local *local)
{
    unsigned today = (unsigned)window->weekdays >> local->weekday & 1U;
    unsigned yesterday = (unsigned)window->weekdays >> (local->weekday + WEEKDAYS - 1U) % WEEKDAYS & 1U;
    if (window->from_min < window->to_min)
        return today != 0 && local->minute >= window->from_min && local->minute < window->to_min;
    return (today != 0 && local->minute >= window->from_min) || (yesterday != 0 && local->minute < window->to_min);
}

bool mv_calendar_is_friendly(const struct mv_prepay *p, const struct mv_local *local)
{
    const struct mv_holiday *holiday = holiday_of(&p->calendar, local);
    if (holiday != NULL && holiday->friendly)
        return true;
    for (unsigned i = 0; i < MV_WINDOWS; i++)
        if (window_holds(&p->calendar.friendly[i], local))
            return true;
    return false;
}
