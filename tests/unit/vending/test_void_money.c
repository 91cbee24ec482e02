/* The money of a sale by record that was taken back. */
#include "vending/claims.h"
#include "vending/debts.h"
#include "vending/price.h"
#include <stdio.h>

#include "void_world.h"

static mv_status sell(struct world *world, const char *id, int64_t money)
{
    struct vend_record_order order = records_purchase(id, void_play.pan, 0);
    order.body = void_body;
    order.priced = true;
    order.terminal = "till";
    order.sale = (struct vend_purchase){.money = money, .payment = VEND_PAY_CASH};
    mv_status status = records_sign(world, "seller", &order, &void_play.records);
    if (status.ok)
        void_remember();
    return status;
}

static mv_status reverse(struct world *world, uint64_t receipt, struct vend_claim *claim)
{
    struct vend_caller chief = world_caller("chief");
    const struct vend_reversal_request request = {
        .organisation = "shop", .terminal = "till", .receipt = receipt, .reason = "wrong meter"};
    return vend_reverse_sale(world->vend, &chief, &request, claim);
}

static int64_t balance(struct world *world)
{
    return office_number(world, "SELECT sum(balance) FROM account_tally");
}

static void a_reversal_is_good_by_the_return(void **state)
{
    struct world *world = *state;
    struct vend_claim claim;
    struct vend_caller officer = world_caller("officer1");
    assert_ok(sell(world, "r2", 115));
    assert_ok(reverse(world, 1, &claim));
    assert_false(claim.row.proven);
    assert_ok(void_one(world, "v3", 2));
    assert_int_equal(balance(world), 0);
    void_deliver(&void_play.issued[1]);
    void_ask(world, "ask");
    assert_int_equal(balance(world), 115);
    assert_true(world_audit_has(world, "claim=1 account=A-1 amount=115 act=1 epoch=7 sequence=1"));
    assert_int_equal(office_number(world, "SELECT count(*) FROM claim_approval"), 0);
    assert_ok(vend_approve_claim(world->vend, &officer, claim.row.id, &claim));
    assert_true(claim.row.proven);
    assert_int_equal(balance(world), 115);
    void_ask(world, "ask2");
    assert_int_equal(balance(world), 115);
    world_audit_verify(world);
}

static void what_is_proven_before_is_paid_at_once(void **state)
{
    struct world *world = *state;
    struct vend_claim claim;
    assert_ok(sell(world, "r2", 115));
    assert_ok(void_one(world, "v3", 2));
    void_deliver(&void_play.issued[1]);
    void_ask(world, "ask");
    assert_int_equal(balance(world), 0); /* nobody asked for the money yet */
    assert_ok(reverse(world, 1, &claim));
    assert_true(claim.row.proven);
    assert_true(claim.row.act > 0);
    assert_true(world_audit_has(world, "claim=1 kind=1 account=A-1 amount=115 act=1 receipt=shop/till/1 risk=none"));
    assert_int_equal(balance(world), 115);
    assert_refused(MV_SALE_REVERSED, reverse(world, 1, &claim));
}

static void what_the_meter_has_is_for_officers(void **state)
{
    struct world *world = *state;
    struct vend_claim claim;
    struct vend_caller one = world_caller("officer1");
    struct vend_caller other = world_caller("officer2");
    assert_ok(sell(world, "r2", 115));
    assert_ok(reverse(world, 1, &claim));
    assert_ok(void_one(world, "v3", 2));
    void_deliver(&void_play.issued[0]);
    void_deliver(&void_play.issued[1]);
    void_ask(world, "ask");
    assert_true(void_play.out.voids[0].taken);
    assert_int_equal(balance(world), 0);
    assert_true(office_refuses(world, "INSERT INTO account_act SELECT 1,1,'x',zeroblob(32),1,9,amount,NULL,id,0,'','x',"
                                      "amount,0,0,0 FROM claim"));
    assert_ok(vend_approve_claim(world->vend, &one, claim.row.id, &claim));
    assert_ok(vend_approve_claim(world->vend, &other, claim.row.id, &claim));
    assert_int_equal(balance(world), 115);
}

static void what_was_confirmed_and_is_void_is_reversed(void **state)
{
    struct world *world = *state;
    struct vend_claim claim;
    struct vend_caller seller = world_caller("seller");
    assert_ok(sell(world, "r2", 115));
    assert_ok(vend_confirm_sale(world->vend, &seller, "r2"));
    assert_ok(void_one(world, "v3", 2));
    assert_refused(MV_SALE_CONFIRMED, reverse(world, 1, &claim)); /* the meter may take it yet */
    void_deliver(&void_play.issued[1]);
    void_ask(world, "ask");
    assert_ok(reverse(world, 1, &claim));
    assert_true(claim.row.proven);
    assert_int_equal(balance(world), 115);
    assert_refused(MV_SALE_REVERSED, reverse(world, 1, &claim));
}

static void what_was_confirmed_and_taken_is_not_reversed(void **state)
{
    struct world *world = *state;
    struct vend_claim claim;
    struct vend_caller seller = world_caller("seller");
    assert_ok(sell(world, "r2", 115));
    assert_ok(vend_confirm_sale(world->vend, &seller, "r2"));
    assert_ok(void_one(world, "v3", 2));
    void_deliver(&void_play.issued[0]);
    void_deliver(&void_play.issued[1]);
    void_ask(world, "ask");
    assert_true(void_play.out.voids[0].taken);
    assert_refused(MV_SALE_CONFIRMED, reverse(world, 1, &claim));
    assert_true(office_refuses(world, "INSERT INTO claim SELECT NULL, 1, b.account, s.meter, s.id, b.total, 'x', 1, 0 "
                                      "FROM bill b JOIN sale s ON s.id = b.sale"));
}

/* ---- no room for it ---- */
static struct vend_act done;

static mv_status act(struct world *world, const char *id, enum store_act_kind kind, int64_t amount, int64_t debt)
{
    struct vend_caller chief = world_caller("chief");
    const bool adds = kind == STORE_ACT_DEBT_ADDED;
    const bool money = kind == STORE_ACT_PAID_IN || kind == STORE_ACT_PAID_OUT;
    const struct vend_act_request request = {
        .request_id = id,
        .terminal = money ? "till" : "",
        .account = "A-1",
        .kind = kind,
        .amount = amount,
        .debt = debt,
        .payment = money ? VEND_PAY_CASH : 0,
        .reason = "as agreed",
        .terms = {.label = adds ? "Arrears" : "", .rule = adds ? VEND_DEBT_FIXED : 0, .amount = adds ? 10 : 0}};
    return vend_account_act(world->vend, &chief, &request, &done);
}

/* The sale with number 2 is reversed and void, and the meter shows that. */
static void return_of_a_void_sale(struct world *world, struct vend_claim *claim)
{
    assert_ok(reverse(world, 1, claim));
    assert_ok(void_one(world, "v3", 2));
    void_deliver(&void_play.issued[1]);
    void_ask(world, "ask");
    assert_int_equal(void_play.out.void_count, 1);
    assert_false(void_play.out.voids[0].taken);
}

static void a_return_counts_although_debts_have_no_room(void **state)
{
    struct world *world = *state;
    struct vend_claim claim;
    struct vend_caller officer = world_caller("officer1");
    char id[16];
    for (int i = 0; i < VEND_PRICE_DEBTS; i++) {
        (void)snprintf(id, sizeof id, "d%d", i);
        assert_ok(act(world, id, STORE_ACT_DEBT_ADDED, 100, 0));
    }
    assert_ok(sell(world, "r2", 1000)); /* 10 of each, which would be debts of their own again */
    const int64_t total = office_number(world, "SELECT total FROM bill");
    return_of_a_void_sale(world, &claim);
    assert_int_equal(balance(world), 0);
    assert_int_equal(office_number(world, "SELECT count(*) FROM record_void_end WHERE taken = 0"), 1);
    assert_refused(MV_TOO_MANY_DEBTS, vend_approve_claim(world->vend, &officer, claim.row.id, &claim));
    for (int i = 1; i <= VEND_PRICE_DEBTS; i++) {
        (void)snprintf(id, sizeof id, "off%d", i);
        assert_ok(act(world, id, STORE_ACT_DEBT_WRITTEN_OFF, 90, i));
    }
    assert_ok(vend_approve_claim(world->vend, &officer, claim.row.id, &claim));
    assert_true(claim.row.act > 0);
    assert_int_equal(balance(world), total);
    assert_ok(vend_approve_claim(world->vend, &officer, claim.row.id, &claim));
    assert_int_equal(balance(world), total);
    world_audit_verify(world);
}

static void a_return_counts_although_the_balance_is_full(void **state)
{
    struct world *world = *state;
    struct vend_claim claim;
    struct vend_caller officer = world_caller("officer1");
    assert_ok(sell(world, "r2", 115));
    assert_ok(act(world, "in", STORE_ACT_PAID_IN, VEND_MONEY_MOST - 114, 0));
    assert_ok(reverse(world, 1, &claim));
    assert_ok(vend_approve_claim(world->vend, &officer, claim.row.id, &claim)); /* and waits for a second one */
    assert_ok(void_one(world, "v3", 2));
    void_deliver(&void_play.issued[1]);
    void_ask(world, "ask");
    assert_int_equal(balance(world), VEND_MONEY_MOST - 114);
    assert_refused(MV_MONEY_TOO_MUCH, vend_approve_claim(world->vend, &officer, claim.row.id, &claim));
    assert_ok(act(world, "out", STORE_ACT_PAID_OUT, 1, 0));
    assert_ok(vend_approve_claim(world->vend, &officer, claim.row.id, &claim)); /* the same one: a return proves it */
    assert_int_equal(balance(world), VEND_MONEY_MOST);
    assert_int_equal(office_number(world, "SELECT count(*) FROM account_act WHERE kind = 9"), 1);
}

/* What the service does itself has ids of its own among those of whom it does it for. */
static void ids_of_callers_are_in_nobodys_way(void **state)
{
    struct world *world = *state;
    struct vend_claim claim;
    struct vend_caller seller = world_caller("seller"); /* who brings the return */
    struct vend_act_request in = {.request_id = "#claim-1",
                                  .terminal = "till",
                                  .account = "A-1",
                                  .kind = STORE_ACT_PAID_IN,
                                  .amount = 5,
                                  .payment = VEND_PAY_CASH,
                                  .reason = ""};
    assert_refused(MV_INVALID_FIELD, vend_account_act(world->vend, &seller, &in, &done));
    in.request_id = "claim-1";
    assert_ok(sell(world, "r2", 115));
    assert_ok(vend_account_act(world->vend, &seller, &in, &done));
    return_of_a_void_sale(world, &claim);
    assert_int_equal(claim.row.id, 1);
    assert_int_equal(balance(world), 5 + 115);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, void_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_reversal_is_good_by_the_return),
        CASE(what_is_proven_before_is_paid_at_once),
        CASE(what_the_meter_has_is_for_officers),
        CASE(what_was_confirmed_and_is_void_is_reversed),
        CASE(what_was_confirmed_and_taken_is_not_reversed),
        CASE(a_return_counts_although_debts_have_no_room),
        CASE(a_return_counts_although_the_balance_is_full),
        CASE(ids_of_callers_are_in_nobodys_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
