/* What an account owes and holds: debts that sales take from, payments without a purchase, deposits. */
#include "office_world.h"
#include "vending/debts.h"
#include "vending/price.h"

#include <string.h>

static const int64_t DAY_S = 86400;
static struct vend_sold sold;
static struct vend_act done;

static struct vend_act_request act(const char *request_id, enum store_act_kind kind, int64_t amount)
{
    return (struct vend_act_request){
        .request_id = request_id, .terminal = "till", .account = "A-1", .kind = kind, .amount = amount, .reason = ""};
}

static struct vend_act_request debt(const char *request_id, int64_t amount, enum vend_debt_rule rule, int64_t part)
{
    struct vend_act_request request = act(request_id, STORE_ACT_DEBT_ADDED, amount);
    bool percent = rule == VEND_DEBT_PERCENT;
    request.reason = "arrears of 2024";
    request.terms = (struct vend_debt_terms){.label = "Arrears",
                                             .priority = 10,
                                             .rule = rule,
                                             .amount = percent ? 0 : part,
                                             .percent_e4 = percent ? part : 0};
    return request;
}

static mv_status as(struct world *world, const char *principal, const struct vend_act_request *request)
{
    struct vend_caller caller = world_caller(principal);
    return vend_account_act(world->vend, &caller, request, &done);
}

static mv_status as_chief(struct world *world, const struct vend_act_request *request)
{
    return as(world, "chief", request);
}

static int64_t owed(struct world *world)
{
    static struct vend_debt_list list;
    struct vend_caller caller = world_caller("seller");
    assert_ok(vend_list_debts(world->vend, &caller, "A-1", false, &list));
    return list.owed;
}

/* The line of the bill for a debt; 0 when there is none. */
static int64_t taken(int64_t id)
{
    const struct store_bill *bill = &sold.charged.bill;
    for (size_t i = 0; i < bill->line_count; i++)
        if (bill->lines[i].kind == VEND_LINE_DEBT && bill->lines[i].debt == id)
            return bill->lines[i].amount;
    return 0;
}

static void a_sale_takes_a_percentage(void **state)
{
    struct world *world = *state;
    struct vend_act_request request = debt("d1", 300, VEND_DEBT_PERCENT, 200000);
    struct vend_order order = office_money("r1", "A-1", 1000);
    assert_ok(as_chief(world, &request));
    assert_int_equal(done.row.owed, 300);
    assert_int_equal(owed(world), 300);
    assert_ok(office_sell(world, &order, &sold));
    assert_in_range(taken(done.row.debt), 198, 200);
    assert_int_equal(sold.charged.bill.debts, taken(done.row.debt));
    assert_true(sold.charged.bill.total <= 1000);
    assert_int_equal(owed(world), 300 - sold.charged.bill.debts);
    order = office_money("r2", "A-1", 2000);
    assert_ok(office_sell(world, &order, &sold));
    assert_int_equal(owed(world), 0); /* no more than was owed */
    order = office_money("r3", "A-1", 1000);
    assert_ok(office_sell(world, &order, &sold));
    assert_int_equal(sold.charged.bill.debts, 0);
    assert_int_equal(office_number(world, "SELECT sum(amount) FROM debt_entry"), 0);
}

static void the_first_priority_is_taken_first(void **state)
{
    struct world *world = *state;
    struct vend_act_request late = debt("d1", 1000, VEND_DEBT_PERCENT, 500000);
    struct vend_act_request early = debt("d2", 1000, VEND_DEBT_FIXED, 250);
    struct vend_order order = office_money("r1", "A-1", 1000);
    assert_ok(as_chief(world, &late));
    int64_t percent = done.row.debt;
    early.terms.priority = 1;
    assert_ok(as_chief(world, &early));
    int64_t fixed = done.row.debt;
    assert_ok(office_sell(world, &order, &sold));
    assert_int_equal(taken(fixed), 250);
    assert_in_range(taken(percent), 370, 375); /* of what the first left */
    assert_int_equal(owed(world), 2000 - sold.charged.bill.debts);
    /* other terms: now the other way round, and all of it */
    struct vend_act_request other = late;
    other.request_id = "d3";
    other.kind = STORE_ACT_DEBT_CHANGED;
    other.amount = 0;
    other.debt = percent;
    other.terms.priority = 0;
    other.terms.percent_e4 = 100000;
    assert_ok(as_chief(world, &other));
    assert_int_equal(done.row.amount, 0);
    order = office_money("r2", "A-1", 1000);
    assert_ok(office_sell(world, &order, &sold));
    assert_in_range(taken(percent), 98, 100);
    assert_int_equal(taken(fixed), 250);
}

static void a_debt_per_day_counts_days(void **state)
{
    struct world *world = *state;
    struct vend_act_request request = debt("d1", 100, VEND_DEBT_PER_DAY, 10);
    struct vend_order order = office_units("r1", "A-1", 1000);
    assert_ok(as_chief(world, &request));
    int64_t id = done.row.debt;
    assert_ok(office_sell(world, &order, &sold));
    assert_int_equal(taken(id), 0); /* the same day */
    world_step(3 * DAY_S, 3 * DAY_S);
    order = office_units("r2", "A-1", 1000);
    assert_ok(office_sell(world, &order, &sold));
    assert_int_equal(taken(id), 30);
    order = office_units("r3", "A-1", 1000);
    assert_ok(office_sell(world, &order, &sold));
    assert_int_equal(taken(id), 0);
    world_step(30 * DAY_S, 30 * DAY_S);
    order = office_units("r4", "A-1", 1000);
    assert_ok(office_sell(world, &order, &sold));
    assert_int_equal(taken(id), 70);
    assert_int_equal(owed(world), 0);
}

static void a_debt_is_paid_and_written_off(void **state)
{
    struct world *world = *state;
    struct vend_act_request request = debt("d1", 1000, VEND_DEBT_FIXED, 100);
    assert_ok(as_chief(world, &request));
    struct vend_act_request pay = act("p1", STORE_ACT_DEBT_PAID, 400);
    pay.debt = done.row.debt;
    pay.payment = VEND_PAY_CASH;
    assert_ok(as(world, "seller", &pay));
    assert_int_equal(done.row.owed, 600);
    assert_int_equal(done.row.balance, 0);
    struct vend_act_request off = act("w1", STORE_ACT_DEBT_WRITTEN_OFF, 601);
    off.debt = pay.debt;
    off.reason = "never measured";
    assert_refused(MV_OWED_LESS, as_chief(world, &off));
    off.amount = 600;
    assert_refused(MV_ROLE_MISSING, as(world, "seller", &off));
    assert_ok(as_chief(world, &off));
    assert_int_equal(owed(world), 0);
    off.request_id = "w2";
    off.amount = 1;
    assert_refused(MV_OWED_LESS, as_chief(world, &off));
    off.debt = 99;
    assert_refused(MV_DEBT_UNKNOWN, as_chief(world, &off));
}

static void a_slip_is_read_again(void **state)
{
    struct world *world = *state;
    struct vend_caller seller = world_caller("seller");
    struct vend_caller rival = world_caller("rival");
    static struct vend_act again;
    struct vend_act_request in = act("p1", STORE_ACT_PAID_IN, 500);
    in.payment = VEND_PAY_BANK;
    in.reason = "by mail";
    assert_ok(as_chief(world, &in));
    assert_ok(vend_get_act(world->vend, &seller, done.row.id, &again));
    assert_true(again.replayed);
    assert_memory_equal(&again.row, &done.row, sizeof done.row);
    assert_string_equal(again.account, "A-1");
    assert_string_equal(again.principal, "chief");
    assert_string_equal(again.organisation, "shop");
    assert_string_equal(again.customer, done.customer);
    assert_true(again.customer[0] != '\0');
    assert_refused(MV_SLIP_UNKNOWN, vend_get_act(world->vend, &rival, done.row.id, &again));
    assert_refused(MV_SLIP_UNKNOWN, vend_get_act(world->vend, &seller, done.row.id + 1, &again));
    assert_refused(MV_SLIP_UNKNOWN, vend_get_act(world->vend, &seller, 0, &again));
}

static void balance_and_deposit(void **state)
{
    struct world *world = *state;
    struct vend_act_request in = act("p1", STORE_ACT_PAID_IN, 500);
    in.payment = VEND_PAY_BANK;
    assert_ok(as(world, "seller", &in));
    assert_int_equal(done.row.balance, 500);
    struct vend_act_request deposit = act("p2", STORE_ACT_DEPOSIT_TAKEN, 200);
    deposit.payment = VEND_PAY_BALANCE;
    assert_ok(as(world, "seller", &deposit));
    assert_int_equal(done.row.balance, 300);
    assert_int_equal(done.row.deposit, 200);
    deposit.request_id = "p3";
    deposit.amount = 301;
    assert_refused(MV_BALANCE_TOO_SMALL, as(world, "seller", &deposit));
    struct vend_act_request back = act("p4", STORE_ACT_DEPOSIT_RETURNED, 201);
    back.payment = VEND_PAY_CASH;
    back.reason = "moves out";
    assert_refused(MV_ROLE_MISSING, as(world, "seller", &back));
    assert_refused(MV_DEPOSIT_TOO_SMALL, as_chief(world, &back));
    back.amount = 50;
    assert_ok(as_chief(world, &back));
    assert_int_equal(done.row.deposit, 150);
    assert_int_equal(done.row.balance, 300);
    back.request_id = "p5";
    back.payment = VEND_PAY_BALANCE;
    assert_ok(as_chief(world, &back));
    assert_int_equal(done.row.balance, 350);
    struct vend_act_request out = act("p6", STORE_ACT_PAID_OUT, 350);
    out.payment = VEND_PAY_CASH;
    out.reason = "moves out";
    assert_ok(as_chief(world, &out));
    assert_int_equal(done.row.balance, 0);
    assert_int_equal(office_number(world, "SELECT sum(amount) FROM account_entry"), 0);
    assert_int_equal(office_number(world, "SELECT held FROM account_deposit"), 100);
    world_audit_verify(world);
}

static void the_same_again_is_done_once(void **state)
{
    struct world *world = *state;
    struct vend_act_request in = act("p1", STORE_ACT_PAID_IN, 500);
    in.payment = VEND_PAY_CASH;
    assert_ok(as(world, "seller", &in));
    struct vend_act first = done;
    world_step(60, 60);
    assert_ok(as(world, "seller", &in));
    assert_true(done.replayed && !first.replayed);
    assert_memory_equal(&done.row, &first.row, sizeof done.row);
    in.amount = 501;
    assert_refused(MV_REQUEST_ID_REUSED, as(world, "seller", &in));
    assert_int_equal(office_number(world, "SELECT balance FROM account_tally"), 500);
    assert_int_equal(office_number(world, "SELECT count(*) FROM account_act"), 1);
}

static void what_is_no_act(void **state)
{
    struct world *world = *state;
    struct vend_act_request request = debt("d1", 0, VEND_DEBT_FIXED, 100);
    assert_refused(MV_INVALID_FIELD, as_chief(world, &request));
    request.amount = 100;
    request.reason = "";
    assert_refused(MV_INVALID_FIELD, as_chief(world, &request));
    request = debt("d1", 100, VEND_DEBT_PERCENT, 1000001);
    assert_refused(MV_INVALID_FIELD, as_chief(world, &request));
    request = debt("d1", 100, VEND_DEBT_FIXED, 0);
    assert_refused(MV_INVALID_FIELD, as_chief(world, &request));
    request = debt("d1", 100, VEND_DEBT_FIXED, 10);
    request.terms.percent_e4 = 1;
    assert_refused(MV_INVALID_FIELD, as_chief(world, &request));
    request = debt("d1", 100, VEND_DEBT_FIXED, 10);
    request.terms.label = "";
    assert_refused(MV_INVALID_FIELD, as_chief(world, &request));
    request = debt("d1", 100, VEND_DEBT_FIXED, 10);
    request.account = "A-9";
    assert_refused(MV_ACCOUNT_UNKNOWN, as_chief(world, &request));
    request = act("d1", STORE_ACT_PAID_IN, 100);
    request.payment = VEND_PAY_BALANCE;
    assert_refused(MV_INVALID_FIELD, as_chief(world, &request));
    request = act("d1", (enum store_act_kind)0, 100);
    assert_refused(MV_INVALID_FIELD, as_chief(world, &request));
    request = act("d1", STORE_ACT_CLAIM_PAID, 100);
    assert_refused(MV_INVALID_FIELD, as_chief(world, &request));
    request = debt("d1", 100, VEND_DEBT_FIXED, 10);
    assert_refused(MV_ROLE_MISSING, as(world, "seller", &request));
    assert_refused(MV_ROLE_MISSING, as(world, "rival", &request));
    assert_int_equal(office_number(world, "SELECT count(*) FROM account_act"), 0);
}

static void a_bill_names_eight(void **state)
{
    struct world *world = *state;
    static const char *const ids[] = {"d0", "d1", "d2", "d3", "d4", "d5", "d6", "d7", "d8"};
    struct vend_order order = office_money("r1", "A-1", 1000);
    for (size_t i = 0; i < VEND_PRICE_DEBTS; i++) {
        struct vend_act_request request = debt(ids[i], 10, VEND_DEBT_FIXED, 10);
        assert_ok(as_chief(world, &request));
    }
    struct vend_act_request more = debt(ids[VEND_PRICE_DEBTS], 10, VEND_DEBT_FIXED, 10);
    assert_refused(MV_TOO_MANY_DEBTS, as_chief(world, &more));
    assert_ok(office_sell(world, &order, &sold));
    assert_int_equal(sold.charged.bill.debts, 80);
    assert_ok(as_chief(world, &more));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_sale_takes_a_percentage, office_setup, world_teardown),
        cmocka_unit_test_setup_teardown(the_first_priority_is_taken_first, office_setup, world_teardown),
        cmocka_unit_test_setup_teardown(a_debt_per_day_counts_days, office_setup, world_teardown),
        cmocka_unit_test_setup_teardown(a_debt_is_paid_and_written_off, office_setup, world_teardown),
        cmocka_unit_test_setup_teardown(a_slip_is_read_again, office_setup, world_teardown),
        cmocka_unit_test_setup_teardown(balance_and_deposit, office_setup, world_teardown),
        cmocka_unit_test_setup_teardown(the_same_again_is_done_once, office_setup, world_teardown),
        cmocka_unit_test_setup_teardown(what_is_no_act, office_setup, world_teardown),
        cmocka_unit_test_setup_teardown(a_bill_names_eight, office_setup, world_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
