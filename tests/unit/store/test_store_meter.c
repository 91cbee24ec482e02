/* Meters: stored as given, found by PAN and number, listed by page and filter. */
#include <stdio.h>
#include <string.h>

#include "support.h"

enum { MOST = 64 };

struct list {
    size_t count;
    size_t stop_after;
    struct store_meter meters[MOST];
};

static mv_status take(void *self, const struct store_meter *row)
{
    struct list *list = self;
    list->meters[list->count++] = *row;
    return list->count == list->stop_after ? mv_fail(MV_CANCELLED_BY_CALLER, "test") : mv_ok();
}

static void assert_same(const struct store_meter *a, const struct store_meter *b)
{
    assert_int_equal(a->id, b->id);
    assert_string_equal(a->pan, b->pan);
    assert_int_equal(a->organisation, b->organisation);
    assert_int_equal(a->utility, b->utility);
    assert_int_equal(a->state, b->state);
    assert_string_equal(a->sgc, b->sgc);
    assert_int_equal(a->krn, b->krn);
    assert_int_equal(a->ti, b->ti);
    assert_int_equal(a->kt, b->kt);
    assert_int_equal(a->ken, b->ken);
    assert_int_equal(a->ea, b->ea);
    assert_int_equal(a->dkga, b->dkga);
    assert_int_equal(a->base_date, b->base_date);
    assert_int_equal(a->last_tid, b->last_tid);
    assert_int_equal(a->registered_at_unix_s, b->registered_at_unix_s);
    assert_int_equal(a->currency, b->currency);
}

static void test_a_meter_is_kept(void **state)
{
    struct ledger *ledger = *state;
    struct store *store = ledger->store;
    struct store_meter got;
    struct store_meter meter = {.pan = "600727000000000017",
                                .organisation = 1,
                                .utility = 4,
                                .state = 3,
                                .sgc = "000001",
                                .krn = 9,
                                .ti = 99,
                                .kt = 3,
                                .ken = 254,
                                .ea = 11,
                                .dkga = 2,
                                .base_date = 2035,
                                .last_tid = 17000000,
                                .currency = true,
                                .registered_at_unix_s = 1700000123};
    assert_reason(store_meter_insert(store, &meter), MV_INTERNAL_ERROR);
    assert_ok(store_begin_write(store));
    assert_ok(store_meter_insert(store, &meter));
    assert_ok(store_commit(store));
    assert_ok(store_meter_by_pan(store, meter.pan, &got));
    assert_same(&meter, &got);
    assert_ok(store_meter_by_id(store, meter.id, &got));
    assert_same(&meter, &got);
    assert_int_equal(got.pending_change, 0);
    assert_int_equal(got.key_version, 0);
    assert_int_equal(got.last_sale, 0);
    assert_false(got.has_wanted);
    assert_int_equal(got.wanted_ti, -1);
    assert_ok(store_meter_by_id(store, ledger->meter, &got));
    assert_false(got.currency);
    assert_true(meter.id != ledger->meter);
}

static void test_what_is_refused(void **state)
{
    struct ledger *ledger = *state;
    struct store *store = ledger->store;
    struct store_meter got;
    assert_reason(store_meter_by_pan(store, "600727000000000017", &got), MV_METER_UNKNOWN);
    assert_reason(store_meter_by_pan(store, "", &got), MV_METER_UNKNOWN);
    assert_reason(store_meter_by_id(store, 0, &got), MV_METER_UNKNOWN);
    assert_reason(store_meter_by_id(store, 77, &got), MV_METER_UNKNOWN);
    assert_ok(store_begin_write(store));
    struct store_meter bad = sample_meter("600727000000000009");
    assert_reason(store_meter_insert(store, &bad), MV_METER_EXISTS);
    bad = sample_meter("600727000000000017");
    bad.organisation = 9;
    assert_reason(store_meter_insert(store, &bad), MV_ORGANISATION_UNKNOWN);
    bad = sample_meter("60072700000000001");
    assert_reason(store_meter_insert(store, &bad), MV_INVALID_FIELD);
    bad = sample_meter("600727000000000017");
    bad.sgc[5] = '\0';
    assert_reason(store_meter_insert(store, &bad), MV_INVALID_FIELD);
    bad = sample_meter("600727000000000017");
    bad.last_tid = UINT64_MAX;
    assert_reason(store_meter_insert(store, &bad), MV_INVALID_FIELD);
    assert_ok(store_commit(store));
    assert_int_equal(raw_number(ledger, "SELECT count(*) FROM meter"), 1);
    assert_int_equal(raw_number(ledger, "SELECT count(*) FROM meter_tid"), 1);
}

static void test_a_meter_is_followed(void **state)
{
    struct ledger *ledger = *state;
    struct store *store = ledger->store;
    struct store_meter meter;
    struct store_meter read;
    assert_ok(store_meter_by_id(store, ledger->meter, &meter));
    assert_ok(store_begin_write(store));
    assert_ok(sell(ledger, "till", 500));
    assert_ok(store_commit(store));
    assert_ok(store_meter_follow(store, &meter));
    assert_ok(store_meter_by_id(store, ledger->meter, &read));
    assert_int_equal(meter.last_tid, 500);
    assert_true(meter.last_sale != 0);
    assert_int_equal(meter.last_sale, read.last_sale);
    assert_same(&meter, &read);

    raw_do(ledger, "INSERT INTO organisation VALUES (7, 1, 'seven')");
    static const char *const changes[] = {
        "UPDATE meter SET key_version = key_version + 1",
        "UPDATE meter SET state = 3 - state, key_version = key_version + 1",
        "UPDATE meter SET organisation = 7",
    };
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        assert_ok(store_meter_by_id(store, ledger->meter, &meter));
        meter.last_tid = 499;
        raw_do(ledger, changes[i]);
        assert_reason(store_meter_follow(store, &meter), MV_METER_CHANGED);
        assert_int_equal(meter.last_tid, 499);
    }
    meter.id = 77;
    assert_reason(store_meter_follow(store, &meter), MV_METER_UNKNOWN);
}

static void test_a_rolled_back_meter_is_gone(void **state)
{
    struct ledger *ledger = *state;
    struct store_meter got, meter = sample_meter("600727000000000017");
    assert_ok(store_begin_write(ledger->store));
    assert_ok(store_meter_insert(ledger->store, &meter));
    assert_ok(store_meter_by_pan(ledger->store, meter.pan, &got));
    store_rollback(ledger->store);
    assert_reason(store_meter_by_pan(ledger->store, meter.pan, &got), MV_METER_UNKNOWN);
}

/* 20 meters more: even ones of the root, odd ones of a shop; every fifth of another supply group. */
static int64_t fill(struct store *store)
{
    struct store_organisation shop = {.parent = 1, .name = "shop"};
    assert_ok(store_begin_write(store));
    assert_ok(store_organisation_insert(store, &shop));
    for (unsigned i = 0; i < 20; i++) {
        struct store_meter meter = sample_meter("");
        (void)snprintf(meter.pan, sizeof meter.pan, "60072700000001%04u", i);
        meter.organisation = i % 2 == 0 ? 1 : shop.id;
        if (i % 5 == 0)
            (void)snprintf(meter.sgc, sizeof meter.sgc, "000002");
        assert_ok(store_meter_insert(store, &meter));
    }
    assert_ok(store_commit(store));
    return shop.id;
}

static size_t listed(struct store *store, const struct store_meter_filter *filter, struct list *list)
{
    *list = (struct list){0};
    assert_ok(store_meters(store, filter, take, list));
    for (size_t i = 1; i < list->count; i++)
        assert_true(strcmp(list->meters[i - 1].pan, list->meters[i].pan) < 0);
    return list->count;
}

static void test_filters(void **state)
{
    struct ledger *ledger = *state;
    struct store *store = ledger->store;
    struct list list;
    int64_t shop = fill(store);
    int64_t both[] = {shop, 1}, unknown[] = {99, -5};
    struct store_meter_filter filter = {
        .after_pan = "", .sgc = "", .organisations = both, .organisation_count = 2, .limit = MOST};
    assert_int_equal(listed(store, &filter, &list), 21);
    filter.organisation_count = 1;
    assert_int_equal(listed(store, &filter, &list), 10);
    for (size_t i = 0; i < list.count; i++)
        assert_int_equal(list.meters[i].organisation, shop);
    filter.sgc = "000002";
    assert_int_equal(listed(store, &filter, &list), 2);
    for (size_t i = 0; i < list.count; i++)
        assert_string_equal(list.meters[i].sgc, "000002");
    filter.sgc = "999999";
    assert_int_equal(listed(store, &filter, &list), 0);
    filter.sgc = "";
    filter.organisation_count = 0;
    assert_int_equal(listed(store, &filter, &list), 0);
    filter.organisations = unknown;
    filter.organisation_count = 2;
    assert_int_equal(listed(store, &filter, &list), 0);
}

static void test_pages(void **state)
{
    struct ledger *ledger = *state;
    struct store *store = ledger->store;
    struct list list;
    int64_t both[] = {1, fill(store)};
    char after[STORE_PAN + 1] = "";
    size_t seen = 0, pages = 0;
    for (;;) {
        struct store_meter_filter filter = {
            .after_pan = after, .sgc = "", .organisations = both, .organisation_count = 2, .limit = 6};
        size_t count = listed(store, &filter, &list);
        if (count == 0)
            break;
        assert_true(strcmp(after, list.meters[0].pan) < 0);
        memcpy(after, list.meters[count - 1].pan, sizeof after);
        seen += count;
        pages++;
    }
    assert_int_equal(seen, 21);
    assert_int_equal(pages, 4);
    struct store_meter_filter none = {.after_pan = "", .sgc = "", .organisations = both, .organisation_count = 2};
    assert_int_equal(listed(store, &none, &list), 0);
}

static void test_a_failing_callback_ends_the_walk(void **state)
{
    struct ledger *ledger = *state;
    struct list list = {.stop_after = 3};
    int64_t both[] = {1, fill(ledger->store)};
    struct store_meter_filter filter = {
        .after_pan = "", .sgc = "", .organisations = both, .organisation_count = 2, .limit = MOST};
    assert_reason(store_meters(ledger->store, &filter, take, &list), MV_CANCELLED_BY_CALLER);
    assert_int_equal(list.count, 3);
    assert_int_equal(listed(ledger->store, &filter, &list), 21);
}

static void test_what_the_schema_refuses(void **state)
{
    struct ledger *ledger = *state;
    static const char *const edits[] = {
        "DELETE FROM meter",
        "DELETE FROM meter_tid",
        "UPDATE meter_tid SET last_tid = 999",
        "UPDATE meter_tid SET last_tid = 1000",
        "UPDATE meter_tid SET meter = 2, last_tid = 1001",
        "UPDATE meter_tid SET last_sale = 7", /* no row of this meter */
        "INSERT INTO meter_tid VALUES (2, -1, 0)",
        "INSERT INTO meter_tid VALUES (2, 0, 7)",
        "INSERT OR REPLACE INTO meter_tid VALUES (1, 5, 0)", /* a deletion that calls no deletion trigger */
    };
    raw_do(ledger, "UPDATE meter_tid SET last_tid = 1000");
    for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++)
        assert_int_equal(raw_try(ledger, edits[i]), SQLITE_CONSTRAINT);
    raw_do(ledger, "UPDATE meter_tid SET last_tid = 1001");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_meter_is_kept, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_what_is_refused, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_a_meter_is_followed, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_a_rolled_back_meter_is_gone, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_filters, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_pages, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_a_failing_callback_ends_the_walk, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_what_the_schema_refuses, ledger_new, ledger_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
