/* Orders to supply control: commands, bypass, retiring, the test of the load switch. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "engine_support.h"
#include "supply.h"

static void a_command_opens_until_another_closes(void **state)
{
    struct engine *e = *state;
    engine_limit(e);
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
    engine_limit(e);
    engine_load(e, ENGINE_LIMIT_W + 1, ENGINE_DELAY + 1);
    check_cut(e, MV_CUT_POWER);
    assert_int_equal(mv_prepay_bypass(&e->p, false), MV_DONE);
    check_cut(e, MV_CUT_COMMAND);
    assert_int_equal(count_events(e, MV_EVENT_BYPASS_END), 1);
}

static void a_retired_meter_stays_open_and_takes_nothing(void **state)
{
    struct engine *e = *state;
    engine_limit(e);
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
    engine_limit(e);
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
    engine_limit(e);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        ENGINE(a_command_opens_until_another_closes),
        ENGINE(a_command_gives_no_credit),
        ENGINE(bypass_passes_over_credit_and_commands_but_not_limits),
        ENGINE(a_retired_meter_stays_open_and_takes_nothing),
        ENGINE(the_switch_test_opens_and_closes_again),
        ENGINE(the_switch_test_runs_once_a_minute),
        ENGINE(who_can_do_nothing_about_it_hears_no_buzzer),
        ENGINE(the_switch_test_never_closes_without_credit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
