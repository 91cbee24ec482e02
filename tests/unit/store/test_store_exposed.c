/* Who had to do with a vending key, and which meters a list by key or open change names. */
#include <stdio.h>
#include <string.h>

#include "support.h"

enum { METERS = 6, MOST = 16 };

struct fleet {
    struct ledger *ledger;
    int64_t meters[METERS]; /* PANs ..0 to ..5; the last of the shop, and of another key type */
    int64_t shop;
};

struct list {
    size_t count;
    struct store_exposed_meter rows[MOST];
};

static mv_status take(void *self, const struct store_exposed_meter *row)
{
    struct list *list = self;
    if (list->count == MOST)
        return mv_fail(MV_CANCELLED_BY_CALLER, "test");
    list->rows[list->count++] = *row;
    return mv_ok();
}

static mv_status count_meter(void *self, const struct store_meter *row)
{
    size_t *count = self;
    assert_true(row->id > 0);
    ++*count;
    return mv_ok();
}

static struct fleet make_fleet(struct ledger *ledger)
{
    struct fleet fleet = {.ledger = ledger};
    struct store_organisation shop = {.parent = 1, .name = "shop"};
    assert_ok(store_begin_write(ledger->store));
    assert_ok(store_organisation_insert(ledger->store, &shop));
    for (unsigned i = 0; i < METERS; i++) {
        struct store_meter meter = sample_meter("");
        (void)snprintf(meter.pan, sizeof meter.pan, "60072700000001%04u", i);
        if (i == METERS - 1) {
            meter.organisation = shop.id;
            meter.kt = 1;
        }
        assert_ok(store_meter_insert(ledger->store, &meter));
        fleet.meters[i] = meter.id;
    }
    assert_ok(store_commit(ledger->store));
    fleet.shop = shop.id;
    return fleet;
}

/* Moves a meter to another revision; PENDING leaves it so. */
static void move(const struct fleet *fleet, size_t meter, uint8_t krn, enum store_outcome outcome, int64_t at)
{
    struct ledger one = *fleet->ledger;
    one.meter = fleet->meters[meter];
    struct store_key_change change = sample_change(&one);
    change.to.krn = krn;
    change.issued_at_unix_s = at;
    assert_ok(store_begin_write(one.store));
    assert_ok(store_key_change_insert(one.store, &change));
    if (outcome != STORE_PENDING)
        assert_ok(store_key_change_end(one.store, change.id, outcome, "x", one.vendor, at + 50));
    assert_ok(store_commit(one.store));
}

static struct list exposed(const struct fleet *fleet, uint8_t krn, uint8_t kt)
{
    struct list list = {0};
    int64_t all[] = {1, fleet->shop};
    struct store_exposed_filter filter = {.sgc = "123456",
                                          .krn = krn,
                                          .kt = kt,
                                          .organisations = all,
                                          .organisation_count = 2,
                                          .after_pan = "600727000000001",
                                          .limit = MOST};
    assert_ok(store_exposed(fleet->ledger->store, &filter, take, &list));
    return list;
}

static void assert_row(const struct store_exposed_meter *row, unsigned meter, int64_t since, bool held, int64_t left)
{
    char pan[STORE_PAN + 1];
    (void)snprintf(pan, sizeof pan, "60072700000001%04u", meter);
    assert_string_equal(row->pan, pan);
    assert_int_equal(row->since_unix_s, since);
    assert_int_equal(row->held, held);
    assert_int_equal(row->left_unix_s, left);
}

static void test_who_was_exposed(void **state)
{
    const int64_t registered = 1700000000;
    struct fleet fleet = make_fleet(*state);
    move(&fleet, 1, 2, STORE_APPLIED, 100); /* came and stays */
    move(&fleet, 2, 2, STORE_APPLIED, 200); /* came and went */
    move(&fleet, 2, 3, STORE_APPLIED, 300);
    move(&fleet, 3, 2, STORE_PENDING, 400);     /* perhaps */
    move(&fleet, 4, 2, STORE_NOT_APPLIED, 500); /* the token is out, the meter did not take it */
    struct list list = exposed(&fleet, 2, 2);
    assert_int_equal(list.count, 4);
    assert_row(&list.rows[0], 1, 100, true, 0);
    assert_row(&list.rows[1], 2, 200, false, 350);
    assert_row(&list.rows[2], 3, 400, true, 0);
    assert_row(&list.rows[3], 4, 500, false, 550);
    assert_int_equal(list.rows[0].organisation, 1);
    list = exposed(&fleet, 1, 2); /* the registered key */
    assert_int_equal(list.count, 5);
    assert_row(&list.rows[0], 0, registered, true, 0);
    assert_row(&list.rows[1], 1, registered, false, 150);
    assert_row(&list.rows[2], 2, registered, false, 250);
    assert_row(&list.rows[3], 3, registered, true, 0);
    assert_row(&list.rows[4], 4, registered, true, 0);
    list = exposed(&fleet, 1, 1);
    assert_int_equal(list.count, 1);
    assert_row(&list.rows[0], 5, registered, true, 0);
    assert_int_equal(list.rows[0].organisation, fleet.shop);
    assert_int_equal(exposed(&fleet, 7, 2).count, 0);
}

static void test_a_key_that_came_back(void **state)
{
    struct fleet fleet = make_fleet(*state);
    move(&fleet, 1, 2, STORE_APPLIED, 100);
    move(&fleet, 1, 3, STORE_APPLIED, 200);
    move(&fleet, 1, 2, STORE_APPLIED, 300);
    struct list list = exposed(&fleet, 2, 2);
    assert_int_equal(list.count, 1);
    assert_row(&list.rows[0], 1, 100, true, 0);
    move(&fleet, 1, 4, STORE_APPLIED, 400);
    move(&fleet, 1, 5, STORE_APPLIED, 500); /* had nothing to do with it */
    list = exposed(&fleet, 2, 2);
    assert_row(&list.rows[0], 1, 100, false, 450);
}

static void test_filters_and_pages(void **state)
{
    struct fleet fleet = make_fleet(*state);
    struct store *store = fleet.ledger->store;
    struct list list = {0};
    int64_t all[] = {1, fleet.shop}, unknown[] = {99};
    struct store_exposed_filter filter = {
        .sgc = "123456", .krn = 1, .kt = 2, .organisations = all, .organisation_count = 2, .after_pan = "", .limit = 4};
    assert_ok(store_exposed(store, &filter, take, &list));
    assert_int_equal(list.count, 4);
    filter.after_pan = list.rows[3].pan;
    list.count = 0;
    assert_ok(store_exposed(store, &filter, take, &list));
    assert_int_equal(list.count, 2); /* the ledger's own meter is the sixth */
    filter.after_pan = "";
    filter.organisations = unknown;
    filter.organisation_count = 1;
    list.count = 0;
    assert_ok(store_exposed(store, &filter, take, &list));
    assert_int_equal(list.count, 0);
    filter.organisations = all;
    filter.sgc = "654321";
    assert_ok(store_exposed(store, &filter, take, &list));
    assert_int_equal(list.count, 0);
    filter.sgc = "123456";
    list.count = MOST;
    assert_reason(store_exposed(store, &filter, take, &list), MV_CANCELLED_BY_CALLER);
}

static void test_meters_by_revision_and_open_change(void **state)
{
    struct fleet fleet = make_fleet(*state);
    int64_t all[] = {1, fleet.shop};
    struct store_meter_filter filter = {
        .after_pan = "", .sgc = "123456", .organisations = all, .organisation_count = 2, .limit = MOST};
    move(&fleet, 0, 2, STORE_APPLIED, 100);
    move(&fleet, 1, 2, STORE_PENDING, 100);
    static const struct {
        uint8_t krn;
        bool pending_only;
        size_t count;
    } cases[] = {{0, false, METERS + 1}, {2, false, 1}, {1, false, METERS}, {0, true, 1}, {1, true, 1}, {2, true, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t count = 0;
        filter.krn = cases[i].krn;
        filter.pending_only = cases[i].pending_only;
        assert_ok(store_meters(fleet.ledger->store, &filter, count_meter, &count));
        assert_int_equal(count, cases[i].count);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_who_was_exposed, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_a_key_that_came_back, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_filters_and_pages, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_meters_by_revision_and_open_change, ledger_new, ledger_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
