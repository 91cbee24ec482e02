/* What accounts pay and get at the counter besides sales, in the batches of its till; deposits that were sold on; and
 * the list of vendors. tests/integration/vendor_law.py works the sums out again from the rows. */
#include <stdio.h>
#include <string.h>

#include "office_world.h"
#include "vending/batches.h"
#include "vending/debts.h"

static struct vend_batch batch;
static unsigned acts;

static mv_status move(struct world *world, const char *who, enum store_act_kind kind, uint32_t payment, int64_t amount)
{
    struct vend_caller caller = world_caller(who);
    struct vend_act act;
    char id[16];
    (void)snprintf(id, sizeof id, "act-%u", ++acts);
    const struct vend_act_request request = {.request_id = id,
                                             .terminal = "till",
                                             .account = "A-1",
                                             .kind = kind,
                                             .amount = amount,
                                             .payment = payment,
                                             .reason = "asked for it"};
    return vend_account_act(world->vend, &caller, &request, &act);
}

static void sell(struct world *world, const char *who, const char *id, int64_t wh, int64_t tendered)
{
    struct vend_order order = office_units(id, "A-1", wh);
    order.purchase.tendered = tendered;
    assert_ok(office_sell_as(world, who, &order, NULL));
}

static int64_t sum_of(uint8_t what, uint8_t key)
{
    for (size_t i = 0; i < batch.row.sum_count; i++)
        if (batch.row.sums[i].what == what && batch.row.sums[i].key == key)
            return batch.row.sums[i].amount;
    return 0;
}

static int64_t drawer(uint8_t payment)
{
    return sum_of(STORE_SUM_MONEY, payment) + sum_of(STORE_SUM_PAID_IN, payment) - sum_of(STORE_SUM_PAID_OUT, payment);
}

static void the_drawer_adds_up(void **state)
{
    struct world *world = *state;
    struct vend_caller seller = world_caller("seller");
    const struct vend_batch_request shift = {"b1", STORE_BATCH_SHIFT, "till"};
    const struct vend_batch_request of_till = {"b2", STORE_BATCH_SALES, "till"};
    struct vend_caller officer = world_caller("officer1");
    struct vend_principal head;
    assert_ok(vend_create_principal(world->vend, &officer, "head", "shop", 1U << VEND_SUPERVISOR, &head));
    assert_ok(move(world, "seller", STORE_ACT_PAID_IN, VEND_PAY_CASH, 4000)); /* before the shift */
    assert_ok(vend_start_batch(world->vend, &seller, &shift, &batch));
    assert_ok(vend_start_batch(world->vend, &seller, &of_till, &batch));
    sell(world, "seller", "r1", 10000, 500); /* 1.15; the change goes back */
    assert_ok(move(world, "seller", STORE_ACT_PAID_IN, VEND_PAY_CASH, 300));
    assert_ok(move(world, "seller", STORE_ACT_DEPOSIT_TAKEN, VEND_PAY_CASH, 200));
    assert_ok(move(world, "seller", STORE_ACT_DEPOSIT_TAKEN, VEND_PAY_CARD, 1000));
    assert_ok(move(world, "seller", STORE_ACT_DEPOSIT_TAKEN, VEND_PAY_BALANCE, 70)); /* moves no money */
    assert_ok(move(world, "head", STORE_ACT_PAID_OUT, VEND_PAY_CASH, 60));
    assert_ok(move(world, "chief", STORE_ACT_PAID_OUT, VEND_PAY_CASH, 3)); /* at a till of the region */
    assert_refused(MV_BALANCE_TOO_SMALL, move(world, "head", STORE_ACT_PAID_OUT, VEND_PAY_CASH, 60000));
    assert_ok(vend_total_batch(world->vend, &seller, &shift, &batch));
    assert_int_equal(drawer(VEND_PAY_CASH), 115 + 300 + 200); /* the head's is no part of the seller's shift */
    assert_ok(vend_end_batch(world->vend, &seller, &shift, &batch));
    assert_int_equal(drawer(VEND_PAY_CASH), 115 + 300 + 200);
    assert_int_equal(drawer(VEND_PAY_CARD), 1000);
    assert_int_equal(drawer(VEND_PAY_BALANCE), 0);
    assert_int_equal(sum_of(STORE_SUM_ACTS, STORE_ACT_PAID_IN), 300);
    assert_int_equal(sum_of(STORE_SUM_ACTS, STORE_ACT_DEPOSIT_TAKEN), 1200);
    assert_ok(move(world, "seller", STORE_ACT_PAID_IN, VEND_PAY_CASH, 5));
    assert_ok(vend_end_batch(world->vend, &seller, &shift, &batch)); /* stays as it ended */
    assert_int_equal(drawer(VEND_PAY_CASH), 115 + 300 + 200);
    assert_ok(vend_end_batch(world->vend, &seller, &of_till, &batch));
    assert_int_equal(drawer(VEND_PAY_CASH), 115 + 300 + 200 - 60 + 5);
    assert_int_equal(sum_of(STORE_SUM_PAID_OUT, VEND_PAY_CASH), 60);
    assert_int_equal(sum_of(STORE_SUM_ACTS, STORE_ACT_PAID_OUT), 60);
}

static void settlements_go_on_where_the_one_before_ended(void **state)
{
    struct world *world = *state;
    struct vend_caller chief = world_caller("chief");
    assert_ok(move(world, "seller", STORE_ACT_PAID_IN, VEND_PAY_MOBILE, 100));
    assert_ok(move(world, "regional", STORE_ACT_PAID_IN, VEND_PAY_MOBILE, 10000)); /* at a till of the region */
    assert_ok(vend_settle(world->vend, &chief, "day1", "shop", &batch));
    assert_int_equal(drawer(VEND_PAY_MOBILE), 100);
    assert_ok(move(world, "seller", STORE_ACT_PAID_IN, VEND_PAY_MOBILE, 20));
    assert_ok(vend_settle(world->vend, &chief, "day2", "shop", &batch));
    assert_int_equal(drawer(VEND_PAY_MOBILE), 20);
    assert_ok(vend_settle(world->vend, &chief, "day3", "shop", &batch));
    assert_int_equal(batch.row.sum_count, 0);
}

static void the_ledger_takes_no_other_sums(void **state)
{
    struct world *world = *state;
    struct vend_caller seller = world_caller("seller");
    const struct vend_batch_request shift = {"b1", STORE_BATCH_SHIFT, "till"};
    assert_ok(vend_start_batch(world->vend, &seller, &shift, &batch));
    assert_ok(move(world, "seller", STORE_ACT_PAID_IN, VEND_PAY_CASH, 300));
    static const char *const wrong[] = {
        "INSERT INTO batch_end SELECT id, principal, 'e', 1 FROM batch",
        "INSERT INTO batch_act_end SELECT id, 0 FROM batch",
        "INSERT INTO batch_act_end SELECT id, 1 FROM batch; INSERT INTO batch_end SELECT id, principal, 'e', 1 FROM "
        "batch",
        "INSERT INTO batch_act_end SELECT id, 1 FROM batch; INSERT INTO batch_sum SELECT id, 7, 1, 1, 299 FROM batch; "
        "INSERT INTO batch_sum SELECT id, 9, 5, 1, 300 FROM batch; INSERT INTO batch_end SELECT id, principal, 'e', 1 "
        "FROM batch",
        "INSERT INTO batch_act_end SELECT id, 1 FROM batch; INSERT INTO batch_sum SELECT id, 7, 1, 1, 300 FROM batch; "
        "INSERT INTO batch_sum SELECT id, 9, 5, 1, 300 FROM batch; INSERT INTO batch_sum SELECT id, 8, 1, 1, 300 FROM "
        "batch; "
        "INSERT INTO batch_end SELECT id, principal, 'e', 1 FROM batch",
        "UPDATE batch_act_start SET after = after + 1",
        "DELETE FROM batch_act_start",
        "INSERT INTO batch_act_start SELECT id, 1 FROM batch"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_true(office_refuses(world, wrong[i]));
    assert_false(office_refuses(
        world,
        "INSERT INTO batch_act_end SELECT id, 1 FROM batch; INSERT INTO batch_sum SELECT id, 7, 1, 1, 300 FROM batch; "
        "INSERT INTO batch_sum SELECT id, 9, 5, 1, 300 FROM batch; "
        "INSERT INTO batch_end SELECT id, principal, 'e', 1 FROM batch"));
}

/* ---- deposits ---- */
static mv_status take_back(struct world *world, const char *id, uint64_t number)
{
    struct vend_caller manager = world_caller("manager1");
    const struct vend_deposit_request request = {
        .request_id = id, .organisation = "shop", .slip = "bounced", .takes_back = number};
    struct vend_deposit deposit;
    return vend_deposit(world->vend, &manager, &request, &deposit);
}

static void what_was_sold_on_is_not_taken_back(void **state)
{
    struct world *world = *state;
    const struct store_vendor_terms terms = {.credit_limit = 114};
    struct vend_caller manager = world_caller("manager1");
    struct vend_deposit deposit;
    const struct vend_deposit_request more = {.request_id = "more", .organisation = "shop", .amount = 1, .slip = "two"};
    office_vendor(world, "shop", &terms, 1000);
    sell(world, "seller", "r1", 10000, 0); /* 1.15 */
    assert_refused(MV_DEPOSIT_SPENT, take_back(world, "back", 1));
    assert_int_equal(office_number(world, "SELECT balance FROM vendor"), 885);
    /* the ledger refuses it too, whoever writes it */
    assert_true(office_refuses(world,
                               "INSERT INTO vendor_deposit SELECT vendor, 2, 1, -1000, 'back', 'back', principal, "
                               "1 FROM vendor_deposit"));
    assert_ok(vend_deposit(world->vend, &manager, &more, &deposit));
    assert_ok(take_back(world, "back", 1)); /* down to the limit */
    assert_int_equal(office_number(world, "SELECT balance FROM vendor"), -114);
    assert_refused(MV_DEPOSIT_TAKEN_BACK, take_back(world, "again", 1));
    assert_refused(MV_DEPOSIT_SPENT, take_back(world, "other", 2));
    assert_ok(take_back(world, "back", 1)); /* the stored answer */
}

/* ---- the list ---- */
static void vendors_are_listed_by_name(void **state)
{
    struct world *world = *state;
    struct vend_caller manager = world_caller("manager1");
    struct vend_caller chief = world_caller("chief");
    struct vend_vendor vendor;
    struct vend_vendor_list list;
    const struct store_vendor_terms terms = {.credit_limit = 0, .day_limit = 230};
    office_vendor(world, "shop", &terms, 230);
    assert_ok(vend_set_vendor_terms(world->vend, &manager, "other", &terms, &vendor));
    assert_ok(vend_vendors(world->vend, &manager, "", 0, "", &list));
    assert_int_equal(list.count, 2);
    assert_string_equal(list.vendors[0].organisation, "other");
    assert_int_equal(list.vendors[0].state, VEND_VENDOR_WAITS);
    assert_int_equal(list.vendors[0].pending.row.version, 1);
    assert_string_equal(list.vendors[1].organisation, "shop");
    assert_int_equal(list.vendors[1].state, VEND_VENDOR_SELLS);
    assert_int_equal(list.vendors[1].terms.row.day_limit, 230);
    assert_string_equal(list.next, "");
    vend_vendors_free(&list);
    sell(world, "seller", "r1", 10000, 0);
    sell(world, "seller", "r2", 10000, 0);
    assert_ok(vend_vendors(world->vend, &chief, "", 0, "", &list)); /* of its own organisation */
    assert_int_equal(list.count, 1);
    assert_int_equal(list.vendors[0].state, VEND_VENDOR_STOPPED);
    assert_int_equal(list.vendors[0].available, 0);
    vend_vendors_free(&list);
    /* in pages */
    assert_ok(vend_vendors(world->vend, &manager, "", 1, "", &list));
    assert_int_equal(list.count, 1);
    assert_string_equal(list.next, "other");
    vend_vendors_free(&list);
    assert_ok(vend_vendors(world->vend, &manager, "root", 1, "other", &list));
    assert_string_equal(list.vendors[0].organisation, "shop");
    assert_string_equal(list.next, "");
    vend_vendors_free(&list);
    assert_refused(MV_PAGE_TOKEN_INVALID, vend_vendors(world->vend, &manager, "", 1, "no name", &list));
    assert_refused(MV_ORGANISATION_DENIED, vend_vendors(world->vend, &chief, "root", 1, "", &list));
}

static void a_full_day_stops_a_vendor(void **state)
{
    struct world *world = *state;
    struct vend_caller manager = world_caller("manager1");
    struct vend_vendor vendor;
    const struct store_vendor_terms terms = {.credit_limit = 10000, .day_limit = 115};
    office_vendor(world, "shop", &terms, 0);
    sell(world, "seller", "r1", 10000, 0);
    assert_ok(vend_get_vendor(world->vend, &manager, "shop", &vendor));
    assert_int_equal(vendor.state, VEND_VENDOR_STOPPED);
    world_step(86400, 86400);
    assert_ok(vend_get_vendor(world->vend, &manager, "shop", &vendor));
    assert_int_equal(vendor.state, VEND_VENDOR_SELLS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, office_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_drawer_adds_up),
        TEST(settlements_go_on_where_the_one_before_ended),
        TEST(the_ledger_takes_no_other_sums),
        TEST(what_was_sold_on_is_not_taken_back),
        TEST(vendors_are_listed_by_name),
        TEST(a_full_day_stops_a_vendor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
