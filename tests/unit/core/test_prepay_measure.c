/* Counting: pulses, power samples, ratios, water, gas and time; nothing is lost or made in a long run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "account.h"
#include "measure.h"
#include "prepay_support.h"
#include "random64.h"
#include "tariff.h"

__extension__ typedef unsigned __int128 u128;

static void pulses_become_wh(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    p->parameters.pulses_per_unit = 3200;
    for (unsigned i = 0; i < 3; i++)
        mv_prepay_pulses(p, 0, 1);
    assert_int_equal(p->registers.total, 0);
    assert_int_equal(p->registers.pulse_rest[0], 3000);
    assert_true(prepay_dirty(p, MV_OBJECT_REGISTERS));
    assert_false(prepay_dirty(p, MV_OBJECT_ACCOUNT));
    mv_prepay_pulses(p, 0, 1);
    assert_int_equal(p->registers.total, 1);
    assert_int_equal(p->registers.pulse_rest[0], 800);
    assert_int_equal(p->account.taken[MV_REGISTER_ELECTRICITY], 1);
    assert_true(prepay_dirty(p, MV_OBJECT_ACCOUNT));
    mv_prepay_pulses(p, 0, 3196);
    assert_int_equal(p->registers.total, 1000);
    assert_int_equal(p->registers.month, 1000);
    assert_int_equal(p->registers.pulse_rest[0], 0);
    assert_int_equal(p->urgent, 0);
}

static void each_phase_counts_for_itself(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    p->load.rate = 2;
    p->parameters.pulses_per_unit = 2000;
    mv_prepay_pulses(p, 0, 1);
    mv_prepay_pulses(p, 1, 1);
    assert_int_equal(p->registers.total, 0);
    mv_prepay_pulses(p, 1, 1);
    mv_prepay_pulses(p, 2, 8);
    assert_int_equal(p->registers.by_phase[0], 0);
    assert_int_equal(p->registers.by_phase[1], 1);
    assert_int_equal(p->registers.by_phase[2], 4);
    assert_int_equal(p->registers.total, 5);
    assert_int_equal(p->registers.by_rate[2], 5);
    assert_int_equal(p->registers.by_rate[0], 0);
    mv_prepay_pulses(p, MV_PHASES, 1000);
    assert_int_equal(p->registers.total, 5);
}

static void ratios_bring_it_to_the_primary_side(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    static const uint32_t watts[MV_PHASES] = {100, 0, 50};
    p->parameters.ct_ratio = 40;
    p->parameters.pt_ratio = 100;
    mv_prepay_pulses(p, 0, 1);
    assert_int_equal(p->registers.total, 4000);
    mv_prepay_power(p, watts, 3600);
    assert_int_equal(p->load.power_w[0], 400000);
    assert_int_equal(p->load.power_w[1], 0);
    assert_int_equal(p->load.power_w[2], 200000);
    assert_int_equal(p->registers.total, 4000 + 400 + 200);
    assert_int_equal(p->registers.by_phase[2], 200);
}

static void power_samples_add_up(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    static const uint32_t watts[MV_PHASES] = {1000, 1, 0};
    for (unsigned second = 0; second < 3600; second++)
        mv_prepay_power(p, watts, 1000);
    assert_int_equal(p->registers.by_phase[0], 1000);
    assert_int_equal(p->registers.by_phase[1], 1);
    assert_int_equal(p->registers.total, 1001);
    assert_int_equal(p->registers.energy_rest[0], 0);
    assert_int_equal(p->account.taken[MV_REGISTER_ELECTRICITY], 1001);
}

static void power_beyond_the_number_saturates(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    static const uint32_t watts[MV_PHASES] = {UINT32_MAX, UINT32_MAX, UINT32_MAX};
    uint64_t each = 0;
    p->parameters.ct_ratio = 2;
    p->registers.energy_rest[0] = 3599999;
    mv_prepay_power(p, watts, UINT32_MAX);
    each = (uint64_t)UINT32_MAX * UINT32_MAX / 3600000;
    assert_int_equal(p->load.power_w[0], UINT32_MAX);
    assert_int_equal(p->registers.by_phase[1], each);
    assert_in_range(p->registers.by_phase[0] - each, 0, 1);
    assert_int_equal(p->registers.total,
                     p->registers.by_phase[0] + p->registers.by_phase[1] + p->registers.by_phase[2]);
}

static void the_largest_count_of_the_largest_ratio(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    p->parameters.ct_ratio = 2000;
    p->parameters.pt_ratio = 2000;
    p->parameters.pulses_per_unit = UINT32_MAX;
    p->registers.pulse_rest[0] = UINT32_MAX - 1;
    mv_prepay_pulses(p, 0, UINT32_MAX);
    assert_int_equal(p->registers.total, UINT64_C(4000000000));
    assert_int_equal(p->registers.pulse_rest[0], UINT32_MAX - 1);
}

static void water_and_gas_have_no_phases(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    static const uint32_t watts[MV_PHASES] = {1000, 1000, 1000};
    p->parameters.credit_register = MV_REGISTER_WATER;
    p->parameters.pulses_per_unit = 100;
    mv_prepay_pulses(p, 0, 3);
    mv_prepay_pulses(p, 1, 3);
    mv_prepay_power(p, watts, 3600000);
    mv_measure_seconds(p, 100);
    assert_int_equal(p->registers.total, 30);
    assert_int_equal(p->registers.by_phase[0], 0);
    assert_int_equal(p->load.power_w[0], 0);
    assert_int_equal(p->account.taken[MV_REGISTER_WATER], 30);
    p->parameters.credit_register = MV_REGISTER_GAS;
    mv_prepay_pulses(p, 0, 1);
    assert_int_equal(p->account.taken[MV_REGISTER_GAS], 10);
    assert_int_equal(p->account.taken[MV_REGISTER_WATER], 30);
}

static void time_counts_seconds(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    mv_measure_seconds(p, 100);
    assert_int_equal(p->registers.total, 0);
    p->parameters.credit_register = MV_REGISTER_TIME;
    mv_measure_seconds(p, 100);
    mv_prepay_pulses(p, 0, 1);
    assert_int_equal(p->registers.total, 100);
    assert_int_equal(p->account.taken[MV_REGISTER_TIME], 100);
    p->parameters.credit_register = MV_REGISTER_TIME_CURRENCY;
    p->tariff.price[0] = 7200;
    mv_measure_seconds(p, 1800);
    assert_int_equal(p->account.taken[MV_REGISTER_TIME_CURRENCY], 3600);
    assert_int_equal(p->account.taken[MV_REGISTER_TIME], 100);
}

/* What a memory that did not open left behind may name a register that does not exist. */
static void before_the_provision_nothing_counts(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    static const uint32_t watts[MV_PHASES] = {1000, 1000, 1000};
    p->counts = false;
    p->parameters.credit_register = 4 * MV_REGISTERS;
    mv_prepay_pulses(p, 0, 1000000);
    mv_prepay_power(p, watts, 3600000);
    assert_int_equal(p->registers.total, 0);
    assert_int_equal(p->load.power_w[0], 0);
    assert_int_equal(p->dirty, 0);
}

/* ---- the long run, against numbers that cannot overflow ---- */
enum { RUN = 300000 };
struct model {
    u128 w_ms[MV_PHASES], pulses[MV_PHASES]; /* pulses x 1000 x CT x PT */
    u128 price_units;                        /* price x Wh */
    uint64_t rate_total[MV_RATES];
    uint64_t before; /* total at the last look */
};

/* Every Wh since then, one after the other, at the price that it had. */
static void price_one_by_one(struct model *m, const struct mv_prepay *p, uint64_t month)
{
    for (uint64_t unit = m->before; unit < p->registers.total; unit++, month++)
        m->price_units += mv_tariff_price(&p->tariff, p->load.rate, month);
    m->rate_total[p->load.rate] += p->registers.total - m->before;
    m->before = p->registers.total;
}

static void use_at_random(struct model *m, struct mv_prepay *p, uint64_t *random)
{
    uint32_t ratio = (uint32_t)p->parameters.ct_ratio * p->parameters.pt_ratio;
    uint64_t month = p->registers.month;
    if (random64(random) % 2 == 0) {
        uint8_t phase = (uint8_t)(random64(random) % MV_PHASES);
        uint32_t count = (uint32_t)(random64(random) % 4);
        mv_prepay_pulses(p, phase, count);
        m->pulses[phase] += (u128)count * 1000 * ratio;
    } else {
        uint32_t ms = (uint32_t)(random64(random) % 2000);
        uint32_t watts[MV_PHASES];
        for (unsigned i = 0; i < MV_PHASES; i++) {
            watts[i] = (uint32_t)(random64(random) % 30000);
            m->w_ms[i] += (u128)watts[i] * ratio * ms;
        }
        mv_prepay_power(p, watts, ms);
    }
    price_one_by_one(m, p, month);
}

static void check_model(const struct model *m, const struct mv_prepay *p)
{
    uint64_t total = 0;
    for (unsigned i = 0; i < MV_PHASES; i++) {
        uint64_t expected = (uint64_t)(m->pulses[i] / p->parameters.pulses_per_unit + m->w_ms[i] / 3600000);
        assert_int_equal(p->registers.by_phase[i], expected);
        assert_int_equal(p->registers.pulse_rest[i], (uint64_t)(m->pulses[i] % p->parameters.pulses_per_unit));
        assert_int_equal(p->registers.energy_rest[i], (uint64_t)(m->w_ms[i] % 3600000));
        total += expected;
    }
    assert_int_equal(p->registers.total, total);
    assert_memory_equal(p->registers.by_rate, m->rate_total, sizeof m->rate_total);
    assert_int_equal(p->account.taken[MV_REGISTER_ELECTRICITY_CURRENCY], (int64_t)(m->price_units / 1000));
    assert_int_equal(p->account.price_rest, (uint64_t)(m->price_units % 1000));
}

static void a_long_run_is_exact(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    struct model m = {0};
    uint64_t random = 2026;
    prepay_currency(p, 0);
    p->parameters.pulses_per_unit = 6400;
    p->parameters.ct_ratio = 3;
    p->parameters.pt_ratio = 7;
    p->tariff = (struct mv_tariff){.kind = MV_TARIFF_TIME_OF_USE, .rates = 4, .steps = 3};
    for (unsigned i = 0; i < RUN; i++) {
        if (i % 1000 == 0) { /* a month, and other prices */
            p->registers.month = 0;
            for (unsigned k = 0; k < 4; k++)
                p->tariff.price[k] = (uint32_t)random64(&random) >> random64(&random) % 32;
            for (unsigned k = 0; k < 3; k++) {
                p->tariff.step_from[k] =
                    k == 0 ? 0 : p->tariff.step_from[k - 1] + 1 + (uint32_t)(random64(&random) % 2000);
                p->tariff.step_price[k] = (uint32_t)random64(&random) >> random64(&random) % 32;
            }
        }
        p->load.rate = (uint8_t)(random64(&random) % MV_RATES);
        use_at_random(&m, p, &random);
    }
    assert_true(p->registers.total > RUN);
    check_model(&m, p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PREPAY(pulses_become_wh),
        PREPAY(each_phase_counts_for_itself),
        PREPAY(ratios_bring_it_to_the_primary_side),
        PREPAY(power_samples_add_up),
        PREPAY(power_beyond_the_number_saturates),
        PREPAY(the_largest_count_of_the_largest_ratio),
        PREPAY(water_and_gas_have_no_phases),
        PREPAY(time_counts_seconds),
        PREPAY(before_the_provision_nothing_counts),
        PREPAY(a_long_run_is_exact),
    };
    return cmocka_run_group_tests_name("prepay: measure", tests, NULL, NULL);
}
