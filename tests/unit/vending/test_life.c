/* What becomes of sales and accounts: confirmed, given up, reversed; free units; claims; another meter, another owner.
 */
#include "office_world.h"
#include "vending/account_life.h"
#include "vending/claims.h"
#include "vending/debts.h"
#include "vending/price.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

static struct vend_sold sold;
static struct vend_claim claim;
static struct vend_account account;

static int setup(void **state)
{
    struct vend_principal row;
    if (office_setup(state) != 0)
        return -1;
    struct world *world = *state;
    struct vend_caller officer = world_caller("officer1");
    assert_ok(vend_create_principal(world->vend, &officer, "officer3", "root", 1U << VEND_OFFICER, &row));
    return 0;
}

static mv_status reverse(struct world *world, const char *principal, uint64_t receipt)
{
    struct vend_caller caller = world_caller(principal);
    const struct vend_reversal_request request = {
        .organisation = "shop", .terminal = "till", .receipt = receipt, .reason = "wrong customer"};
    return vend_reverse_sale(world->vend, &caller, &request, &claim);
}

static mv_status approve(struct world *world, const char *principal, int64_t id)
{
    struct vend_caller caller = world_caller(principal);
    return vend_approve_claim(world->vend, &caller, id, &claim);
}

static int64_t balance(struct world *world)
{
    return office_number(world, "SELECT sum(balance) FROM account_tally");
}

/* ---- giving up, confirming ---- */
static void a_request_is_given_up_before_it_is_made(void **state)
{
    struct world *world = *state;
    struct vend_caller seller = world_caller("seller");
    struct vend_order order = office_money("r1", "A-1", 1000);
    assert_ok(vend_cancel_sale(world->vend, &seller, "r1"));
    assert_ok(vend_cancel_sale(world->vend, &seller, "r1"));
    assert_int_equal(world_audit_count(world, "SaleService.CancelSale", "ok"), 1);
    assert_refused(MV_REQUEST_CANCELLED, office_sell(world, &order, &sold));
    assert_int_equal(office_number(world, "SELECT count(*) FROM sale"), 0);
    assert_ok(office_sell_as(world, "chief", &order, &sold)); /* another one's id is another one */
    order.request_id = "r2";
    assert_ok(office_sell(world, &order, &sold));
    assert_refused(MV_SALE_MADE, vend_cancel_sale(world->vend, &seller, "r2"));
    assert_ok(office_sell(world, &order, &sold));
    assert_true(sold.issued.replayed);
}

static void a_confirmed_sale_is_not_reversed(void **state)
{
    struct world *world = *state;
    struct vend_caller seller = world_caller("seller");
    struct vend_order order = office_money("r1", "A-1", 1000);
    assert_refused(MV_TOKEN_UNKNOWN, vend_confirm_sale(world->vend, &seller, "r1"));
    assert_ok(office_sell(world, &order, &sold));
    assert_ok(vend_confirm_sale(world->vend, &seller, "r1"));
    assert_ok(vend_confirm_sale(world->vend, &seller, "r1"));
    assert_int_equal(world_audit_count(world, "SaleService.ConfirmSale", "ok"), 1);
    assert_refused(MV_SALE_CONFIRMED, reverse(world, "chief", 1));
    assert_int_equal(office_number(world, "SELECT count(*) FROM claim"), 0);
}

/* ---- reversing ---- */
static void a_reversal_pays_once_by_two_officers(void **state)
{
    struct world *world = *state;
    struct vend_caller seller = world_caller("seller");
    struct vend_order order = office_money("r1", "A-1", 1000);
    assert_ok(office_sell(world, &order, &sold));
    int64_t total = sold.charged.bill.total;
    assert_refused(MV_ROLE_MISSING, reverse(world, "seller", 1));
    assert_refused(MV_TOKEN_UNKNOWN, reverse(world, "chief", 2));
    assert_ok(reverse(world, "chief", 1));
    int64_t id = claim.row.id;
    assert_int_equal(claim.row.amount, total);
    assert_true(world_audit_has(world, "claim=1 kind=1 account=A-1"));
    assert_refused(MV_SALE_REVERSED, reverse(world, "chief", 1));
    assert_refused(MV_SALE_REVERSED, vend_confirm_sale(world->vend, &seller, "r1"));
    assert_int_equal(balance(world), 0);
    assert_refused(MV_CLAIM_UNKNOWN, approve(world, "officer1", 99));
    assert_refused(MV_ROLE_MISSING, approve(world, "chief", id));
    assert_ok(approve(world, "officer1", id));
    assert_ok(approve(world, "officer1", id)); /* the same officer is one */
    assert_int_equal(claim.row.approvals, 1);
    assert_int_equal(balance(world), 0);
    assert_ok(approve(world, "officer2", id));
    assert_int_equal(claim.row.approvals, 2);
    assert_true(claim.row.act > 0);
    assert_int_equal(balance(world), total);
    assert_ok(approve(world, "officer3", id));
    assert_int_equal(balance(world), total);
    assert_int_equal(office_number(world, "SELECT count(*) FROM account_act WHERE kind = 9"), 1);
    world_audit_verify(world);
}

static struct vend_act_request debt(const char *request_id, int64_t amount, int64_t each)
{
    return (struct vend_act_request){.request_id = request_id,
                                     .terminal = "",
                                     .account = "A-1",
                                     .kind = STORE_ACT_DEBT_ADDED,
                                     .amount = amount,
                                     .reason = "arrears",
                                     .terms = {.label = "Arrears", .rule = VEND_DEBT_FIXED, .amount = each}};
}

static int64_t owed(struct world *world)
{
    return office_number(world, "SELECT sum(outstanding) FROM debt");
}

/* The customer gets all of the money back: what it paid of debts is owed again, or nobody would have paid it. */
static void a_reversal_owes_debts_again(void **state)
{
    struct world *world = *state;
    struct vend_caller chief = world_caller("chief");
    struct vend_act done;
    struct vend_order order = office_money("r1", "A-1", 1000);
    const struct vend_act_request first = debt("d1", 100, 100), second = debt("d2", 300, 50);
    assert_ok(vend_account_act(world->vend, &chief, &first, &done));
    assert_ok(vend_account_act(world->vend, &chief, &second, &done));
    assert_ok(office_sell(world, &order, &sold));
    assert_int_equal(sold.charged.bill.debts, 150);
    assert_int_equal(owed(world), 250);
    assert_ok(reverse(world, "chief", 1));
    assert_ok(approve(world, "officer1", claim.row.id));
    assert_int_equal(owed(world), 250);
    assert_ok(approve(world, "officer2", claim.row.id));
    assert_int_equal(balance(world), sold.charged.bill.total);
    assert_int_equal(owed(world), 400);
    assert_int_equal(office_number(world, "SELECT count(*) FROM debt WHERE outstanding > 0"), 3);
    assert_ok(approve(world, "officer3", claim.row.id));
    assert_int_equal(owed(world), 400);
    /* the next sale takes them by their terms: the whole of the first, and of the second twice its part */
    order = office_money("r2", "A-1", 1000);
    assert_ok(office_sell(world, &order, &sold));
    assert_int_equal(sold.charged.bill.debts, 200);
    world_audit_verify(world);
}

/* Those that are owed again need room among the unpaid ones: until there is some, nothing is paid. */
static void a_reversal_waits_for_room_among_debts(void **state)
{
    struct world *world = *state;
    struct vend_caller chief = world_caller("chief");
    struct vend_act done;
    char id[16];
    struct vend_order order = office_money("r1", "A-1", 1000);
    for (int i = 0; i < VEND_PRICE_DEBTS; i++) {
        (void)snprintf(id, sizeof id, "d%d", i);
        const struct vend_act_request one = debt(id, i == 0 ? 10 : 100, 10);
        assert_ok(vend_account_act(world->vend, &chief, &one, &done));
    }
    assert_ok(office_sell(world, &order, &sold)); /* pays the first one off, and 10 of each other */
    assert_ok(reverse(world, "chief", 1));
    int64_t id_of_claim = claim.row.id;
    assert_ok(approve(world, "officer1", id_of_claim));
    assert_refused(MV_TOO_MANY_DEBTS, approve(world, "officer2", id_of_claim));
    assert_int_equal(balance(world), 0);
    assert_int_equal(owed(world), 630);
    struct vend_act_request off = debt("off", 90, 10);
    off.kind = STORE_ACT_DEBT_WRITTEN_OFF;
    for (int64_t written = 2; written <= VEND_PRICE_DEBTS; written++) {
        (void)snprintf(id, sizeof id, "off%d", (int)written);
        off.request_id = id;
        off.debt = written;
        assert_ok(vend_account_act(world->vend, &chief, &off, &done));
    }
    assert_ok(approve(world, "officer2", id_of_claim));
    assert_int_equal(owed(world), 80);
    assert_int_equal(balance(world), sold.charged.bill.total);
}

static void nobody_agrees_to_their_own_claim(void **state)
{
    struct world *world = *state;
    struct vend_caller officer = world_caller("officer1");
    struct vend_principal row;
    struct vend_order order = office_money("r1", "A-1", 1000);
    assert_ok(office_sell(world, &order, &sold));
    assert_ok(vend_create_principal(world->vend, &officer, "both", "region", 1U << VEND_OFFICER | 1U << VEND_SUPERVISOR,
                                    &row));
    assert_ok(reverse(world, "both", 1));
    assert_refused(MV_CLAIM_SAME_PERSON, approve(world, "both", claim.row.id));
}

/* ---- free units ---- */
static void an_emergency_token_costs_nothing(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_issued issued, again;
    struct vend_caller chief = world_caller("chief");
    struct vend_order order = {.request_id = "f1",
                               .terminal = "till",
                               .pan = world_pan(1, pan),
                               .carrier = VEND_KEYPAD,
                               .kind = VEND_ORDER_CREDIT,
                               .free_reason = "storm, no office open",
                               .quantity = {VEND_UNIT_WH, 5000}};
    assert_refused(MV_ROLE_MISSING, world_order(world, "seller", &order, &issued));
    assert_ok(world_order(world, "chief", &order, &issued));
    assert_int_equal(world_own(&issued)->encoded, 5000);
    assert_ok(world_order(world, "chief", &order, &again));
    assert_true(again.replayed);
    assert_string_equal(world_own(&again)->digits, world_own(&issued)->digits);
    assert_string_equal(again.free_reason, "storm, no office open");
    assert_ok(vend_token_by_request(world->vend, &chief, "f1", &again));
    assert_string_equal(again.free_reason, "storm, no office open");
    order.free_reason = "other reason";
    assert_refused(MV_REQUEST_ID_REUSED, world_order(world, "chief", &order, &issued));
    order.request_id = "f2";
    order.free_reason = "";
    assert_refused(MV_INVALID_FIELD, world_order(world, "chief", &order, &issued));
    order.free_reason = "units of a claim";
    order.claim = 7;
    assert_refused(MV_CLAIM_NOT_DUE, world_order(world, "chief", &order, &issued));
    assert_int_equal(office_number(world, "SELECT count(*) FROM free_issue"), 1);
    assert_int_equal(office_number(world, "SELECT count(*) FROM sale"), 1);
    assert_int_equal(world_audit_count(world, "SaleService.FreeIssue", "ok"), 1);
}

static void the_month_s_free_units_are_a_token_of_their_own(void **state)
{
    struct world *world = *state;
    struct vend_meter_key key = world_key();
    assert_ok(world_meter(world, 23, "shop", VEND_ELECTRICITY, &key));
    assert_ok(office_account(world, "S-1", 23, "social", &account));
    struct vend_order order = office_money("r1", "S-1", 0);
    order.purchase.free_units = true;
    assert_ok(office_sell(world, &order, &sold));
    assert_int_equal(sold.charged.bill.total, 0);
    assert_int_equal(sold.charged.bill.free_units, 5000);
    assert_int_equal(world_own(&sold.issued)->encoded, 5000);
    order.request_id = "r2";
    assert_refused(MV_AMOUNT_TOO_SMALL, office_sell(world, &order, &sold));
    /* the monthly charge is still due with the first purchase */
    order = office_money("r3", "S-1", 1000);
    assert_ok(office_sell(world, &order, &sold));
    assert_int_equal(sold.charged.bill.charges, 100);
    assert_int_equal(sold.charged.bill.free_units, 0);
}

/* ---- another meter ---- */
static mv_status change_meter(struct world *world, unsigned serial)
{
    char pan[19];
    struct vend_caller chief = world_caller("chief");
    const struct vend_life_request request = {
        .number = "A-1", .reason = "display broken", .pan = world_pan(serial, pan)};
    return vend_change_meter(world->vend, &chief, &request, &account);
}

static mv_status claim_units(struct world *world, unsigned serial, int64_t amount)
{
    char pan[19];
    struct vend_caller chief = world_caller("chief");
    const struct vend_claim_request request = {
        .account = "A-1", .pan = world_pan(serial, pan), .units = true, .amount = amount, .reason = "read at removal"};
    return vend_claim_credit(world->vend, &chief, &request, &claim);
}

static void credit_moves_to_the_next_meter(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_issued issued;
    struct vend_meter_key key = world_key();
    struct vend_order order = office_units("r1", "A-1", 1000);
    assert_ok(world_meter(world, 21, "shop", VEND_ELECTRICITY, &key));
    assert_ok(world_meter(world, 22, "shop", VEND_WATER, &key));
    assert_refused(MV_METER_UNKNOWN, change_meter(world, 2)); /* another organisation's */
    assert_refused(MV_WRONG_UTILITY, change_meter(world, 22));
    assert_refused(MV_METER_UNKNOWN, claim_units(world, 21, 700));
    assert_ok(change_meter(world, 21));
    assert_string_equal(account.row.pan, world_pan(21, pan));
    assert_ok(change_meter(world, 21));
    assert_int_equal(account.row.version, 2);
    assert_ok(office_sell(world, &order, &sold));
    assert_string_equal(sold.issued.pan, pan);
    assert_ok(claim_units(world, 1, 700));
    int64_t id = claim.row.id;
    assert_refused(MV_CLAIM_NOT_DUE, claim_units(world, 1, 700)); /* once */
    struct vend_order units = {.request_id = "u1",
                               .terminal = "till",
                               .pan = pan,
                               .carrier = VEND_KEYPAD,
                               .kind = VEND_ORDER_CREDIT,
                               .free_reason = "from the old meter",
                               .claim = id,
                               .quantity = {VEND_UNIT_WH, 700}};
    assert_ok(approve(world, "officer1", id));
    assert_refused(MV_CLAIM_NOT_DUE, world_order(world, "chief", &units, &issued));
    assert_ok(approve(world, "officer2", id));
    assert_int_equal(claim.row.act, 0); /* units are no money */
    units.quantity.amount = 800;
    assert_refused(MV_CLAIM_NOT_DUE, world_order(world, "chief", &units, &issued));
    units.quantity.amount = 700;
    assert_ok(world_order(world, "chief", &units, &issued));
    units.request_id = "u2";
    assert_refused(MV_CLAIM_NOT_DUE, world_order(world, "chief", &units, &issued));
    /* the old meter is free for somebody else */
    assert_ok(office_account(world, "A-2", 1, "home", &account));
}

/* ---- the end, and another owner ---- */
static void a_closed_account_holds_nothing(void **state)
{
    struct world *world = *state;
    struct vend_caller chief = world_caller("chief");
    struct vend_caller seller = world_caller("seller");
    struct vend_order order = office_money("r1", "A-1", 500);
    struct vend_life_request request = {.number = "A-1", .reason = "moved out"};
    struct vend_act done;
    struct vend_act_request pay = {.request_id = "p1",
                                   .terminal = "till",
                                   .account = "A-1",
                                   .kind = STORE_ACT_PAID_IN,
                                   .amount = 100,
                                   .payment = VEND_PAY_CASH,
                                   .reason = "moved out"};
    assert_ok(vend_account_act(world->vend, &chief, &pay, &done));
    assert_refused(MV_ROLE_MISSING, vend_close_account(world->vend, &seller, &request, &account));
    assert_refused(MV_ACCOUNT_HOLDS_MONEY, vend_close_account(world->vend, &chief, &request, &account));
    pay.request_id = "p2";
    pay.kind = STORE_ACT_PAID_OUT;
    assert_ok(vend_account_act(world->vend, &chief, &pay, &done));
    struct vend_act_request debt = pay;
    debt.request_id = "d1";
    debt.kind = STORE_ACT_DEBT_ADDED;
    debt.payment = 0;
    debt.terms = (struct vend_debt_terms){.label = "Arrears", .rule = 2, .amount = 10};
    assert_ok(vend_account_act(world->vend, &chief, &debt, &done));
    assert_refused(MV_ACCOUNT_OWES, vend_close_account(world->vend, &chief, &request, &account));
    request.leaves_debts = true;
    assert_ok(vend_close_account(world->vend, &chief, &request, &account));
    assert_int_equal(account.row.state, STORE_ACCOUNT_CLOSED);
    assert_ok(vend_close_account(world->vend, &chief, &request, &account));
    assert_refused(MV_ACCOUNT_CLOSED, vend_suspend_account(world->vend, &chief, request.number, "late", &account));
    assert_refused(MV_ACCOUNT_CLOSED, vend_resume_account(world->vend, &chief, request.number, "late", &account));
    assert_refused(MV_ACCOUNT_SUSPENDED, office_sell(world, &order, &sold));
    pay.request_id = "p3";
    pay.kind = STORE_ACT_PAID_IN;
    assert_refused(MV_ACCOUNT_CLOSED, vend_account_act(world->vend, &chief, &pay, &done));
    pay.kind = STORE_ACT_DEBT_PAID;
    pay.debt = 1;
    assert_ok(vend_account_act(world->vend, &chief, &pay, &done));
    assert_int_equal(done.row.owed, 0);
}

static void who_comes_takes_debts_along(void **state)
{
    struct world *world = *state;
    static struct vend_debt_list list;
    struct vend_caller chief = world_caller("chief");
    struct vend_act done;
    const struct vend_act_request debt = {.request_id = "d1",
                                          .terminal = "",
                                          .account = "A-1",
                                          .kind = STORE_ACT_DEBT_ADDED,
                                          .amount = 300,
                                          .reason = "arrears",
                                          .terms = {.label = "Arrears", .rule = 2, .amount = 50}};
    const struct vend_account_request next = {
        .number = "B-1", .pan = "", .customer = {"Omar Said", "12 Dock Road", "", ""}, .tariff_class = ""};
    struct vend_life_request request = {.number = "A-1", .reason = "house sold", .next = &next};
    struct vend_order order = office_money("r1", "B-1", 1000);
    assert_ok(vend_account_act(world->vend, &chief, &debt, &done));
    assert_refused(MV_ACCOUNT_OWES, vend_transfer_account(world->vend, &chief, &request, &account));
    request.debts_go_along = true;
    assert_ok(vend_transfer_account(world->vend, &chief, &request, &account));
    assert_string_equal(account.row.number, "B-1");
    assert_string_equal(account.row.tariff_class, "home");
    assert_ok(vend_transfer_account(world->vend, &chief, &request, &account));
    assert_int_equal(account.row.version, 1);
    assert_ok(vend_list_debts(world->vend, &chief, "A-1", false, &list));
    assert_int_equal(list.count, 0);
    assert_ok(vend_list_debts(world->vend, &chief, "B-1", false, &list));
    assert_int_equal(list.owed, 300);
    assert_int_equal(account.owes.owed, 300);
    assert_ok(office_sell(world, &order, &sold));
    assert_ok(vend_get_account(world->vend, &chief, "B-1", NULL, &account));
    assert_int_equal(account.owes.owed, 250);
    assert_int_equal(sold.charged.bill.debts, 50);
    assert_string_equal(sold.charged.of.customer, "Omar Said");
    order.request_id = "r2";
    order.purchase.account = "A-1";
    assert_refused(MV_ACCOUNT_SUSPENDED, office_sell(world, &order, &sold));
    assert_int_equal(office_number(world, "SELECT sum(outstanding) FROM debt"), 250);
}

/* ---- whoever writes the ledger ---- */
static void assert_kept(struct world *world, const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(world->ledger + strlen("sqlite:"), &db), SQLITE_OK);
    int code = sqlite3_exec(db, sql, NULL, NULL, NULL);
    if (code != SQLITE_CONSTRAINT)
        print_message("%s\n", sql);
    assert_int_equal(code, SQLITE_CONSTRAINT);
    (void)sqlite3_close(db);
}

static void the_schema_refuses(void **state)
{
    struct world *world = *state;
    struct vend_caller seller = world_caller("seller");
    struct vend_caller chief = world_caller("chief");
    struct vend_order order = office_money("r1", "A-1", 1000);
    struct vend_act done;
    const struct vend_act_request debt = {.request_id = "d1",
                                          .terminal = "",
                                          .account = "A-1",
                                          .kind = STORE_ACT_DEBT_ADDED,
                                          .amount = 300,
                                          .reason = "arrears",
                                          .terms = {.label = "Arrears", .rule = 2, .amount = 50}};
    assert_ok(vend_account_act(world->vend, &chief, &debt, &done));
    assert_ok(office_sell(world, &order, &sold));
    assert_ok(reverse(world, "chief", 1));
    assert_ok(vend_cancel_sale(world->vend, &seller, "r9"));
    static const char *const refused[] = {
        "UPDATE account_act SET amount = 1",
        "DELETE FROM account_act",
        "UPDATE debt SET outstanding = 0",
        "DELETE FROM debt",
        "UPDATE debt_entry SET amount = -1",
        "DELETE FROM debt_entry",
        "UPDATE debt_terms SET percent_e4 = 1",
        "INSERT INTO debt_entry VALUES (1, 3, -1, 248, 1, NULL, 0)",
        "UPDATE claim SET amount = 1",
        "DELETE FROM claim",
        "INSERT INTO claim_approval SELECT id, principal, 0 FROM claim",
        "DELETE FROM cancelled_request",
        "INSERT INTO cancelled_request SELECT principal, request_id, 0 FROM sale",
        "INSERT INTO sale_confirmation SELECT id, 0 FROM sale",
        "INSERT INTO free_issue SELECT id, 'gift', NULL FROM sale",
        "INSERT INTO account_deposit VALUES (1, 1, 100)",
        /* a number left out; money that nobody paid; a claim that no officer agreed to */
        "INSERT INTO account_act VALUES (3, 1, 'x', zeroblob(32), 1, 5, 10, NULL, NULL, 1, '', '', 10, 0, 0, 0)",
        "INSERT INTO account_act VALUES (2, 1, 'x', zeroblob(32), 1, 5, 10, NULL, NULL, 1, '', '', 11, 0, 0, 0)",
        "INSERT INTO account_act SELECT 2,1,'x',zeroblob(32),1,9,amount,NULL,id,0,'','x',0,0,0,0 FROM claim",
        "INSERT INTO account_version VALUES (1, 2, 6, 1, 1, 'name', '', '', '', 'home', '', 1, 0)",
    };
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        assert_kept(world, refused[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_request_is_given_up_before_it_is_made, setup, world_teardown),
        cmocka_unit_test_setup_teardown(a_confirmed_sale_is_not_reversed, setup, world_teardown),
        cmocka_unit_test_setup_teardown(a_reversal_pays_once_by_two_officers, setup, world_teardown),
        cmocka_unit_test_setup_teardown(a_reversal_owes_debts_again, setup, world_teardown),
        cmocka_unit_test_setup_teardown(a_reversal_waits_for_room_among_debts, setup, world_teardown),
        cmocka_unit_test_setup_teardown(nobody_agrees_to_their_own_claim, setup, world_teardown),
        cmocka_unit_test_setup_teardown(an_emergency_token_costs_nothing, setup, world_teardown),
        cmocka_unit_test_setup_teardown(the_month_s_free_units_are_a_token_of_their_own, setup, world_teardown),
        cmocka_unit_test_setup_teardown(credit_moves_to_the_next_meter, setup, world_teardown),
        cmocka_unit_test_setup_teardown(a_closed_account_holds_nothing, setup, world_teardown),
        cmocka_unit_test_setup_teardown(who_comes_takes_debts_along, setup, world_teardown),
        cmocka_unit_test_setup_teardown(the_schema_refuses, setup, world_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
