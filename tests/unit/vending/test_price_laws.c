/* What holds of every price: near each step for every amount, and of random tariffs and purchases. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka.h needs those first */
#include <cmocka.h>

#include "price_case.h"

/* by units: never less than the exact price by a rounding unit; by money: never more units than the money pays for,
 * and one unit more would cost more */
static void every_amount_near_a_step(void **state)
{
    (void)state;
    struct vend_tariff_version tariff = price_steps();
    static const int64_t edges[] = {0, 100000, 300000};
    for (int rounding = VEND_ROUND_UP; rounding <= VEND_ROUND_HALF_EVEN; rounding++) {
        tariff.rounding = (enum vend_rounding)rounding;
        for (size_t edge = 0; edge < 3; edge++)
            for (int64_t units = edges[edge] + 100 - (edge > 0 ? 3000 : 0); units < edges[edge] + 3000; units++) {
                struct vend_price_facts facts = price_ask(VEND_ASK_UNITS, units);
                struct vend_bill bill = price_bill(&tariff, &facts);
                assert_true(bill.units >= units && bill.units - units < 1000);
                int64_t e8 = 0; /* the exact price: Wh times e5 a kWh is 10^-8, a cent 10^6 of it */
                for (int64_t i = 0, from = 0; i < 3; from = tariff.steps[i++].up_to) {
                    int64_t to = i < 2 && tariff.steps[i].up_to < bill.units ? tariff.steps[i].up_to : bill.units;
                    e8 += to > from ? (to - from) * tariff.steps[i].price_e5 : 0;
                }
                assert_true(bill.total * 1000000 > e8 - 1000000 && bill.total * 1000000 < e8 + 1000000);
                facts = price_ask(VEND_ASK_MONEY, bill.total);
                if (bill.total == 0)
                    continue;
                struct vend_bill back = price_bill(&tariff, &facts);
                assert_true(back.units >= bill.units);
                assert_int_equal(back.total, bill.total);
                facts = price_ask(VEND_ASK_UNITS, back.units + 1);
                assert_true(price_bill(&tariff, &facts).total > bill.total);
            }
    }
}

/* Bought in small parts, a month's units cost what they cost at once, but for what each purchase is charged; what would
 * come to nothing is refused. */
static void tiny_purchases_gain_nothing(void **state)
{
    (void)state;
    uint64_t seed = 20260101;
    int sold = 0;
    for (int round = 0; round < 60; round++) {
        struct vend_tariff_version tariff = price_any(&seed);
        struct vend_price_facts facts = price_ask(VEND_ASK_UNITS, 0);
        int64_t fixed = 0;
        facts.grain = VEND_GRAIN_EXACT;
        facts.bought_units = (int64_t)price_random(&seed, 60000);
        const int64_t begin = facts.bought_units;
        struct vend_bill sums = {0};
        for (int i = 0; i < 1000; i++) {
            facts.amount = 1 + (int64_t)price_random(&seed, 90);
            struct vend_bill bill;
            if (vend_price(&tariff, &facts, &bill).reason == MV_PURCHASE_TOO_SMALL)
                continue;
            bill = price_bill(&tariff, &facts);
            assert_true(bill.total > 0);
            sums.energy += bill.energy;
            sums.total += bill.total;
            facts.bought_units += bill.paid_units;
        }
        facts.amount = facts.bought_units - begin;
        facts.bought_units = begin;
        if (facts.amount == 0)
            continue;
        sold++;
        struct vend_bill once = price_bill(&tariff, &facts);
        for (size_t i = 0; i < tariff.charge_count; i++)
            fixed += tariff.charges[i].kind == VEND_CHARGE_FIXED ? tariff.charges[i].amount : 0;
        assert_int_equal(sums.energy, once.energy);
        assert_true(sums.total >= once.total);
        if (fixed == 0)
            assert_int_equal(sums.total, once.total);
    }
    assert_true(sold > 40);
}

static struct vend_price_facts any_facts(uint64_t *seed, enum vend_ask ask, uint64_t most)
{
    struct vend_price_facts facts = price_ask(ask, 1 + (int64_t)price_random(seed, most));
    facts.minor_digits = (uint8_t)price_random(seed, 4);
    facts.bought_units = (int64_t)price_random(seed, 200000);
    facts.free_units = price_random(seed, 3) == 0 ? (int64_t)price_random(seed, 20000) : 0;
    facts.months_due = (uint32_t)price_random(seed, 3);
    facts.debt_count = price_random(seed, 4);
    for (size_t i = 0; i < facts.debt_count; i++)
        facts.debts[i] = (struct vend_price_debt){.rule = (enum vend_debt_rule)(1 + price_random(seed, 3)),
                                                  .outstanding = (int64_t)price_random(seed, 5000),
                                                  .amount = (int64_t)price_random(seed, 300),
                                                  .percent_e4 = 1 + (int64_t)price_random(seed, VEND_PERCENT_E4),
                                                  .days = (uint32_t)price_random(seed, 40)};
    return facts;
}

/* By units and by money the same units have the same bill, and more never costs less. */
static void both_ways_agree(void **state)
{
    (void)state;
    uint64_t seed = 7;
    int sold = 0;
    for (int round = 0; round < 3000; round++) {
        struct vend_tariff_version tariff = price_any(&seed);
        struct vend_price_facts facts = any_facts(&seed, VEND_ASK_MONEY, 1000000);
        struct vend_bill bill;
        mv_status status = vend_price(&tariff, &facts, &bill);
        if (!status.ok)
            continue;
        sold++;
        const int64_t money = facts.amount;
        bill = price_bill(&tariff, &facts);
        facts.ask = VEND_ASK_UNITS;
        facts.amount = bill.units;
        assert_int_equal(price_bill(&tariff, &facts).total, bill.total);
        facts.amount = bill.units + 1;
        /* one more costs more than the money, or comes to nothing, which is not sold */
        struct vend_bill more;
        if (vend_price(&tariff, &facts, &more).reason != MV_PURCHASE_TOO_SMALL)
            assert_true(price_bill(&tariff, &facts).total > money);
        else
            assert_int_equal(bill.total, 0);
        facts.ask = VEND_ASK_MONEY;
        facts.amount = money + 1 + (int64_t)price_random(&seed, 50);
        if (vend_price(&tariff, &facts, &bill).ok) {
            struct vend_price_facts less = facts;
            less.amount = money;
            assert_true(price_bill(&tariff, &less).units <= bill.units);
        }
    }
    assert_true(sold > 2000);
}

/* What PURCHASE_TOO_SMALL asks for is enough, and a little less is not. */
static void the_least_is_the_least(void **state)
{
    (void)state;
    uint64_t seed = 99;
    int refused = 0;
    for (int round = 0; round < 3000; round++) {
        struct vend_tariff_version tariff = price_any(&seed);
        struct vend_price_facts facts = any_facts(&seed, VEND_ASK_MONEY, 200);
        struct vend_bill bill;
        if (vend_price(&tariff, &facts, &bill).reason != MV_PURCHASE_TOO_SMALL)
            continue;
        refused++;
        if (bill.least == 0) { /* no token says as much as comes to something */
            facts.amount = VEND_MONEY_MOST;
            assert_false(vend_price(&tariff, &facts, &bill).ok);
            continue;
        }
        assert_true(bill.least > facts.amount);
        facts.amount = bill.least;
        (void)price_bill(&tariff, &facts);
        facts.amount--;
        if (facts.amount > 0)
            assert_int_equal(price_refusal(&tariff, &facts), MV_PURCHASE_TOO_SMALL);
    }
    assert_true(refused > 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_amount_near_a_step),
        cmocka_unit_test(tiny_purchases_gain_nothing),
        cmocka_unit_test(both_ways_agree),
        cmocka_unit_test(the_least_is_the_least),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
