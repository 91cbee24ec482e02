/* The money of a sale by record that was taken back. */
#include "vending/claims.h"
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

#define CASE(name) cmocka_unit_test_setup_teardown(name, void_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_reversal_is_good_by_the_return),
        CASE(what_is_proven_before_is_paid_at_once),
        CASE(what_the_meter_has_is_for_officers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
