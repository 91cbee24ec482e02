/* An account that is opened with its first sale: both are there or neither is, and the same order is the same answer.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "office_world.h"
#include "vending/records.h"

static struct vend_sold sold;
static struct vend_account account;

static int setup(void **state)
{
    struct vend_meter_key key = world_key();
    if (office_setup(state) != 0)
        return -1;
    struct vend_principal boss;
    struct vend_caller officer = world_caller("officer1");
    struct world *world = *state;
    assert_ok(vend_create_principal(world->vend, &officer, "boss", "other", 1U << VEND_SUPERVISOR, &boss));
    for (unsigned serial = 3; serial < 6; serial++)
        assert_ok(world_meter(*state, serial, "shop", VEND_ELECTRICITY, &key));
    return 0;
}

/* The account's and the sale's refusals are the store's to make in one of these tests. */
static enum mv_reason refused_bill;
mv_status __real_store_bill_insert(struct store *store, const struct store_bill *bill);
mv_status __wrap_store_bill_insert(struct store *store, const struct store_bill *bill);
mv_status __wrap_store_bill_insert(struct store *store, const struct store_bill *bill)
{
    if (refused_bill == 0)
        return __real_store_bill_insert(store, bill);
    return mv_fail(refused_bill, "bill");
}

struct opening {
    char pan[19];
    struct vend_account_request account;
    struct vend_order order;
};

static struct opening *opening(unsigned meter, const char *number, const char *request_id)
{
    static struct opening it;
    it = (struct opening){.order = office_money(request_id, NULL, 1000)};
    it.account = (struct vend_account_request){.number = number,
                                               .pan = world_pan(meter, it.pan),
                                               .customer = {"Omar Said", "1 Quay", "", ""},
                                               .tariff_class = "social"};
    return &it;
}

static mv_status open_as(struct world *world, const char *who, const struct opening *it, bool trial)
{
    struct vend_caller caller = world_caller(who);
    return vend_open_and_sell(world->vend, &caller, &it->account, &it->order, trial, &account, &sold);
}

static mv_status open_it(struct world *world, const struct opening *it)
{
    return open_as(world, "chief", it, false);
}

static int64_t accounts(struct world *world)
{
    return office_number(world, "SELECT count(*) FROM account");
}

static void both_at_once(void **state)
{
    struct world *world = *state;
    struct vend_caller chief = world_caller("chief");
    struct opening *it = opening(3, "C-3", "r1");
    it->order.purchase.tendered = 1500;
    it->order.purchase.keep_change = true;
    assert_ok(open_it(world, it));
    assert_string_equal(account.row.number, "C-3");
    assert_string_equal(account.row.pan, it->pan);
    assert_string_equal(account.row.customer.address, "1 Quay");
    assert_string_equal(account.row.tariff_class, "social");
    assert_string_equal(account.organisation, "shop");
    assert_int_equal(account.row.version, 1);
    assert_int_equal(account.row.state, STORE_ACCOUNT_IN_USE);
    assert_int_equal(account.row.opened_at_unix_s, sold.issued.issued_at_unix_s);
    assert_int_equal(account.row.balance, 1500 - sold.charged.bill.total);
    assert_string_equal(sold.charged.of.number, "C-3");
    assert_string_equal(sold.charged.of.customer, "Omar Said");
    assert_string_equal(sold.charged.bill.tariff, "social");
    /* this month's charge, and the month's free units */
    assert_int_equal(sold.charged.bill.charges, 100);
    assert_int_equal(sold.charged.bill.free_units, 5000);
    assert_int_equal(strlen(world_own(&sold.issued)->digits), 20);
    assert_int_equal(world_audit_count(world, "AccountService.OpenAccount", "ok"), 2); /* A-1 too */
    assert_int_equal(world_audit_count(world, "AccountService.OpenAccount.sale", "ok"), 1);
    assert_false(world_audit_has(world, "Omar"));
    assert_int_equal(office_number(world, "SELECT count(*) FROM bill b JOIN account a ON a.id = b.account "
                                          "WHERE a.number = 'C-3' AND b.account_version = 1 AND b.previous = 0"),
                     1);
    /* it goes on like any other one */
    struct vend_order order = office_money("r2", "C-3", 1000);
    assert_ok(office_sell(world, &order, &sold));
    assert_int_equal(sold.charged.bill.charges, 0);
    assert_ok(vend_get_account(world->vend, &chief, "C-3", NULL, &account));
    assert_int_equal(account.row.version, 1);
}

static void the_same_order_is_the_same_answer(void **state)
{
    struct world *world = *state;
    struct vend_caller chief = world_caller("chief");
    char digits[21];
    struct opening *it = opening(3, "C-3", "r1");
    assert_ok(open_it(world, it));
    struct vend_account first = account;
    (void)snprintf(digits, sizeof digits, "%s", world_own(&sold.issued)->digits);
    int64_t receipt = (int64_t)sold.issued.receipt;
    assert_ok(vend_suspend_account(world->vend, &chief, "C-3", "x", &account));
    memset(&account, 0, sizeof account);
    assert_ok(open_it(world, it));
    assert_string_equal(account.row.customer.name, first.row.customer.name);
    assert_string_equal(account.row.tariff_class, first.row.tariff_class);
    assert_string_equal(account.row.pan, first.row.pan);
    assert_string_equal(account.organisation, first.organisation);
    assert_int_equal(account.row.version, first.row.version);
    assert_int_equal(account.row.state, first.row.state);
    assert_int_equal(account.row.balance, first.row.balance);
    assert_int_equal(account.row.opened_at_unix_s, first.row.opened_at_unix_s);
    assert_true(sold.issued.replayed);
    assert_int_equal(sold.issued.receipt, receipt);
    assert_string_equal(world_own(&sold.issued)->digits, digits);
    assert_int_equal(office_number(world, "SELECT count(*) FROM sale"), 1);
    /* other fields of account or sale are another order */
    it->account.customer.name = "Omar";
    assert_refused(MV_REQUEST_ID_REUSED, open_it(world, it));
    it = opening(3, "C-3", "r1");
    it->order.purchase.money = 2000;
    assert_refused(MV_REQUEST_ID_REUSED, open_it(world, it));
    struct vend_order plain = office_money("r1", "C-3", 1000);
    assert_refused(MV_REQUEST_ID_REUSED, office_sell_as(world, "chief", &plain, NULL));
    /* and under another id the account is there already */
    assert_refused(MV_ACCOUNT_EXISTS, open_it(world, opening(3, "C-3", "r2")));
}

static void a_refused_sale_leaves_no_account(void **state)
{
    struct world *world = *state;
    struct opening *it = opening(3, "C-3", "r1");
    int64_t before = accounts(world);
    it->order.purchase.tendered = 1;
    assert_refused(MV_TENDERED_TOO_LITTLE, open_it(world, it));
    it->order.purchase.tendered = 0;
    it->order.purchase.money = 1; /* less than one unit and the month */
    mv_status status = open_it(world, it);
    assert_false(status.ok);
    it->order.purchase.money = 1000;
    it->order.purchase.expected_total = 1;
    assert_refused(MV_PRICE_CHANGED, open_it(world, it));
    it->order.purchase.expected_total = 0;
    it->order.purchase.payment = VEND_PAY_BALANCE;
    assert_refused(MV_BALANCE_TOO_SMALL, open_it(world, it));
    it->order.purchase.payment = VEND_PAY_CASH;
    it->account.tariff_class = "none";
    assert_refused(MV_TARIFF_NOT_ASSIGNED, open_it(world, it));
    it->account.tariff_class = "no class";
    assert_refused(MV_INVALID_FIELD, open_it(world, it));
    assert_int_equal(accounts(world), before);
    assert_int_equal(office_number(world, "SELECT count(*) FROM sale"), 0);
    assert_int_equal(world_audit_count(world, "AccountService.OpenAccount", "ok"), 1); /* */
    /* also when the account was in the transaction already */
    it->account.tariff_class = "social";
    refused_bill = MV_INTERNAL_ERROR;
    assert_refused(MV_INTERNAL_ERROR, open_it(world, it));
    refused_bill = 0;
    assert_int_equal(accounts(world), before);
    /* what was refused binds no id */
    assert_ok(open_it(world, it));
    assert_int_equal(accounts(world), before + 1);
}

static void who_is_there_already(void **state)
{
    struct world *world = *state;
    struct vend_caller admin = world_caller("admin");
    struct vend_meter meter;
    char pan[19];
    assert_refused(MV_METER_HAS_ACCOUNT, open_it(world, opening(1, "C-1", "r1")));
    assert_refused(MV_ACCOUNT_EXISTS, open_it(world, opening(3, "A-1", "r1")));
    assert_refused(MV_METER_UNKNOWN, open_it(world, opening(99, "C-9", "r1")));
    assert_refused(MV_METER_UNKNOWN, open_as(world, "boss", opening(3, "C-3", "r1"), false));
    assert_refused(MV_ROLE_MISSING, open_as(world, "seller", opening(3, "C-3", "r1"), false));
    assert_refused(MV_ROLE_MISSING, open_as(world, "admin", opening(3, "C-3", "r1"), false));
    assert_ok(vend_set_meter_state(world->vend, &admin, world_pan(3, pan), VEND_METER_SUSPENDED, &meter));
    mv_status held = open_it(world, opening(3, "C-3", "r1"));
    assert_false(held.ok);
    assert_int_equal(accounts(world), 1);
}

static void a_trial_does_nothing(void **state)
{
    struct world *world = *state;
    assert_ok(open_as(world, "chief", opening(3, "C-3", "r1"), true));
    assert_int_equal(account.row.version, 0);
    assert_string_equal(account.row.number, "C-3");
    int64_t total = sold.charged.bill.total;
    assert_true(total > 0);
    assert_string_equal(world_own(&sold.issued)->digits, "");
    assert_int_equal(accounts(world), 1);
    assert_refused(MV_METER_HAS_ACCOUNT, open_as(world, "chief", opening(1, "C-3", "r1"), true));
    assert_refused(MV_ROLE_MISSING, open_as(world, "seller", opening(3, "C-3", "r1"), true));
    assert_ok(open_it(world, opening(3, "C-3", "r1")));
    assert_int_equal(sold.charged.bill.total, total);
}

/* ---- many at once ---- */
enum { CLERKS = 8 };
struct clerk {
    struct world *world;
    pthread_t thread;
    unsigned meter;
    char number[8], id[8];
    mv_status status;
};

static void *work(void *self)
{
    struct clerk *clerk = self;
    static _Thread_local struct vend_sold got;
    struct vend_account opened;
    char pan[19];
    struct vend_caller chief = world_caller("chief");
    const struct vend_account_request request = {.number = clerk->number,
                                                 .pan = world_pan(clerk->meter, pan),
                                                 .customer = {"Somebody", "", "", ""},
                                                 .tariff_class = "home"};
    struct vend_order order = office_money(clerk->id, NULL, 1000);
    clerk->status = vend_open_and_sell(clerk->world->vend, &chief, &request, &order, false, &opened, &got);
    return NULL;
}

/* All want one of three meters under one of four numbers: of each no more than one comes to anything. */
static void of_two_that_come_together_one_is_refused(void **state)
{
    struct world *world = *state;
    struct clerk clerks[CLERKS];
    int64_t good = 0;
    for (unsigned i = 0; i < CLERKS; i++) {
        clerks[i] = (struct clerk){.world = world, .meter = 3 + i % 3};
        (void)snprintf(clerks[i].number, sizeof clerks[i].number, "D-%u", i % 4);
        (void)snprintf(clerks[i].id, sizeof clerks[i].id, "r%u", i);
        assert_int_equal(pthread_create(&clerks[i].thread, NULL, work, &clerks[i]), 0);
    }
    for (unsigned i = 0; i < CLERKS; i++) {
        assert_int_equal(pthread_join(clerks[i].thread, NULL), 0);
        good += clerks[i].status.ok;
        if (!clerks[i].status.ok)
            assert_true(clerks[i].status.reason == MV_ACCOUNT_EXISTS ||
                        clerks[i].status.reason == MV_METER_HAS_ACCOUNT);
    }
    assert_in_range(good, 2, 3); /* by who came first */
    assert_int_equal(accounts(world), 1 + good);
    assert_int_equal(office_number(world, "SELECT count(*) FROM bill"), good);
    assert_int_equal(office_number(world, "SELECT count(DISTINCT account) FROM bill"), good);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(both_at_once, setup, world_teardown),
        cmocka_unit_test_setup_teardown(the_same_order_is_the_same_answer, setup, world_teardown),
        cmocka_unit_test_setup_teardown(a_refused_sale_leaves_no_account, setup, world_teardown),
        cmocka_unit_test_setup_teardown(who_is_there_already, setup, world_teardown),
        cmocka_unit_test_setup_teardown(a_trial_does_nothing, setup, world_teardown),
        cmocka_unit_test_setup_teardown(of_two_that_come_together_one_is_refused, setup, world_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
