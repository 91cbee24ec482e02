/* Limits of power and phase unbalance, orders, the load switch and its faults. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "engine_support.h"
#include "limit.h"
#include "load_switch.h"
#include "measure.h"
#include "pulse_power.h"
#include "settle.h"
#include "supply.h"

/* Power as a class 2 token says it: 3000 W. */
enum { LIMIT_W = 3000, CREDIT_KWH = 1000, DELAY = 10, WAIT = 20, TRIES = 2, LOCKOUT = 100, UNBALANCE_DELAY = 5 };

static void set_up(struct engine *e)
{
    struct mv_parameters parameters = e->p.parameters;
    parameters.power_limit_w = LIMIT_W;
    parameters.power_delay_s = DELAY;
    parameters.power_wait_s = WAIT;
    parameters.power_tries = TRIES;
    parameters.power_lockout_s = LOCKOUT;
    parameters.unbalance_delay_s = UNBALANCE_DELAY;
    engine_set(e, &parameters);
    assert_int_equal(engine_buy(e, CREDIT_KWH), MV_ACCEPT);
    check_cut(e, MV_CUT_NONE);
}

static uint16_t amount(uint32_t watts)
{
    uint16_t field = 0;
    assert_int_equal(mv_sts_amount_encode(watts, &field), MV_DONE);
    return field;
}

static void power_up_to_the_limit_is_fine(void **state)
{
    struct engine *e = *state;
    set_up(e);
    engine_load(e, LIMIT_W, 10 * DELAY);
    check_cut(e, MV_CUT_NONE);
    engine_load(e, LIMIT_W + 1, DELAY - 1); /* and for a while over it */
    engine_load(e, LIMIT_W, 1);
    engine_load(e, LIMIT_W + 1, DELAY - 1);
    check_cut(e, MV_CUT_NONE);
}

static void tries_and_then_the_lock_out(void **state)
{
    struct engine *e = *state;
    set_up(e);
    for (unsigned i = 1; i <= TRIES; i++) {
        engine_load(e, LIMIT_W + 1, DELAY + 1);
        check_cut(e, MV_CUT_POWER);
        assert_int_equal(e->p.supply.tries, i);
        check_event(e, 0, MV_EVENT_CUT, MV_CUT_POWER);
        check_event(e, 1, MV_EVENT_OVERLOAD, 0);
        engine_load(e, LIMIT_W + 1, WAIT - 1);
        check_cut(e, MV_CUT_POWER);
        engine_load(e, LIMIT_W + 1, 1);
        check_cut(e, MV_CUT_NONE);
    }
    engine_load(e, LIMIT_W + 1, DELAY + 1);
    check_cut(e, MV_CUT_POWER_LOCK);
    check_event(e, 1, MV_EVENT_LOCKOUT, 0);
    assert_int_equal(engine_keys(e, "E"), MV_DONE); /* no key ends it */
    engine_load(e, LIMIT_W + 1, LOCKOUT - 1);
    check_cut(e, MV_CUT_POWER_LOCK);
    engine_load(e, 0, 1);
    check_cut(e, MV_CUT_NONE);
    assert_int_equal(e->p.supply.tries, 0);
}

static void tries_are_forgotten_after_an_hour(void **state)
{
    struct engine *e = *state;
    set_up(e);
    engine_load(e, LIMIT_W + 1, DELAY + 1);
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
    set_up(e);
    engine_load(e, LIMIT_W + 1, DELAY + 1);
    engine_load(e, 0, MV_TRIES_WINDOW_S / 2);
    engine_load(e, LIMIT_W + 1, DELAY + 1);
    check_cut(e, MV_CUT_POWER);
    assert_int_equal(e->p.supply.tries, 2);
    engine_load(e, 0, MV_TRIES_WINDOW_S / 2);
    assert_int_equal(e->p.supply.tries, 0);
}

/* One cut, not hundreds a day. */
static void a_limit_of_0_w_is_no_supply(void **state)
{
    struct engine *e = *state;
    set_up(e);
    assert_int_equal(engine_manage(e, MV_MANAGE_MAXIMUM_POWER, 0), MV_ACCEPT);
    unsigned told = e->told;
    engine_load(e, 1, 20 * LOCKOUT);
    check_cut(e, MV_CUT_POWER);
    assert_int_equal(e->told, told + 1);
    engine_reopen(e);
    engine_load(e, 1, 20 * LOCKOUT);
    check_cut(e, MV_CUT_POWER);
    assert_int_equal(engine_manage(e, MV_MANAGE_MAXIMUM_POWER, amount(LIMIT_W)), MV_ACCEPT);
    check_cut(e, MV_CUT_NONE);
}

static void a_restart_ends_neither_wait_nor_lock_out(void **state)
{
    struct engine *e = *state;
    set_up(e);
    engine_load(e, LIMIT_W + 1, DELAY + 1);
    engine_wait(e, WAIT - 1);
    engine_reopen(e);
    check_cut(e, MV_CUT_POWER);
    assert_int_equal(e->p.supply.tries, 1);
    engine_wait(e, WAIT - 1);
    check_cut(e, MV_CUT_POWER);
    engine_wait(e, 1);
    check_cut(e, MV_CUT_NONE);
    e->p.supply.tries = TRIES;
    engine_load(e, LIMIT_W + 1, DELAY + 1);
    check_cut(e, MV_CUT_POWER_LOCK);
    engine_reopen(e);
    check_cut(e, MV_CUT_POWER_LOCK);
}

static void another_cut_in_front_does_not_end_the_lock_out(void **state)
{
    struct engine *e = *state;
    set_up(e);
    e->p.supply.tries = TRIES;
    engine_load(e, LIMIT_W + 1, DELAY + 1);
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
    set_up(e);
    assert_int_equal(mv_limit_power(&e->p), LIMIT_W);
    assert_int_equal(engine_manage(e, MV_MANAGE_MAXIMUM_POWER, amount(5000)), MV_ACCEPT);
    assert_int_equal(mv_limit_power(&e->p), LIMIT_W);
    assert_int_equal(engine_manage(e, MV_MANAGE_MAXIMUM_POWER, amount(1000)), MV_ACCEPT);
    assert_int_equal(mv_limit_power(&e->p), 1000);
    engine_load(e, 1001, DELAY + 1);
    check_cut(e, MV_CUT_POWER);
}

static void the_sum_of_phases_counts_and_saturates(void **state)
{
    struct engine *e = *state;
    const uint32_t each[MV_PHASES] = {1500, 1000, 501};
    const uint32_t huge[MV_PHASES] = {UINT32_MAX, 2, UINT32_MAX};
    set_up(e);
    mv_prepay_power(&e->p, each, 1000);
    assert_int_equal(mv_limit_load(&e->p), LIMIT_W + 1);
    engine_wait(e, DELAY + 1);
    check_cut(e, MV_CUT_POWER);
    mv_prepay_power(&e->p, huge, 0);
    assert_int_equal(mv_limit_load(&e->p), UINT32_MAX);
}

static void no_limit_no_cut(void **state)
{
    struct engine *e = *state;
    assert_int_equal(engine_buy(e, CREDIT_KWH), MV_ACCEPT);
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
    set_up(e);
    pulse(e, 0, 1, 1, 1 + MV_PULSE_WINDOW_LEAST_S - 1); /* the first second only begins the window */
    check_cut(e, MV_CUT_NONE);
    assert_int_equal(mv_limit_load(&e->p), 0);
    pulse(e, 0, 1, 1, 1);
    check_cut(e, MV_CUT_POWER);
    check_event(e, 1, MV_EVENT_OVERLOAD, 0);
    pulse(e, 0, 1, 1, WAIT);
    check_cut(e, MV_CUT_NONE);
}

static void pulses_up_to_the_limit_are_fine(void **state)
{
    struct engine *e = *state;
    set_up(e);
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
    set_up(e);
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
    set_up(e);
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
    set_up(e);
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
    assert_int_equal(engine_buy(e, CREDIT_KWH), MV_ACCEPT);
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
    set_up(e);
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
    set_up(e);
    load_phases(e, 900, 0, 100, 3 * UNBALANCE_DELAY); /* nobody set a limit */
    check_cut(e, MV_CUT_NONE);
    assert_int_equal(engine_manage(e, MV_MANAGE_PHASE_UNBALANCE, amount(500)), MV_ACCEPT);
    load_phases(e, 600, 100, 600, 3 * UNBALANCE_DELAY);
    check_cut(e, MV_CUT_NONE);
    load_phases(e, 100, 601, 200, UNBALANCE_DELAY);
    check_cut(e, MV_CUT_NONE);
    load_phases(e, 100, 601, 200, 1);
    check_cut(e, MV_CUT_UNBALANCE);
    check_event(e, 1, MV_EVENT_UNBALANCE, 0);
    load_phases(e, 0, 0, 0, WAIT);
    check_cut(e, MV_CUT_NONE);
    assert_int_equal(e->p.supply.tries, 1);
}

/* ---- orders ---- */

static void a_command_opens_until_another_closes(void **state)
{
    struct engine *e = *state;
    set_up(e);
    mv_supply_command(&e->p, true);
    engine_wait(e, 1);
    check_cut(e, MV_CUT_COMMAND);
    assert_int_equal(engine_buy(e, 1), MV_ACCEPT);
    assert_int_equal(engine_keys(e, "E"), MV_DONE);
    engine_reopen(e);
    check_cut(e, MV_CUT_COMMAND);
    mv_supply_command(&e->p, false);
    engine_wait(e, 1);
    check_cut(e, MV_CUT_NONE);
}

static void a_command_gives_no_credit(void **state)
{
    struct engine *e = *state;
    mv_supply_command(&e->p, false);
    engine_wait(e, 1);
    check_cut(e, MV_CUT_CREDIT);
}

static void bypass_passes_over_credit_and_commands_but_not_limits(void **state)
{
    struct engine *e = *state;
    assert_int_equal(mv_prepay_bypass(&e->p, true), MV_DONE);
    check_cut(e, MV_CUT_NONE);
    check_event(e, 1, MV_EVENT_BYPASS, 0);
    mv_supply_command(&e->p, true);
    engine_wait(e, 1);
    check_cut(e, MV_CUT_NONE);
    engine_reopen(e);
    check_cut(e, MV_CUT_NONE);
    assert_int_equal(mv_prepay_bypass(&e->p, true), MV_DONE); /* no second event */
    assert_int_equal(count_events(e, MV_EVENT_BYPASS), 1);
    set_up(e);
    engine_load(e, LIMIT_W + 1, DELAY + 1);
    check_cut(e, MV_CUT_POWER);
    assert_int_equal(mv_prepay_bypass(&e->p, false), MV_DONE);
    check_cut(e, MV_CUT_COMMAND);
    assert_int_equal(count_events(e, MV_EVENT_BYPASS_END), 1);
}

static void a_retired_meter_stays_open_and_takes_nothing(void **state)
{
    struct engine *e = *state;
    set_up(e);
    mv_supply_retire(&e->p);
    mv_supply_retire(&e->p);
    engine_wait(e, 1);
    check_cut(e, MV_CUT_RETIRED);
    assert_int_equal(count_events(e, MV_EVENT_RETIRED), 1);
    assert_int_equal(mv_prepay_bypass(&e->p, true), MV_DONE);
    check_cut(e, MV_CUT_RETIRED);
    assert_int_equal(engine_buy(e, 1), MV_NOT_PROVISIONED);
    engine_reopen(e);
    check_cut(e, MV_CUT_RETIRED);
}

/* ---- test token 1 ---- */

static void the_switch_test_opens_and_closes_again(void **state)
{
    struct engine *e = *state;
    set_up(e);
    engine_wait(e, 1);
    uint32_t writes = e->flash.writes;
    assert_int_equal(engine_test(e, 1), MV_ACCEPT);
    check_cut(e, MV_CUT_TEST);
    engine_wait(e, MV_TEST_CUT_S - 1);
    check_cut(e, MV_CUT_TEST);
    engine_wait(e, 1);
    check_cut(e, MV_CUT_NONE);
    assert_int_equal(e->flash.writes, writes); /* anybody can enter it: nothing wears out */
    check_event(e, 0, MV_EVENT_CLOSED, 0);
    check_event(e, 1, MV_EVENT_CREDIT, 0);
    assert_int_equal(engine_test(e, 1), MV_ACCEPT);
    engine_reopen(e);
    check_cut(e, MV_CUT_NONE);
}

/* Anybody can make its token: it wears no switch out. */
static void the_switch_test_runs_once_a_minute(void **state)
{
    struct engine *e = *state;
    set_up(e);
    unsigned told = e->told;
    for (unsigned i = 0; i < MV_TEST_EVERY_S; i++) {
        assert_int_equal(engine_test(e, 1), MV_ACCEPT);
        engine_wait(e, 1);
    }
    assert_int_equal(e->told, told + 2);
    assert_int_equal(engine_test(e, 1), MV_ACCEPT);
    check_cut(e, MV_CUT_TEST);
}

static void who_can_do_nothing_about_it_hears_no_buzzer(void **state)
{
    struct engine *e = *state;
    struct mv_parameters parameters = e->p.parameters;
    parameters.alarm_1 = 20 * ENGINE_KWH;
    parameters.alarm_2 = 5 * ENGINE_KWH;
    engine_set(e, &parameters);
    assert_int_equal(engine_buy(e, 1), MV_ACCEPT);
    assert_true((e->lamps & MV_BUZZER) != 0);
    mv_supply_command(&e->p, true);
    engine_wait(e, 1);
    assert_int_equal(e->lamps & MV_BUZZER, 0);
    mv_supply_command(&e->p, false);
    engine_wait(e, 1);
    assert_true((e->lamps & MV_BUZZER) != 0);
    mv_supply_retire(&e->p);
    engine_wait(e, 1);
    assert_int_equal(e->lamps & MV_BUZZER, 0);
}

static void the_switch_test_never_closes_without_credit(void **state)
{
    struct engine *e = *state;
    unsigned told = e->told;
    assert_int_equal(engine_test(e, 1), MV_ACCEPT);
    check_cut(e, MV_CUT_CREDIT);
    engine_wait(e, 3 * MV_TEST_CUT_S);
    check_cut(e, MV_CUT_CREDIT);
    assert_int_equal(e->told, told);                /* not for a moment either */
    assert_int_equal(engine_test(e, 3), MV_ACCEPT); /* another test does not touch it */
    assert_false(e->p.supply.testing);
}

/* ---- the switch ---- */

static void a_stuck_switch_is_a_fault_and_mends(void **state)
{
    struct engine *e = *state;
    e->stuck = true;
    unsigned told = e->told;
    assert_int_equal(engine_buy(e, 1), MV_ACCEPT);
    engine_wait(e, MV_SWITCH_SETTLE_S * (MV_SWITCH_RETRIES + 1) - 1);
    assert_false(e->p.supply.switch_fault);
    engine_wait(e, 1);
    assert_true(e->p.supply.switch_fault);
    assert_int_equal(e->told - told, 1 + MV_SWITCH_RETRIES);
    assert_true((e->lamps & MV_LAMP_FAULT) != 0);
    check_event(e, 0, MV_EVENT_SWITCH_FAULT, 1);
    engine_wait(e, MV_SWITCH_RETRIES_WITHIN_S - MV_SWITCH_SETTLE_S - 1);
    assert_int_equal(e->told - told, 1 + MV_SWITCH_RETRIES); /* bounded */
    assert_int_equal(count_events(e, MV_EVENT_SWITCH_FAULT), 1);
    engine_wait(e, 1); /* an hour later */
    assert_int_equal(e->told - told, 2 + MV_SWITCH_RETRIES);
    engine_wait(e, 100);
    assert_int_equal(e->told - told, 1 + 2 * MV_SWITCH_RETRIES);
    e->stuck = false;
    e->closed = true;
    engine_wait(e, 1);
    assert_false(e->p.supply.switch_fault);
    assert_int_equal(e->lamps, 0);
    check_cut(e, MV_CUT_NONE);
}

/* What did not close may still open: the other command has tries of its own. */
static void the_other_way_is_tried_as_often(void **state)
{
    struct engine *e = *state;
    e->stuck = true;
    assert_int_equal(engine_buy(e, 1), MV_ACCEPT);
    engine_wait(e, 100);
    assert_true(e->p.supply.switch_fault);
    e->closed = true;
    unsigned told = e->told;
    engine_use(e, 1);
    engine_wait(e, 100);
    assert_int_equal(e->told - told, 1 + MV_SWITCH_RETRIES);
    assert_true(e->p.supply.switch_fault);
}

static void a_switch_that_somebody_moved_is_moved_back(void **state)
{
    struct engine *e = *state;
    engine_wait(e, MV_SWITCH_SETTLE_S);
    e->closed = true;
    engine_wait(e, MV_SWITCH_SETTLE_S);
    check_cut(e, MV_CUT_CREDIT);
    assert_false(e->p.supply.switch_fault);
}

static void a_switch_that_takes_no_commands_is_a_fault(void **state)
{
    struct engine *e = *state;
    e->refuses = true;
    assert_int_equal(engine_buy(e, 1), MV_ACCEPT);
    engine_wait(e, MV_SWITCH_SETTLE_S * (MV_SWITCH_RETRIES + 1));
    assert_true(e->p.supply.switch_fault);
    e->refuses = false;
    engine_use(e, 1); /* the next command is another one */
    engine_wait(e, MV_SWITCH_SETTLE_S);
    assert_false(e->p.supply.switch_fault);
    check_cut(e, MV_CUT_CREDIT);
}

static void without_feedback_a_load_behind_an_open_switch_is_a_fault(void **state)
{
    struct engine *e = *state;
    const uint32_t power[MV_PHASES] = {0, 700, 0};
    e->no_feedback = true;
    engine_wait(e, 100);
    assert_false(e->p.supply.switch_fault);
    for (unsigned i = 0; i < MV_SWITCH_SETTLE_S * (MV_SWITCH_RETRIES + 1); i++) {
        mv_prepay_power(&e->p, power, 1000);
        engine_wait(e, 1);
    }
    assert_true(e->p.supply.switch_fault);
    check_event(e, 0, MV_EVENT_SWITCH_FAULT, 0);
    e->no_feedback = false;
    engine_wait(e, 1);
    assert_false(e->p.supply.switch_fault);
    e->no_feedback = true;
    assert_int_equal(engine_buy(e, 5), MV_ACCEPT);
    engine_load(e, 700, 100); /* behind a closed one it is none */
    assert_false(e->p.supply.switch_fault);
}

static void without_feedback_the_last_sample_of_a_load_is_no_fault(void **state)
{
    struct engine *e = *state;
    e->no_feedback = true;
    assert_int_equal(engine_buy(e, 9), MV_ACCEPT);
    engine_load(e, 700, 10);
    mv_supply_command(&e->p, true);
    engine_wait(e, 100);
    assert_false(e->p.supply.switch_fault);
}

static void without_feedback_a_command_that_is_not_taken_is_a_fault(void **state)
{
    struct engine *e = *state;
    e->no_feedback = true;
    e->refuses = true;
    assert_int_equal(engine_buy(e, 9), MV_ACCEPT);
    engine_wait(e, MV_SWITCH_SETTLE_S * (MV_SWITCH_RETRIES + 1));
    assert_true(e->p.supply.switch_fault);
}

static void a_valve_has_more_time(void **state)
{
    static const uint8_t valves[] = {MV_REGISTER_WATER, MV_REGISTER_GAS, MV_REGISTER_WATER_CURRENCY};
    struct engine *e = *state;
    for (unsigned i = 0; i < sizeof valves; i++) {
        assert_int_equal(engine_ready(state), 0);
        e->p.parameters.credit_register = valves[i];
        engine_wait(e, MV_VALVE_SETTLE_S);
        unsigned told = e->told;
        e->closed = true; /* still moving, as it were */
        e->p.load_switch.since_s = e->flash.now;
        engine_wait(e, MV_VALVE_SETTLE_S - 1);
        assert_int_equal(e->told, told);
        engine_wait(e, 1);
        assert_int_equal(e->told, told + 1);
    }
}

static void the_switch_is_told_at_every_start(void **state)
{
    struct engine *e = *state;
    assert_int_equal(engine_buy(e, 1), MV_ACCEPT);
    e->closed = false;
    engine_reopen(e);
    check_cut(e, MV_CUT_NONE);
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
        ENGINE(a_command_opens_until_another_closes),
        ENGINE(a_command_gives_no_credit),
        ENGINE(bypass_passes_over_credit_and_commands_but_not_limits),
        ENGINE(a_retired_meter_stays_open_and_takes_nothing),
        ENGINE(the_switch_test_opens_and_closes_again),
        ENGINE(the_switch_test_runs_once_a_minute),
        ENGINE(who_can_do_nothing_about_it_hears_no_buzzer),
        ENGINE(the_switch_test_never_closes_without_credit),
        ENGINE(a_stuck_switch_is_a_fault_and_mends),
        ENGINE(the_other_way_is_tried_as_often),
        ENGINE(a_switch_that_somebody_moved_is_moved_back),
        ENGINE(a_switch_that_takes_no_commands_is_a_fault),
        ENGINE(without_feedback_a_load_behind_an_open_switch_is_a_fault),
        ENGINE(without_feedback_the_last_sample_of_a_load_is_no_fault),
        ENGINE(without_feedback_a_command_that_is_not_taken_is_a_fault),
        ENGINE(a_valve_has_more_time),
        ENGINE(the_switch_is_told_at_every_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
