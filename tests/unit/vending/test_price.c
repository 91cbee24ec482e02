/* What a purchase costs, case by case: each number can be checked by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
/* cmocka.h needs those first */
#include <cmocka.h>

#include "price_case.h"

static void one_price(void **state)
{
    (void)state;
    struct vend_tariff_version tariff = price_single(VEND_ELECTRICITY, 18750); /* 0.1875 a kWh */
    struct vend_price_facts facts = price_ask(VEND_ASK_UNITS, 10000);
    struct vend_bill bill = price_bill(&tariff, &facts);
    assert_int_equal(bill.total, 188); /* 1.875, half to even */
    assert_int_equal(bill.lines[0].rate_e5, 18750);
    tariff.rounding = VEND_ROUND_DOWN;
    assert_int_equal(price_bill(&tariff, &facts).total, 187);
    tariff.rounding = VEND_ROUND_UP;
    assert_int_equal(price_bill(&tariff, &facts).total, 188);
    tariff.round_to = 5;
    assert_int_equal(price_bill(&tariff, &facts).total, 190);
    tariff.rounding = VEND_ROUND_DOWN;
    assert_int_equal(price_bill(&tariff, &facts).total, 185);
    facts.minor_digits = 0; /* 1.875 of a currency without a minor unit */
    tariff.round_to = 1;
    tariff.rounding = VEND_ROUND_HALF_EVEN;
    assert_int_equal(price_bill(&tariff, &facts).total, 2);
    facts.minor_digits = 3;
    assert_int_equal(price_bill(&tariff, &facts).total, 1875);
}

static void by_units_the_encoded_amount_is_priced(void **state)
{
    (void)state;
    struct vend_tariff_version tariff = price_single(VEND_ELECTRICITY, 20000);
    struct vend_price_facts facts = price_ask(VEND_ASK_UNITS, 10001);
    struct vend_bill bill = price_bill(&tariff, &facts);
    assert_int_equal(bill.units, 10100);
    assert_int_equal(bill.total, 202);
    facts.amount = 1638401 + 99; /* above 16383 token units they are ten apart */
    bill = price_bill(&tariff, &facts);
    assert_int_equal(bill.units % 100, 0);
    assert_true(bill.units >= facts.amount);
    facts.grain = VEND_GRAIN_EXACT;
    facts.amount = 10001;
    assert_int_equal(price_bill(&tariff, &facts).units, 10001);
    facts.grain = VEND_GRAIN_TOKEN;
    facts.amount = 99;
    assert_int_equal(price_refusal(&tariff, &facts), MV_AMOUNT_TOO_SMALL);
    facts.amount = INT64_C(1820162400);
    assert_int_equal(price_bill(&tariff, &facts).units, facts.amount);
    facts.amount++;
    assert_int_equal(price_refusal(&tariff, &facts), MV_AMOUNT_TOO_LARGE);
}

static void by_money_what_fits(void **state)
{
    (void)state;
    struct vend_tariff_version tariff = price_single(VEND_ELECTRICITY, 30000); /* 3 cents a token unit */
    struct vend_price_facts facts = price_ask(VEND_ASK_MONEY, 100);
    struct vend_bill bill = price_bill(&tariff, &facts);
    assert_int_equal(bill.units, 3300);
    assert_int_equal(bill.change, 1);
    facts.amount = 2;
    assert_int_equal(price_refusal(&tariff, &facts), MV_PURCHASE_TOO_SMALL);
    assert_false(vend_price(&tariff, &facts, &bill).ok);
    assert_int_equal(bill.least, 3);
    facts.amount = 3 * INT64_C(18201624);
    assert_int_equal(price_bill(&tariff, &facts).change, 0);
    facts.amount++;
    assert_int_equal(price_refusal(&tariff, &facts), MV_AMOUNT_TOO_LARGE);
}

static void steps_continue_the_month(void **state)
{
    (void)state;
    struct vend_tariff_version tariff = price_steps();
    struct vend_price_facts facts = price_ask(VEND_ASK_UNITS, 350000);
    struct vend_bill bill = price_bill(&tariff, &facts);
    assert_int_equal(bill.line_count, 3);
    assert_int_equal(bill.lines[0].amount, 1000);
    assert_int_equal(bill.lines[1].amount, 4000);
    assert_int_equal(bill.lines[2].amount, 1750);
    facts.bought_units = 99900;
    facts.amount = 200;
    bill = price_bill(&tariff, &facts);
    assert_int_equal(bill.lines[0].units, 100);
    assert_int_equal(bill.lines[0].rate_e5, 10000);
    assert_int_equal(bill.lines[1].units, 100);
    assert_int_equal(bill.lines[1].rate_e5, 20000);
    assert_int_equal(bill.total, 3);
    facts.bought_units = 300000;
    assert_int_equal(price_bill(&tariff, &facts).lines[0].rate_e5, 35000);
}

static void time_of_use_is_the_average(void **state)
{
    (void)state;
    struct vend_tariff_version tariff = price_single(VEND_ELECTRICITY, 0);
    struct vend_price_facts facts = price_ask(VEND_ASK_UNITS, 10000);
    tariff.kind = VEND_TIME_OF_USE;
    tariff.step_count = 0;
    tariff.period_count = 2;
    tariff.periods[0] = (struct vend_period){"day", 30000, 7000};
    tariff.periods[1] = (struct vend_period){"night", 10000, 3000};
    struct vend_bill bill = price_bill(&tariff, &facts);
    assert_int_equal(bill.lines[0].rate_e5, 24000);
    assert_int_equal(bill.total, 240);
    tariff.periods[1].share_e4 = 2999;
    assert_int_equal(price_refusal(&tariff, &facts), MV_TARIFF_INVALID);
}

static void charges_and_taxes(void **state)
{
    (void)state;
    struct vend_tariff_version tariff = price_single(VEND_ELECTRICITY, 20000);
    struct vend_price_facts facts = price_ask(VEND_ASK_UNITS, 100000); /* 20.00 */
    tariff.fixed_charge_per_month = 250;
    tariff.charge_count = 3;
    tariff.charges[0] = (struct vend_charge){"service", VEND_CHARGE_FIXED, 30};
    tariff.charges[1] = (struct vend_charge){"levy", VEND_CHARGE_PERCENT, 25000};  /* 2.5 %: 0.50 */
    tariff.charges[2] = (struct vend_charge){"green", VEND_CHARGE_PER_UNIT, 1000}; /* 0.01 a kWh: 1.00 */
    tariff.tax_count = 2;
    tariff.taxes[0] = (struct vend_tax){"VAT", 150000, true, true};
    tariff.taxes[1] = (struct vend_tax){"stamp", 100000, false, true};
    facts.months_due = 2; /* 5.00 */
    struct vend_bill bill = price_bill(&tariff, &facts);
    assert_int_equal(bill.energy, 2000);
    assert_int_equal(bill.charges, 500 + 30 + 50 + 100);
    /* 15 % of 21.50 is 3.225, to the even cent 3.22; of 5.30 0.795, to 0.80 */
    assert_int_equal(bill.lines[5].amount, 322 + 80);
    assert_int_equal(bill.lines[6].amount, 15 + 53);
    assert_string_equal(bill.lines[6].label, "stamp");
    assert_int_equal(bill.lines[1].months, 2);
    facts.months_due = 0;
    assert_null(price_line((bill = price_bill(&tariff, &facts), &bill), VEND_LINE_MONTHLY));
}

static void minimum_and_maximum(void **state)
{
    (void)state;
    struct vend_tariff_version tariff = price_single(VEND_WATER, 100000); /* 1.00 a m3, 0.10 a token unit */
    struct vend_price_facts facts = price_ask(VEND_ASK_MONEY, 199);
    struct vend_bill bill;
    tariff.minimum_purchase = 200;
    tariff.maximum_purchase = 500;
    assert_int_equal(vend_price(&tariff, &facts, &bill).reason, MV_PURCHASE_TOO_SMALL);
    assert_int_equal(bill.least, 200);
    facts.amount = 200;
    assert_int_equal(price_bill(&tariff, &facts).units, 2000);
    facts.amount = 500;
    assert_int_equal(price_bill(&tariff, &facts).units, 5000);
    facts.amount = 501;
    assert_int_equal(price_refusal(&tariff, &facts), MV_PURCHASE_TOO_LARGE);
    facts = price_ask(VEND_ASK_UNITS, 1900);
    assert_int_equal(price_refusal(&tariff, &facts), MV_PURCHASE_TOO_SMALL);
    facts.amount = 5001;
    assert_int_equal(price_refusal(&tariff, &facts), MV_PURCHASE_TOO_LARGE);
}

static void free_units_come_first(void **state)
{
    (void)state;
    struct vend_tariff_version tariff = price_steps();
    struct vend_price_facts facts = price_ask(VEND_ASK_MONEY, 1000);
    tariff.fixed_charge_per_month = 100;
    facts.free_units = 20050; /* 20 kWh and a part of a token unit */
    struct vend_bill bill = price_bill(&tariff, &facts);
    assert_int_equal(bill.free_units, 20050);
    assert_int_equal(bill.paid_units, 99950); /* a token of 120 kWh: 100 Wh more would cost 10.01 */
    facts.ask = VEND_ASK_UNITS;
    facts.amount = 20000;
    assert_int_equal(price_bill(&tariff, &facts).total, 0);
    facts.months_due = 1;
    assert_int_equal(price_bill(&tariff, &facts).total, 100);
    facts.ask = VEND_ASK_FREE;
    bill = price_bill(&tariff, &facts);
    assert_int_equal(bill.units, 20000);
    assert_int_equal(bill.total, 0);
    facts.free_units = 99;
    assert_int_equal(price_refusal(&tariff, &facts), MV_AMOUNT_TOO_SMALL);
}

static void debts_by_priority(void **state)
{
    (void)state;
    struct vend_tariff_version tariff = price_single(VEND_ELECTRICITY, 100000); /* 1 cent for 10 Wh */
    struct vend_price_facts facts = price_ask(VEND_ASK_MONEY, 10000);
    facts.debts[0] = (struct vend_price_debt){7, "loan", VEND_DEBT_FIXED, 5000, 1500, 0, 0};
    facts.debts[1] = (struct vend_price_debt){8, "meter", VEND_DEBT_PER_DAY, 700, 100, 0, 10};
    facts.debts[2] = (struct vend_price_debt){9, "arrears", VEND_DEBT_PERCENT, 100000, 0, 500000, 0};
    facts.debt_count = 3;
    struct vend_bill bill = price_bill(&tariff, &facts);
    const struct vend_line *line = price_line(&bill, VEND_LINE_DEBT);
    assert_int_equal(line[0].amount, 1500);
    assert_int_equal(line[0].debt, 7);
    assert_int_equal(line[1].amount, 700);  /* not 1000: no more is owed */
    assert_int_equal(line[2].amount, 3900); /* half of 78.00 */
    assert_int_equal(bill.units, 39000);
    facts.ask = VEND_ASK_UNITS;
    facts.amount = 39000;
    assert_int_equal(price_bill(&tariff, &facts).total, 10000);
}

static void a_debt_may_take_all(void **state)
{
    (void)state;
    struct vend_tariff_version tariff = price_single(VEND_ELECTRICITY, 100000);
    struct vend_price_facts facts = price_ask(VEND_ASK_MONEY, 500);
    struct vend_bill bill;
    facts.debts[0] = (struct vend_price_debt){1, "all", VEND_DEBT_PERCENT, 600, 0, VEND_PERCENT_E4, 0};
    facts.debt_count = 1;
    assert_int_equal(vend_price(&tariff, &facts, &bill).reason, MV_PURCHASE_TOO_SMALL);
    assert_int_equal(bill.least, 610);
    facts.amount = 610;
    assert_int_equal(price_bill(&tariff, &facts).units, 100);
    facts.free_units = 1000;
    facts.ask = VEND_ASK_FREE;
    assert_int_equal(price_bill(&tariff, &facts).debts, 0);
}

static void a_meter_that_counts_money(void **state)
{
    (void)state;
    struct vend_tariff_version tariff = price_steps();
    struct vend_price_facts facts = price_ask(VEND_ASK_MONEY, 1150);
    facts.currency = true;
    tariff.tax_count = 1;
    tariff.taxes[0] = (struct vend_tax){"VAT", 150000, true, false};
    struct vend_bill bill = price_bill(&tariff, &facts);
    assert_true(bill.energy >= 999 && bill.energy <= 1000);
    assert_true(bill.units >= 999000 && bill.units <= 1000500);
    facts.free_units = 1;
    assert_int_equal(price_refusal(&tariff, &facts), MV_INVALID_FIELD);
}

static void facts_out_of_range(void **state)
{
    (void)state;
    struct vend_tariff_version tariff = price_steps();
    struct vend_price_facts good = price_ask(VEND_ASK_UNITS, 1000);
    good.debts[0] = (struct vend_price_debt){1, "d", VEND_DEBT_PERCENT, 1, 0, 1, 0};
    good.debt_count = 1;
    struct vend_price_facts bad[10];
    for (size_t i = 0; i < 10; i++)
        bad[i] = good;
    bad[0].ask = (enum vend_ask)0;
    bad[1].ask = (enum vend_ask)4;
    bad[2].grain = (enum vend_grain)0;
    bad[3].minor_digits = 4;
    bad[4].bought_units = -1;
    bad[5].free_units = -1;
    bad[6].months_due = VEND_MONTHS_DUE + 1;
    bad[7].debt_count = VEND_PRICE_DEBTS + 1;
    bad[8].debts[0].percent_e4 = 0;
    bad[9].debts[0].days = VEND_DAYS_DUE + 1;
    (void)price_bill(&tariff, &good);
    for (size_t i = 0; i < 10; i++)
        assert_int_equal(price_refusal(&tariff, &bad[i]), MV_INVALID_FIELD);
    good.amount = 0;
    assert_int_equal(price_refusal(&tariff, &good), MV_AMOUNT_TOO_SMALL);
    good.amount = INT64_MAX;
    assert_int_equal(price_refusal(&tariff, &good), MV_AMOUNT_TOO_LARGE);
}

/* The largest amount of units is one that is sold, by units and by money. */
static void the_most_units(void **state)
{
    (void)state;
    struct vend_tariff_version tariff = price_single(VEND_ELECTRICITY, 1);
    struct vend_price_facts facts = price_ask(VEND_ASK_UNITS, VEND_UNITS_MOST);
    facts.grain = VEND_GRAIN_EXACT;
    const int64_t total = price_bill(&tariff, &facts).total;
    assert_int_equal(total, VEND_UNITS_MOST / 1000 / 1000);
    facts = price_ask(VEND_ASK_MONEY, total);
    facts.grain = VEND_GRAIN_EXACT;
    assert_int_equal(price_bill(&tariff, &facts).units, VEND_UNITS_MOST);
    facts.amount++;
    assert_int_equal(price_refusal(&tariff, &facts), MV_AMOUNT_TOO_LARGE);
}

static void nothing_overflows(void **state)
{
    (void)state;
    struct vend_tariff_version tariff = price_single(VEND_ELECTRICITY, VEND_RATE_MOST_E5);
    struct vend_price_facts facts = price_ask(VEND_ASK_UNITS, VEND_UNITS_MOST);
    facts.grain = VEND_GRAIN_EXACT;
    facts.minor_digits = 3;
    assert_int_equal(price_refusal(&tariff, &facts), MV_AMOUNT_TOO_LARGE);
    facts.amount = 100;
    facts.bought_units = VEND_UNITS_MOST;
    assert_int_equal(price_refusal(&tariff, &facts), MV_AMOUNT_TOO_LARGE);
    facts.bought_units = 0;
    facts.debts[0] = (struct vend_price_debt){1, "d", VEND_DEBT_FIXED, VEND_MONEY_MOST, VEND_MONEY_MOST, 0, 0};
    facts.debt_count = 1;
    assert_int_equal(price_refusal(&tariff, &facts), MV_AMOUNT_TOO_LARGE);
    facts.debt_count = 0;
    facts.months_due = VEND_MONTHS_DUE;
    tariff.fixed_charge_per_month = VEND_MONEY_MOST;
    assert_int_equal(price_refusal(&tariff, &facts), MV_AMOUNT_TOO_LARGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_price),
        cmocka_unit_test(by_units_the_encoded_amount_is_priced),
        cmocka_unit_test(by_money_what_fits),
        cmocka_unit_test(steps_continue_the_month),
        cmocka_unit_test(time_of_use_is_the_average),
        cmocka_unit_test(charges_and_taxes),
        cmocka_unit_test(minimum_and_maximum),
        cmocka_unit_test(free_units_come_first),
        cmocka_unit_test(debts_by_priority),
        cmocka_unit_test(a_debt_may_take_all),
        cmocka_unit_test(a_meter_that_counts_money),
        cmocka_unit_test(facts_out_of_range),
        cmocka_unit_test(the_most_units),
        cmocka_unit_test(nothing_overflows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
