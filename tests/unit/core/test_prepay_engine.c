/* The assembled engine: opening, provisioning, closing; months; meters of other things. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "engine_support.h"

/* ---- open and provision ---- */

static void a_port_that_lacks_a_function_is_refused(void **state)
{
    struct engine *e = *state;
    const struct mv_prepay_port whole = e->port;
    struct mv_screen screen;
    for (unsigned i = 0; i < 5; i++) {
        e->port = whole;
        if (i == 0)
            e->port.clock_read = NULL;
        if (i == 1)
            e->port.clock_set = NULL;
        if (i == 2)
            e->port.switch_set = NULL;
        if (i == 3)
            e->port.switch_read = NULL;
        if (i == 4)
            e->port.indicate = NULL;
        assert_int_equal(engine_open(e), MV_RANGE_ERROR);
        assert_int_equal(mv_prepay_tick(&e->p), MV_NOT_PROVISIONED);
        assert_int_equal(mv_prepay_key(&e->p, MV_KEY_ENTER), MV_NOT_PROVISIONED);
        mv_prepay_screen(&e->p, &screen);
        assert_string_equal(screen.text, "Err-31 35");
    }
    e->port = whole;
    e->meter_port.nv_erase = NULL;
    assert_int_equal(engine_open(e), MV_RANGE_ERROR);
}

static void nothing_works_before_provisioning(void **state)
{
    struct engine *e = *state;
    assert_int_equal(engine_open(e), MV_NOT_PROVISIONED);
    assert_int_equal(engine_buy(e, 1), MV_NOT_PROVISIONED);
    assert_int_equal(mv_prepay_tick(&e->p), MV_NOT_PROVISIONED);
    assert_int_equal(mv_prepay_power_fails(&e->p), MV_NOT_PROVISIONED);
    assert_int_equal(mv_prepay_tamper(&e->p), MV_NOT_PROVISIONED);
    assert_int_equal(mv_prepay_bypass(&e->p, true), MV_NOT_PROVISIONED);
    assert_int_equal(e->told, 0);
    assert_int_equal(e->lamps, MV_LAMP_FAULT);
}

static void provisioning_checks_what_it_is_given(void **state)
{
    struct engine *e = *state;
    struct mv_parameters parameters = e->parameters;
    assert_int_equal(engine_open(e), MV_NOT_PROVISIONED);
    parameters.credit_register = MV_REGISTER_GAS; /* the meter has none */
    assert_int_equal(mv_prepay_provision(&e->p, &e->identity, TEST_TID, &parameters, NULL, 0), MV_RANGE_ERROR);
    parameters = e->parameters;
    parameters.pulses_per_unit = 0;
    assert_int_equal(mv_prepay_provision(&e->p, &e->identity, TEST_TID, &parameters, NULL, 0), MV_RANGE_ERROR);
    e->identity.pan[17] = '0';
    assert_int_equal(mv_prepay_provision(&e->p, &e->identity, TEST_TID, NULL, NULL, 0), MV_CHECK_DIGIT_ERROR);
    e->identity = test_identity();
    assert_int_equal(mv_prepay_provision(&e->p, &e->identity, TEST_TID, NULL, NULL, 0), MV_DONE);
    assert_int_equal(e->p.parameters.credit_register, MV_REGISTER_ELECTRICITY);
    assert_int_equal(mv_prepay_provision(&e->p, &e->identity, TEST_TID, NULL, NULL, 0), MV_ALREADY_PROVISIONED);
    assert_int_equal(engine_open(e), MV_DONE);
    assert_int_equal(mv_prepay_provision(&e->p, &e->identity, TEST_TID, NULL, NULL, 0), MV_ALREADY_PROVISIONED);
}

static void a_meter_lives_on_its_first_register_by_default(void **state)
{
    struct engine *e = *state;
    e->identity.measures = 1U << MV_REGISTER_TIME_CURRENCY;
    assert_int_equal(engine_open(e), MV_NOT_PROVISIONED);
    assert_int_equal(mv_prepay_provision(&e->p, &e->identity, TEST_TID, NULL, NULL, 0), MV_DONE);
    assert_int_equal(e->p.parameters.credit_register, MV_REGISTER_TIME_CURRENCY);
}

static void closing_forgets_keys(void **state)
{
    struct engine *e = *state;
    static const uint8_t zeros[sizeof e->p.records.keys];
    memset(&e->p.records.keys, 0x5A, sizeof e->p.records.keys);
    mv_prepay_close(&e->p);
    assert_memory_equal(&e->p.records.keys, zeros, sizeof zeros);
    assert_memory_equal(&e->p.meter.state.identity.key.bytes, zeros, sizeof e->p.meter.state.identity.key.bytes);
}

/* ---- time ---- */

static void months_end_by_the_clock(void **state)
{
    struct engine *e = *state;
    assert_int_equal(engine_buy(e, 9), MV_ACCEPT);
    engine_use(e, 2);
    assert_int_equal(e->p.freezes.months[0].ended, 0);
    engine_jump(e, 31 * 86400);
    engine_wait(e, 2 * 31);
    assert_int_equal(e->p.freezes.months[0].month, 2 * ENGINE_KWH);
    assert_int_equal(e->p.registers.month, 0);
}

/* ---- meters of other things ---- */

static void a_meter_of_time_counts_while_there_is_supply(void **state)
{
    struct engine *e = *state;
    struct mv_parameters parameters = e->p.parameters;
    struct mv_sts_credit credit = {.subclass = MV_SERVICE_TIME, .random = 1, .tid = e->next_tid++};
    char digits[21];
    parameters.credit_register = MV_REGISTER_TIME;
    engine_set(e, &parameters);
    engine_wait(e, 10);
    check_cut(e, MV_CUT_CREDIT);
    assert_int_equal(e->p.registers.total, 0);
    assert_int_equal(mv_sts_amount_encode(1, &credit.amount), MV_DONE);
    test_token(&e->identity, &credit, digits);
    assert_int_equal(mv_prepay_enter(&e->p, digits, &e->answer), MV_ACCEPT);
    uint32_t seconds = (uint32_t)e->answer.credited;
    assert_in_range(seconds, 1, 100000);
    engine_wait(e, seconds - 1);
    check_cut(e, MV_CUT_NONE);
    assert_int_equal(mv_prepay_power_fails(&e->p), MV_DONE);
    e->flash.now += 5000; /* without power nothing is used */
    engine_reopen(e);
    assert_int_equal(e->p.registers.total, seconds - 1);
    engine_wait(e, 1);
    check_cut(e, MV_CUT_CREDIT);
    engine_wait(e, 10);
    assert_int_equal(e->p.registers.total, seconds);
}

static void a_water_meter_closes_its_valve(void **state)
{
    struct engine *e = *state;
    struct mv_parameters parameters = e->p.parameters;
    struct mv_sts_credit credit = {.subclass = MV_SERVICE_WATER, .random = 1, .tid = e->next_tid++};
    char digits[21];
    parameters.credit_register = MV_REGISTER_WATER;
    parameters.pulses_per_unit = 100;
    engine_set(e, &parameters);
    check_cut(e, MV_CUT_CREDIT);
    assert_int_equal(mv_sts_amount_encode(10, &credit.amount), MV_DONE);
    test_token(&e->identity, &credit, digits);
    assert_int_equal(mv_prepay_enter(&e->p, digits, &e->answer), MV_ACCEPT);
    check_cut(e, MV_CUT_NONE);
    mv_prepay_pulses(&e->p, 0, (uint32_t)(e->answer.credited / 10));
    engine_wait(e, 1);
    check_cut(e, MV_CUT_CREDIT);
    assert_int_equal(engine_buy(e, 5), MV_ACCEPT); /* the other register feeds nothing */
    check_cut(e, MV_CUT_CREDIT);
    assert_int_equal(e->p.account.purchases, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_port_that_lacks_a_function_is_refused, engine_blank),
        cmocka_unit_test_setup(nothing_works_before_provisioning, engine_blank),
        cmocka_unit_test_setup(provisioning_checks_what_it_is_given, engine_blank),
        cmocka_unit_test_setup(a_meter_lives_on_its_first_register_by_default, engine_blank),
        ENGINE(closing_forgets_keys),
        ENGINE(months_end_by_the_clock),
        ENGINE(a_meter_of_time_counts_while_there_is_supply),
        ENGINE(a_water_meter_closes_its_valve),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
