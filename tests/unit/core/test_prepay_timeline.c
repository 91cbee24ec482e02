/* What the clock brings: freezes once a month, days once each, the tariff's switch, in the order of time, whatever the
 * clock and the power do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "account.h"
#include "freeze.h"
#include "parameters.h"
#include "prepay_support.h"
#include "random64.h"
#include "timeline.h"

enum { FEB_1 = TEST_2026 + 31 * TEST_DAY, MAR_1 = FEB_1 + 28 * TEST_DAY, APR_1 = MAR_1 + 31 * TEST_DAY };

/* As the engine does it every second. */
static void run_until(struct prepay_fixture *f, uint32_t now)
{
    f->now = now;
    while (mv_timeline_run(&f->p)) {
    }
}

static int64_t taken(const struct mv_prepay *p)
{
    return p->account.taken[p->parameters.credit_register];
}

/* Money, 1 a Wh, 100 a day. */
static void charged(struct prepay_fixture *f)
{
    prepay_currency(&f->p, 1000);
    f->p.tariff.fixed_per_day = 100;
}

/* ---- freezes ---- */

static void a_month_freezes_once(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    run_until(f, TEST_2026); /* new in the very moment: the month that ended was not its own */
    assert_int_equal(mv_freeze_last(p), 0);
    assert_int_equal(p->freezes.months[0].ended, 0);
    assert_true(prepay_urgent(p, MV_OBJECT_FREEZES));
    prepay_credit(p, 900);
    mv_prepay_pulses(p, 0, 700);
    run_until(f, FEB_1 - 1);
    assert_int_equal(mv_freeze_last(p), 0);
    prepay_saved(p);
    run_until(f, FEB_1);
    assert_int_equal(p->freezes.months[0].ended, FEB_1);
    assert_int_equal(p->freezes.months[0].total, 700);
    assert_int_equal(p->freezes.months[0].month, 700);
    assert_int_equal(p->freezes.months[0].remaining, 200);
    assert_int_equal(p->freezes.months[0].taken, 700);
    assert_int_equal(p->registers.month, 0);
    assert_int_equal(p->registers.total, 700);
    assert_int_equal(mv_freeze_last(p), FEB_1);
    assert_true(prepay_urgent(p, MV_OBJECT_FREEZES));
    assert_true(prepay_urgent(p, MV_OBJECT_REGISTERS));
    assert_true(prepay_urgent(p, MV_OBJECT_ACCOUNT));
    mv_prepay_pulses(p, 0, 5);
    run_until(f, FEB_1 + 1);
    assert_int_equal(p->freezes.months[1].ended, 0);
    run_until(f, MAR_1 + 9999);
    assert_int_equal(p->freezes.months[0].ended, MAR_1);
    assert_int_equal(p->freezes.months[0].month, 5);
    assert_int_equal(p->freezes.months[1].ended, FEB_1);
}

static void a_step_back_freezes_nothing_again(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    run_until(f, FEB_1 - 10);
    run_until(f, FEB_1 + 10);
    run_until(f, FEB_1 - 10);
    run_until(f, FEB_1 + 10);
    assert_int_equal(p->freezes.months[0].ended, FEB_1);
    assert_int_equal(p->freezes.months[1].ended, 0);
}

static void months_without_power_are_caught_up(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    run_until(f, TEST_2026 + 5);
    mv_prepay_pulses(p, 0, 30);
    run_until(f, APR_1);
    assert_int_equal(p->freezes.months[0].ended, APR_1);
    assert_int_equal(p->freezes.months[0].month, 0);
    assert_int_equal(p->freezes.months[1].ended, MAR_1);
    assert_int_equal(p->freezes.months[2].ended, FEB_1);
    assert_int_equal(p->freezes.months[2].month, 30);
    run_until(f, APR_1 + 20U * 365U * TEST_DAY);
    assert_true(p->freezes.months[MV_MONTHS - 1].ended > APR_1 + 18U * 365U * TEST_DAY);
}

static void day_and_hour_are_local(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    p->parameters.freeze_day = 28;
    p->parameters.freeze_hour = 23;
    p->parameters.utc_offset_min = 480;
    uint32_t due = TEST_2026 + 27 * TEST_DAY + 15 * 3600;
    run_until(f, TEST_2026);
    run_until(f, due - 1);
    assert_int_equal(mv_freeze_last(p), 0);
    run_until(f, due);
    assert_int_equal(mv_freeze_last(p), due);
    assert_int_equal(mv_freeze_due(p, due), due + 31 * TEST_DAY);
}

/* The day may be moved forth and back: a calendar month still ends once. */
static void another_day_is_no_second_freeze(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    run_until(f, TEST_2026);
    run_until(f, FEB_1);
    p->parameters.freeze_day = 15;
    run_until(f, FEB_1 + 20 * TEST_DAY);
    assert_int_equal(mv_freeze_last(p), FEB_1);
    p->parameters.utc_offset_min = -720;
    run_until(f, FEB_1 + 21 * TEST_DAY);
    assert_int_equal(mv_freeze_last(p), FEB_1);
    p->parameters.utc_offset_min = 0;
    run_until(f, MAR_1 + 14 * TEST_DAY);
    assert_int_equal(mv_freeze_last(p), MAR_1 + 14 * TEST_DAY);
}

static void december_is_followed_by_january(void **state)
{
    struct prepay_fixture *f = *state;
    run_until(f, TEST_2026 - 20 * TEST_DAY);
    run_until(f, TEST_2026);
    assert_int_equal(mv_freeze_last(&f->p), TEST_2026);
    assert_int_equal(mv_freeze_due(&f->p, TEST_2026), FEB_1);
}

static void clearing_forgets_months_but_ends_none_twice(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    struct mv_month none = {0};
    run_until(f, TEST_2026);
    run_until(f, FEB_1);
    prepay_saved(p);
    mv_freeze_clear(p);
    assert_memory_equal(&p->freezes.months[0], &none, sizeof none);
    assert_true(prepay_urgent(p, MV_OBJECT_FREEZES));
    assert_int_equal(mv_freeze_last(p), 0); /* so that a wrong clock can be set back */
    run_until(f, FEB_1 + 100);
    assert_int_equal(p->freezes.months[0].ended, 0);
}

/* ---- days ---- */

static void a_day_is_taken_once(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    charged(f);
    run_until(f, TEST_2026 + 3600);
    assert_int_equal(taken(p), 0);
    run_until(f, TEST_2026 + TEST_DAY - 1);
    assert_int_equal(taken(p), 0);
    run_until(f, TEST_2026 + TEST_DAY);
    assert_int_equal(taken(p), 100);
    run_until(f, TEST_2026 + TEST_DAY + 1);
    run_until(f, TEST_2026 + TEST_DAY - 1);
    run_until(f, TEST_2026 + TEST_DAY + 5);
    assert_int_equal(taken(p), 100);
    run_until(f, TEST_2026 + 10 * TEST_DAY);
    assert_int_equal(taken(p), 1000);
}

static void local_midnight_begins_it(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    charged(f);
    p->parameters.utc_offset_min = 330;
    run_until(f, TEST_2026);
    run_until(f, TEST_2026 + TEST_DAY - 330 * 60 - 1);
    assert_int_equal(taken(p), 0);
    run_until(f, TEST_2026 + TEST_DAY - 330 * 60);
    assert_int_equal(taken(p), 100);
}

static void work_per_call_is_bounded(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    charged(f);
    run_until(f, TEST_2026 + 10);
    f->now = TEST_2026 + 20 * TEST_DAY;
    assert_true(mv_timeline_run(p));
    assert_int_equal(taken(p), 100 * MV_TIMELINE_STEPS);
    assert_false(mv_timeline_run(p));
    assert_int_equal(taken(p), 2000);
}

static void a_clock_far_ahead_costs_a_limit(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    charged(f);
    run_until(f, TEST_2026);
    run_until(f, TEST_2026 + 3000U * TEST_DAY);
    assert_int_equal(taken(p), 100 * MV_DAYS_CHARGED);
    run_until(f, UINT32_MAX);
    assert_int_equal(taken(p), 200 * MV_DAYS_CHARGED);
    assert_false(mv_timeline_run(p));
}

static void without_a_clock_time_stands_still(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    charged(f);
    run_until(f, TEST_2026);
    prepay_saved(p);
    p->load.rate = 3;
    f->no_clock = true;
    run_until(f, TEST_2026 + 100U * TEST_DAY);
    assert_int_equal(taken(p), 0);
    assert_int_equal(p->dirty, 0);
    assert_int_equal(p->load.rate, 3);
    f->no_clock = false;
    run_until(f, TEST_2026 + 100U * TEST_DAY);
    assert_int_equal(taken(p), 10000);
}

/* ---- the order ---- */

static struct mv_tariff next_tariff(uint32_t valid_from)
{
    return (struct mv_tariff){
        .set_id = 9, .valid_from = valid_from, .kind = MV_TARIFF_SINGLE, .rates = 1, .price = {1}, .fixed_per_day = 7};
}

static void a_tariff_waits_for_its_time(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    charged(f);
    run_until(f, TEST_2026);
    p->next_tariff = next_tariff(TEST_2026 + 5000);
    run_until(f, TEST_2026 + 4999);
    assert_int_equal(p->tariff.set_id, 0);
    run_until(f, TEST_2026 + 5000);
    assert_int_equal(p->tariff.set_id, 9);
    assert_int_equal(p->events.ring[0].code, MV_EVENT_TARIFF);
    p->next_tariff = next_tariff(1000); /* from a time that is over: now */
    p->next_tariff.set_id = 10;
    run_until(f, TEST_2026 + 5001);
    assert_int_equal(p->tariff.set_id, 10);
}

/* Ten days without power, the switch in the middle: each day pays the tariff that it began under. */
static void days_pay_the_tariff_of_their_time(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    charged(f);
    run_until(f, TEST_2026 + 10);
    p->next_tariff = next_tariff(TEST_2026 + 5 * TEST_DAY);
    run_until(f, TEST_2026 + 10 * TEST_DAY);
    assert_int_equal(taken(p), 4 * 100 + 6 * 7);
    assert_int_equal(p->account.fixed_today_taken, 7);
}

/* The day that begins with the freeze belongs to the next month. */
static void months_hold_the_days_before_them(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    charged(f);
    run_until(f, TEST_2026 + 10);
    run_until(f, MAR_1 + 50);
    assert_int_equal(p->freezes.months[1].taken, 30 * 100);
    assert_int_equal(p->freezes.months[0].taken, 58 * 100);
    assert_int_equal(taken(p), 59 * 100);
}

static void the_rate_follows_the_calendar(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    p->calendar.switchings[0] = 2;
    p->calendar.day_tables[0][1] = (struct mv_switching){360, 4};
    run_until(f, TEST_2026 + 360 * 60 - 1);
    assert_int_equal(p->load.rate, 0);
    run_until(f, TEST_2026 + 360 * 60);
    assert_int_equal(p->load.rate, 4);
    mv_prepay_pulses(p, 0, 2);
    assert_int_equal(p->registers.by_rate[4], 2);
}

/* A clock that steps at random, by up to 30 hours forth and 18 back: every day and every month is taken once. */
static void steps_at_random(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    uint64_t random = 11;
    uint32_t latest = TEST_2026;
    uint32_t months = 0;
    enum { STEP_RANGE = 2 * TEST_DAY, STEP_BACK = TEST_DAY * 3 / 4 };
    charged(f);
    run_until(f, TEST_2026);
    for (unsigned i = 0; i < 3000; i++) {
        uint32_t last = mv_freeze_last(p);
        uint32_t next = f->now + (uint32_t)(random64(&random) % STEP_RANGE) - STEP_BACK;
        run_until(f, next < TEST_2026 ? TEST_2026 : next);
        if (f->now > latest)
            latest = f->now;
        months += mv_freeze_last(p) != last ? 1 : 0;
    }
    struct mv_local local;
    mv_clock_local(p, latest, &local);
    assert_true(local.year >= 2027);
    assert_int_equal(taken(p), 100 * ((latest - TEST_2026) / TEST_DAY));
    assert_int_equal(months, (local.year - 2026) * 12 + local.month - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PREPAY(a_month_freezes_once),
        PREPAY(a_step_back_freezes_nothing_again),
        PREPAY(months_without_power_are_caught_up),
        PREPAY(day_and_hour_are_local),
        PREPAY(another_day_is_no_second_freeze),
        PREPAY(december_is_followed_by_january),
        PREPAY(clearing_forgets_months_but_ends_none_twice),
        PREPAY(a_day_is_taken_once),
        PREPAY(local_midnight_begins_it),
        PREPAY(work_per_call_is_bounded),
        PREPAY(a_clock_far_ahead_costs_a_limit),
        PREPAY(without_a_clock_time_stands_still),
        PREPAY(a_tariff_waits_for_its_time),
        PREPAY(days_pay_the_tariff_of_their_time),
        PREPAY(months_hold_the_days_before_them),
        PREPAY(the_rate_follows_the_calendar),
        PREPAY(steps_at_random),
    };
    return cmocka_run_group_tests_name("prepay: timeline", tests, NULL, NULL);
}
