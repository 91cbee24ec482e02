/* What is taken from credit: use, arrears per purchase and per day, fixed charges; what clearing does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "account.h"
#include "prepay_support.h"
#include "random64.h"

static int64_t taken(const struct mv_prepay *p)
{
    return p->account.taken[p->parameters.credit_register];
}

/* A purchase as the engine does it. */
static void buy(struct mv_prepay *p, int64_t amount)
{
    prepay_credit(p, amount);
    mv_account_credited(p, amount);
}

static void remaining_is_credit_less_what_was_taken(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    prepay_credit(p, 1000);
    mv_account_use(p, 1300);
    assert_int_equal(mv_account_remaining(p), -300);
    p->meter.state.credit[MV_REGISTER_GAS] = 7;
    p->parameters.credit_register = MV_REGISTER_GAS;
    assert_int_equal(mv_account_remaining(p), 7);
    assert_true(prepay_dirty(p, MV_OBJECT_ACCOUNT));
    assert_false(prepay_urgent(p, MV_OBJECT_ACCOUNT));
}

/* No engine takes less than nothing, but a memory may say so. */
static void remaining_has_an_upper_end(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    p->meter.state.credit[0] = 100;
    p->account.taken[0] = -5;
    assert_int_equal(mv_account_remaining(p), 105);
    p->meter.state.credit[0] = INT64_MAX - 5;
    assert_true(mv_account_remaining(p) == INT64_MAX);
    p->account.taken[0] = -6;
    assert_true(mv_account_remaining(p) == INT64_MAX);
    p->account.taken[0] = INT64_MIN;
    assert_true(mv_account_remaining(p) == INT64_MAX);
}

static void the_register_says_unit_and_service(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    assert_false(mv_account_in_currency(p));
    p->parameters.credit_register = MV_REGISTER_TIME;
    assert_false(mv_account_in_currency(p));
    assert_int_equal(mv_account_service(p), MV_SERVICE_TIME);
    p->parameters.credit_register = MV_REGISTER_ELECTRICITY_CURRENCY;
    assert_true(mv_account_in_currency(p));
    assert_int_equal(mv_account_service(p), MV_SERVICE_ELECTRICITY);
    p->parameters.credit_register = MV_REGISTER_GAS_CURRENCY;
    assert_int_equal(mv_account_service(p), MV_SERVICE_GAS);
}

static void use_costs_units_or_money(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    p->tariff.price[0] = 1500;
    mv_account_use(p, 3);
    assert_int_equal(taken(p), 3);
    prepay_currency(p, 1500);
    mv_account_use(p, 3);
    assert_int_equal(taken(p), 4);
    assert_int_equal(p->account.price_rest, 500);
    mv_account_use(p, 1);
    assert_int_equal(taken(p), 6);
    assert_int_equal(p->account.taken[MV_REGISTER_ELECTRICITY], 3);
}

static void no_use_is_too_large(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    mv_account_use(p, UINT64_MAX);
    assert_int_equal(taken(p), INT64_MAX);
    mv_account_use(p, 1);
    assert_int_equal(taken(p), INT64_MAX);
    assert_int_equal(mv_account_remaining(p), -INT64_MAX);
}

static void the_month_decides_the_step(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    prepay_currency(p, 0);
    p->tariff =
        (struct mv_tariff){.kind = MV_TARIFF_STEP, .steps = 2, .step_from = {0, 5000}, .step_price = {1000, 2000}};
    p->registers.month = 4000;
    mv_account_use(p, 2000);
    assert_int_equal(taken(p), 1000 + 2000);
}

static void the_rate_decides_the_price(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    prepay_currency(p, 1000);
    p->tariff.kind = MV_TARIFF_TIME_OF_USE;
    p->tariff.rates = 2;
    p->tariff.price[1] = 3000;
    p->load.rate = 1;
    mv_account_use(p, 1000);
    assert_int_equal(taken(p), 3000);
}

/* ---- purchases ---- */

static void arrears_are_taken_of_a_purchase(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    p->account.arrears = 100000;
    p->parameters.arrears_percent = 20;
    buy(p, 12345);
    assert_int_equal(taken(p), 2469);
    assert_int_equal(p->account.arrears, 100000 - 2469);
    p->parameters.arrears_per_purchase = 31;
    buy(p, 1004);
    assert_int_equal(taken(p), 2469 + 31 + 200);
    assert_int_equal(p->account.purchases, 2);
    assert_true(prepay_urgent(p, MV_OBJECT_ACCOUNT));
}

static void not_more_than_is_owed(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    p->account.arrears = 50;
    p->parameters.arrears_percent = 100;
    buy(p, 1000);
    assert_int_equal(taken(p), 50);
    assert_int_equal(p->account.arrears, 0);
    buy(p, 1000);
    assert_int_equal(taken(p), 50);
    assert_int_equal(mv_account_remaining(p), 1950);
}

static void not_more_than_was_bought(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    prepay_credit(p, 5000);
    p->account.arrears = 10000;
    p->parameters.arrears_per_purchase = 2000;
    buy(p, 300);
    assert_int_equal(p->account.arrears, 9700);
    assert_int_equal(mv_account_remaining(p), 5000);
}

/* What was used on overdraft and emergency credit is paid back first. */
static void not_what_pays_back(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    p->account.arrears = 10000;
    p->parameters.arrears_percent = 50;
    mv_account_use(p, 800);
    p->account.emergency_on = true;
    buy(p, 300);
    assert_int_equal(mv_account_remaining(p), -500);
    assert_int_equal(p->account.arrears, 10000);
    assert_true(p->account.emergency_on);
    buy(p, 600);
    assert_int_equal(mv_account_remaining(p), 0);
    assert_int_equal(p->account.arrears, 9900);
    assert_false(p->account.emergency_on);
}

static void nothing_owed_is_paid_back(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    mv_account_use(p, 800);
    p->account.emergency_on = true;
    buy(p, 799);
    assert_true(p->account.emergency_on);
    buy(p, 1);
    assert_int_equal(mv_account_remaining(p), 0);
    assert_false(p->account.emergency_on);
}

static void the_largest_purchase(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    p->account.arrears = INT64_MAX;
    p->parameters.arrears_percent = 100;
    p->parameters.arrears_per_purchase = INT64_MAX;
    p->account.purchases = UINT32_MAX;
    buy(p, INT64_MAX);
    assert_int_equal(mv_account_remaining(p), 0);
    assert_int_equal(p->account.arrears, 0);
    assert_int_equal(p->account.purchases, UINT32_MAX);
    p->parameters.arrears_per_purchase = 0;
    p->account = (struct mv_account){.arrears = INT64_MAX};
    p->parameters.arrears_percent = 99;
    mv_account_credited(p, INT64_MAX);
    assert_int_equal(taken(p), INT64_C(9131138316486228048)); /* floor(0.99 x (2^63 - 1)) */
}

static void nothing_bought_is_no_purchase(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    prepay_credit(p, 1000);
    p->account.arrears = 10;
    p->account.emergency_on = true;
    p->parameters.arrears_per_purchase = 10;
    buy(p, 0);
    assert_int_equal(p->account.purchases, 0);
    assert_int_equal(p->account.arrears, 10);
    assert_true(p->account.emergency_on);
    assert_int_equal(p->dirty, 0);
}

/* ---- days ---- */

static void days_are_charged(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    prepay_currency(p, 1000);
    prepay_credit(p, 1000);
    p->tariff.fixed_per_day = 300;
    p->account.arrears = 250;
    p->parameters.arrears_per_day = 100;
    p->account.day = 20000;
    mv_account_next_day(p);
    assert_int_equal(p->account.day, 20001);
    assert_int_equal(taken(p), 400);
    assert_int_equal(p->account.fixed_today_taken, 300);
    assert_int_equal(p->account.arrears, 150);
    assert_true(prepay_dirty(p, MV_OBJECT_ACCOUNT));
    mv_account_next_day(p);
    assert_int_equal(mv_account_remaining(p), 200);
    mv_account_next_day(p); /* the fixed charge goes below zero, arrears are not taken on credit */
    assert_int_equal(mv_account_remaining(p), -100);
    assert_int_equal(p->account.arrears, 50);
    prepay_credit(p, 1000);
    mv_account_next_day(p); /* only what is still owed */
    assert_int_equal(mv_account_remaining(p), 550);
    assert_int_equal(p->account.arrears, 0);
}

static void arrears_of_a_day_leave_nothing_below_zero(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    prepay_credit(p, 60);
    p->account.arrears = 250;
    p->parameters.arrears_per_day = 100;
    mv_account_next_day(p);
    assert_int_equal(mv_account_remaining(p), 0);
    assert_int_equal(p->account.arrears, 190);
}

static void units_have_no_fixed_charge(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    p->tariff.fixed_per_day = 300;
    p->account.fixed_today_taken = 5;
    mv_account_next_day(p);
    assert_int_equal(taken(p), 0);
    assert_int_equal(p->account.fixed_today_taken, 0);
}

static void the_first_day_is_only_noted(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    struct mv_local today = {.day_number = 20454};
    mv_account_days_begin(p, &today);
    assert_int_equal(p->account.day, 20454);
    assert_true(prepay_urgent(p, MV_OBJECT_ACCOUNT));
    prepay_saved(p);
    mv_account_days_begin(p, &today);
    today.day_number = 20000; /* the clock stepped back */
    mv_account_days_begin(p, &today);
    today.day_number = 20454 + MV_DAYS_CHARGED;
    mv_account_days_begin(p, &today);
    assert_int_equal(p->account.day, 20454);
    assert_int_equal(p->dirty, 0);
}

static void an_age_without_power_is_let_go(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    struct mv_local today = {.day_number = 20454 + MV_DAYS_CHARGED + 1};
    p->account.day = 20454;
    mv_account_days_begin(p, &today);
    assert_int_equal(p->account.day, 20455);
    assert_true(prepay_dirty(p, MV_OBJECT_ACCOUNT));
    assert_false(prepay_urgent(p, MV_OBJECT_ACCOUNT));
    p->account.day = 1;
    today.day_number = MV_DAYS_CHARGED;
    mv_account_days_begin(p, &today);
    assert_int_equal(p->account.day, 1);
}

/* ---- clearing ---- */

static void clearing_takes_back_what_was_taken(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    p->account = (struct mv_account){.taken = {1, 2, 3, 4, 5, 6, 7, 8}, .arrears = 9};
    p->account.price_rest = 10;
    p->account.emergency_on = true;
    p->parameters.credit_register = MV_REGISTER_WATER_CURRENCY;
    mv_account_cleared(p, MV_REGISTER_WATER);
    assert_int_equal(p->account.taken[MV_REGISTER_WATER], 0);
    assert_int_equal(p->account.taken[MV_REGISTER_WATER_CURRENCY], 6);
    assert_int_equal(p->account.price_rest, 10);
    assert_true(p->account.emergency_on);
    assert_true(prepay_urgent(p, MV_OBJECT_ACCOUNT));
    mv_account_cleared(p, MV_REGISTER_WATER_CURRENCY);
    assert_int_equal(p->account.taken[MV_REGISTER_WATER_CURRENCY], 0);
    assert_int_equal(p->account.price_rest, 0);
    assert_false(p->account.emergency_on);
    assert_int_equal(p->account.taken[MV_REGISTER_GAS], 3);
    mv_account_cleared(p, MV_REGISTER_ALL);
    for (unsigned i = 0; i < MV_REGISTERS; i++)
        assert_int_equal(p->account.taken[i], 0);
    assert_int_equal(p->account.arrears, 9);
}

/* ---- all of it together ---- */

/* Whatever happens in whatever order: taken = use + fixed charges + arrears paid, to the last unit. */
static void a_long_run_keeps_the_sum(void **state)
{
    struct prepay_fixture *f = *state;
    struct mv_prepay *p = &f->p;
    const int64_t owed = INT64_C(50000000);
    uint64_t random = 99;
    int64_t used = 0;
    int64_t fixed = 0;
    prepay_currency(p, 777);
    p->tariff.fixed_per_day = 1234;
    p->parameters.arrears_percent = 13;
    p->parameters.arrears_per_purchase = 77;
    p->parameters.arrears_per_day = 99;
    p->account.arrears = owed;
    for (unsigned i = 0; i < 200000; i++) {
        uint64_t amount = random64(&random) % 20000;
        int64_t before = mv_account_remaining(p);
        if (amount % 3 == 0) {
            buy(p, (int64_t)amount);
            assert_true(mv_account_remaining(p) >= before);
        } else if (amount % 3 == 1) {
            mv_account_use(p, amount);
            used += (int64_t)amount;
        } else {
            mv_account_next_day(p);
            fixed += 1234;
        }
        assert_int_equal(p->account.price_rest, used * 777 % 1000);
        assert_int_equal(taken(p), used * 777 / 1000 + fixed + owed - p->account.arrears);
    }
    assert_true(p->account.arrears < owed && p->account.arrears >= 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PREPAY(remaining_is_credit_less_what_was_taken),
        PREPAY(remaining_has_an_upper_end),
        PREPAY(the_register_says_unit_and_service),
        PREPAY(use_costs_units_or_money),
        PREPAY(no_use_is_too_large),
        PREPAY(the_month_decides_the_step),
        PREPAY(the_rate_decides_the_price),
        PREPAY(arrears_are_taken_of_a_purchase),
        PREPAY(not_more_than_is_owed),
        PREPAY(not_more_than_was_bought),
        PREPAY(not_what_pays_back),
        PREPAY(nothing_owed_is_paid_back),
        PREPAY(the_largest_purchase),
        PREPAY(nothing_bought_is_no_purchase),
        PREPAY(days_are_charged),
        PREPAY(arrears_of_a_day_leave_nothing_below_zero),
        PREPAY(units_have_no_fixed_charge),
        PREPAY(the_first_day_is_only_noted),
        PREPAY(an_age_without_power_is_let_go),
        PREPAY(clearing_takes_back_what_was_taken),
        PREPAY(a_long_run_keeps_the_sum),
    };
    return cmocka_run_group_tests_name("prepay: account", tests, NULL, NULL);
}
