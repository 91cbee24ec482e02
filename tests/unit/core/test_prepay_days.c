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
    assert_int_equal(engine_buy(e, 1000), MV_ACCEPT);
    owe(e);
    forward(e, 1);
    uint32_t first = e->p.account.day;
    for (unsigned i = 0; i < 300; i++) {
        forward(e, (uint32_t)(random64(&random) % DAY_S));
        if (random64(&random) % 2 == 0)
            engine_reopen(e);
    }
    engine_wait(e, 20);
    int64_t days = (int64_t)(e->p.account.day - first);
    assert_in_range(days, 100, 200);
    assert_int_equal(e->p.account.day, (e->unix_s + e->flash.now) / DAY_S);
    assert_int_equal(e->p.account.arrears, OWED - days * PER_DAY);
    assert_int_equal(mv_account_remaining(&e->p), 1000 * ENGINE_KWH - days * PER_DAY);
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
    engine_reopen(e);
    engine_wait(e, 1);
    assert_memory_equal(&e->p.freezes, &frozen, sizeof frozen);
    assert_int_equal(mv_freeze_last(&e->p), FEB_1);
    assert_int_equal(e->p.registers.total, 37);
    assert_int_equal(e->p.registers.month, 0);
    assert_int_equal(mv_account_remaining(&e->p), 10 * ENGINE_KWH - 37);
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

/* Registers and credit go into the journal together: what is lost of one is lost of the other, and not much. */
static void use_and_credit_are_lost_together(void **state)
{
    struct engine *e = *state;
    uint64_t random = 17;
    uint64_t used = 0;
    assert_int_equal(engine_buy(e, 1000), MV_ACCEPT);
    for (unsigned i = 0; i < 2000; i++) {
        uint32_t pulses = (uint32_t)(random64(&random) % 90);
        mv_prepay_pulses(&e->p, (uint8_t)(i % MV_PHASES), pulses);
        used += pulses;
        engine_wait(e, (uint32_t)(random64(&random) % 40));
        if (random64(&random) % 16 != 0)
            continue;
        engine_reopen(e);
        assert_int_equal(mv_account_remaining(&e->p), 1000 * ENGINE_KWH - (int64_t)e->p.registers.total);
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
        ENGINE(use_and_credit_are_lost_together),
    };
    return cmocka_run_group_tests_name("prepay: days and months of a whole meter", tests, NULL, NULL);
}
