/* Local time against the C library's, the board's clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "clock.h"
#include "prepay_support.h"

static void check_against_libc(const struct mv_prepay *p, uint32_t unix_s)
{
    struct mv_local local;
    struct tm tm;
    time_t shifted = (time_t)unix_s + (time_t)p->parameters.utc_offset_min * 60;
    mv_clock_local(p, unix_s, &local);
    assert_non_null(gmtime_r(&shifted, &tm));
    assert_int_equal(local.year, tm.tm_year + 1900);
    assert_int_equal(local.month, tm.tm_mon + 1);
    assert_int_equal(local.day, tm.tm_mday);
    assert_int_equal(local.weekday, (tm.tm_wday + 6) % 7);
    assert_int_equal(local.minute, tm.tm_hour * 60 + tm.tm_min);
    assert_int_equal(local.day_number, shifted / TEST_DAY);
    assert_int_equal(mv_clock_day_number(local.year, local.month, local.day), local.day_number);
    assert_int_equal(mv_clock_unix(p, local.day_number, local.minute), unix_s - (uint32_t)tm.tm_sec);
}

static void every_day_until_2106(void **state)
{
    struct prepay_fixture *f = *state;
    static const int16_t offsets[] = {0, 480, -180, 330, 840, -720};
    for (unsigned i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
        f->p.parameters.utc_offset_min = offsets[i];
        for (uint64_t unix_s = TEST_DAY; unix_s <= UINT32_MAX; unix_s += 43201)
            check_against_libc(&f->p, (uint32_t)unix_s);
        check_against_libc(&f->p, UINT32_MAX);
    }
}

static void time_does_not_begin_before_1970(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_local local;
    f->p.parameters.utc_offset_min = -180;
    mv_clock_local(&f->p, 3 * 3600 - 1, &local);
    assert_int_equal(local.day_number, 0);
    assert_int_equal(local.minute, 0);
    assert_int_equal(local.year, 1970);
    mv_clock_local(&f->p, 3 * 3600 + 60, &local);
    assert_int_equal(local.minute, 1);
    f->p.parameters.utc_offset_min = 60;
    assert_int_equal(mv_clock_unix(&f->p, 0, 30), 0);
    assert_int_equal(mv_clock_unix(&f->p, 0, 61), 60);
}

static void time_ends_in_2106(void **state)
{
    struct prepay_fixture *f = *state;
    assert_int_equal(mv_clock_unix(&f->p, 49710, 388), 4294967280);
    assert_int_equal(mv_clock_unix(&f->p, 49710, 389), UINT32_MAX);
    assert_int_equal(mv_clock_unix(&f->p, UINT32_MAX, 0), UINT32_MAX);
}

static void a_board_may_not_know_the_time(void **state)
{
    struct prepay_fixture *f = *state;
    uint32_t now = 1;
    assert_true(mv_clock_now(&f->p, &now));
    assert_int_equal(now, TEST_2026);
    f->no_clock = true;
    assert_false(mv_clock_now(&f->p, &now));
    assert_int_equal(now, 0);
}

static void setting_is_an_event(void **state)
{
    struct prepay_fixture *f = *state;
    f->deny_clock = true;
    assert_false(mv_clock_set(&f->p, TEST_2026 + 1));
    assert_int_equal(f->p.events.count, 0);
    f->deny_clock = false;
    assert_true(mv_clock_set(&f->p, TEST_2026 + 1));
    assert_int_equal(f->now, TEST_2026 + 1);
    assert_int_equal(f->p.events.count, 1);
    assert_int_equal(f->p.events.ring[0].code, MV_EVENT_CLOCK_SET);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PREPAY(every_day_until_2106), PREPAY(time_does_not_begin_before_1970),
        PREPAY(time_ends_in_2106),    PREPAY(a_board_may_not_know_the_time),
        PREPAY(setting_is_an_event),
    };
    return cmocka_run_group_tests_name("prepay: clock", tests, NULL, NULL);
}
