/* Priced sales that share a transaction: each is priced after those before it, whatever becomes of one of them; and
 * what a ledger that fails, or a server that is stopped, leaves behind. */
#include "office_world.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vending/debts.h"
#include "vending/internal.h"
#include "vending/price.h"

/* ---- bills that the ledger refuses ---- */
mv_status __real_store_bill_insert(struct store *store, const struct store_bill *bill);
mv_status __wrap_store_bill_insert(struct store *store, const struct store_bill *bill);
static int64_t refused_units; /* of the bills that are refused; 0 none */
static mv_status refusal;
static int refusals;

mv_status __wrap_store_bill_insert(struct store *store, const struct store_bill *bill)
{
    if (refused_units == 0 || bill->paid_units != refused_units)
        return __real_store_bill_insert(store, bill);
    refusals++;
    return refusal;
}

/* ---- orders that wait together ---- */
enum { MANY = 12 };

struct buyer {
    struct world *world;
    char id[16];
    char account[8];
    int64_t wh;
    enum vend_payment payment; /* 0: cash */
    mv_status status;
    struct vend_sold sold;
    pthread_t thread;
};

static void *buy(void *self)
{
    struct buyer *buyer = self;
    struct vend_order order = office_units(buyer->id, buyer->account, buyer->wh);
    if (buyer->payment != 0)
        order.purchase.payment = buyer->payment;
    buyer->status = office_sell(buyer->world, &order, &buyer->sold);
    return NULL;
}

/* Inside the first one's transaction: until all others wait. */
static void hold(void *self)
{
    struct world *world = self;
    fake_keys.on_encrypt = NULL;
    for (unsigned i = 0; i < 2000 && vend_queue_count(&world->vend->queue) < MANY; i++)
        (void)usleep(1000);
    /* so many may be taken by the planner already */
    (void)usleep(20000);
}

static atomic_bool prepared;

static void note_prepared(void *self)
{
    (void)self;
    prepared = true;
}

/* A first sale to the other account, and all these in the group after it. */
static void together(struct world *world, struct buyer *buyers, size_t count)
{
    static struct buyer first;
    fake_keys_lock();
    prepared = false;
    fake_keys.on_prepare = note_prepared;
    fake_keys.on_encrypt = hold;
    fake_keys.self = world;
    fake_keys_unlock();
    first = (struct buyer){.world = world, .id = "first", .account = "A-3", .wh = 1000};
    assert_int_equal(pthread_create(&first.thread, NULL, buy, &first), 0);
    for (unsigned i = 0; i < 2000 && !prepared; i++)
        (void)usleep(1000);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(pthread_create(&buyers[i].thread, NULL, buy, &buyers[i]), 0);
        (void)usleep(3000); /* in this order */
    }
    assert_int_equal(pthread_join(first.thread, NULL), 0);
    assert_ok(first.status);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(pthread_join(buyers[i].thread, NULL), 0);
}

static int group_setup(void **state)
{
    struct vend_account account;
    struct vend_meter_key key = world_key();
    refused_units = 0;
    refusals = 0;
    if (office_setup(state) != 0)
        return -1;
    assert_ok(world_meter(*state, 3, "shop", VEND_ELECTRICITY, &key));
    assert_ok(office_account(*state, "A-3", 3, "home", &account));
    return 0;
}

static struct buyer *many(struct world *world, int64_t wh)
{
    struct buyer *buyers = calloc(MANY, sizeof *buyers);
    assert_non_null(buyers);
    for (unsigned i = 0; i < MANY; i++) {
        buyers[i] = (struct buyer){.world = world, .account = "A-1", .wh = wh};
        (void)snprintf(buyers[i].id, sizeof buyers[i].id, "r%u", i);
    }
    return buyers;
}

/* 12 times 10 kWh pass the step at 50: 5.00 + 14.00, and 15 %. */
static void sales_of_a_group_see_each_other(void **state)
{
    struct world *world = *state;
    struct buyer *buyers = many(world, 10000);
    int64_t total = 0;
    int before = fake_keys.encrypt_calls;
    together(world, buyers, MANY);
    assert_true(fake_keys.encrypt_calls - before <= 4); /* they did share */
    for (unsigned i = 0; i < MANY; i++) {
        assert_ok(buyers[i].status);
        total += buyers[i].sold.charged.bill.total;
    }
    assert_int_equal(total, 2185);
    assert_int_equal(office_number(world, "SELECT max(month_paid) FROM bill b JOIN account a ON a.id = b.account "
                                          "WHERE a.number = 'A-1'"),
                     120000);
    assert_int_equal(office_number(world, "SELECT sum(total) FROM bill b JOIN account a ON a.id = b.account "
                                          "WHERE a.number = 'A-1'"),
                     2185);
    world_audit_verify(world);
    free(buyers);
}

/* What one takes of a debt, the next one does not owe. */
static void a_debt_is_taken_once(void **state)
{
    struct world *world = *state;
    struct buyer *buyers = many(world, 1000);
    struct vend_caller chief = world_caller("chief");
    struct vend_act act;
    int64_t taken = 0;
    const struct vend_act_request debt = {.request_id = "d1",
                                          .terminal = "",
                                          .account = "A-1",
                                          .kind = STORE_ACT_DEBT_ADDED,
                                          .amount = 250,
                                          .reason = "arrears",
                                          .terms = {.label = "Arrears", .rule = VEND_DEBT_FIXED, .amount = 30}};
    assert_ok(vend_account_act(world->vend, &chief, &debt, &act));
    int before = fake_keys.encrypt_calls;
    together(world, buyers, MANY);
    assert_true(fake_keys.encrypt_calls - before <= 4); /* they did share */
    for (unsigned i = 0; i < MANY; i++) {
        assert_ok(buyers[i].status);
        taken += buyers[i].sold.charged.bill.debts;
    }
    assert_int_equal(taken, 250);
    assert_int_equal(office_number(world, "SELECT outstanding FROM debt"), 0);
    assert_int_equal(office_number(world, "SELECT count(*) FROM debt_entry WHERE sale NOT NULL"), 9);
    free(buyers);
}

/* The one that is refused was never sold: those after it cost what they would have cost without it. */
static void one_that_is_refused_is_not_counted(void **state)
{
    struct world *world = *state;
    struct buyer *buyers = many(world, 10000);
    int64_t total = 0;
    unsigned refused = 0;
    buyers[2].wh = 30000;
    refused_units = buyers[2].wh;
    refusal = mv_fail(MV_INTERNAL_ERROR, "test");
    together(world, buyers, MANY);
    for (unsigned i = 0; i < MANY; i++) {
        refused += !buyers[i].status.ok;
        if (buyers[i].status.ok)
            total += buyers[i].sold.charged.bill.total;
    }
    assert_int_equal(refused, 1);
    assert_true(refusals > 0);
    assert_false(buyers[2].status.ok);
    assert_int_equal(total, 1955); /* 110 kWh: 5.00 + 12.00, and 15 % */
    assert_int_equal(office_number(world, "SELECT count(*) FROM bill"), MANY);
    assert_int_equal(office_number(world, "SELECT count(*) FROM sale"), MANY);
    /* its id is free */
    refused_units = 0;
    const struct vend_order again = office_units("r2", "A-1", 30000);
    assert_ok(office_sell(world, &again, &buyers[2].sold));
    assert_false(buyers[2].sold.issued.replayed);
    free(buyers);
}

/* One takes nearly all that the account holds and is refused in the end: those after it pay with that. */
static void a_balance_that_nobody_took_is_there_for_others(void **state)
{
    struct world *world = *state;
    struct buyer *buyers = many(world, 10000);
    static struct vend_sold sold;
    unsigned bought = 0;
    struct vend_order order = office_units("r", "A-1", 10000);
    order.purchase.tendered = 115 + 400;
    order.purchase.keep_change = true;
    assert_ok(office_sell(world, &order, &sold));
    for (unsigned i = 0; i < MANY; i++)
        buyers[i].payment = VEND_PAY_BALANCE;
    buyers[0].wh = 30000;
    refused_units = buyers[0].wh;
    refusal = mv_fail(MV_INTERNAL_ERROR, "test");
    together(world, buyers, MANY);
    /* whichever comes first: what is sold is the same */
    for (unsigned i = 0; i < MANY; i++)
        if (buyers[i].status.ok)
            bought++;
        else if (i > 0)
            assert_refused(MV_BALANCE_TOO_SMALL, buyers[i].status);
    assert_int_equal(bought, 3); /* 1.15 each, of 4.00 */
    assert_int_equal(office_number(world, "SELECT balance FROM account_tally WHERE account = 1"), 55);
    world_audit_verify(world);
    free(buyers);
}

/* All wait together; the credit covers some of them. */
static void a_group_takes_no_more_credit_than_there_is(void **state)
{
    struct world *world = *state;
    const struct store_vendor_terms terms = {.credit_limit = 100, .commission_e4 = 100000};
    unsigned sold = 0;
    office_vendor(world, "shop", &terms, 500);
    struct buyer *buyers =
        many(world, 10000); /* 1.15 each, of which 0.10 come back, and 0.11 of the first one of 0.115 */
    together(world, buyers, MANY);
    for (unsigned i = 0; i < MANY; i++)
        if (buyers[i].status.ok)
            sold++;
        else
            assert_refused(MV_VENDOR_CREDIT_EXHAUSTED, buyers[i].status);
    assert_in_range(sold, 3, MANY - 1);
    assert_int_equal(office_number(world, "SELECT count(*) FROM bill"), sold + 1);
    assert_int_equal(office_number(world, "SELECT count(*) FROM vendor_entry WHERE kind = 3"), sold + 1);
    assert_int_equal(office_number(world, "SELECT balance - (SELECT sum(amount) FROM vendor_entry) FROM vendor"), 0);
    assert_in_range(office_number(world, "SELECT balance + 100 FROM vendor"), 0, 229);
    free(buyers);
}

/* What is refused after it was priced has taken nothing from those behind it. */
static void credit_of_one_that_is_refused_is_there_for_others(void **state)
{
    struct world *world = *state;
    const struct store_vendor_terms terms = {.credit_limit = 0};
    struct buyer *buyers = many(world, 5000);
    int64_t total = 0;
    buyers[2].wh = 31000;
    (void)snprintf(buyers[2].account, sizeof buyers[2].account, "A-3"); /* the same price in whatever order they come */
    office_vendor(world, "shop", &terms, 12 + 12 * 58 + 356);           /* for all but a little */
    refused_units = buyers[2].wh;
    refusal = mv_fail(MV_INTERNAL_ERROR, "test");
    together(world, buyers, MANY);
    for (unsigned i = 0; i < MANY; i++)
        if (buyers[i].status.ok)
            total += buyers[i].sold.charged.bill.total;
    assert_true(refusals > 0);
    assert_false(buyers[2].status.ok);
    assert_int_equal(office_number(world, "SELECT count(*) FROM vendor_entry WHERE kind = 3"), MANY);
    assert_int_equal(office_number(world, "SELECT -sum(amount) FROM vendor_entry WHERE kind = 3") -
                         office_number(world, "SELECT total FROM bill WHERE account = 2"),
                     total);
    free(buyers);
}

/* The key process refuses a block of one of them. */
static void one_without_digits_is_not_counted(void **state)
{
    struct world *world = *state;
    static struct vend_sold sold;
    struct vend_order order = office_units("r1", "A-1", 10000);
    fake_keys_lock();
    fake_keys.refused_subclass = 0;
    fake_keys_unlock();
    assert_false(office_sell(world, &order, NULL).ok);
    fake_keys_lock();
    fake_keys.refused_subclass = -1;
    fake_keys_unlock();
    assert_int_equal(office_number(world, "SELECT count(*) FROM sale"), 0);
    assert_ok(office_sell(world, &order, &sold));
    assert_int_equal(sold.charged.bill.after.paid_units, 10000);
}

/* ---- doubles and failures (T1) ---- */
static void doubles_at_once_are_one_sale(void **state)
{
    struct world *world = *state;
    struct buyer *buyers = many(world, 10000);
    for (unsigned i = 0; i < MANY; i++)
        (void)snprintf(buyers[i].id, sizeof buyers[i].id, "same");
    together(world, buyers, MANY);
    unsigned fresh = 0;
    for (unsigned i = 0; i < MANY; i++) {
        assert_ok(buyers[i].status);
        fresh += !buyers[i].sold.issued.replayed;
        assert_string_equal(world_own(&buyers[i].sold.issued)->digits, world_own(&buyers[0].sold.issued)->digits);
        assert_int_equal(buyers[i].sold.charged.bill.total, 115);
    }
    assert_int_equal(fresh, 1);
    assert_int_equal(office_number(world, "SELECT count(*) FROM bill"), 2);
    free(buyers);
}

/* The ledger's own failure is everybody's, and leaves nothing. */
static void a_ledger_that_fails_keeps_nothing(void **state)
{
    struct world *world = *state;
    static struct vend_sold sold;
    const struct vend_order order = office_units("r1", "A-1", 10000);
    refused_units = 10000;
    refusal = mv_fail(MV_LEDGER_UNAVAILABLE, "test");
    assert_refused(MV_LEDGER_UNAVAILABLE, office_sell(world, &order, NULL));
    assert_int_equal(office_number(world, "SELECT (SELECT count(*) FROM sale) + (SELECT count(*) FROM bill) + "
                                          "(SELECT count(*) FROM bill_line)"),
                     0);
    refused_units = 0;
    vend_refresh(world->vend);
    assert_ok(office_sell(world, &order, &sold));
    assert_int_equal(sold.issued.receipt, 1);
    assert_int_equal(sold.charged.bill.after.paid_units, 10000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, group_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(sales_of_a_group_see_each_other),
        TEST(a_debt_is_taken_once),
        TEST(one_that_is_refused_is_not_counted),
        TEST(a_balance_that_nobody_took_is_there_for_others),
        TEST(a_group_takes_no_more_credit_than_there_is),
        TEST(credit_of_one_that_is_refused_is_there_for_others),
        TEST(one_without_digits_is_not_counted),
        TEST(doubles_at_once_are_one_sale),
        TEST(a_ledger_that_fails_keeps_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
