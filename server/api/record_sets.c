/* Tariffs and calendars: checked, packed, and cut into the parts that records carry. */
#include <stdio.h>

#include "api/record_convert.h"

enum { ONE_BYTE = 1, FOUR_BYTES = 4 };

static void set_body(const void *self, const struct vend_record_facts *facts, struct mv_record_writer *to)
{
    const struct api_record_order *order = self;
    uint32_t from = (uint32_t)facts->part * MV_SET_BYTES_MAX;
    uint32_t rest = order->set_size - from;
    mv_record_put_number(to, MV_TAG_SET_ID, facts->set_id, FOUR_BYTES);
    mv_record_put_number(to, MV_TAG_SET_WHAT, order->what, ONE_BYTE);
    mv_record_put_number(to, MV_TAG_SET_PART, facts->part + 1U, ONE_BYTE);
    mv_record_put_number(to, MV_TAG_SET_PARTS, facts->parts, ONE_BYTE);
    mv_record_put(to, MV_TAG_SET_BYTES, order->set + from,
                  (uint8_t)(rest < MV_SET_BYTES_MAX ? rest : MV_SET_BYTES_MAX));
}

static mv_status in_parts(struct api_record_order *to, enum mv_set_what what)
{
    to->what = (uint8_t)what;
    (void)snprintf(to->order.said, sizeof to->order.said, "set=%s bytes=%u",
                   what == MV_SET_TARIFF ? "tariff" : "calendar", to->set_size);
    to->order.kind = MV_KIND_PARAMETERS;
    to->order.parts = (uint8_t)((to->set_size + MV_SET_BYTES_MAX - 1) / MV_SET_BYTES_MAX);
    to->order.body = set_body;
    to->order.self = to;
    return mv_ok();
}

/* ---- tariff ---- */

static mv_status prices_in(const Metervault__V1__TariffTable *message, struct mv_tariff *tariff)
{
    if (message->n_rate_price_e5 > MV_RATES)
        return mv_fail(MV_INVALID_FIELD, "rate_price_e5");
    if (message->n_steps > MV_STEPS)
        return mv_fail(MV_INVALID_FIELD, "steps");
    tariff->rates = (uint8_t)message->n_rate_price_e5;
    tariff->steps = (uint8_t)message->n_steps;
    for (size_t i = 0; i < message->n_rate_price_e5; i++)
        tariff->price[i] = message->rate_price_e5[i];
    for (size_t i = 0; i < message->n_steps; i++) {
        tariff->step_from[i] = message->steps[i]->from;
        tariff->step_price[i] = message->steps[i]->price_e5;
    }
    return mv_ok();
}

mv_status api_tariff_in(const Metervault__V1__TariffTable *message, struct api_record_order *to)
{
    struct mv_tariff tariff = {.kind = (uint8_t)message->kind, .fixed_per_day = message->fixed_per_day_e5};
    if (message->valid_from_unix_s < 0 || message->valid_from_unix_s > UINT32_MAX)
        return mv_fail(MV_INVALID_FIELD, "valid_from_unix_s");
    if ((unsigned)message->kind > METERVAULT__V1__TARIFF_KIND__TIME_OF_USE)
        return mv_fail(MV_INVALID_FIELD, "kind");
    tariff.valid_from = (uint32_t)message->valid_from_unix_s;
    MV_TRY(prices_in(message, &tariff));
    if (mv_tariff_check(&tariff) != MV_DONE || mv_tariff_write(&tariff, to->set, &to->set_size) != MV_DONE)
        return mv_fail(MV_INVALID_FIELD, "tariff");
    return in_parts(to, MV_SET_TARIFF);
}

_Static_assert((int)METERVAULT__V1__TARIFF_KIND__SINGLE == MV_TARIFF_SINGLE &&
                   (int)METERVAULT__V1__TARIFF_KIND__TIME_OF_USE == MV_TARIFF_TIME_OF_USE,
               "kinds of tariffs are numbered as in the meter");

/* ---- calendar ---- */

static mv_status day_in(const Metervault__V1__DayTable *message, unsigned table, struct mv_calendar *calendar)
{
    if (message->n_switches > MV_SWITCHINGS)
        return mv_fail(MV_INVALID_FIELD, "switches");
    calendar->switchings[table] = (uint8_t)message->n_switches;
    for (size_t i = 0; i < message->n_switches; i++) {
        const Metervault__V1__RateSwitch *change = message->switches[i];
        if (change->minute > UINT16_MAX)
            return mv_fail(MV_INVALID_FIELD, "minute");
        if (change->rate > UINT8_MAX)
            return mv_fail(MV_INVALID_FIELD, "rate");
        calendar->day_tables[table][i] =
            (struct mv_switching){.minute = (uint16_t)change->minute, .rate = (uint8_t)change->rate};
    }
    return mv_ok();
}

static mv_status week_in(const Metervault__V1__CalendarTable *message, struct mv_calendar *calendar)
{
    enum { WEEK = sizeof calendar->weekday_table };
    if (message->n_weekday_tables != WEEK)
        return mv_fail(MV_INVALID_FIELD, "weekday_tables");
    for (size_t i = 0; i < WEEK; i++) {
        if (message->weekday_tables[i] >= MV_DAY_TABLES)
            return mv_fail(MV_INVALID_FIELD, "weekday_tables");
        calendar->weekday_table[i] = (uint8_t)message->weekday_tables[i];
    }
    return mv_ok();
}

static mv_status windows_in(const Metervault__V1__CalendarTable *message, struct mv_calendar *calendar)
{
    if (message->n_friendly > MV_WINDOWS)
        return mv_fail(MV_INVALID_FIELD, "friendly");
    for (size_t i = 0; i < message->n_friendly; i++) {
        const Metervault__V1__FriendlyWindow *window = message->friendly[i];
        if (window->weekdays > UINT8_MAX || window->from_minute > UINT16_MAX || window->to_minute > UINT16_MAX)
            return mv_fail(MV_INVALID_FIELD, "friendly");
        calendar->friendly[i] = (struct mv_window){.weekdays = (uint8_t)window->weekdays,
                                                   .from_min = (uint16_t)window->from_minute,
                                                   .to_min = (uint16_t)window->to_minute};
    }
    return mv_ok();
}

static mv_status holidays_in(const Metervault__V1__CalendarTable *message, struct mv_calendar *calendar)
{
    if (message->n_holidays > MV_HOLIDAYS)
        return mv_fail(MV_INVALID_FIELD, "holidays");
    calendar->holiday_count = (uint8_t)message->n_holidays;
    for (size_t i = 0; i < message->n_holidays; i++) {
        const Metervault__V1__Holiday *holiday = message->holidays[i];
        if (holiday->month > UINT8_MAX || holiday->day > UINT8_MAX || holiday->day_table >= MV_DAY_TABLES)
            return mv_fail(MV_INVALID_FIELD, "holidays");
        calendar->holidays[i] = (struct mv_holiday){.month = (uint8_t)holiday->month,
                                                    .day = (uint8_t)holiday->day,
                                                    .day_table = (uint8_t)holiday->day_table,
                                                    .friendly = holiday->friendly != 0};
    }
    return mv_ok();
}

mv_status api_calendar_in(const Metervault__V1__CalendarTable *message, struct api_record_order *to)
{
    struct mv_calendar calendar = {.set_id = 0};
    if (message->n_day_tables > MV_DAY_TABLES)
        return mv_fail(MV_INVALID_FIELD, "day_tables");
    for (size_t i = 0; i < message->n_day_tables; i++)
        MV_TRY(day_in(message->day_tables[i], (unsigned)i, &calendar));
    MV_TRY(week_in(message, &calendar));
    MV_TRY(windows_in(message, &calendar));
    MV_TRY(holidays_in(message, &calendar));
    if (mv_calendar_check(&calendar) != MV_DONE || mv_calendar_write(&calendar, to->set, &to->set_size) != MV_DONE)
        return mv_fail(MV_INVALID_FIELD, "calendar");
    return in_parts(to, MV_SET_CALENDAR);
}
