/* Days, freezes and tariffs of a whole meter whose mains goes without a warning: each is taken once, none is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "account.h"
#include "engine_support.h"
#include "freeze.h"
#include "random64.h"
#include "save.h"
#include "settle.h"
#include "tariff.h"

enum { DAY_S = 86400, FEB_1 = ENGINE_2026 + 31 * DAY_S, PER_DAY = 10, OWED = 1000000 };

static void forward(struct engine *e, uint32_t seconds)
{
    engine_jump(e, seconds);
    engine_wait(e, 1);
}

static void owe(struct engine *e)
{
    struct mv_parameters parameters = e->p.parameters;
    parameters.arrears_per_day = PER_DAY;
    e->p.account.arrears = OWED;
    mv_touch(&e->p, MV_OBJECT_ACCOUNT, true);
    engine_set(e, &parameters);
}

static void days_are_taken_once_through_restarts(void **state)
{
    struct engine *e = *state;
    uint64_t random = 5;
    int64_t lost = 0;
    assert_int_equal(engine_buy(e, 1000), MV_ACCEPT);
    owe(e);
    forward(e, 1);
    uint32_t first = e->p.account.day;
    for (unsigned i = 0; i < 300; i++) {
        forward(e, (uint32_t)(random64(&random) % DAY_S));
        if (random64(&random) % 2 == 0) {
            lost += e->p.account.reserved;
            engine_reopen(e);
        }
    }
    engine_wait(e, 20);
    int64_t days = (int64_t)(e->p.account.day - first);
    assert_in_range(days, 100, 200);
    assert_int_equal(e->p.account.day, (e->unix_s + e->flash.now) / DAY_S);
    assert_int_equal(e->p.account.arrears, OWED - days * PER_DAY);
    assert_int_equal(mv_account_remaining(&e->p), 1000 * ENGINE_KWH - days * PER_DAY - lost);
}

static void an_absence_is_caught_up(void **state)
{
    struct engine *e = *state;
    assert_int_equal(engine_buy(e, 1000), MV_ACCEPT);
    owe(e);
    forward(e, 1);
    mv_prepay_close(&e->p);
    engine_jump(e, 90U * DAY_S);
    engine_reopen(e);
    engine_wait(e, 20);
    assert_int_equal(e->p.account.arrears, OWED - 90 * PER_DAY);
    assert_int_equal(e->p.freezes.months[2].ended, FEB_1);
    assert_int_equal(e->p.freezes.months[3].ended, 0);
    engine_reopen(e);
    engine_wait(e, 20);
    assert_int_equal(e->p.account.arrears, OWED - 90 * PER_DAY);
    assert_int_equal(e->p.freezes.months[2].ended, FEB_1);
}

/* The freeze is in the journal when the tick returns, with all the use that it shows. */
static void a_freeze_is_kept_at_once(void **state)
{
    struct engine *e = *state;
    assert_int_equal(engine_buy(e, 10), MV_ACCEPT);
    forward(e, 1);
    mv_prepay_pulses(&e->p, 0, 37);
    engine_jump(e, FEB_1 - e->flash.now - e->unix_s);
    engine_wait(e, 2); /* after the month's days */
    struct mv_freezes frozen = e->p.freezes;
    assert_int_equal(frozen.months[0].month, 37);
    assert_int_equal(frozen.months[0].remaining, 10 * ENGINE_KWH - 37);
    int64_t reserved = e->p.account.reserved;
    engine_reopen(e);
    engine_wait(e, 1);
    assert_memory_equal(&e->p.freezes, &frozen, sizeof frozen);
    assert_int_equal(mv_freeze_last(&e->p), FEB_1);
    assert_int_equal(e->p.registers.total, 37);
    assert_int_equal(e->p.registers.month, 0);
    assert_int_equal(mv_account_remaining(&e->p), 10 * ENGINE_KWH - 37 - reserved);
}

static void a_tariff_that_waits_outlives_the_mains(void **state)
{
    struct engine *e = *state;
    mv_tariff_default(&e->p.next_tariff);
    e->p.next_tariff.set_id = 4711;
    e->p.next_tariff.valid_from = FEB_1;
    e->p.next_tariff.price[0] = 55555;
    mv_touch(&e->p, MV_OBJECT_NEXT_TARIFF, true);
    assert_int_equal(mv_settle(&e->p, MV_DONE), MV_DONE);
    engine_reopen(e);
    forward(e, 1);
    assert_int_equal(e->p.tariff.set_id, 0);
    engine_jump(e, FEB_1 - e->flash.now - e->unix_s);
    engine_wait(e, 2);
    assert_int_equal(e->p.tariff.set_id, 4711);
    assert_int_equal(count_events(e, MV_EVENT_TARIFF), 1);
    engine_reopen(e);
    assert_int_equal(e->p.tariff.price[0], 55555);
    assert_false(mv_tariff_waits(&e->p));
}

/* One wrong answer, wherever it comes: no day is taken and no month ends by it. */
static void a_wrong_answer_of_the_clock_is_not_believed(void **state)
{
    static const uint32_t wrong[] = {4000000000U, 946684800 /* 2000 */, ENGINE_2026 + 7200, 1};
    struct engine *e = *state;
    assert_int_equal(engine_buy(e, 1000), MV_ACCEPT);
    owe(e);
    engine_wait(e, 100);
    uint32_t right = e->unix_s;
    uint32_t next_month = e->p.freezes.next_month;
    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        e->unix_s = wrong[i] - e->flash.now;
        engine_wait(e, 30);
        assert_int_equal(count_events(e, MV_EVENT_CLOCK_LOST), i + 1);
        e->unix_s = right;
        engine_wait(e, 5);
        assert_int_equal(e->p.account.arrears, OWED);
        assert_int_equal(e->p.freezes.next_month, next_month);
    }
    engine_jump(e, DAY_S); /* and time goes on */
    engine_wait(e, 1);
    assert_int_equal(e->p.account.arrears, OWED - PER_DAY);
}

/* The first answer after a start has nothing to be held against but the second. */
static void a_wrong_first_answer_is_not_believed(void **state)
{
    struct engine *e = *state;
    assert_int_equal(engine_buy(e, 1000), MV_ACCEPT);
    owe(e);
    engine_wait(e, 2);
    uint32_t right = e->unix_s;
    e->unix_s = 4000000000U;
    engine_reopen(e);
    e->unix_s = right;
    engine_wait(e, 40);
    assert_int_equal(e->p.account.arrears, OWED);
    engine_jump(e, DAY_S);
    engine_wait(e, 1);
    assert_int_equal(e->p.account.arrears, OWED - PER_DAY);
}

static bool read_wrong_once(void *context, uint32_t *unix_s)
{
    struct engine *e = context;
    e->p.port.clock_read = e->port.clock_read;
    *unix_s = 4000000000U;
    return true;
}

/* Nor is the first that comes after none; and it does not stand in the way of the right ones. */
static void a_wrong_answer_after_none_is_not_believed(void **state)
{
    struct engine *e = *state;
    assert_int_equal(engine_buy(e, 1000), MV_ACCEPT);
    owe(e);
    engine_wait(e, 2);
    uint32_t next_month = e->p.freezes.next_month;
    e->no_clock = true;
    engine_reopen(e);
    engine_wait(e, 5);
    e->no_clock = false;
    e->p.port.clock_read = read_wrong_once;
    engine_wait(e, 40);
    assert_int_equal(e->p.account.arrears, OWED);
    assert_int_equal(e->p.freezes.next_month, next_month);
    engine_jump(e, DAY_S);
    engine_wait(e, 1);
    assert_int_equal(e->p.account.arrears, OWED - PER_DAY);
}

/* A clock that stays wrong is lost, until the time is set. */
static void a_clock_that_stays_astray_is_lost(void **state)
{
    struct engine *e = *state;
    uint32_t now;
    engine_wait(e, 5);
    e->unix_s += MV_CLOCK_ASTRAY_S + 1;
    engine_wait(e, 500);
    assert_false(mv_clock_now(&e->p, &now));
    assert_int_equal(count_events(e, MV_EVENT_CLOCK_LOST), 1);
    assert_true(mv_clock_set(&e->p, ENGINE_2026 + 2 * DAY_S));
    engine_wait(e, 1);
    assert_true(mv_clock_now(&e->p, &now));
    assert_int_equal(now, ENGINE_2026 + 2 * DAY_S + 1);
}

/* Registers and credit go into the journal together: what registers lose credit has paid, and not much more. */
static void use_and_credit_are_lost_together(void **state)
{
    struct engine *e = *state;
    uint64_t random = 17;
    uint64_t used = 0;
    int64_t lost = 0;
    assert_int_equal(engine_buy(e, 1000), MV_ACCEPT);
    for (unsigned i = 0; i < 2000; i++) {
        uint32_t pulses = (uint32_t)(random64(&random) % 90);
        mv_prepay_pulses(&e->p, (uint8_t)(i % MV_PHASES), pulses);
        used += pulses;
        engine_wait(e, (uint32_t)(random64(&random) % 40));
        if (random64(&random) % 16 != 0)
            continue;
        lost += e->p.account.reserved;
        engine_reopen(e);
        assert_int_equal(mv_account_remaining(&e->p), 1000 * ENGINE_KWH - (int64_t)e->p.registers.total - lost);
        assert_true(used <= e->p.registers.total + (uint64_t)lost);
        assert_in_range(e->p.registers.total, 1, used);
        used = e->p.registers.total;
    }
    const uint64_t *phases = e->p.registers.by_phase;
    assert_int_equal(e->p.registers.total, phases[0] + phases[1] + phases[2]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ENGINE(days_are_taken_once_through_restarts),
        ENGINE(an_absence_is_caught_up),
        ENGINE(a_freeze_is_kept_at_once),
        ENGINE(a_tariff_that_waits_outlives_the_mains),
        ENGINE(a_wrong_answer_of_the_clock_is_not_believed),
        ENGINE(a_wrong_first_answer_is_not_believed),
        ENGINE(a_wrong_answer_after_none_is_not_believed),
        ENGINE(a_clock_that_stays_astray_is_lost),
        ENGINE(use_and_credit_are_lost_together),
    };
    return cmocka_run_group_tests_name("prepay: days and months of a whole meter", tests, NULL, NULL);
}
