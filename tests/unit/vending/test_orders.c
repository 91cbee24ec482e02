/* Orders besides credit in units: management, tests, currency, special identifiers; who may have them and read them
 * back. */
#include "desk_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metervault/sts_manage.h"

static char pan[19];

static struct vend_order order_of(enum vend_order_kind kind, const char *id)
{
    struct vend_order order = {.request_id = id,
                               .terminal = "till",
                               .pan = world_pan(1, pan),
                               .carrier = VEND_KEYPAD,
                               .kind = kind,
                               .target.ti = -1};
    return order;
}

static struct mv_sts_block block_of(const char *digits)
{
    uint8_t token_class = 9;
    uint64_t clear = 0;
    struct mv_sts_block block;
    assert_int_equal(mv_sts_digits_to_block(digits, &token_class, &clear), MV_DONE);
    assert_int_equal(mv_sts_block_unpack(token_class, clear, &block), MV_DONE);
    return block;
}

static void management(void **state)
{
    struct world *world = *state;
    struct vend_issued issued;
    struct mv_sts_manage token;
    struct vend_order order = order_of(VEND_ORDER_MANAGEMENT, "m1");
    order.management = (struct vend_management){MV_MANAGE_MAXIMUM_POWER, 16385};
    assert_ok(world_order(world, "engineer", &order, &issued));
    assert_int_equal(issued.kind, VEND_ORDER_MANAGEMENT);
    assert_int_equal(issued.management.subclass, MV_MANAGE_MAXIMUM_POWER);
    assert_int_equal(issued.management.value, 16385);
    assert_int_equal(issued.token_count, 1);
    assert_int_equal(issued.receipt, 1);
    assert_int_equal(world_own(&issued)->token_class, 2);
    assert_int_equal(world_own(&issued)->unit, VEND_UNIT_WATT);
    assert_int_equal(world_own(&issued)->encoded, 16394);
    struct mv_sts_block block = block_of(world_own(&issued)->digits);
    assert_int_equal(mv_sts_manage_unpack(&block, &token), MV_DONE);
    assert_int_equal(token.tid, NOW_MINUTE - BASE_2014_MINUTE);
    assert_int_equal(mv_sts_amount_decode(token.field), 16394);
    /* it shares the identifiers with credit */
    assert_ok(world_sell(world, "seller", "c1", pan, 100, &issued));
    assert_int_equal(world_own(&issued)->tid, NOW_MINUTE + 1 - BASE_2014_MINUTE);
    assert_int_equal(issued.receipt, 2);
    order.request_id = "m2";
    order.management = (struct vend_management){MV_MANAGE_CLEAR_TAMPER, 1};
    assert_refused(MV_INVALID_FIELD, world_order(world, "engineer", &order, &issued));
    assert_int_equal(world_audit_count(world, "TokenService.IssueManagement", "INVALID_FIELD"), 1);
    assert_int_equal(world_audit_count(world, "TokenService.IssueManagement", "ok"), 1);
}

static void tests(void **state)
{
    struct world *world = *state;
    struct vend_issued issued;
    struct mv_sts_test token;
    int prepared = fake_keys.prepare_calls;
    struct vend_order order = order_of(VEND_ORDER_TEST, "t1");
    order.test = (struct vend_test){.subclass = 1, .control = 3, .manufacturer = 1234};
    assert_ok(world_order(world, "seller", &order, &issued));
    assert_int_equal(fake_keys.prepare_calls, prepared); /* it is under no key */
    assert_int_equal(world_own(&issued)->token_class, 1);
    assert_int_equal(world_own(&issued)->tid, 0);
    assert_int_equal(issued.test.control, 3);
    assert_int_equal(issued.test.manufacturer, 1234);
    struct mv_sts_block block = block_of(world_own(&issued)->digits);
    assert_int_equal(mv_sts_test_unpack(&block, &token), MV_DONE);
    assert_int_equal(token.control, 3);
    assert_int_equal(token.manufacturer, 1234);
    /* it takes no identifier */
    assert_ok(world_sell(world, "seller", "c1", pan, 100, &issued));
    assert_int_equal(world_own(&issued)->tid, NOW_MINUTE - BASE_2014_MINUTE);
    order.request_id = "t2";
    order.special = true;
    assert_refused(MV_INVALID_FIELD, world_order(world, "seller", &order, &issued));
}

static void special_identifiers(void **state)
{
    struct world *world = *state;
    struct vend_issued issued;
    const uint32_t special = (uint32_t)(NOW_MINUTE - NOW_MINUTE % 1440 + 1 - BASE_2014_MINUTE);
    struct vend_order order = order_of(VEND_ORDER_CREDIT, "s1");
    order.quantity = (struct vend_quantity){VEND_UNIT_WH, 100};
    order.special = true;
    assert_ok(world_order(world, "seller", &order, &issued));
    assert_int_equal(world_own(&issued)->tid, special);
    order.special = false; /* another request */
    assert_refused(MV_REQUEST_ID_REUSED, world_order(world, "seller", &order, &issued));
    order.special = true;
    assert_ok(world_order(world, "seller", &order, &issued));
    assert_true(issued.replayed);
    order.request_id = "s2";
    assert_refused(MV_SPECIAL_IDENTIFIER_TAKEN, world_order(world, "seller", &order, &issued));
    struct vend_order other = order_of(VEND_ORDER_MANAGEMENT, "s3");
    other.management.subclass = MV_MANAGE_CLEAR_TAMPER;
    other.special = true;
    assert_refused(MV_SPECIAL_IDENTIFIER_TAKEN, world_order(world, "engineer", &other, &issued));
    assert_ok(world_sell(world, "seller", "c1", pan, 100, &issued));
    assert_int_equal(world_own(&issued)->tid, NOW_MINUTE - BASE_2014_MINUTE);
}

static void currency(void **state)
{
    struct world *world = *state;
    struct vend_issued issued;
    struct mv_sts_credit token;
    struct vend_meter meter;
    char money_pan[19];
    struct vend_caller admin = world_caller("admin");
    const struct vend_meter_request registration = {.pan = world_pan(7, money_pan),
                                                    .organisation = "shop",
                                                    .utility = VEND_GAS,
                                                    .currency = true,
                                                    .key = world_key()};
    assert_ok(vend_register_meter(world->vend, &admin, &registration, &meter));
    struct vend_order order = order_of(VEND_ORDER_CREDIT, "e1");
    order.pan = money_pan;
    order.quantity = (struct vend_quantity){VEND_UNIT_CURRENCY_E5, 16385};
    assert_ok(world_order(world, "seller", &order, &issued));
    assert_int_equal(issued.unit, VEND_UNIT_CURRENCY_E5);
    assert_int_equal(issued.requested, 16385);
    assert_int_equal(world_own(&issued)->subclass, 6);
    assert_int_equal(world_own(&issued)->encoded, 16394);
    assert_int_equal(world_own(&issued)->unit, VEND_UNIT_CURRENCY_E5);
    struct mv_sts_block block = block_of(world_own(&issued)->digits);
    assert_int_equal(mv_sts_credit_unpack(&block, &token), MV_DONE);
    assert_int_equal(mv_sts_currency_magnitude(token.currency).low, 16394);
    order.request_id = "e2";
    order.quantity.unit = VEND_UNIT_LITRE;
    assert_refused(MV_WRONG_UTILITY, world_order(world, "seller", &order, &issued));
    order.pan = world_pan(1, pan);
    order.quantity.unit = VEND_UNIT_CURRENCY_E5;
    assert_refused(MV_WRONG_UTILITY, world_order(world, "seller", &order, &issued));
}

static void who_may_read_back(void **state)
{
    struct world *world = *state;
    struct vend_issued issued;
    struct vend_caller seller = world_caller("seller");
    struct vend_caller engineer = world_caller("engineer");
    struct vend_caller chief = world_caller("chief");
    struct vend_caller auditor = world_caller("auditor");
    struct vend_order order = order_of(VEND_ORDER_MANAGEMENT, "m1");
    order.management.subclass = MV_MANAGE_CLEAR_TAMPER;
    assert_ok(world_order(world, "engineer", &order, &issued));
    assert_ok(world_sell(world, "seller", "c1", pan, 100, &issued));
    assert_ok(vend_token_by_request(world->vend, &engineer, "m1", &issued));
    assert_int_equal(issued.kind, VEND_ORDER_MANAGEMENT);
    assert_ok(vend_last_response(world->vend, &engineer, "till", &issued));
    assert_int_equal(issued.kind, VEND_ORDER_MANAGEMENT);
    assert_refused(MV_ROLE_MISSING, vend_token_by_receipt(world->vend, &seller, "shop", "till", 1, &issued));
    assert_refused(MV_ROLE_MISSING, vend_token_by_receipt(world->vend, &engineer, "shop", "till", 2, &issued));
    for (uint64_t receipt = 1; receipt <= 2; receipt++) {
        assert_ok(vend_token_by_receipt(world->vend, &chief, "shop", "till", receipt, &issued));
        assert_ok(vend_token_by_receipt(world->vend, &auditor, "shop", "till", receipt, &issued));
    }
}

static void malformed_orders(void **state)
{
    struct world *world = *state;
    struct vend_issued issued;
    struct vend_order order = order_of(VEND_ORDER_KEY_CHANGE, "k1");
    order.target.krn = 10;
    assert_refused(MV_INVALID_FIELD, world_order(world, "engineer", &order, &issued));
    order.target = (struct vend_key_target){.ti = 100};
    assert_refused(MV_INVALID_FIELD, world_order(world, "engineer", &order, &issued));
    order.target = (struct vend_key_target){.ti = -2};
    assert_refused(MV_INVALID_FIELD, world_order(world, "engineer", &order, &issued));
    order.target = (struct vend_key_target){.ti = -1, .kt = 4};
    assert_refused(MV_INVALID_FIELD, world_order(world, "engineer", &order, &issued));
    order.target = (struct vend_key_target){.ti = -1, .sgc = "12345"};
    assert_refused(MV_INVALID_FIELD, world_order(world, "engineer", &order, &issued));
    order = order_of(VEND_ORDER_CREDIT, NULL);
    assert_refused(MV_INVALID_FIELD, world_order(world, "seller", &order, &issued));
    order.request_id = "c1";
    order.quantity = (struct vend_quantity){VEND_UNIT_WATT, 100};
    assert_refused(MV_INVALID_FIELD, world_order(world, "seller", &order, &issued));
    order.kind = (enum vend_order_kind)9;
    assert_refused(MV_INVALID_FIELD, world_order(world, "seller", &order, &issued));
    struct vend_caller seller = world_caller("seller");
    order.kind = VEND_ORDER_TEST;
    assert_refused(MV_INVALID_FIELD, vend_trial(world->vend, &seller, &order, &issued));
}

static void assert_told(struct world *world, const char *text)
{
    char *dump = world_dump(world);
    bool found = strstr(dump, text) != NULL;
    free(dump);
    if (!found)
        fail_msg("nothing says: %s", text);
}

/* An auditor sees what somebody tried, not only that it was refused. */
static void refusals_say_what_was_asked(void **state)
{
    struct world *world = *state;
    struct vend_issued issued;
    struct vend_order order = order_of(VEND_ORDER_MANAGEMENT, "m1");
    order.management = (struct vend_management){.subclass = 2, .value = 4711};
    assert_refused(MV_ROLE_MISSING, world_order(world, "seller", &order, &issued));
    assert_told(world, "request=m1 terminal=till subclass=2 requested=4711");
    order = order_of(VEND_ORDER_TEST, "t1");
    order.test.control = 815;
    assert_refused(MV_ROLE_MISSING, world_order(world, "admin", &order, &issued));
    assert_told(world, "request=t1 terminal=till subclass=0 control=815 manufacturer=0");
    order = order_of(VEND_ORDER_KEY_CHANGE, "k1");
    order.target = (struct vend_key_target){.sgc = OTHER_SGC, .krn = 3, .kt = 2, .ti = 9, .with_sgc = true};
    assert_refused(MV_ROLE_MISSING, world_order(world, "seller", &order, &issued));
    assert_told(world, "request=k1 terminal=till asked: sgc=654321 krn=3 kt=2 ti=9 with sgc");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, desk_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest all[] = {
        TEST(management),
        TEST(tests),
        TEST(special_identifiers),
        TEST(currency),
        TEST(who_may_read_back),
        TEST(malformed_orders),
        TEST(refusals_say_what_was_asked),
    };
    return cmocka_run_group_tests(all, NULL, NULL);
}
