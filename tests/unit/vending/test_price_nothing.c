/* What rounding would give away is not sold; what the tariff gives away is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka.h needs those first */
#include <cmocka.h>

#include "price_case.h"

static int64_t least(const struct vend_tariff_version *tariff, const struct vend_price_facts *facts)
{
    struct vend_bill bill;
    mv_status status = vend_price(tariff, facts, &bill);
    assert_int_equal(status.reason, MV_PURCHASE_TOO_SMALL);
    assert_int_equal(status.detail, bill.least);
    return bill.least;
}

static void rounded_down_to_nothing(void **state)
{
    (void)state;
    struct vend_tariff_version tariff = price_single(VEND_ELECTRICITY, 20000); /* 2 cents a token unit */
    struct vend_price_facts facts = price_ask(VEND_ASK_UNITS, 400);
    tariff.rounding = VEND_ROUND_DOWN;
    tariff.round_to = 10;
    assert_int_equal(least(&tariff, &facts), 10);
    facts.amount = 500;
    assert_int_equal(price_bill(&tariff, &facts).total, 10);
    facts = price_ask(VEND_ASK_MONEY, 9);
    assert_int_equal(least(&tariff, &facts), 10);
    facts.amount = 10;
    assert_int_equal(price_bill(&tariff, &facts).units, 900);
    /* of a month that is under way what is left to the next 0.10 is not given either */
    facts = price_ask(VEND_ASK_UNITS, 100);
    facts.bought_units = 500;
    assert_int_equal(least(&tariff, &facts), 10);
    facts.bought_units = 900;
    assert_int_equal(price_bill(&tariff, &facts).total, 10);
    tariff.rounding = VEND_ROUND_UP; /* 0.20 is paid, up to 1000 Wh */
    assert_int_equal(least(&tariff, &facts), 10);
    facts.amount = 200;
    assert_int_equal(price_bill(&tariff, &facts).total, 10);
}

static void half_even_to_nothing(void **state)
{
    (void)state;
    struct vend_tariff_version tariff = price_single(VEND_WATER, 5000); /* half a cent a token unit */
    struct vend_price_facts facts = price_ask(VEND_ASK_UNITS, 100);
    assert_int_equal(least(&tariff, &facts), 1);
    facts.amount = 200;
    assert_int_equal(price_bill(&tariff, &facts).total, 1);
    facts = price_ask(VEND_ASK_MONEY, 1);
    assert_int_equal(price_bill(&tariff, &facts).units, 200); /* 1.5 cents are 2 */
}

/* Time of use, a step, a charge by units, money: each is a price. */
static void every_kind_of_price_counts(void **state)
{
    (void)state;
    struct vend_tariff_version tariff = price_single(VEND_GAS, 0);
    struct vend_price_facts facts = price_ask(VEND_ASK_UNITS, 100);
    tariff.rounding = VEND_ROUND_DOWN;
    tariff.kind = VEND_TIME_OF_USE;
    tariff.step_count = 0;
    tariff.period_count = 2;
    tariff.periods[0] = (struct vend_period){"day", 1, 1};
    tariff.periods[1] = (struct vend_period){"night", 0, 9999};
    (void)least(&tariff, &facts);
    tariff = price_steps();
    tariff.steps[0].price_e5 = 0;
    tariff.steps[1].price_e5 = 1;
    tariff.rounding = VEND_ROUND_DOWN;
    facts.amount = 100000;
    assert_int_equal(price_bill(&tariff, &facts).total, 0); /* the first 100 kWh are free */
    facts.amount = 100001;
    (void)least(&tariff, &facts);
    tariff.charge_count = 1;
    tariff.charges[0] = (struct vend_charge){"green", VEND_CHARGE_PER_UNIT, 1};
    facts.amount = 100;
    (void)least(&tariff, &facts);
    tariff.charges[0].amount = 0;
    assert_int_equal(price_bill(&tariff, &facts).total, 0);
    tariff.charges[0] = (struct vend_charge){"levy", VEND_CHARGE_PERCENT, 1}; /* of nothing */
    assert_int_equal(price_bill(&tariff, &facts).total, 0);
    tariff.charges[0] = (struct vend_charge){"service", VEND_CHARGE_FIXED, 1};
    assert_int_equal(price_bill(&tariff, &facts).total, 1);
    tariff.charge_count = 0;
    facts.currency = true;
    facts.amount = 999; /* not a cent */
    (void)least(&tariff, &facts);
}

static void what_is_free_stays_free(void **state)
{
    (void)state;
    struct vend_tariff_version tariff = price_single(VEND_ELECTRICITY, 20000);
    struct vend_price_facts facts = price_ask(VEND_ASK_UNITS, 5000);
    tariff.rounding = VEND_ROUND_DOWN;
    tariff.round_to = 10;
    facts.free_units = 5050;
    assert_int_equal(price_bill(&tariff, &facts).total, 0);
    facts.amount = 5001; /* a token of 5.1 kWh, of which 50 Wh have a price */
    assert_int_equal(least(&tariff, &facts), 10);
    facts = price_ask(VEND_ASK_MONEY, 9);
    facts.free_units = 5050;
    struct vend_bill bill = price_bill(&tariff, &facts);
    assert_int_equal(bill.units, 5000);
    assert_int_equal(bill.change, 9);
    facts.ask = VEND_ASK_FREE;
    assert_int_equal(price_bill(&tariff, &facts).units, 5000);
    facts.free_units = 99;
    facts.ask = VEND_ASK_MONEY;
    assert_int_equal(least(&tariff, &facts), 10);
    /* a step without a price goes on being sold, as far as it goes */
    tariff = price_steps();
    tariff.steps[0].price_e5 = 0;
    tariff.rounding = VEND_ROUND_DOWN;
    tariff.round_to = 100;
    facts = price_ask(VEND_ASK_MONEY, 99);
    bill = price_bill(&tariff, &facts);
    assert_int_equal(bill.units, 100000);
    assert_int_equal(bill.change, 99);
}

/* The least is what the minimum asks for, what comes to something, or nothing at all. */
static void the_least_with_minimum_and_maximum(void **state)
{
    (void)state;
    struct vend_tariff_version tariff = price_single(VEND_ELECTRICITY, 20000);
    struct vend_price_facts facts = price_ask(VEND_ASK_UNITS, 100);
    tariff.rounding = VEND_ROUND_DOWN;
    tariff.round_to = 10;
    tariff.minimum_purchase = 7;
    assert_int_equal(least(&tariff, &facts), 10);
    tariff.minimum_purchase = 12;
    assert_int_equal(least(&tariff, &facts), 12);
    tariff.maximum_purchase = 12;
    assert_int_equal(least(&tariff, &facts), 12);
    tariff.minimum_purchase = 0;
    tariff.maximum_purchase = 9;
    assert_int_equal(least(&tariff, &facts), 0);
    tariff.maximum_purchase = 10;
    assert_int_equal(least(&tariff, &facts), 10);
    /* no token says as much as comes to something */
    tariff = price_single(VEND_ELECTRICITY, 1);
    tariff.rounding = VEND_ROUND_DOWN;
    tariff.round_to = 1000000;
    facts = price_ask(VEND_ASK_MONEY, 999999);
    assert_int_equal(least(&tariff, &facts), 0);
    /* free units and a minimum: the minimum is enough for them */
    tariff = price_single(VEND_ELECTRICITY, 20000);
    tariff.minimum_purchase = 200;
    facts = price_ask(VEND_ASK_MONEY, 199);
    facts.free_units = 5000;
    assert_int_equal(least(&tariff, &facts), 200);
}

/* A debt is not taken from nothing, a tax not rounded away with it. */
static void debts_and_taxes_of_nothing(void **state)
{
    (void)state;
    struct vend_tariff_version tariff = price_single(VEND_ELECTRICITY, 20000);
    struct vend_price_facts facts = price_ask(VEND_ASK_MONEY, 9);
    tariff.rounding = VEND_ROUND_DOWN;
    tariff.round_to = 10;
    tariff.tax_count = 1;
    tariff.taxes[0] = (struct vend_tax){"VAT", 999999, true, true}; /* nearly as much again: 9.99 are 0 */
    facts.debts[0] = (struct vend_price_debt){1, "loan", VEND_DEBT_FIXED, 50, 5, 0, 0};
    facts.debt_count = 1;
    assert_int_equal(least(&tariff, &facts), 15);
    facts.amount = 14;
    assert_int_equal(least(&tariff, &facts), 15);
    facts.amount = 15;
    struct vend_bill bill = price_bill(&tariff, &facts);
    assert_int_equal(bill.energy, 10);
    assert_int_equal(bill.taxes, 0);
    assert_int_equal(bill.debts, 5);
    /* a debt alone does not make it a purchase: what is left has to pay for a unit */
    facts.debts[0] = (struct vend_price_debt){1, "all", VEND_DEBT_PERCENT, 600, 0, VEND_PERCENT_E4, 0};
    facts.amount = 609;
    assert_int_equal(least(&tariff, &facts), 610);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rounded_down_to_nothing),    cmocka_unit_test(half_even_to_nothing),
        cmocka_unit_test(every_kind_of_price_counts), cmocka_unit_test(what_is_free_stays_free),
        cmocka_unit_test(debts_and_taxes_of_nothing), cmocka_unit_test(the_least_with_minimum_and_maximum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
