/* Parameters: what a new meter has, the edges of every value, what setting them brings along. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "parameters.h"
#include "prepay_support.h"

static const struct mv_meter_identity electricity = {.measures = 1U << MV_REGISTER_ELECTRICITY};
static const struct mv_meter_identity everything = {.measures = 0xFF};

static void the_defaults_are_good(void **state)
{
    (void)state;
    struct mv_parameters parameters;
    mv_parameters_default(&parameters);
    assert_int_equal(mv_parameters_check(&parameters, &electricity), MV_DONE);
    assert_int_equal(parameters.power_limit_w, MV_LIMIT_NONE);
    assert_int_equal(parameters.pulses_per_unit, 1000);
    assert_int_equal(parameters.overdraft, 0);
    assert_int_equal(parameters.hoard_limit, 0);
    assert_false(parameters.key_press_to_close);
}

/* Each line changes one thing of the defaults. */
#define GIVES(result, ...)                                                                                             \
    do {                                                                                                               \
        struct mv_parameters p;                                                                                        \
        mv_parameters_default(&p);                                                                                     \
        __VA_ARGS__;                                                                                                   \
        assert_int_equal(mv_parameters_check(&p, &everything), result);                                                \
    } while (0)
#define GOOD(...)    GIVES(MV_DONE, __VA_ARGS__)
#define REFUSED(...) GIVES(MV_RANGE_ERROR, __VA_ARGS__)

static void amounts_have_edges(void **state)
{
    (void)state;
    GOOD(p.alarm_1 = MV_AMOUNT_MAX);
    REFUSED(p.alarm_1 = MV_AMOUNT_MAX + 1);
    REFUSED(p.alarm_1 = p.alarm_2);
    GOOD(p.alarm_1 = p.alarm_2 + 1);
    GOOD(p.alarm_2 = -MV_AMOUNT_MAX);
    REFUSED(p.alarm_2 = -MV_AMOUNT_MAX - 1);
    GOOD(p.overdraft = MV_AMOUNT_MAX);
    REFUSED(p.overdraft = MV_AMOUNT_MAX + 1);
    REFUSED(p.overdraft = -1);
    GOOD(p.emergency = MV_AMOUNT_MAX);
    REFUSED(p.emergency = -1);
    GOOD(p.hoard_limit = p.alarm_1 + 1);
    REFUSED(p.hoard_limit = p.alarm_1);
    REFUSED(p.hoard_limit = MV_AMOUNT_MAX + 1);
    REFUSED(p.hoard_limit = -1);
}

static void arrears_have_edges(void **state)
{
    (void)state;
    GOOD(p.arrears_percent = 100);
    REFUSED(p.arrears_percent = 101);
    GOOD(p.arrears_per_purchase = MV_AMOUNT_MAX);
    REFUSED(p.arrears_per_purchase = MV_AMOUNT_MAX + 1);
    REFUSED(p.arrears_per_purchase = -1);
    GOOD(p.arrears_per_day = MV_AMOUNT_MAX);
    REFUSED(p.arrears_per_day = -1);
}

static void limits_have_edges(void **state)
{
    (void)state;
    GOOD(p.power_limit_w = 1);
    REFUSED(p.power_limit_w = 0);
    GOOD(p.power_tries = 1);
    REFUSED(p.power_tries = 0);
    GOOD(p.power_wait_s = 1);
    REFUSED(p.power_wait_s = 0);
}

static void measuring_has_edges(void **state)
{
    (void)state;
    GOOD(p.pulses_per_unit = 1);
    GOOD(p.pulses_per_unit = UINT32_MAX);
    REFUSED(p.pulses_per_unit = 0);
    REFUSED(p.ct_ratio = 0);
    REFUSED(p.pt_ratio = 0);
    GOOD(p.ct_ratio = 4000, p.pt_ratio = 1000);
    REFUSED(p.ct_ratio = 4001, p.pt_ratio = 1000);
    REFUSED(p.ct_ratio = UINT16_MAX, p.pt_ratio = UINT16_MAX);
    GOOD(p.credit_register = MV_REGISTER_ELECTRICITY_CURRENCY, p.ct_ratio = 2);
    GOOD(p.credit_register = MV_REGISTER_WATER);
    REFUSED(p.credit_register = MV_REGISTER_WATER, p.ct_ratio = 2);
    REFUSED(p.credit_register = MV_REGISTER_GAS_CURRENCY, p.pt_ratio = 2);
}

static void times_have_edges(void **state)
{
    (void)state;
    GOOD(p.utc_offset_min = MV_OFFSET_MIN);
    REFUSED(p.utc_offset_min = MV_OFFSET_MIN - 1);
    GOOD(p.utc_offset_min = MV_OFFSET_MAX);
    REFUSED(p.utc_offset_min = MV_OFFSET_MAX + 1);
    REFUSED(p.freeze_day = 0);
    GOOD(p.freeze_day = 28);
    REFUSED(p.freeze_day = 29);
    GOOD(p.freeze_hour = 23);
    REFUSED(p.freeze_hour = 24);
}

static void the_register_must_be_the_meter_s(void **state)
{
    (void)state;
    struct mv_parameters parameters;
    mv_parameters_default(&parameters);
    parameters.credit_register = MV_REGISTER_GAS;
    assert_int_equal(mv_parameters_check(&parameters, &electricity), MV_FUNCTION_ERROR);
    assert_int_equal(mv_parameters_check(&parameters, &everything), MV_DONE);
    REFUSED(p.credit_register = MV_REGISTERS);
}

static void setting_is_urgent_and_touches_nothing_else(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    struct mv_parameters parameters = p->parameters;
    parameters.alarm_1 = 777777;
    p->registers.pulse_rest[0] = 999;
    p->account.price_rest = 5;
    mv_parameters_set(p, &parameters);
    assert_int_equal(p->parameters.alarm_1, 777777);
    assert_int_equal(p->registers.pulse_rest[0], 999);
    assert_int_equal(p->account.price_rest, 5);
    assert_int_equal(p->dirty, UINT32_C(1) << MV_OBJECT_PARAMETERS);
    assert_true(prepay_urgent(p, MV_OBJECT_PARAMETERS));
}

static void rests_follow_the_pulses_per_unit(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    struct mv_parameters parameters = p->parameters;
    parameters.pulses_per_unit = 3200;
    p->registers.pulse_rest[0] = 999;
    p->registers.pulse_rest[2] = 500;
    mv_parameters_set(p, &parameters);
    assert_int_equal(p->registers.pulse_rest[0], 3196);
    assert_int_equal(p->registers.pulse_rest[1], 0);
    assert_int_equal(p->registers.pulse_rest[2], 1600);
    assert_true(prepay_urgent(p, MV_OBJECT_REGISTERS));
    parameters.pulses_per_unit = 1;
    mv_parameters_set(p, &parameters);
    assert_int_equal(p->registers.pulse_rest[0], 0);
}

static void the_first_ones_find_no_rests(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    struct mv_parameters parameters = p->parameters;
    memset(&p->parameters, 0, sizeof p->parameters);
    mv_parameters_set(p, &parameters);
    assert_int_equal(p->parameters.pulses_per_unit, 1000);
    assert_int_equal(p->registers.pulse_rest[0], 0);
}

static void another_register_begins_without_a_rest(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    struct mv_parameters parameters = p->parameters;
    p->account.price_rest = 999;
    parameters.credit_register = MV_REGISTER_TIME_CURRENCY;
    mv_parameters_set(p, &parameters);
    assert_int_equal(p->account.price_rest, 0);
    assert_true(prepay_urgent(p, MV_OBJECT_ACCOUNT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_defaults_are_good),
        cmocka_unit_test(amounts_have_edges),
        cmocka_unit_test(arrears_have_edges),
        cmocka_unit_test(limits_have_edges),
        cmocka_unit_test(measuring_has_edges),
        cmocka_unit_test(times_have_edges),
        cmocka_unit_test(the_register_must_be_the_meter_s),
        PREPAY(setting_is_urgent_and_touches_nothing_else),
        PREPAY(rests_follow_the_pulses_per_unit),
        PREPAY(the_first_ones_find_no_rests),
        PREPAY(another_register_begins_without_a_rest),
    };
    return cmocka_run_group_tests_name("prepay: parameters", tests, NULL, NULL);
}
