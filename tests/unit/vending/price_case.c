#include "price_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
/* cmocka.h needs those four first */
#include <cmocka.h>

struct vend_tariff_version price_single(enum vend_utility utility, int64_t price_e5)
{
    return (struct vend_tariff_version){.utility = utility,
                                        .kind = VEND_SINGLE,
                                        .steps = {{0, price_e5}},
                                        .step_count = 1,
                                        .round_to = 1,
                                        .rounding = VEND_ROUND_HALF_EVEN};
}

struct vend_tariff_version price_steps(void)
{
    return (struct vend_tariff_version){.utility = VEND_ELECTRICITY,
                                        .kind = VEND_STEP_PER_MONTH,
                                        .steps = {{100000, 10000}, {300000, 20000}, {0, 35000}},
                                        .step_count = 3,
                                        .round_to = 1,
                                        .rounding = VEND_ROUND_HALF_EVEN};
}

uint64_t price_random(uint64_t *seed, uint64_t below)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed % below;
}

static int64_t any_price(uint64_t *seed)
{
    static const uint64_t most[] = {50, 9999, 99999, 5000000};
    return 1 + (int64_t)price_random(seed, most[price_random(seed, 4)]);
}

static void any_charges(struct vend_tariff_version *tariff, uint64_t *seed)
{
    tariff->charge_count = price_random(seed, 4);
    for (size_t i = 0; i < tariff->charge_count; i++) {
        struct vend_charge *charge = &tariff->charges[i];
        (void)snprintf(charge->name, sizeof charge->name, "levy %zu", i);
        charge->kind = (enum vend_charge_kind)(1 + price_random(seed, 3));
        charge->amount = charge->kind == VEND_CHARGE_FIXED ? (int64_t)price_random(seed, 30) * tariff->round_to
                                                           : (int64_t)price_random(seed, 200000);
    }
    tariff->tax_count = price_random(seed, 3);
    for (size_t i = 0; i < tariff->tax_count; i++) {
        struct vend_tax *tax = &tariff->taxes[i];
        (void)snprintf(tax->name, sizeof tax->name, "tax %zu", i);
        tax->percent_e4 = (int64_t)price_random(seed, 250000);
        tax->on_energy = price_random(seed, 2) == 0;
        tax->on_charges = !tax->on_energy || price_random(seed, 2) == 0;
    }
}

struct vend_tariff_version price_any(uint64_t *seed)
{
    static const int64_t round_to[] = {1, 1, 5, 100};
    struct vend_tariff_version tariff = price_single((enum vend_utility)(1 + price_random(seed, 4)), any_price(seed));
    tariff.round_to = round_to[price_random(seed, 4)];
    tariff.rounding = (enum vend_rounding)(1 + price_random(seed, 3));
    tariff.fixed_charge_per_month = (int64_t)price_random(seed, 100) * tariff.round_to;
    if (price_random(seed, 2) == 0) {
        tariff.kind = VEND_STEP_PER_MONTH;
        tariff.step_count = 3;
        tariff.steps[0] = (struct vend_step){1 + (int64_t)price_random(seed, 50000), any_price(seed)};
        tariff.steps[1] =
            (struct vend_step){tariff.steps[0].up_to + 1 + (int64_t)price_random(seed, 50000), any_price(seed)};
        tariff.steps[2] = (struct vend_step){0, any_price(seed)};
    }
    any_charges(&tariff, seed);
    return tariff;
}

struct vend_price_facts price_ask(enum vend_ask ask, int64_t amount)
{
    return (struct vend_price_facts){.ask = ask, .amount = amount, .grain = VEND_GRAIN_TOKEN, .minor_digits = 2};
}

int64_t price_sum(const struct vend_bill *bill, enum vend_line_kind kind)
{
    int64_t sum = 0;
    for (size_t i = 0; i < bill->line_count; i++)
        if (bill->lines[i].kind == kind)
            sum += bill->lines[i].amount;
    return sum;
}

const struct vend_line *price_line(const struct vend_bill *bill, enum vend_line_kind kind)
{
    for (size_t i = 0; i < bill->line_count; i++)
        if (bill->lines[i].kind == kind)
            return &bill->lines[i];
    return NULL;
}

static void check_sums(const struct vend_price_facts *facts, const struct vend_bill *bill)
{
    int64_t units = 0;
    int64_t total = 0;
    for (size_t i = 0; i < bill->line_count; i++) {
        assert_true(bill->lines[i].amount >= 0);
        total += bill->lines[i].amount;
        units += bill->lines[i].units;
    }
    assert_int_equal(total, bill->total);
    assert_int_equal(units, bill->units);
    assert_int_equal(bill->units, bill->free_units + bill->paid_units);
    assert_int_equal(bill->total, bill->energy + bill->charges + bill->taxes + bill->debts);
    assert_int_equal(bill->energy, price_sum(bill, VEND_LINE_ENERGY));
    assert_int_equal(bill->charges, price_sum(bill, VEND_LINE_MONTHLY) + price_sum(bill, VEND_LINE_CHARGE));
    assert_int_equal(bill->taxes, price_sum(bill, VEND_LINE_TAX));
    assert_int_equal(bill->debts, price_sum(bill, VEND_LINE_DEBT));
    if (facts->ask == VEND_ASK_MONEY)
        assert_int_equal(bill->total + bill->change, facts->amount);
    else
        assert_int_equal(bill->change, 0);
}

struct vend_bill price_bill(const struct vend_tariff_version *tariff, const struct vend_price_facts *facts)
{
    struct vend_bill bill;
    mv_status status = vend_price(tariff, facts, &bill);
    if (!status.ok)
        fail_msg("%s", mv_reason_info((enum mv_reason)status.reason)->name);
    check_sums(facts, &bill);
    return bill;
}

enum mv_reason price_refusal(const struct vend_tariff_version *tariff, const struct vend_price_facts *facts)
{
    struct vend_bill bill;
    mv_status status = vend_price(tariff, facts, &bill);
    assert_false(status.ok);
    return (enum mv_reason)status.reason;
}
