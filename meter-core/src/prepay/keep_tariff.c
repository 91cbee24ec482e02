/* Tariffs and calendar in the journal: their fields in the order of their structs. */
#include "../nv/nv.h"
#include "calendar.h"
#include "tariff.h"

enum {
    TARIFF_SIZE = 4 + 4 + 1 + 2 + MV_RATES * 4 + MV_STEPS * (4 + 4) + 4,
    WEEKDAYS = 7,
    DAY_TABLE_SIZE = MV_SWITCHINGS * 3 + 1,
    WINDOW_SIZE = 1 + 2 + 2,
    HOLIDAY_SIZE = 4,
    CALENDAR_SIZE =
        4 + WEEKDAYS + MV_DAY_TABLES * DAY_TABLE_SIZE + MV_WINDOWS * WINDOW_SIZE + MV_HOLIDAYS * HOLIDAY_SIZE + 1
};

static void put_tariff(const struct mv_tariff *tariff, struct mv_nv_sink *to)
{
    mv_nv_put_u32(to, tariff->set_id);
    mv_nv_put_u32(to, tariff->valid_from);
    mv_nv_put_u8(to, tariff->kind);
    mv_nv_put_u8(to, tariff->rates);
    mv_nv_put_u8(to, tariff->steps);
    for (unsigned i = 0; i < MV_RATES; i++)
        mv_nv_put_u32(to, tariff->price[i]);
    for (unsigned i = 0; i < MV_STEPS; i++) {
        mv_nv_put_u32(to, tariff->step_from[i]);
        mv_nv_put_u32(to, tariff->step_price[i]);
    }
    mv_nv_put_u32(to, tariff->fixed_per_day);
}

static void get_tariff(struct mv_tariff *tariff, struct mv_nv_source *from)
{
    tariff->set_id = mv_nv_get_u32(from);
    tariff->valid_from = mv_nv_get_u32(from);
    tariff->kind = mv_nv_get_u8(from);
    tariff->rates = mv_nv_get_u8(from);
    tariff->steps = mv_nv_get_u8(from);
    for (unsigned i = 0; i < MV_RATES; i++)
        tariff->price[i] = mv_nv_get_u32(from);
    for (unsigned i = 0; i < MV_STEPS; i++) {
        tariff->step_from[i] = mv_nv_get_u32(from);
        tariff->step_price[i] = mv_nv_get_u32(from);
    }
    tariff->fixed_per_day = mv_nv_get_u32(from);
}

static void put_present(const void *state, struct mv_nv_sink *to)
{
    put_tariff(&((const struct mv_prepay *)state)->tariff, to);
}

static bool get_present(void *state, struct mv_nv_source *from)
{
    struct mv_tariff *tariff = &((struct mv_prepay *)state)->tariff;
    get_tariff(tariff, from);
    return mv_tariff_check(tariff) == MV_DONE;
}

static void put_next(const void *state, struct mv_nv_sink *to)
{
    put_tariff(&((const struct mv_prepay *)state)->next_tariff, to);
}

static bool get_next(void *state, struct mv_nv_source *from)
{
    struct mv_prepay *p = state;
    get_tariff(&p->next_tariff, from);
    return !mv_tariff_waits(p) || mv_tariff_check(&p->next_tariff) == MV_DONE;
}

static void put_calendar(const void *state, struct mv_nv_sink *to)
{
    const struct mv_calendar *calendar = &((const struct mv_prepay *)state)->calendar;
    mv_nv_put_u32(to, calendar->set_id);
    mv_nv_put_bytes(to, calendar->weekday_table, WEEKDAYS);
    for (unsigned table = 0; table < MV_DAY_TABLES; table++)
        for (unsigned i = 0; i < MV_SWITCHINGS; i++) {
            mv_nv_put_u16(to, calendar->day_tables[table][i].minute);
            mv_nv_put_u8(to, calendar->day_tables[table][i].rate);
        }
    mv_nv_put_bytes(to, calendar->switchings, MV_DAY_TABLES);
    for (unsigned i = 0; i < MV_WINDOWS; i++) {
        mv_nv_put_u8(to, calendar->friendly[i].weekdays);
        mv_nv_put_u16(to, calendar->friendly[i].from_min);
        mv_nv_put_u16(to, calendar->friendly[i].to_min);
    }
    for (unsigned i = 0; i < MV_HOLIDAYS; i++) {
        mv_nv_put_u8(to, calendar->holidays[i].month);
        mv_nv_put_u8(to, calendar->holidays[i].day);
        mv_nv_put_u8(to, calendar->holidays[i].day_table);
        mv_nv_put_u8(to, calendar->holidays[i].friendly ? 1 : 0);
    }
    mv_nv_put_u8(to, calendar->holiday_count);
}

static bool get_calendar(void *state, struct mv_nv_source *from)
{
    struct mv_calendar *calendar = &((struct mv_prepay *)state)->calendar;
    calendar->set_id = mv_nv_get_u32(from);
    mv_nv_get_bytes(from, calendar->weekday_table, WEEKDAYS);
    for (unsigned table = 0; table < MV_DAY_TABLES; table++)
        for (unsigned i = 0; i < MV_SWITCHINGS; i++) {
            calendar->day_tables[table][i].minute = mv_nv_get_u16(from);
            calendar->day_tables[table][i].rate = mv_nv_get_u8(from);
        }
    mv_nv_get_bytes(from, calendar->switchings, MV_DAY_TABLES);
    for (unsigned i = 0; i < MV_WINDOWS; i++) {
        calendar->friendly[i].weekdays = mv_nv_get_u8(from);
        calendar->friendly[i].from_min = mv_nv_get_u16(from);
        calendar->friendly[i].to_min = mv_nv_get_u16(from);
    }
    for (unsigned i = 0; i < MV_HOLIDAYS; i++) {
        calendar->holidays[i].month = mv_nv_get_u8(from);
        calendar->holidays[i].day = mv_nv_get_u8(from);
        calendar->holidays[i].day_table = mv_nv_get_u8(from);
        calendar->holidays[i].friendly = mv_nv_get_u8(from) != 0;
    }
    calendar->holiday_count = mv_nv_get_u8(from);
    return mv_calendar_check(calendar) == MV_DONE;
}

const struct mv_nv_object mv_object_tariff = {
    .id = MV_OBJECT_TARIFF, .form = 1, .size = TARIFF_SIZE, .encode = put_present, .decode = get_present};
const struct mv_nv_object mv_object_next_tariff = {
    .id = MV_OBJECT_NEXT_TARIFF, .form = 1, .size = TARIFF_SIZE, .encode = put_next, .decode = get_next};
const struct mv_nv_object mv_object_calendar = {
    .id = MV_OBJECT_CALENDAR, .form = 1, .size = CALENDAR_SIZE, .encode = put_calendar, .decode = get_calendar};
_Static_assert((int)CALENDAR_SIZE <= (int)MV_NV_OBJECT_MAX, "the journal takes it");
