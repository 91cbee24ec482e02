/* Priced sales: what they cost and say, the same again, trials, payments, refusals. */
#include "office_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int64_t DAY_S = 86400;
static struct vend_sold sold;

static void assert_lawful(const struct vend_sold *sale)
{
    const struct store_bill *bill = &sale->charged.bill;
    int64_t sum = 0;
    for (size_t i = 0; i < bill->line_count; i++)
        sum += bill->lines[i].amount;
    assert_int_equal(sum, bill->total);
    assert_true(bill->tendered >= bill->total);
    assert_int_equal(world_own(&sale->issued)->encoded, bill->free_units + bill->paid_units);
}

static void by_units(void **state)
{
    struct world *world = *state;
    uint32_t units = 0;
    char pan[19];
    struct vend_order order = office_units("r1", "A-1", 9950);
    assert_ok(office_sell(world, &order, &sold));
    assert_lawful(&sold);
    const struct store_bill *bill = &sold.charged.bill;
    (void)world_token_tid(world_own(&sold.issued)->digits, &units);
    assert_int_equal(units, 100); /* rounded up, and priced so */
    assert_int_equal(sold.issued.requested, 9950);
    assert_int_equal(bill->energy, 100);
    assert_int_equal(bill->taxes, 15);
    assert_int_equal(bill->total, 115);
    assert_int_equal(bill->tendered, 115);
    assert_int_equal(bill->after.paid_units, 10000);
    assert_string_equal(bill->tariff, "home");
    assert_int_equal(bill->tariff_version, 1);
    assert_string_equal(sold.charged.office.currency, "EUR");
    assert_string_equal(sold.charged.of.number, "A-1");
    assert_string_equal(sold.charged.of.customer, "Mei Lin");
    assert_string_equal(sold.issued.pan, world_pan(1, pan));
    assert_int_equal(sold.issued.receipt, 1);
    assert_int_equal(world_audit_count(world, "SaleService.Sell", "ok"), 1);
    assert_int_equal(
        office_number(world, "SELECT count(*) FROM audit WHERE detail LIKE '%account=A-1 total=115 tendered=115%'"), 1);
}

static void by_money(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_order order = office_money("r1", NULL, 1000);
    order.pan = world_pan(1, pan);
    assert_ok(office_sell(world, &order, &sold));
    assert_lawful(&sold);
    int64_t total = sold.charged.bill.total;
    assert_true(total <= 1000 && total > 980);
    assert_int_equal(sold.charged.bill.tendered, 1000);
    order = office_money("r2", "A-1", 200);
    order.purchase.tendered = 500;
    assert_ok(office_sell(world, &order, &sold));
    assert_int_equal(sold.charged.bill.tendered, 500);
    assert_true(sold.charged.bill.total <= 200);
}

/* ---- the same again (T1, T2) ---- */
static void the_same_again(void **state)
{
    struct world *world = *state;
    static struct vend_sold again;
    struct vend_order order = office_money("r1", "A-1", 1000);
    assert_ok(office_sell(world, &order, &sold));
    world_step(3600, 3600);
    for (unsigned i = 0; i < 2; i++) {
        assert_ok(office_sell(world, &order, &again));
        assert_true(again.issued.replayed);
        assert_string_equal(world_own(&again.issued)->digits, world_own(&sold.issued)->digits);
        again.charged.bill.sale = sold.charged.bill.sale;
        again.charged.bill.after = sold.charged.bill.after;
        assert_memory_equal(&again.charged, &sold.charged, sizeof sold.charged);
        world_restart(world);
    }
    struct vend_caller seller = world_caller("seller");
    assert_ok(vend_receipt_by_request(world->vend, &seller, "r1", &again));
    assert_int_equal(again.charged.bill.total, sold.charged.bill.total);
    assert_ok(vend_receipt_by_number(world->vend, &seller, "shop", "till", 1, &again));
    assert_int_equal(again.charged.bill.line_count, sold.charged.bill.line_count);
    assert_ok(vend_last_sale(world->vend, &seller, "till", &again));
    assert_string_equal(world_own(&again.issued)->digits, world_own(&sold.issued)->digits);
    assert_int_equal(office_number(world, "SELECT count(*) FROM bill"), 1);
    assert_int_equal(office_number(world, "SELECT count(*) FROM sale"), 1);
}

static void a_changed_body_is_refused(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_issued issued;
    const struct vend_order order = office_money("r1", "A-1", 1000);
    assert_ok(office_sell(world, &order, &sold));
    for (unsigned how = 0; how < 7; how++) {
        struct vend_order other = order;
        switch (how) {
        case 0:
            other.purchase.money++;
            break;
        case 1:
            other.purchase.payment = VEND_PAY_CARD;
            break;
        case 2:
            other.purchase.tendered = 1000;
            break;
        case 3:
            other.purchase.keep_change = true;
            break;
        case 4:
            other.purchase.account = NULL;
            other.pan = world_pan(1, pan);
            break;
        case 5:
            other = office_units("r1", "A-1", 1000);
            break;
        default:
            other.terminal = "till2";
            break;
        }
        assert_refused(MV_REQUEST_ID_REUSED, office_sell(world, &other, NULL));
        world_step(1, 1);
    }
    /* nor does another call take the id */
    assert_refused(MV_REQUEST_ID_REUSED, world_sell(world, "seller", "r1", world_pan(1, pan), 1000, &issued));
    assert_ok(world_sell(world, "seller", "r2", pan, 1000, &issued));
    const struct vend_order second = office_money("r2", "A-1", 1000);
    assert_refused(MV_REQUEST_ID_REUSED, office_sell(world, &second, NULL));
    assert_int_equal(office_number(world, "SELECT count(*) FROM bill"), 1);
    assert_int_equal(office_number(world, "SELECT count(*) FROM sale"), 2);
}

/* What was sold without a price is no receipt of this service; a priced sale is a token like any other. */
static void receipts_are_of_priced_sales(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_issued issued;
    struct vend_caller seller = world_caller("seller");
    struct vend_caller engineer = world_caller("engineer");
    struct vend_caller auditor = world_caller("auditor");
    assert_ok(world_sell(world, "seller", "r1", world_pan(1, pan), 1000, &issued));
    assert_refused(MV_TOKEN_UNKNOWN, vend_receipt_by_request(world->vend, &seller, "r1", &sold));
    assert_refused(MV_TOKEN_UNKNOWN, vend_last_sale(world->vend, &seller, "till", &sold));
    const struct vend_order order = office_money("r2", "A-1", 1000);
    assert_ok(office_sell(world, &order, NULL));
    assert_ok(vend_token_by_request(world->vend, &seller, "r2", &issued));
    assert_null(issued.charged);
    assert_refused(MV_ROLE_MISSING, vend_receipt_by_number(world->vend, &engineer, "shop", "till", 2, &sold));
    assert_ok(vend_receipt_by_number(world->vend, &auditor, "shop", "till", 2, &sold));
    assert_refused(MV_TOKEN_UNKNOWN, vend_receipt_by_number(world->vend, &auditor, "shop", "till", 1, &sold));
}

/* ---- trials (T8) ---- */
static void a_trial_has_no_effect(void **state)
{
    struct world *world = *state;
    static struct vend_sold trial;
    struct vend_caller seller = world_caller("seller");
    struct vend_order order = office_money("r1", "A-1", 1000);
    char *before = world_dump(world);
    int64_t money_rows = office_number(world, "SELECT count(*) FROM bill_line");
    assert_ok(vend_trial_sell(world->vend, &seller, &order, &trial));
    char *after = world_dump(world);
    assert_string_equal(before, after);
    free(before);
    free(after);
    assert_int_equal(office_number(world, "SELECT count(*) FROM bill_line"), money_rows);
    assert_string_equal(world_own(&trial.issued)->digits, "");
    assert_int_equal(trial.issued.receipt, 0);
    assert_ok(office_sell(world, &order, &sold));
    assert_int_equal(trial.charged.bill.total, sold.charged.bill.total);
    assert_int_equal(trial.charged.bill.line_count, sold.charged.bill.line_count);
    assert_int_equal(world_own(&trial.issued)->encoded, world_own(&sold.issued)->encoded);
    /* refused as a sale is */
    order.purchase.money = 1;
    assert_refused(MV_PURCHASE_TOO_SMALL, vend_trial_sell(world->vend, &seller, &order, &trial));
    order = office_money("r2", "A-9", 1000);
    assert_refused(MV_ACCOUNT_UNKNOWN, vend_trial_sell(world->vend, &seller, &order, &trial));
    order.priced = false;
    assert_refused(MV_INVALID_FIELD, vend_trial_sell(world->vend, &seller, &order, &trial));
}

/* ---- payments ---- */
static void money_that_the_account_keeps(void **state)
{
    struct world *world = *state;
    struct vend_account account;
    struct vend_caller seller = world_caller("seller");
    struct vend_order order = office_units("r1", "A-1", 10000);
    order.purchase.tendered = 1000;
    order.purchase.keep_change = true;
    assert_ok(office_sell(world, &order, &sold));
    assert_int_equal(sold.charged.bill.after.balance, 885);
    order = office_units("r2", "A-1", 20000);
    order.purchase.payment = VEND_PAY_BALANCE;
    assert_ok(office_sell(world, &order, &sold));
    assert_int_equal(sold.charged.bill.total, 230);
    assert_int_equal(sold.charged.bill.tendered, 230);
    assert_int_equal(sold.charged.bill.after.balance, 655);
    order = office_money("r3", "A-1", 656);
    order.purchase.payment = VEND_PAY_BALANCE;
    assert_ok(office_sell(world, &order, &sold)); /* it comes to less */
    int64_t left = 655 - sold.charged.bill.total;
    assert_ok(vend_get_account(world->vend, &seller, "A-1", NULL, &account));
    assert_int_equal(account.row.balance, left);
    assert_int_equal(office_number(world, "SELECT sum(amount) FROM account_entry"), left);
    assert_int_equal(office_number(world, "SELECT count(*) FROM account_entry"), 3);
    order = office_units("r4", "A-1", 100000);
    order.purchase.payment = VEND_PAY_BALANCE;
    assert_refused(MV_BALANCE_TOO_SMALL, office_sell(world, &order, NULL));
}

static void a_large_note_is_taken(void **state)
{
    struct world *world = *state;
    struct vend_order order = office_units("r1", "A-1", 10000);
    order.purchase.tendered = 100000;
    assert_ok(office_sell(world, &order, &sold));
    order = office_units("r2", "A-1", 1000000);
    assert_ok(office_sell(world, &order, &sold));
    const int64_t total = sold.charged.bill.total;
    assert_true(total > 20000);
    order = office_units("r3", "A-1", 1000000); /* 0.20 each by now: more than the one before */
    order.purchase.tendered = 100 * total;
    assert_ok(office_sell(world, &order, &sold));
}

static void what_cannot_be_paid(void **state)
{
    struct world *world = *state;
    struct vend_order order = office_units("r1", "A-1", 10000);
    order.purchase.tendered = 114;
    assert_refused(MV_TENDERED_TOO_LITTLE, office_sell(world, &order, NULL));
    order.purchase.tendered = -1;
    assert_refused(MV_INVALID_FIELD, office_sell(world, &order, NULL));
    order.purchase.tendered = 0;
    order.purchase.payment = 0;
    assert_refused(MV_INVALID_FIELD, office_sell(world, &order, NULL));
    order.purchase.payment = VEND_PAY_BALANCE;
    order.purchase.keep_change = true;
    assert_refused(MV_INVALID_FIELD, office_sell(world, &order, NULL));
    order.purchase.keep_change = false;
    order.purchase.tendered = 115;
    assert_refused(MV_INVALID_FIELD, office_sell(world, &order, NULL));
    order = office_units("r1", "A-1", 10000);
    order.purchase.keep_change = true;
    order.purchase.tendered = 100001; /* typed wrong */
    assert_refused(MV_INVALID_FIELD, office_sell(world, &order, NULL));
    order = office_money("r1", "A-1", 0);
    assert_refused(MV_INVALID_FIELD, office_sell(world, &order, NULL));
    order = office_money("r1", "A-1", VEND_MONEY_MOST + 1);
    assert_refused(MV_INVALID_FIELD, office_sell(world, &order, NULL));
    order = office_money("r1", "A 1", 1);
    assert_refused(MV_INVALID_FIELD, office_sell(world, &order, NULL));
    order = office_units("r1", "A-1", 10000);
    order.quantity.unit = VEND_UNIT_LITRE;
    assert_refused(MV_WRONG_UTILITY, office_sell(world, &order, NULL));
    /* none of these bound the id */
    order = office_units("r1", "A-1", 10000);
    assert_ok(office_sell(world, &order, &sold));
    assert_int_equal(sold.issued.receipt, 1);
}

/* ---- what may change in between ---- */
static void a_suspended_account_buys_nothing(void **state)
{
    struct world *world = *state;
    struct vend_account account;
    struct vend_caller chief = world_caller("chief");
    struct vend_caller seller = world_caller("seller");
    struct vend_order order = office_money("r1", "A-1", 1000);
    assert_ok(office_sell(world, &order, &sold));
    assert_ok(vend_suspend_account(world->vend, &chief, "A-1", "moved out", &account));
    order = office_money("r2", "A-1", 1000);
    assert_refused(MV_ACCOUNT_SUSPENDED, office_sell(world, &order, NULL));
    assert_refused(MV_ACCOUNT_SUSPENDED, vend_trial_sell(world->vend, &seller, &order, &sold));
    /* what was sold is still answered */
    order = office_money("r1", "A-1", 1000);
    assert_ok(office_sell(world, &order, &sold));
    assert_true(sold.issued.replayed);
    assert_ok(vend_resume_account(world->vend, &chief, "A-1", "paid", &account));
    order = office_money("r2", "A-1", 1000);
    assert_ok(office_sell(world, &order, &sold));
}

/* A front-end with its own prices sells to the meter of an account too, while that is in use. */
static void no_other_way_leads_around_a_suspended_account(void **state)
{
    struct world *world = *state;
    struct vend_account account;
    struct vend_issued issued;
    struct vend_caller chief = world_caller("chief");
    struct vend_caller seller = world_caller("seller");
    char pan[19];
    const struct vend_order order = {.request_id = "u2",
                                     .terminal = "till",
                                     .pan = world_pan(1, pan),
                                     .carrier = VEND_KEYPAD,
                                     .kind = VEND_ORDER_CREDIT,
                                     .quantity = {VEND_UNIT_WH, 1000}};
    assert_ok(world_sell(world, "seller", "u1", pan, 1000, &issued));
    assert_ok(vend_suspend_account(world->vend, &chief, "A-1", "does not pay", &account));
    assert_refused(MV_ACCOUNT_SUSPENDED, world_sell(world, "seller", "u2", pan, 1000, &issued));
    struct vend_order trial = order;
    trial.request_id = NULL;
    assert_refused(MV_ACCOUNT_SUSPENDED, vend_trial(world->vend, &seller, &trial, &issued));
    struct vend_order gift = order;
    gift.free_reason = "meant well";
    assert_refused(MV_ACCOUNT_SUSPENDED, world_order(world, "chief", &gift, &issued));
    assert_int_equal(office_number(world, "SELECT count(*) FROM sale"), 1);
    /* what was sold is still answered */
    assert_ok(world_sell(world, "seller", "u1", pan, 1000, &issued));
    assert_ok(vend_resume_account(world->vend, &chief, "A-1", "paid", &account));
    assert_ok(world_sell(world, "seller", "u2", pan, 1000, &issued));
}

static void a_tariff_changes_between_quote_and_sale(void **state)
{
    struct world *world = *state;
    struct vend_caller seller = world_caller("seller");
    struct vend_order order = office_units("r1", "A-1", 10000);
    assert_ok(vend_trial_sell(world->vend, &seller, &order, &sold));
    assert_int_equal(sold.charged.bill.total, 115);
    struct vend_tariff_version dearer = office_home();
    dearer.steps[0].price_e5 = 11000;
    dearer.valid_from_unix_s = NOW_S + 60;
    office_tariff(world, &dearer);
    order.purchase.expected_total = 115;
    world_step(60, 60);
    assert_refused(MV_PRICE_CHANGED, office_sell(world, &order, NULL));
    order.purchase.expected_total = 0;
    order.purchase.tendered = 115;
    assert_refused(MV_TENDERED_TOO_LITTLE, office_sell(world, &order, NULL));
    order.purchase.tendered = 200;
    assert_ok(office_sell(world, &order, &sold));
    assert_in_range(sold.charged.bill.total, 126, 127); /* 1.10 and 15 % of it */
    assert_int_equal(sold.charged.bill.tariff_version, 2);
}

/* The client asks for the price again before it repeats a sale whose answer got lost. */
static void a_repeat_may_expect_another_total(void **state)
{
    struct world *world = *state;
    struct vend_caller seller = world_caller("seller");
    struct vend_order order = office_units("r1", "A-1", 40000);
    order.purchase.expected_total = 460;
    assert_ok(office_sell(world, &order, &sold));
    order.purchase.expected_total = 0;
    assert_ok(vend_trial_sell(world->vend, &seller, &order, &sold));
    assert_int_equal(sold.charged.bill.total, 805); /* 30 kWh of it at the second step */
    order.purchase.expected_total = 805;
    assert_ok(office_sell(world, &order, &sold));
    assert_true(sold.issued.replayed);
    assert_int_equal(sold.charged.bill.total, 460);
}

static void without_tariff_or_account(void **state)
{
    struct world *world = *state;
    struct vend_account account;
    char pan[19];
    struct vend_meter_key key = world_key();
    assert_ok(world_meter(world, 3, "shop", VEND_ELECTRICITY, &key));
    struct vend_order order = office_money("r1", NULL, 1000);
    order.pan = world_pan(3, pan);
    assert_refused(MV_ACCOUNT_UNKNOWN, office_sell(world, &order, NULL));
    order.pan = world_pan(99, pan);
    assert_refused(MV_ACCOUNT_UNKNOWN, office_sell(world, &order, NULL));
    assert_ok(office_account(world, "A-3", 3, "unheard-of", &account));
    order = office_money("r1", "A-3", 1000);
    assert_refused(MV_TARIFF_NOT_ASSIGNED, office_sell(world, &order, NULL));
}

/* ---- months ---- */
static void a_month_costs_the_same_in_one_purchase_and_in_many(void **state)
{
    struct world *world = *state;
    char id[16];
    int64_t total = 0;
    for (unsigned i = 0; i < 20; i++) {
        (void)snprintf(id, sizeof id, "r%u", i);
        struct vend_order order = office_units(id, "A-1", 4000);
        assert_ok(office_sell(world, &order, &sold));
        assert_lawful(&sold);
        total += sold.charged.bill.total;
    }
    assert_int_equal(total, 1265); /* 50 kWh at 0.10, 30 at 0.20, and 15 % */
    assert_int_equal(sold.charged.bill.after.paid_units, 80000);
    world_step(31 * DAY_S, 31 * DAY_S);
    struct vend_order order = office_units("next", "A-1", 10000);
    assert_ok(office_sell(world, &order, &sold));
    assert_int_equal(sold.charged.bill.total, 115);
    assert_int_equal(sold.charged.bill.after.paid_units, 10000);
}

static void free_units_and_the_monthly_charge(void **state)
{
    struct world *world = *state;
    struct vend_account account;
    struct vend_meter_key key = world_key();
    assert_ok(world_meter(world, 3, "shop", VEND_ELECTRICITY, &key));
    assert_ok(office_account(world, "S-1", 3, "social", &account));
    struct vend_order order = office_units("r1", "S-1", 3000);
    assert_ok(office_sell(world, &order, &sold));
    assert_int_equal(sold.charged.bill.free_units, 3000);
    assert_int_equal(sold.charged.bill.total, 100); /* the month's charge */
    order = office_units("r2", "S-1", 5000);
    assert_ok(office_sell(world, &order, &sold));
    assert_int_equal(sold.charged.bill.free_units, 2000);
    assert_int_equal(sold.charged.bill.after.free_units, 5000);
    assert_int_equal(sold.charged.bill.total, 60);
    /* three months later: three charges, and free units of two months */
    world_step(90 * DAY_S, 90 * DAY_S);
    order = office_units("r3", "S-1", 20000);
    assert_ok(office_sell(world, &order, &sold));
    assert_lawful(&sold);
    assert_int_equal(sold.charged.bill.free_units, 10000);
    assert_int_equal(sold.charged.bill.total, 300 + 200);
}

/* A class that comes later gives no units of the months before it. */
static void free_units_begin_with_the_class(void **state)
{
    struct world *world = *state;
    struct vend_account account;
    struct vend_caller chief = world_caller("chief");
    world_step(40 * DAY_S, 40 * DAY_S);
    assert_ok(vend_get_account(world->vend, &chief, "A-1", NULL, &account));
    const struct vend_account_request social = {.number = "A-1",
                                                .customer = {"Mei Lin", "12 Dock Road", "555-0101", ""},
                                                .tariff_class = "social",
                                                .version = account.row.version};
    assert_ok(vend_update_account(world->vend, &chief, &social, &account));
    struct vend_order order = office_units("r1", "A-1", 20000);
    assert_refused(MV_TARIFF_SAME_PERSON, office_sell_as(world, "chief", &order, NULL)); /* who changed it */
    assert_ok(office_sell(world, &order, &sold));
    assert_int_equal(sold.charged.bill.free_units, 5000);
}

/* A meter that counts money gets what the tariff's charges leave. */
static void a_meter_that_counts_money(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_account account;
    struct vend_meter meter;
    struct vend_caller admin = world_caller("admin");
    const struct vend_meter_request request = {.pan = world_pan(3, pan),
                                               .organisation = "shop",
                                               .utility = VEND_ELECTRICITY,
                                               .currency = true,
                                               .key = world_key()};
    assert_ok(vend_register_meter(world->vend, &admin, &request, &meter));
    assert_ok(office_account(world, "M-1", 3, "home", &account));
    struct vend_order order = office_money("r1", "M-1", 1000);
    assert_ok(office_sell(world, &order, &sold));
    assert_lawful(&sold);
    assert_int_equal(world_own(&sold.issued)->unit, VEND_UNIT_CURRENCY_E5);
    assert_true(sold.charged.bill.total <= 1000);
    assert_int_equal(sold.charged.unit, VEND_UNIT_CURRENCY_E5);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, office_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(by_units),
        TEST(by_money),
        TEST(the_same_again),
        TEST(a_changed_body_is_refused),
        TEST(receipts_are_of_priced_sales),
        TEST(a_trial_has_no_effect),
        TEST(money_that_the_account_keeps),
        TEST(a_large_note_is_taken),
        TEST(what_cannot_be_paid),
        TEST(a_suspended_account_buys_nothing),
        TEST(no_other_way_leads_around_a_suspended_account),
        TEST(a_tariff_changes_between_quote_and_sale),
        TEST(a_repeat_may_expect_another_total),
        TEST(without_tariff_or_account),
        TEST(a_month_costs_the_same_in_one_purchase_and_in_many),
        TEST(free_units_and_the_monthly_charge),
        TEST(free_units_begin_with_the_class),
        TEST(a_meter_that_counts_money),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
