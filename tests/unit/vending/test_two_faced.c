/* Blocks that two classes could read: another one is made, and where there is none the order is refused by name. */
#include <string.h>
#include <sys/random.h>

#include "metervault/sts.h"
#include "metervault/sts_manage.h"
#include "vending/content.h"
#include "world.h"

enum { METER = 5, CREDIT = 0, DAY_MINUTES = 1440 };

static uint8_t rnd; /* what the server draws (--wrap) */

ssize_t __wrap_getrandom(void *data, size_t size, unsigned flags);
ssize_t __wrap_getrandom(void *data, size_t size, unsigned flags)
{
    (void)flags;
    memset(data, rnd, size);
    return (ssize_t)size;
}

static char pan[19];

static int with_currency(void **state)
{
    if (world_setup(state) != 0)
        return -1;
    struct world *world = *state;
    struct vend_meter meter;
    struct vend_caller officer = world_caller("officer1");
    struct vend_caller admin = world_caller("admin");
    struct vend_principal row;
    const struct vend_meter_request request = {.pan = world_pan(METER, pan),
                                               .organisation = "shop",
                                               .utility = VEND_ELECTRICITY,
                                               .currency = true,
                                               .key = world_key()};
    assert_ok(vend_register_meter(world->vend, &admin, &request, &meter));
    assert_ok(vend_create_principal(world->vend, &officer, "engineer", "shop", UINT32_C(1) << VEND_ENGINEER, &row));
    return 0;
}

static bool is_two_faced(const struct vend_content *content, uint32_t tid, uint8_t random)
{
    struct hsmd_block block;
    assert_ok(vend_content_block(content, tid, random, &block));
    return mv_sts_block_is_two_faced(block.token_class, block.clear);
}

/* An amount whose token would have two faces under this identifier. */
static int64_t bad_amount(uint32_t tid)
{
    struct vend_content content;
    for (struct vend_quantity money = {VEND_UNIT_CURRENCY_E5, 1};; money.amount = content.encoded + 1) {
        assert_ok(vend_content_credit(VEND_ELECTRICITY, true, &money, &content));
        if (is_two_faced(&content, tid, 0))
            return content.encoded;
    }
}

static struct vend_order buy(const char *id, int64_t amount, bool special)
{
    return (struct vend_order){.request_id = id,
                               .terminal = "till",
                               .pan = pan,
                               .carrier = VEND_KEYPAD,
                               .special = special,
                               .quantity = {VEND_UNIT_CURRENCY_E5, amount}};
}

static void assert_one_face(const char *digits)
{
    uint8_t token_class = 0;
    uint64_t clear = 0;
    assert_int_equal(mv_sts_digits_to_block(digits, &token_class, &clear), MV_DONE);
    assert_false(mv_sts_block_is_two_faced(token_class, clear));
}

static void money_takes_the_next_identifier(void **state)
{
    struct vend_issued issued;
    const uint32_t tid = (uint32_t)(NOW_MINUTE - BASE_2014_MINUTE);
    const struct vend_order order = buy("c1", bad_amount(tid), false);
    assert_ok(world_order(*state, "seller", &order, &issued));
    assert_int_equal(world_own(&issued)->tid, tid + 1);
    assert_int_equal(world_own(&issued)->encoded, order.quantity.amount);
    assert_one_face(world_own(&issued)->digits);
    const struct vend_order next = buy("c2", 100000, false);
    assert_ok(world_order(*state, "seller", &next, &issued));
    assert_int_equal(world_own(&issued)->tid, tid + 2);
}

/* There is one special identifier a day and no RND in money. */
static void special_money_is_refused(void **state)
{
    struct vend_issued issued;
    const uint32_t today = (uint32_t)(NOW_MINUTE / DAY_MINUTES * DAY_MINUTES + 1 - BASE_2014_MINUTE);
    const struct vend_order order = buy("c1", bad_amount(today), true);
    assert_refused(MV_TOKEN_AMBIGUOUS, world_order(*state, "seller", &order, &issued));
    assert_int_equal(world_audit_count(*state, NULL, "TOKEN_AMBIGUOUS"), 1);
    const struct vend_order other = buy("c2", 100000, true);
    assert_ok(world_order(*state, "seller", &other, &issued));
    assert_int_equal(world_own(&issued)->tid, today); /* was not used up */
}

static void management_takes_another_rnd(void **state)
{
    struct vend_issued issued;
    struct vend_content content;
    const uint32_t tid = (uint32_t)(NOW_MINUTE - BASE_2014_MINUTE);
    struct vend_order order = buy("m1", 0, false);
    order.kind = VEND_ORDER_MANAGEMENT;
    order.management.subclass = MV_MANAGE_WATER_FACTOR;
    bool found = false;
    for (uint64_t factor = 0; !found && factor <= UINT16_MAX; factor++) {
        order.management.value = factor;
        assert_ok(vend_content_management(&order.management, &content));
        for (rnd = 0; !found && rnd < 16; rnd++)
            found = is_two_faced(&content, tid, rnd);
    }
    assert_true(found);
    rnd--; /* the loop counted on */
    assert_true(is_two_faced(&content, tid, rnd));
    assert_ok(world_order(*state, "engineer", &order, &issued));
    assert_int_equal(world_own(&issued)->tid, tid); /* the identifier stays */
    assert_one_face(world_own(&issued)->digits);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, with_currency, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(money_takes_the_next_identifier),
        TEST(special_money_is_refused),
        TEST(management_takes_another_rnd),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
