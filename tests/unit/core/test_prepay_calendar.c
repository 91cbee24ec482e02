/* Rates over the day and the week, holidays, friendly hours, and calendars that are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "calendar.h"
#include "prepay_support.h"

enum { NIGHT = 0, DAY = 1, PEAK = 2, SUNDAY_RATE = 3, FEAST = 7 };
enum { MONDAY = 0, THURSDAY = 3, FRIDAY = 4, SATURDAY = 5, SUNDAY = 6 };

/* Workdays in three rates, Sunday in one, New Year's Day in another; Friday evening to Saturday morning and Sunday
 * noon are friendly, New Year's Day, too. */
static struct mv_calendar week(void)
{
    struct mv_calendar calendar;
    mv_calendar_default(&calendar);
    calendar.set_id = 5;
    calendar.switchings[0] = 4;
    calendar.day_tables[0][0] = (struct mv_switching){0, NIGHT};
    calendar.day_tables[0][1] = (struct mv_switching){360, DAY};
    calendar.day_tables[0][2] = (struct mv_switching){1080, PEAK};
    calendar.day_tables[0][3] = (struct mv_switching){1320, NIGHT};
    calendar.switchings[1] = 1;
    calendar.day_tables[1][0].rate = SUNDAY_RATE;
    calendar.switchings[7] = 1;
    calendar.day_tables[7][0].rate = FEAST;
    calendar.weekday_table[SUNDAY] = 1;
    calendar.holiday_count = 2;
    calendar.holidays[0] = (struct mv_holiday){.month = 1, .day = 1, .day_table = 7, .friendly = true};
    calendar.holidays[1] = (struct mv_holiday){.month = 2, .day = 29, .day_table = 7};
    calendar.friendly[0] = (struct mv_window){.weekdays = 1U << FRIDAY, .from_min = 1200, .to_min = 480};
    calendar.friendly[2] = (struct mv_window){.weekdays = 1U << SUNDAY, .from_min = 600, .to_min = 840};
    return calendar;
}

static struct mv_local at(unsigned weekday, unsigned minute)
{
    return (struct mv_local){
        .year = 2026, .month = 6, .day = 15, .weekday = (uint8_t)weekday, .minute = (uint16_t)minute};
}

static uint8_t rate_at(const struct mv_prepay *p, unsigned weekday, unsigned minute)
{
    struct mv_local local = at(weekday, minute);
    return mv_calendar_rate(p, &local);
}

static bool friendly_at(const struct mv_prepay *p, unsigned weekday, unsigned minute)
{
    struct mv_local local = at(weekday, minute);
    return mv_calendar_is_friendly(p, &local);
}

static void rates_switch_over_the_day(void **state)
{
    struct prepay_fixture *f = *state;
    f->p.calendar = week();
    for (unsigned weekday = MONDAY; weekday < SUNDAY; weekday++) {
        assert_int_equal(rate_at(&f->p, weekday, 0), NIGHT);
        assert_int_equal(rate_at(&f->p, weekday, 359), NIGHT);
        assert_int_equal(rate_at(&f->p, weekday, 360), DAY);
        assert_int_equal(rate_at(&f->p, weekday, 1079), DAY);
        assert_int_equal(rate_at(&f->p, weekday, 1080), PEAK);
        assert_int_equal(rate_at(&f->p, weekday, 1320), NIGHT);
        assert_int_equal(rate_at(&f->p, weekday, 1439), NIGHT);
    }
    assert_int_equal(rate_at(&f->p, SUNDAY, 0), SUNDAY_RATE);
    assert_int_equal(rate_at(&f->p, SUNDAY, 1439), SUNDAY_RATE);
}

static void holidays_have_their_own_table(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_local local = at(SUNDAY, 700);
    f->p.calendar = week();
    local.month = 1;
    local.day = 1;
    assert_int_equal(mv_calendar_rate(&f->p, &local), FEAST);
    assert_true(mv_calendar_is_friendly(&f->p, &local));
    local.weekday = MONDAY;
    assert_true(mv_calendar_is_friendly(&f->p, &local));
    local.day = 2;
    assert_int_equal(mv_calendar_rate(&f->p, &local), DAY);
    assert_false(mv_calendar_is_friendly(&f->p, &local));
    local.month = 2;
    local.day = 29;
    assert_int_equal(mv_calendar_rate(&f->p, &local), FEAST);
    assert_false(mv_calendar_is_friendly(&f->p, &local));
}

static void friendly_windows(void **state)
{
    struct prepay_fixture *f = *state;
    f->p.calendar = week();
    assert_false(friendly_at(&f->p, FRIDAY, 1199));
    assert_true(friendly_at(&f->p, FRIDAY, 1200));
    assert_true(friendly_at(&f->p, FRIDAY, 1439));
    assert_true(friendly_at(&f->p, SATURDAY, 0));
    assert_true(friendly_at(&f->p, SATURDAY, 479));
    assert_false(friendly_at(&f->p, SATURDAY, 480));
    assert_false(friendly_at(&f->p, FRIDAY, 0));
    assert_false(friendly_at(&f->p, SATURDAY, 1300));
    assert_false(friendly_at(&f->p, SUNDAY, 599));
    assert_true(friendly_at(&f->p, SUNDAY, 600));
    assert_true(friendly_at(&f->p, SUNDAY, 839));
    assert_false(friendly_at(&f->p, SUNDAY, 840));
    assert_false(friendly_at(&f->p, THURSDAY, 700));
}

/* Of Sunday night the tail is on Monday. */
static void a_window_over_the_week_s_end(void **state)
{
    struct prepay_fixture *f = *state;
    f->p.calendar.friendly[3] = (struct mv_window){.weekdays = 1U << SUNDAY, .from_min = 1320, .to_min = 0};
    assert_int_equal(mv_calendar_check(&f->p.calendar), MV_DONE);
    assert_true(friendly_at(&f->p, SUNDAY, 1439));
    assert_false(friendly_at(&f->p, MONDAY, 0));
    f->p.calendar.friendly[3].to_min = 360;
    assert_true(friendly_at(&f->p, MONDAY, 359));
    assert_false(friendly_at(&f->p, MONDAY, 360));
}

static void the_default_is_one_rate_and_never_friendly(void **state)
{
    struct prepay_fixture *f = *state;
    assert_int_equal(mv_calendar_check(&f->p.calendar), MV_DONE);
    assert_int_equal(rate_at(&f->p, SUNDAY, 1439), 0);
    assert_false(friendly_at(&f->p, SUNDAY, 0));
}

static void the_largest_is_good(void **state)
{
    (void)state;
    struct mv_calendar calendar = week();
    for (unsigned table = 0; table < MV_DAY_TABLES; table++) {
        calendar.switchings[table] = MV_SWITCHINGS;
        for (unsigned i = 0; i < MV_SWITCHINGS; i++)
            calendar.day_tables[table][i] = (struct mv_switching){(uint16_t)(i * 130), MV_RATES - 1};
    }
    calendar.day_tables[0][MV_SWITCHINGS - 1].minute = 1439;
    calendar.holiday_count = MV_HOLIDAYS;
    for (unsigned i = 0; i < MV_HOLIDAYS; i++)
        calendar.holidays[i] = (struct mv_holiday){.month = (uint8_t)(i < 31 ? 12 : 1), .day = (uint8_t)(i % 31 + 1)};
    for (unsigned i = 0; i < MV_WINDOWS; i++)
        calendar.friendly[i] = (struct mv_window){.weekdays = 0x7F, .from_min = 0, .to_min = 1440};
    assert_int_equal(mv_calendar_check(&calendar), MV_DONE);
}

/* Each line breaks a calendar that is good without it. */
#define REFUSED(...)                                                                                                   \
    do {                                                                                                               \
        struct mv_calendar calendar = week();                                                                          \
        assert_int_equal(mv_calendar_check(&calendar), MV_DONE);                                                       \
        __VA_ARGS__;                                                                                                   \
        assert_int_equal(mv_calendar_check(&calendar), MV_RANGE_ERROR);                                                \
    } while (0)

static void bad_tables_are_refused(void **state)
{
    (void)state;
    REFUSED(calendar.switchings[0] = MV_SWITCHINGS + 1);
    REFUSED(calendar.switchings[0] = 0);
    REFUSED(calendar.day_tables[0][0].minute = 1);
    REFUSED(calendar.day_tables[0][2].minute = 360);
    REFUSED(calendar.day_tables[0][2].minute = 359);
    REFUSED(calendar.day_tables[0][3].minute = 1440);
    REFUSED(calendar.day_tables[0][3].rate = MV_RATES);
    REFUSED(calendar.weekday_table[3] = 2);
    REFUSED(calendar.weekday_table[3] = MV_DAY_TABLES);
}

/* Also one that would go on rising in the memory behind it. */
static void a_table_ends_where_it_ends(void **state)
{
    (void)state;
    struct mv_calendar calendar = week();
    for (unsigned i = 0; i < MV_SWITCHINGS; i++)
        calendar.day_tables[1][i].minute = (uint16_t)(i * 100);
    calendar.day_tables[2][0].minute = 1439;
    calendar.switchings[1] = MV_SWITCHINGS;
    assert_int_equal(mv_calendar_check(&calendar), MV_DONE);
    calendar.switchings[1] = MV_SWITCHINGS + 1;
    assert_int_equal(mv_calendar_check(&calendar), MV_RANGE_ERROR);
}

static void bad_windows_are_refused(void **state)
{
    (void)state;
    REFUSED(calendar.friendly[0].weekdays = 0x80);
    REFUSED(calendar.friendly[0].from_min = 1440);
    REFUSED(calendar.friendly[0].to_min = 1441);
    REFUSED(calendar.friendly[0].to_min = calendar.friendly[0].from_min);
}

static void bad_holidays_are_refused(void **state)
{
    (void)state;
    REFUSED(calendar.holiday_count = MV_HOLIDAYS + 1);
    REFUSED(calendar.holidays[0].day = 0);
    REFUSED(calendar.holidays[0].day = 32);
    REFUSED(calendar.holidays[1].day = 30);
    REFUSED(calendar.holidays[0].month = 0);
    REFUSED(calendar.holidays[0].month = 13);
    REFUSED(calendar.holidays[0].day_table = 2);
    REFUSED(calendar.holidays[0].day_table = MV_DAY_TABLES);
    REFUSED(calendar.holidays[1] = calendar.holidays[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PREPAY(rates_switch_over_the_day),
        PREPAY(holidays_have_their_own_table),
        PREPAY(friendly_windows),
        PREPAY(a_window_over_the_week_s_end),
        PREPAY(the_default_is_one_rate_and_never_friendly),
        cmocka_unit_test(the_largest_is_good),
        cmocka_unit_test(bad_tables_are_refused),
        cmocka_unit_test(a_table_ends_where_it_ends),
        cmocka_unit_test(bad_windows_are_refused),
        cmocka_unit_test(bad_holidays_are_refused),
    };
    return cmocka_run_group_tests_name("prepay: calendar", tests, NULL, NULL);
}
