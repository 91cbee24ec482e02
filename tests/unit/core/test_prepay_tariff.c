/* Prices: single, steps, time of use; exact to the last fraction; tariffs that are refused; the switch. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "exact.h"
#include "prepay_support.h"
#include "random64.h"
#include "tariff.h"

static const struct mv_tariff single = {.kind = MV_TARIFF_SINGLE, .rates = 1, .price = {54321}};
static const struct mv_tariff step = {
    .kind = MV_TARIFF_STEP, .steps = 3, .step_from = {0, 200000, 400000}, .step_price = {50000, 60000, 90000}};
static const struct mv_tariff time_of_use = {
    .kind = MV_TARIFF_TIME_OF_USE, .rates = 3, .price = {30000, 60000, 100000}};
static const struct mv_tariff both = {.kind = MV_TARIFF_TIME_OF_USE,
                                      .rates = 2,
                                      .price = {30000, 60000},
                                      .steps = 2,
                                      .step_from = {0, 100000},
                                      .step_price = {0, 5000}};

static int64_t cost(const struct mv_tariff *tariff, uint8_t rate, uint64_t month, uint64_t units, uint32_t *rest)
{
    struct mv_use use = {.units = units, .month = month, .price_unit = MV_PRICE_UNIT};
    return mv_tariff_cost(tariff, rate, &use, rest);
}

static void a_single_price_keeps_fractions(void **state)
{
    (void)state;
    uint32_t rest = 0;
    assert_int_equal(cost(&single, 0, 0, 1, &rest), 54);
    assert_int_equal(rest, 321);
    assert_int_equal(cost(&single, 7, 0, 1, &rest), 54);
    assert_int_equal(cost(&single, 0, 0, 1, &rest), 54);
    assert_int_equal(rest, 963);
    assert_int_equal(cost(&single, 0, 0, 1, &rest), 55);
    assert_int_equal(rest, 284);
    rest = 0;
    assert_int_equal(cost(&single, 0, 0, 1000, &rest), 54321);
    assert_int_equal(cost(&single, 0, 0, 0, &rest), 0);
    assert_int_equal(rest, 0);
}

static void steps_split_a_use(void **state)
{
    (void)state;
    uint32_t rest = 0;
    assert_int_equal(mv_tariff_price(&step, 0, 0), 50000);
    assert_int_equal(mv_tariff_price(&step, 0, 199999), 50000);
    assert_int_equal(mv_tariff_price(&step, 0, 200000), 60000);
    assert_int_equal(mv_tariff_price(&step, 0, 400000), 90000);
    assert_int_equal(mv_tariff_price(&step, 0, UINT64_MAX), 90000);
    assert_int_equal(cost(&step, 0, 199000, 1000, &rest), 50000);
    assert_int_equal(cost(&step, 0, 199000, 2000, &rest), 110000);
    assert_int_equal(cost(&step, 0, 0, 500000, &rest), 200 * 50000 + 200 * 60000 + 100 * 90000);
    assert_int_equal(cost(&step, 0, 399999, 2, &rest), (60000 + 90000) / 1000);
    assert_int_equal(rest, 0);
}

static void rates_have_their_prices(void **state)
{
    (void)state;
    uint32_t rest = 0;
    assert_int_equal(cost(&time_of_use, 0, 0, 1000, &rest), 30000);
    assert_int_equal(cost(&time_of_use, 1, 0, 1000, &rest), 60000);
    assert_int_equal(cost(&time_of_use, 2, 0, 1000, &rest), 100000);
    assert_int_equal(cost(&time_of_use, 3, 0, 1000, &rest), 30000);
}

static void steps_are_added_to_rates(void **state)
{
    (void)state;
    uint32_t rest = 0;
    assert_int_equal(mv_tariff_price(&both, 1, 100000), 65000);
    assert_int_equal(cost(&both, 1, 99000, 2000, &rest), 60000 + 65000);
    assert_int_equal(cost(&both, 0, 99000, 2000, &rest), 30000 + 35000);
}

static void prices_of_time_are_per_hour(void **state)
{
    (void)state;
    uint32_t rest = 0;
    struct mv_use use = {.units = 1, .price_unit = MV_PRICE_UNIT_TIME};
    int64_t sum = 0;
    for (unsigned second = 0; second < 3600; second++)
        sum += mv_tariff_cost(&single, 0, &use, &rest);
    assert_int_equal(sum, 54321);
    assert_int_equal(rest, 0);
}

/* Whatever a use is cut into, unit by unit or all at once, it costs the same. */
static void the_way_of_counting_changes_nothing(void **state)
{
    (void)state;
    uint64_t random = 7;
    static const struct mv_tariff steep = {.kind = MV_TARIFF_TIME_OF_USE,
                                           .rates = 1,
                                           .price = {UINT32_MAX},
                                           .steps = 4,
                                           .step_from = {0, 1, 999, 1500},
                                           .step_price = {1, UINT32_MAX, 3, 77777}};
    for (unsigned i = 0; i < 2000; i++) {
        uint64_t month = random64(&random) % 2000;
        uint64_t units = random64(&random) % 3000;
        uint32_t rest_a = (uint32_t)(random64(&random) % 1000);
        uint32_t rest_b = rest_a;
        int64_t one_by_one = 0;
        for (uint64_t unit = 0; unit < units; unit++)
            one_by_one += cost(&steep, 0, month + unit, 1, &rest_a);
        assert_int_equal(cost(&steep, 0, month, units, &rest_b), one_by_one);
        assert_int_equal(rest_a, rest_b);
    }
}

static void what_nobody_can_pay_saturates(void **state)
{
    (void)state;
    uint32_t rest = 0;
    struct mv_tariff dear = single;
    dear.price[0] = UINT32_MAX;
    assert_int_equal(cost(&dear, 0, 0, UINT64_MAX, &rest), INT64_MAX);
    assert_int_equal(rest, (uint32_t)(UINT64_MAX % 1000 * UINT32_MAX % 1000));
    assert_int_equal(cost(&step, 0, UINT64_MAX - 1, UINT64_MAX, &rest), INT64_MAX);
    dear.price[0] = 0;
    rest = 999;
    assert_int_equal(cost(&dear, 0, 0, UINT64_MAX, &rest), 0);
    assert_int_equal(rest, 999);
    dear.price[0] = 1;
    assert_int_equal(cost(&dear, 0, 0, UINT64_MAX, &rest), (int64_t)(UINT64_MAX / 1000 + 1));
    assert_int_equal(cost(&dear, 0, UINT64_MAX, UINT64_MAX, &rest), (int64_t)(UINT64_MAX / 1000 + 1));
}

static void division_agrees_with_the_long_one(void **state)
{
    (void)state;
    uint64_t random = 3;
    for (unsigned i = 0; i < 100000; i++) {
        uint64_t number = random64(&random) >> random64(&random) % 64;
        uint32_t divisor = (uint32_t)(random64(&random) >> 32 >> random64(&random) % 32) | 1U;
        uint32_t rest = 0;
        assert_int_equal(mv_divide(number, divisor, &rest), number / divisor);
        assert_int_equal(rest, number % divisor);
    }
}

static void limits_of_numbers(void **state)
{
    (void)state;
    assert_int_equal(mv_add_u64(UINT64_MAX - 1, 1), UINT64_MAX);
    assert_int_equal(mv_add_u64(UINT64_MAX - 1, 2), UINT64_MAX);
    assert_int_equal(mv_add_i64(INT64_MAX - 1, 1), INT64_MAX);
    assert_int_equal(mv_add_i64(INT64_MAX - 1, 2), INT64_MAX);
    assert_int_equal(mv_add_i64(INT64_MIN, 2), INT64_MIN + 2);
    assert_int_equal(mv_subtract_i64(0, INT64_MAX), -INT64_MAX);
    assert_int_equal(mv_subtract_i64(INT64_MAX, -1), INT64_MAX);
    assert_int_equal(mv_subtract_i64(5, -1), 6);
    assert_int_equal(mv_multiply_i64(UINT32_MAX, 0x7FFFFFFF), INT64_C(0x7FFFFFFF) * UINT32_MAX);
    assert_int_equal(mv_multiply_i64(UINT64_C(1) << 32, 0x7FFFFFFF), INT64_C(0x7FFFFFFF) << 32);
    assert_int_equal(mv_multiply_i64(UINT64_C(1) << 32, UINT64_C(1) << 31), INT64_MAX);
    assert_int_equal(mv_multiply_i64(0, UINT64_MAX), 0);
    assert_int_equal(mv_multiply_i64(1, (uint64_t)INT64_MAX), INT64_MAX);
}

/* Each line breaks a tariff that is good without it. */
#define REFUSED(good, ...)                                                                                             \
    do {                                                                                                               \
        struct mv_tariff tariff = good;                                                                                \
        assert_int_equal(mv_tariff_check(&tariff), MV_DONE);                                                           \
        __VA_ARGS__;                                                                                                   \
        assert_int_equal(mv_tariff_check(&tariff), MV_RANGE_ERROR);                                                    \
    } while (0)

static void bad_tariffs_are_refused(void **state)
{
    (void)state;
    REFUSED(single, tariff.kind = 0);
    REFUSED(single, tariff.kind = 4);
    REFUSED(single, tariff.rates = 0);
    REFUSED(single, tariff.rates = 2);
    REFUSED(single, tariff.steps = 1);
    REFUSED(step, tariff.rates = 1);
    REFUSED(step, tariff.steps = 0);
    REFUSED(step, tariff.steps = MV_STEPS + 1);
    REFUSED(step, tariff.step_from[0] = 1);
    REFUSED(step, tariff.step_from[2] = 200000);
    REFUSED(step, tariff.step_from[2] = 199999);
    REFUSED(time_of_use, tariff.rates = 0);
    REFUSED(time_of_use, tariff.rates = MV_RATES + 1);
    REFUSED(both, tariff.steps = MV_STEPS + 1);
    REFUSED(both, tariff.step_from[1] = 0);
    REFUSED(both, tariff.kind = MV_TARIFF_STEP);
}

static void the_largest_is_good(void **state)
{
    (void)state;
    struct mv_tariff tariff = {.kind = MV_TARIFF_TIME_OF_USE, .rates = MV_RATES, .steps = MV_STEPS};
    for (unsigned i = 0; i < MV_STEPS; i++)
        tariff.step_from[i] = i;
    assert_int_equal(mv_tariff_check(&tariff), MV_DONE);
    mv_tariff_default(&tariff);
    assert_int_equal(mv_tariff_check(&tariff), MV_DONE);
    assert_int_equal(mv_tariff_price(&tariff, 0, 0), 0);
}

static void the_next_takes_the_place(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    struct mv_tariff none = {0};
    assert_false(mv_tariff_waits(p));
    p->next_tariff = step;
    p->next_tariff.set_id = 0x12345;
    assert_true(mv_tariff_waits(p));
    mv_tariff_switch(p);
    assert_int_equal(p->tariff.set_id, 0x12345);
    assert_int_equal(p->tariff.kind, MV_TARIFF_STEP);
    assert_memory_equal(&p->next_tariff, &none, sizeof none);
    assert_false(mv_tariff_waits(p));
    assert_int_equal(p->events.ring[0].code, MV_EVENT_TARIFF);
    assert_int_equal(p->events.ring[0].detail, 0x2345);
    assert_true(prepay_urgent(p, MV_OBJECT_TARIFF));
    assert_true(prepay_urgent(p, MV_OBJECT_NEXT_TARIFF));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_single_price_keeps_fractions),
        cmocka_unit_test(steps_split_a_use),
        cmocka_unit_test(rates_have_their_prices),
        cmocka_unit_test(steps_are_added_to_rates),
        cmocka_unit_test(prices_of_time_are_per_hour),
        cmocka_unit_test(the_way_of_counting_changes_nothing),
        cmocka_unit_test(what_nobody_can_pay_saturates),
        cmocka_unit_test(division_agrees_with_the_long_one),
        cmocka_unit_test(limits_of_numbers),
        cmocka_unit_test(bad_tariffs_are_refused),
        cmocka_unit_test(the_largest_is_good),
        PREPAY(the_next_takes_the_place),
    };
    return cmocka_run_group_tests_name("prepay: tariff", tests, NULL, NULL);
}
