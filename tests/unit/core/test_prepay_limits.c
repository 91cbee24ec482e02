/* Limits of power, measured and by pulses, and of phase unbalance. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "engine_support.h"
#include "limit.h"
#include "load_switch.h"
#include "pulse_power.h"
#include "supply.h"

/* Power as a class 2 token says it. */
static uint16_t amount(uint32_t watts)
{
    uint16_t field = 0;
    assert_int_equal(mv_sts_amount_encode(watts, &field), MV_DONE);
    return field;
}

static void power_up_to_the_limit_is_fine(void **state)
{
    struct engine *e = *state;
    engine_limit(e);
    engine_load(e, ENGINE_LIMIT_W, 10 * ENGINE_DELAY);
    check_cut(e, MV_CUT_NONE);
    engine_load(e, ENGINE_LIMIT_W + 1, ENGINE_DELAY - 1); /* and for a while over it */
    engine_load(e, ENGINE_LIMIT_W, 1);
    engine_load(e, ENGINE_LIMIT_W + 1, ENGINE_DELAY - 1);
    check_cut(e, MV_CUT_NONE);
}

static void tries_and_then_the_lock_out(void **state)
{
    struct engine *e = *state;
    engine_limit(e);
    for (unsigned i = 1; i <= ENGINE_TRIES; i++) {
        engine_load(e, ENGINE_LIMIT_W + 1, ENGINE_DELAY + 1);
        check_cut(e, MV_CUT_POWER);
        assert_int_equal(e->p.supply.tries, i);
        check_event(e, 0, MV_EVENT_CUT, MV_CUT_POWER);
        check_event(e, 1, MV_EVENT_OVERLOAD, 0);
        engine_load(e, ENGINE_LIMIT_W + 1, ENGINE_WAIT - 1);
        check_cut(e, MV_CUT_POWER);
        engine_load(e, ENGINE_LIMIT_W + 1, 1);
        check_cut(e, MV_CUT_NONE);
    }
    engine_load(e, ENGINE_LIMIT_W + 1, ENGINE_DELAY + 1);
    check_cut(e, MV_CUT_POWER_LOCK);
    check_event(e, 1, MV_EVENT_LOCKOUT, 0);
    assert_int_equal(engine_keys(e, "E"), MV_DONE); /* no key ends it */
    engine_load(e, ENGINE_LIMIT_W + 1, ENGINE_LOCKOUT - 1);
    check_cut(e, MV_CUT_POWER_LOCK);
    engine_load(e, 0, 1);
    check_cut(e, MV_CUT_NONE);
    assert_int_equal(e->p.supply.tries, 0);
}

static void tries_are_forgotten_after_an_hour(void **state)
{
    struct engine *e = *state;
    engine_limit(e);
    engine_load(e, ENGINE_LIMIT_W + 1, ENGINE_DELAY + 1);
    check_cut(e, MV_CUT_POWER);
    engine_load(e, 0, MV_TRIES_WINDOW_S - 2);
    assert_int_equal(e->p.supply.tries, 1);
    engine_load(e, 0, 2);
    assert_int_equal(e->p.supply.tries, 0);
}

/* From the first one on, not from the last. */
static void the_hour_of_tries_begins_with_the_first(void **state)
{
    struct engine *e = *state;
    engine_limit(e);
    engine_load(e, ENGINE_LIMIT_W + 1, ENGINE_DELAY + 1);
    engine_load(e, 0, MV_TRIES_WINDOW_S / 2);
    engine_load(e, ENGINE_LIMIT_W + 1, ENGINE_DELAY + 1);
    check_cut(e, MV_CUT_POWER);
    assert_int_equal(e->p.supply.tries, 2);
    engine_load(e, 0, MV_TRIES_WINDOW_S / 2);
    assert_int_equal(e->p.supply.tries, 0);
}

/* One cut, not hundreds a day. */
static void a_limit_of_0_w_is_no_supply(void **state)
{
    struct engine *e = *state;
    engine_limit(e);
    assert_int_equal(engine_manage(e, MV_MANAGE_MAXIMUM_POWER, 0), MV_ACCEPT);
    unsigned told = e->told;
    engine_load(e, 1, 20 * ENGINE_LOCKOUT);
    check_cut(e, MV_CUT_POWER);
    assert_int_equal(e->told, told + 1);
    engine_reopen(e);
    engine_load(e, 1, 20 * ENGINE_LOCKOUT);
    check_cut(e, MV_CUT_POWER);
    assert_int_equal(engine_manage(e, MV_MANAGE_MAXIMUM_POWER, amount(ENGINE_LIMIT_W)), MV_ACCEPT);
    check_cut(e, MV_CUT_NONE);
}

static void a_restart_ends_neither_wait_nor_lock_out(void **state)
{
    struct engine *e = *state;
    engine_limit(e);
    engine_load(e, ENGINE_LIMIT_W + 1, ENGINE_DELAY + 1);
    engine_wait(e, ENGINE_WAIT - 1);
    engine_reopen(e);
    check_cut(e, MV_CUT_POWER);
    assert_int_equal(e->p.supply.tries, 1);
    engine_wait(e, ENGINE_WAIT - 1);
    check_cut(e, MV_CUT_POWER);
    engine_wait(e, 1);
    check_cut(e, MV_CUT_NONE);
    e->p.supply.tries = ENGINE_TRIES;
    engine_load(e, ENGINE_LIMIT_W + 1, ENGINE_DELAY + 1);
    check_cut(e, MV_CUT_POWER_LOCK);
    engine_reopen(e);
    check_cut(e, MV_CUT_POWER_LOCK);
}

static void another_cut_in_front_does_not_end_the_lock_out(void **state)
{
    struct engine *e = *state;
    engine_limit(e);
    e->p.supply.tries = ENGINE_TRIES;
    engine_load(e, ENGINE_LIMIT_W + 1, ENGINE_DELAY + 1);
    mv_supply_command(&e->p, true);
    engine_wait(e, 1);
    check_cut(e, MV_CUT_COMMAND);
    engine_reopen(e);
    mv_supply_command(&e->p, false);
    engine_wait(e, 1);
    check_cut(e, MV_CUT_POWER_LOCK);
}

static void the_lower_limit_holds(void **state)
{
    struct engine *e = *state;
    engine_limit(e);
    assert_int_equal(mv_limit_power(&e->p), ENGINE_LIMIT_W);
    assert_int_equal(engine_manage(e, MV_MANAGE_MAXIMUM_POWER, amount(5000)), MV_ACCEPT);
    assert_int_equal(mv_limit_power(&e->p), ENGINE_LIMIT_W);
    assert_int_equal(engine_manage(e, MV_MANAGE_MAXIMUM_POWER, amount(1000)), MV_ACCEPT);
    assert_int_equal(mv_limit_power(&e->p), 1000);
    engine_load(e, 1001, ENGINE_DELAY + 1);
    check_cut(e, MV_CUT_POWER);
}

static void the_sum_of_phases_counts_and_saturates(void **state)
{
    struct engine *e = *state;
    const uint32_t each[MV_PHASES] = {1500, 1000, 501};
    const uint32_t huge[MV_PHASES] = {UINT32_MAX, 2, UINT32_MAX};
    engine_limit(e);
    mv_prepay_power(&e->p, each, 1000);
    assert_int_equal(mv_limit_load(&e->p), ENGINE_LIMIT_W + 1);
    engine_wait(e, ENGINE_DELAY + 1);
    check_cut(e, MV_CUT_POWER);
    mv_prepay_power(&e->p, huge, 0);
    assert_int_equal(mv_limit_load(&e->p), UINT32_MAX);
}

static void no_limit_no_cut(void **state)
{
    struct engine *e = *state;
    assert_int_equal(engine_buy(e, ENGINE_CREDIT_KWH), MV_ACCEPT);
    engine_load(e, 200000, 100);
    check_cut(e, MV_CUT_NONE);
}

/* ---- a meter that is fed pulses: 1000 per kWh, so one a second is 3600 W ---- */

/* That many pulses at the first second of every `each` seconds. */
static void pulse(struct engine *e, uint8_t phase, uint32_t count, uint32_t each, uint32_t seconds)
{
    for (uint32_t i = 0; i < seconds; i++) {
        if (e->closed && i % each == 0)
            mv_prepay_pulses(&e->p, phase, count);
        engine_wait(e, 1);
    }
}

static void pulses_above_the_limit_on_average_cut(void **state)
{
    struct engine *e = *state;
    engine_limit(e);
    pulse(e, 0, 1, 1, 1 + MV_PULSE_WINDOW_LEAST_S - 1); /* the first second only begins the window */
    check_cut(e, MV_CUT_NONE);
    assert_int_equal(mv_limit_load(&e->p), 0);
    pulse(e, 0, 1, 1, 1);
    check_cut(e, MV_CUT_POWER);
    check_event(e, 1, MV_EVENT_OVERLOAD, 0);
    pulse(e, 0, 1, 1, ENGINE_WAIT);
    check_cut(e, MV_CUT_NONE);
}

static void pulses_up_to_the_limit_are_fine(void **state)
{
    struct engine *e = *state;
    engine_limit(e);
    pulse(e, 0, 13, MV_PULSE_WINDOW_LEAST_S, 1 + 4 * MV_PULSE_WINDOW_LEAST_S); /* 3120 W, one less is 2880 W */
    check_cut(e, MV_CUT_NONE);
    assert_int_equal(mv_limit_load(&e->p), 3120);
    pulse(e, 0, 0, 1, MV_PULSE_WINDOW_LEAST_S);
    assert_int_equal(mv_limit_load(&e->p), 0);
    pulse(e, 0, 14, MV_PULSE_WINDOW_LEAST_S, 2 * MV_PULSE_WINDOW_LEAST_S); /* 3360 W and 3120 W */
    check_cut(e, MV_CUT_POWER);
}

static void pulses_of_all_phases_are_one_load(void **state)
{
    struct engine *e = *state;
    engine_limit(e);
    for (unsigned i = 0; i <= MV_PULSE_WINDOW_LEAST_S; i++) {
        for (uint8_t phase = 0; phase < MV_PHASES && i % 2 == 0; phase++)
            mv_prepay_pulses(&e->p, phase, 1);
        engine_wait(e, 1);
    }
    check_cut(e, MV_CUT_POWER); /* 7 of each: 5040 W, 4320 W for certain */
}

static void the_window_of_pulses_is_the_delay(void **state)
{
    struct engine *e = *state;
    engine_limit(e);
    struct mv_parameters parameters = e->p.parameters;
    parameters.power_delay_s = 40;
    engine_set(e, &parameters);
    pulse(e, 0, 1, 1, 40);
    check_cut(e, MV_CUT_NONE);
    pulse(e, 0, 1, 1, 1);
    check_cut(e, MV_CUT_POWER);
}

static void pulses_behind_an_open_switch_begin_no_load(void **state)
{
    struct engine *e = *state;
    engine_limit(e);
    mv_supply_command(&e->p, true);
    engine_wait(e, 1);
    e->no_feedback = true;
    mv_prepay_pulses(&e->p, 0, 5); /* late ones, from before */
    engine_wait(e, 3 * MV_PULSE_WINDOW_LEAST_S);
    assert_false(e->p.supply.switch_fault);
    for (unsigned i = 0; i < (2 + MV_SWITCH_RETRIES) * (MV_PULSE_WINDOW_LEAST_S + MV_SWITCH_SETTLE_S); i++) {
        mv_prepay_pulses(&e->p, 0, 1);
        engine_wait(e, 1);
    }
    assert_true(e->p.supply.switch_fault);
}

static void pulses_without_a_limit_or_beyond_measure(void **state)
{
    struct engine *e = *state;
    assert_int_equal(engine_buy(e, ENGINE_CREDIT_KWH), MV_ACCEPT);
    struct mv_parameters parameters = e->p.parameters;
    parameters.overdraft = INT64_C(1000000000000000);
    parameters.power_delay_s = 0;
    engine_set(e, &parameters);
    pulse(e, 0, 1, 1, 2);
    mv_prepay_pulses(&e->p, 0, 50000000);
    mv_prepay_pulses(&e->p, 1, UINT32_MAX);
    mv_prepay_pulses(&e->p, 1, UINT32_MAX);
    engine_wait(e, MV_PULSE_WINDOW_LEAST_S);
    assert_int_equal(e->p.load.power_w[0], UINT32_MAX); /* 12 GW */
    assert_int_equal(e->p.load.power_w[1], UINT32_MAX);
    assert_int_equal(e->p.load.power_w[2], 0);
    check_cut(e, MV_CUT_NONE);
    parameters.pulses_per_unit = 1;
    engine_set(e, &parameters);
    mv_prepay_pulses(&e->p, 2, 10000000);
    engine_wait(e, MV_PULSE_WINDOW_LEAST_S);
    assert_int_equal(e->p.load.power_w[2], UINT32_MAX); /* more than 2^32 Wh */
}

static void pulses_have_no_unbalance(void **state)
{
    struct engine *e = *state;
    engine_limit(e);
    assert_int_equal(engine_manage(e, MV_MANAGE_PHASE_UNBALANCE, amount(500)), MV_ACCEPT);
    pulse(e, 0, 1, 2, 10 * MV_PULSE_WINDOW_LEAST_S);
    assert_in_range(e->p.load.power_w[0], 1600, 2000);
    check_cut(e, MV_CUT_NONE);
}

/* ---- phase unbalance ---- */

static void load_phases(struct engine *e, uint32_t a, uint32_t b, uint32_t c, uint32_t seconds)
{
    const uint32_t power[MV_PHASES] = {a, b, c};
    for (; seconds > 0; seconds--) {
        if (e->closed)
            mv_prepay_power(&e->p, power, 1000);
        engine_wait(e, 1);
    }
}

static void unbalance_cuts_and_waits(void **state)
{
    struct engine *e = *state;
    engine_limit(e);
    load_phases(e, 900, 0, 100, 3 * ENGINE_UNBALANCE_DELAY); /* nobody set a limit */
    check_cut(e, MV_CUT_NONE);
    assert_int_equal(engine_manage(e, MV_MANAGE_PHASE_UNBALANCE, amount(500)), MV_ACCEPT);
    load_phases(e, 600, 100, 600, 3 * ENGINE_UNBALANCE_DELAY);
    check_cut(e, MV_CUT_NONE);
    load_phases(e, 100, 601, 200, ENGINE_UNBALANCE_DELAY);
    check_cut(e, MV_CUT_NONE);
    load_phases(e, 100, 601, 200, 1);
    check_cut(e, MV_CUT_UNBALANCE);
    check_event(e, 1, MV_EVENT_UNBALANCE, 0);
    load_phases(e, 0, 0, 0, ENGINE_WAIT);
    check_cut(e, MV_CUT_NONE);
    assert_int_equal(e->p.supply.tries, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ENGINE(power_up_to_the_limit_is_fine),
        ENGINE(tries_and_then_the_lock_out),
        ENGINE(tries_are_forgotten_after_an_hour),
        ENGINE(the_hour_of_tries_begins_with_the_first),
        ENGINE(a_limit_of_0_w_is_no_supply),
        ENGINE(a_restart_ends_neither_wait_nor_lock_out),
        ENGINE(another_cut_in_front_does_not_end_the_lock_out),
        ENGINE(the_lower_limit_holds),
        ENGINE(the_sum_of_phases_counts_and_saturates),
        ENGINE(no_limit_no_cut),
        ENGINE(pulses_above_the_limit_on_average_cut),
        ENGINE(pulses_up_to_the_limit_are_fine),
        ENGINE(pulses_of_all_phases_are_one_load),
        ENGINE(the_window_of_pulses_is_the_delay),
        ENGINE(pulses_behind_an_open_switch_begin_no_load),
        ENGINE(pulses_without_a_limit_or_beyond_measure),
        ENGINE(pulses_have_no_unbalance),
        ENGINE(unbalance_cuts_and_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
