/* The load switch or valve: feedback, tries, faults. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "engine_support.h"
#include "load_switch.h"
#include "supply.h"

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
