/* Credit left in a meter that its return proves: refunds at closing, units that move to the next meter, and every order
 * of things in which a return proves nothing. */
#include <stdio.h>
#include <string.h>

#include "office_world.h"
#include "records_world.h"
#include "vending/account_life.h"
#include "vending/claims.h"
#include "vending/clock.h"
#include "vending/debts.h"
#include "vending/proof.h"

enum { EPOCH = 7 };

static char pan[19];
static uint32_t returns;
static struct vend_sold sold;
static struct vend_account account;

static int setup(void **state)
{
    if (office_setup(state) != 0)
        return -1;
    (void)records_provisioned(*state, pan);
    returns = 0;
    return 0;
}

static void sell(struct world *world, const char *id, const char *number, int64_t wh)
{
    const struct vend_order order = office_units(id, number, wh);
    assert_ok(office_sell(world, &order, &sold));
}

/* A return that says so much, in answer to a nonce or to nothing. */
static struct records_shown shown(const uint8_t *nonce, int64_t remaining)
{
    struct records_shown shown = records_shown(1, EPOCH, ++returns);
    shown.echo = nonce;
    shown.remaining = remaining;
    return shown;
}

static void bring(struct world *world, struct records_shown what)
{
    struct vend_return out;
    assert_ok(records_bring(world, pan, what, &out));
}

/* Asks the meter, which answers that so much is left. */
static void ask_and_bring(struct world *world, const char *id, int64_t remaining)
{
    uint8_t nonce[STORE_NONCE];
    records_ask(world, id, pan, nonce);
    bring(world, shown(nonce, remaining));
}

static mv_status close_account(struct world *world, const char *number)
{
    struct vend_caller chief = world_caller("chief");
    const struct vend_life_request request = {.number = number, .reason = "moved out", .by_return = true};
    return vend_close_account(world->vend, &chief, &request, &account);
}

static mv_status change_meter(struct world *world, unsigned serial)
{
    char next[19];
    struct vend_caller chief = world_caller("chief");
    const struct vend_life_request request = {
        .number = "A-1", .reason = "display broken", .pan = world_pan(serial, next), .by_return = true};
    return vend_change_meter(world->vend, &chief, &request, &account);
}

static int64_t balance(struct world *world)
{
    return office_number(world, "SELECT sum(balance) FROM account_tally");
}

/* ---- closing ---- */
static void closing_gives_back_what_the_credit_cost(void **state)
{
    struct world *world = *state;
    struct vend_caller chief = world_caller("chief");
    struct vend_act done;
    sell(world, "r1", "A-1", 60000); /* 5.00 and 2.00, with tax 8.05 */
    sell(world, "r2", "A-1", 10000); /* 2.00, with tax 2.30 */
    ask_and_bring(world, "ask", 40000);
    assert_ok(close_account(world, "A-1"));
    const int64_t worth = 230 + 805 / 2;
    assert_int_equal(account.row.state, STORE_ACCOUNT_CLOSED);
    assert_int_equal(account.row.balance, worth);
    assert_int_equal(account.claim, 1);
    assert_int_equal(balance(world), worth);
    assert_int_equal(office_number(world, "SELECT sum(amount) FROM account_act WHERE kind = 9"), worth);
    assert_int_equal(office_number(world, "SELECT count(*) FROM claim_approval"), 0);
    assert_true(world_audit_has(world, "claim=1 kind=2 amount=632 remaining=40000 return=7/1 act=1"));
    assert_ok(close_account(world, "A-1")); /* once */
    assert_int_equal(balance(world), worth);
    const struct vend_act_request pay = {.request_id = "p1",
                                         .terminal = "till",
                                         .account = "A-1",
                                         .kind = STORE_ACT_PAID_OUT,
                                         .amount = worth,
                                         .payment = VEND_PAY_CASH,
                                         .reason = "moved out"};
    assert_ok(vend_account_act(world->vend, &chief, &pay, &done));
    assert_int_equal(balance(world), 0);
    world_audit_verify(world);
}

static void a_claim_tells_what_it_rests_on(void **state)
{
    struct world *world = *state;
    struct vend_caller chief = world_caller("chief");
    static struct vend_claim_list list;
    sell(world, "r1", "A-1", 10000);
    ask_and_bring(world, "ask", 10000);
    assert_ok(close_account(world, "A-1"));
    assert_ok(vend_list_claims(world->vend, &chief, "A-1", &list));
    assert_int_equal(list.count, 1);
    assert_true(list.claims[0].row.proven);
    assert_int_equal(list.claims[0].row.approvals, 0);
    assert_int_equal(list.claims[0].row.amount, sold.charged.bill.total);
    assert_true(list.claims[0].row.act > 0);
}

static void nothing_left_is_nothing_to_give_back(void **state)
{
    struct world *world = *state;
    ask_and_bring(world, "ask", -250); /* emergency credit was used */
    assert_ok(close_account(world, "A-1"));
    assert_int_equal(account.row.state, STORE_ACCOUNT_CLOSED);
    assert_int_equal(account.claim, 0);
    assert_int_equal(office_number(world, "SELECT count(*) FROM claim"), 0);
}

static void free_units_are_worth_nothing(void **state)
{
    struct world *world = *state;
    struct vend_meter_key key = world_key();
    struct vend_caller admin = world_caller("admin");
    struct vend_meter meter;
    assert_ok(world_meter(world, 23, "shop", VEND_ELECTRICITY, &key));
    assert_ok(office_account(world, "S-1", 23, "social", &account));
    world_pan(23, pan);
    assert_ok(vend_provision_meter(world->vend, &admin, pan, RECORDS_DOMAIN, &RECORDS_KEYS, &meter));
    sell(world, "r1", "S-1", 10000); /* 5 kWh free, 1.00 for 5 kWh, 1.00 for the month */
    ask_and_bring(world, "ask", 8000);
    assert_ok(close_account(world, "S-1"));
    assert_int_equal(account.row.balance, 80);
}

/* A sale by record (number 2) that is void by number 3, which the meter has; so much is left in it. */
static void sell_and_void(struct world *world, int64_t remaining)
{
    struct vend_records records;
    struct vend_return out;
    uint8_t nonce[STORE_NONCE];
    struct vend_record_order order = records_purchase("r2", pan, 0);
    order.priced = true;
    order.terminal = "till";
    order.sale = (struct vend_purchase){.money = 115, .payment = VEND_PAY_CASH};
    assert_ok(records_open_account(world, "open", pan, &records));
    assert_ok(records_sign(world, "seller", &order, &records));
    assert_int_equal(records.first_sequence, 2);
    order = records_order(MV_KIND_PURCHASE, "v3", pan);
    order.purchase = MV_PURCHASE_REPLACEMENT;
    order.voids = 2;
    assert_ok(records_sign(world, "chief", &order, &records));
    records_ask(world, "ask", pan, nonce);
    struct records_shown has = shown(nonce, remaining);
    has.taken = 3;
    has.total = 500; /* of the opening alone */
    assert_ok(records_bring(world, pan, has, &out));
    assert_int_equal(out.void_count, 1);
    assert_false(out.voids[0].taken);
}

static void what_is_void_brought_nothing(void **state)
{
    struct world *world = *state;
    sell(world, "r1", "A-1", 10000); /* 1.15 */
    sell_and_void(world, 8000);
    assert_ok(close_account(world, "A-1"));
    assert_int_equal(account.row.balance, 92); /* of the first sale, not of the void one behind it */
}

/* ---- returns that prove nothing ---- */
static void who_was_not_asked_proves_nothing(void **state)
{
    struct world *world = *state;
    uint8_t nonce[STORE_NONCE], newer[STORE_NONCE];
    sell(world, "r1", "A-1", 10000);
    assert_refused(MV_RETURN_MISSING, close_account(world, "A-1"));
    records_ask(world, "ask", pan, nonce);
    assert_refused(MV_RETURN_MISSING, close_account(world, "A-1"));
    bring(world, shown(NULL, 10000));
    assert_refused(MV_RETURN_MISSING, close_account(world, "A-1"));
    records_ask(world, "again", pan, newer);
    bring(world, shown(nonce, 10000)); /* of the request before */
    assert_refused(MV_RETURN_MISSING, close_account(world, "A-1"));
    bring(world, shown(newer, 10000));
    bring(world, shown(NULL, 9000)); /* newer than the proof */
    assert_refused(MV_RETURN_MISSING, close_account(world, "A-1"));
    assert_int_equal(office_number(world, "SELECT count(*) FROM claim"), 0);
    ask_and_bring(world, "last", 9000);
    assert_ok(close_account(world, "A-1"));
}

static void a_meter_of_tokens_alone_proves_nothing(void **state)
{
    struct world *world = *state;
    struct vend_meter_key key = world_key();
    assert_ok(world_meter(world, 24, "shop", VEND_ELECTRICITY, &key));
    assert_ok(office_account(world, "A-2", 24, "home", &account));
    assert_refused(MV_RETURN_MISSING, close_account(world, "A-2"));
}

static void what_is_sold_after_the_question_outdates_it(void **state)
{
    struct world *world = *state;
    struct vend_records records;
    ask_and_bring(world, "ask", 10000);
    sell(world, "r1", "A-1", 10000);
    assert_refused(MV_RETURN_OUTDATED, close_account(world, "A-1"));
    uint8_t nonce[STORE_NONCE];
    records_ask(world, "ask2", pan, nonce);
    assert_ok(records_open_account(world, "open", pan, &records));
    bring(world, shown(nonce, 10000));
    assert_refused(MV_RETURN_OUTDATED, close_account(world, "A-1")); /* may be taken later */
    struct records_shown took = shown(nonce, 10000);
    took.taken = 1;
    bring(world, took);
    assert_refused(MV_RETURN_OUTDATED, close_account(world, "A-1")); /* was sold after the question */
    records_ask(world, "ask3", pan, nonce);
    bring(world, shown(nonce, 10000));
    assert_refused(MV_RETURN_OUTDATED, close_account(world, "A-1")); /* is not taken yet */
    records_ask(world, "ask4", pan, nonce);
    struct records_shown all = shown(nonce, 10000);
    all.taken = 1;
    bring(world, all);
    assert_ok(close_account(world, "A-1"));
}

static void credit_is_used_up_while_time_goes_by(void **state)
{
    struct world *world = *state;
    sell(world, "r1", "A-1", 10000);
    ask_and_bring(world, "ask", 10000);
    world_step(VEND_PROOF_FRESH_S + 1, VEND_PROOF_FRESH_S + 1);
    assert_refused(MV_RETURN_OUTDATED, close_account(world, "A-1"));
    world_step(-1, -1);
    assert_ok(close_account(world, "A-1"));
}

static void a_clock_that_jumped_tells_no_age(void **state)
{
    struct world *world = *state;
    struct vend_caller officer = world_caller("officer1");
    int64_t server_s;
    sell(world, "r1", "A-1", 10000);
    ask_and_bring(world, "ask", 10000);
    world_step(-3600, 0);
    assert_refused(MV_CLOCK_STEPPED, close_account(world, "A-1"));
    assert_ok(vend_confirm_clock(world->vend, &officer, world_now_s(), &server_s));
    assert_refused(MV_RETURN_OUTDATED, close_account(world, "A-1")); /* was asked in an hour */
    world_step(3600 - VEND_CLOCK_STEP_S - 1, 3600 - VEND_CLOCK_STEP_S - 1);
    assert_refused(MV_RETURN_OUTDATED, close_account(world, "A-1"));
    world_step(1, 1);
    assert_ok(close_account(world, "A-1"));
}

static void a_return_is_of_one_account(void **state)
{
    struct world *world = *state;
    struct vend_caller chief = world_caller("chief");
    const struct vend_account_request next = {
        .number = "B-1", .pan = "", .customer = {"Omar Said", "12 Dock Road", "", ""}, .tariff_class = ""};
    const struct vend_life_request request = {.number = "A-1", .reason = "house sold", .next = &next};
    sell(world, "r1", "A-1", 10000);
    ask_and_bring(world, "ask", 10000);
    assert_ok(vend_transfer_account(world->vend, &chief, &request, &account));
    assert_refused(MV_RETURN_OUTDATED, close_account(world, "B-1")); /* asked while A-1 had it */
    assert_ok(close_account(world, "A-1"));                          /* is closed, and its credit went along */
    assert_int_equal(account.claim, 0);
    assert_int_equal(balance(world), 0);
}

static void a_return_is_used_once(void **state)
{
    struct world *world = *state;
    struct vend_meter_key key = world_key();
    assert_ok(world_meter(world, 21, "shop", VEND_ELECTRICITY, &key));
    sell(world, "r1", "A-1", 10000);
    ask_and_bring(world, "ask", 10000);
    assert_ok(change_meter(world, 21));
    assert_ok(office_account(world, "A-2", 1, "home", &account));
    assert_refused(MV_RETURN_USED, close_account(world, "A-2"));
}

static void credit_is_given_back_once_until_a_reset(void **state)
{
    static const char second[] =
        "INSERT INTO claim (kind, account, meter, amount, reason, principal, at_unix_s) "
        "SELECT 2, id, meter, 100, 'x', 1, 0 FROM account WHERE number = 'A-2'; "
        "INSERT INTO claim_proof SELECT max(c.id), r.meter, r.epoch, r.sequence FROM claim c, record_return r "
        "WHERE r.sequence = (SELECT max(sequence) FROM record_return WHERE epoch = r.epoch) "
        "AND r.epoch = (SELECT max(epoch) FROM record_return)";
    struct world *world = *state;
    struct vend_records records;
    struct vend_return out;
    uint8_t nonce[STORE_NONCE];
    sell(world, "r1", "A-1", 10000);
    ask_and_bring(world, "ask", 10000);
    assert_ok(close_account(world, "A-1"));
    assert_ok(office_account(world, "A-2", 1, "home", &account));
    sell(world, "r2", "A-2", 10000);
    ask_and_bring(world, "ask2", 10000); /* which may be what A-1 was paid for */
    assert_refused(MV_CREDIT_NEEDS_OFFICERS, close_account(world, "A-2"));
    assert_true(office_refuses(world, second));
    assert_ok(records_renew(world, "reset", pan, true, &records));
    assert_ok(records_bring(world, pan, records_shown(3, EPOCH + 1, 1), &out));
    records_ask(world, "ask3", pan, nonce);
    struct records_shown anew = records_shown(3, EPOCH + 1, 2);
    anew.echo = nonce;
    anew.remaining = 10000;
    assert_ok(records_bring(world, pan, anew, &out));
    assert_false(office_refuses(world, second));
    assert_ok(close_account(world, "A-2"));
    assert_int_equal(account.row.balance, sold.charged.bill.total);
}

static void a_reset_meter_is_asked_again(void **state)
{
    struct world *world = *state;
    struct vend_records records;
    struct vend_return out;
    sell(world, "r1", "A-1", 10000);
    ask_and_bring(world, "ask", 10000);
    assert_ok(records_renew(world, "reset", pan, true, &records));
    assert_ok(records_bring(world, pan, records_shown(3, EPOCH + 1, 1), &out));
    assert_refused(MV_RETURN_MISSING, close_account(world, "A-1"));
}

/* ---- what a return cannot decide ---- */
static void some_credit_is_for_officers(void **state)
{
    struct world *world = *state;
    struct vend_caller chief = world_caller("chief");
    struct vend_claim claim;
    uint8_t nonce[STORE_NONCE];
    sell(world, "r1", "A-1", 10000);
    ask_and_bring(world, "ask", 10001); /* more than was sold for money */
    assert_refused(MV_CREDIT_NEEDS_OFFICERS, close_account(world, "A-1"));
    records_ask(world, "ask2", pan, nonce);
    struct records_shown owes = shown(nonce, 5000);
    owes.arrears = 1;
    bring(world, owes);
    assert_refused(MV_CREDIT_NEEDS_OFFICERS, close_account(world, "A-1"));
    records_ask(world, "water", pan, nonce);
    struct records_shown water = shown(nonce, 5000);
    water.counts = 1;
    bring(world, water);
    assert_refused(MV_CREDIT_NEEDS_OFFICERS, close_account(world, "A-1"));
    ask_and_bring(world, "ask3", 5000);
    const struct vend_reversal_request reversal = {
        .organisation = "shop", .terminal = "till", .receipt = 1, .reason = "wrong customer"};
    assert_ok(vend_reverse_sale(world->vend, &chief, &reversal, &claim));
    assert_refused(MV_CREDIT_NEEDS_OFFICERS, close_account(world, "A-1"));
    assert_int_equal(balance(world), 0);
}

static void what_another_meter_brought_is_no_price_here(void **state)
{
    struct world *world = *state;
    char next[19];
    struct vend_meter meter;
    struct vend_caller admin = world_caller("admin");
    struct vend_caller chief = world_caller("chief");
    struct vend_meter_key key = world_key();
    const struct vend_life_request request = {.number = "A-1", .reason = "display broken", .pan = world_pan(21, next)};
    sell(world, "r1", "A-1", 10000);
    assert_ok(world_meter(world, 21, "shop", VEND_ELECTRICITY, &key));
    assert_ok(vend_provision_meter(world->vend, &admin, next, RECORDS_DOMAIN, &RECORDS_KEYS, &meter));
    assert_ok(vend_change_meter(world->vend, &chief, &request, &account));
    memcpy(pan, next, sizeof pan);
    ask_and_bring(world, "ask", 5000);
    assert_refused(MV_CREDIT_NEEDS_OFFICERS, close_account(world, "A-1"));
    sell(world, "r2", "A-1", 5000);
    ask_and_bring(world, "ask2", 5000);
    assert_ok(close_account(world, "A-1"));
    assert_int_equal(account.row.balance, sold.charged.bill.total);
}

static void credit_is_claimed_one_way(void **state)
{
    struct world *world = *state;
    struct vend_caller chief = world_caller("chief");
    struct vend_claim claim;
    const struct vend_claim_request request = {
        .account = "A-1", .pan = pan, .amount = 100, .reason = "read at removal"};
    sell(world, "r1", "A-1", 10000);
    assert_ok(vend_claim_credit(world->vend, &chief, &request, &claim));
    assert_false(claim.row.proven);
    ask_and_bring(world, "ask", 5000);
    assert_refused(MV_CLAIM_NOT_DUE, close_account(world, "A-1"));
    assert_int_equal(office_number(world, "SELECT state FROM account"), STORE_ACCOUNT_IN_USE);
}

static mv_status reverse(struct world *world, uint64_t receipt, struct vend_claim *claim)
{
    struct vend_caller chief = world_caller("chief");
    const struct vend_reversal_request request = {
        .organisation = "shop", .terminal = "till", .receipt = receipt, .reason = "wrong customer"};
    return vend_reverse_sale(world->vend, &chief, &request, claim);
}

static void what_was_given_back_is_not_reversed(void **state)
{
    struct world *world = *state;
    struct vend_claim claim;
    sell(world, "r1", "A-1", 10000);
    ask_and_bring(world, "ask", 10000);
    assert_ok(close_account(world, "A-1"));
    assert_int_equal(balance(world), 115);
    assert_refused(MV_CLAIM_NOT_DUE, reverse(world, 1, &claim));
    assert_int_equal(office_number(world, "SELECT count(*) FROM claim"), 1);
}

static void what_moved_is_not_reversed_but_what_is_void(void **state)
{
    struct world *world = *state;
    struct vend_claim claim;
    struct vend_meter_key key = world_key();
    assert_ok(world_meter(world, 21, "shop", VEND_ELECTRICITY, &key));
    sell(world, "r1", "A-1", 10000);
    sell_and_void(world, 10000);
    assert_ok(change_meter(world, 21));
    assert_refused(MV_CLAIM_NOT_DUE, reverse(world, 1, &claim));
    assert_int_equal(balance(world), 0);
    assert_ok(reverse(world, 2, &claim)); /* never was in the meter */
    assert_true(claim.row.proven);
    assert_int_equal(balance(world), 115);
}

/* ---- another meter ---- */
static void units_move_without_officers(void **state)
{
    struct world *world = *state;
    char next[19];
    struct vend_issued issued;
    struct vend_meter_key key = world_key();
    assert_ok(world_meter(world, 21, "shop", VEND_ELECTRICITY, &key));
    sell(world, "r1", "A-1", 10000);
    ask_and_bring(world, "ask", 98700); /* whoever paid for them */
    assert_ok(change_meter(world, 21));
    assert_string_equal(account.row.pan, world_pan(21, next));
    assert_int_equal(account.claim, 1);
    assert_int_equal(balance(world), 0);
    struct vend_order units = {.request_id = "u1",
                               .terminal = "till",
                               .pan = next,
                               .carrier = VEND_KEYPAD,
                               .kind = VEND_ORDER_CREDIT,
                               .free_reason = "from the old meter",
                               .claim = account.claim,
                               .quantity = {VEND_UNIT_WH, 98800}};
    assert_refused(MV_CLAIM_NOT_DUE, world_order(world, "chief", &units, &issued));
    units.quantity.amount = 98700;
    assert_ok(world_order(world, "chief", &units, &issued));
    units.request_id = "u2";
    assert_refused(MV_CLAIM_NOT_DUE, world_order(world, "chief", &units, &issued));
    assert_int_equal(office_number(world, "SELECT sum(requested) FROM sale JOIN free_issue ON sale = id"), 98700);
}

/* ---- whoever writes the ledger ---- */
#define CLAIMED                                                                                                        \
    "INSERT INTO claim (kind, account, meter, amount, reason, principal, at_unix_s) "                                  \
    "SELECT 2, id, meter, 100, 'x', 1, 0 FROM account; "
#define PROVEN "INSERT INTO claim_proof SELECT c.id, r.meter, r.epoch, r.sequence FROM claim c, record_return r"

static void the_schema_refuses_what_is_no_proof(void **state)
{
    struct world *world = *state;
    struct vend_records records;
    uint8_t nonce[STORE_NONCE], newer[STORE_NONCE];
    sell(world, "r1", "A-1", 10000);
    bring(world, shown(NULL, 10000));
    assert_true(office_refuses(world, CLAIMED PROVEN)); /* not asked */
    records_ask(world, "ask", pan, nonce);
    bring(world, shown(nonce, 10000));
    assert_true(office_refuses(world, CLAIMED PROVEN " WHERE r.answers IS NULL"));
    assert_true(office_refuses(world, CLAIMED "UPDATE claim SET kind = 3"));
    assert_true(office_refuses(world, CLAIMED "INSERT INTO claim_proof SELECT id, meter + 1, 7, 2 FROM claim"));
    assert_true(office_refuses(world, CLAIMED
                               "INSERT INTO account_act SELECT 1,1,'x',zeroblob(32),1,9,100,NULL,id,0,'','x',100,0,0,0 "
                               "FROM claim"));
    sell(world, "r2", "A-1", 1000);
    assert_true(office_refuses(world, CLAIMED PROVEN " WHERE r.answers IS NOT NULL")); /* a token since */
    records_ask(world, "ask2", pan, newer);
    assert_true(office_refuses(world, CLAIMED PROVEN " WHERE r.answers IS NOT NULL")); /* of the request before */
    bring(world, shown(newer, 10000));
    assert_true(office_refuses(world, CLAIMED PROVEN " WHERE r.answers IS NOT NULL AND r.sequence = 2"));
    assert_true(office_refuses(world, "UPDATE read_mark SET last_tid = 1"));
    assert_true(office_refuses(world, "DELETE FROM read_mark"));
    assert_true(office_refuses(world, "INSERT INTO read_mark SELECT max(id) + 1, 0, 1 FROM record"));
    ask_and_bring(world, "ask3", 10000);
    assert_false(office_refuses(world, CLAIMED PROVEN " WHERE r.sequence = 4"));
    bring(world, shown(NULL, 10000));
    assert_true(office_refuses(world, CLAIMED PROVEN " WHERE r.sequence = 4")); /* there is a newer one */
    ask_and_bring(world, "ask4", 10000);
    assert_false(office_refuses(world, CLAIMED PROVEN " WHERE r.sequence = 6"));
    records_ask(world, "ask5", pan, nonce);
    assert_true(office_refuses(world, CLAIMED PROVEN " WHERE r.sequence = 6")); /* asked again */
    bring(world, shown(nonce, 10000));
    assert_ok(records_open_account(world, "open", pan, &records));
    assert_true(office_refuses(world, CLAIMED PROVEN " WHERE r.sequence = 7")); /* a purchase since */
    records_ask(world, "ask6", pan, nonce);
    struct records_shown all = shown(nonce, 10000);
    all.taken = 1;
    bring(world, all);
    assert_ok(close_account(world, "A-1"));
    assert_true(office_refuses(world, "UPDATE claim_proof SET sequence = 2"));
    assert_true(office_refuses(world, "DELETE FROM claim_proof"));
    assert_true(office_refuses(world, "INSERT OR REPLACE INTO claim_proof SELECT * FROM claim_proof"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(closing_gives_back_what_the_credit_cost),
        CASE(a_claim_tells_what_it_rests_on),
        CASE(nothing_left_is_nothing_to_give_back),
        CASE(free_units_are_worth_nothing),
        CASE(what_is_void_brought_nothing),
        CASE(who_was_not_asked_proves_nothing),
        CASE(a_meter_of_tokens_alone_proves_nothing),
        CASE(what_is_sold_after_the_question_outdates_it),
        CASE(credit_is_used_up_while_time_goes_by),
        CASE(a_clock_that_jumped_tells_no_age),
        CASE(a_return_is_of_one_account),
        CASE(a_return_is_used_once),
        CASE(credit_is_given_back_once_until_a_reset),
        CASE(a_reset_meter_is_asked_again),
        CASE(some_credit_is_for_officers),
        CASE(what_another_meter_brought_is_no_price_here),
        CASE(credit_is_claimed_one_way),
        CASE(what_was_given_back_is_not_reversed),
        CASE(what_moved_is_not_reversed_but_what_is_void),
        CASE(units_move_without_officers),
        CASE(the_schema_refuses_what_is_no_proof),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
