/* The ledger's own state, transactions, organisations, grants, principals. */
#include <stdio.h>
#include <string.h>

#include "support.h"

enum { MOST = 16 };

struct list {
    size_t count;
    size_t stop_after; /* the callback fails then; 0 never */
    struct store_organisation organisations[MOST];
    struct store_grant grants[MOST];
    struct store_principal principals[MOST];
};

static mv_status counted(struct list *list)
{
    list->count++;
    return list->count == list->stop_after ? mv_fail(MV_CANCELLED_BY_CALLER, "test") : mv_ok();
}

static mv_status take_organisation(void *self, const struct store_organisation *row)
{
    struct list *list = self;
    list->organisations[list->count] = *row;
    return counted(list);
}

static mv_status take_grant(void *self, const struct store_grant *row)
{
    struct list *list = self;
    list->grants[list->count] = *row;
    return counted(list);
}

static mv_status take_principal(void *self, const struct store_principal *row)
{
    struct list *list = self;
    list->principals[list->count] = *row;
    return counted(list);
}

static void test_state_is_kept(void **state)
{
    struct ledger *ledger = *state;
    struct store_ledger_state put = {
        .last_time_unix_s = 1700000000, .catalogue_generation = 9, .clock_unconfirmed = true};
    struct store_ledger_state got;
    assert_reason(store_state_put(ledger->store, &put), MV_INTERNAL_ERROR); /* outside a transaction */
    assert_ok(store_begin_write(ledger->store));
    assert_ok(store_state_put(ledger->store, &put));
    assert_ok(store_state_get(ledger->store, &got));
    assert_int_equal(got.last_time_unix_s, 1700000000);
    store_rollback(ledger->store);
    assert_ok(store_state_get(ledger->store, &got));
    assert_int_equal(got.last_time_unix_s, 0);
    assert_ok(store_begin_write(ledger->store));
    assert_ok(store_state_put(ledger->store, &put));
    assert_ok(store_commit(ledger->store));
    store_close(ledger->store);
    assert_ok(store_open(ledger->url, STORE_WRITER, &ledger->store));
    assert_ok(store_state_get(ledger->store, &got));
    assert_int_equal(got.last_time_unix_s, 1700000000);
    assert_int_equal(got.catalogue_generation, 9);
    assert_true(got.clock_unconfirmed);
    assert_ok(store_begin_write(ledger->store));
    put.catalogue_generation = UINT64_MAX;
    assert_reason(store_state_put(ledger->store, &put), MV_INTERNAL_ERROR);
    put.catalogue_generation = 1;
    put.last_time_unix_s = -1;
    assert_reason(store_state_put(ledger->store, &put), MV_INTERNAL_ERROR);
}

static void test_transactions(void **state)
{
    struct ledger *ledger = *state;
    struct store *store = ledger->store;
    store_rollback(store); /* harmless */
    assert_reason(store_commit(store), MV_INTERNAL_ERROR);
    assert_ok(store_begin_read(store));
    assert_reason(store_begin_read(store), MV_INTERNAL_ERROR);
    assert_reason(store_begin_write(store), MV_INTERNAL_ERROR);
    assert_ok(store_commit(store));
    assert_ok(store_begin_write(store));
    assert_reason(store_begin_write(store), MV_INTERNAL_ERROR);
    assert_reason(store_begin_read(store), MV_INTERNAL_ERROR);
    assert_ok(store_commit(store));
    assert_reason(store_commit(store), MV_INTERNAL_ERROR);
}

static void test_readers_see_committed_rows_of_one_moment(void **state)
{
    struct ledger *ledger = *state;
    struct store *reader = NULL;
    struct store_ledger_state put = {.last_time_unix_s = 5}, got;
    assert_ok(store_open(ledger->url, STORE_READER, &reader));
    assert_ok(store_begin_read(reader));
    assert_ok(store_begin_write(ledger->store));
    assert_ok(store_state_put(ledger->store, &put));
    assert_ok(store_state_get(reader, &got));
    assert_int_equal(got.last_time_unix_s, 0); /* not committed */
    assert_ok(store_commit(ledger->store));
    assert_ok(store_state_get(reader, &got));
    assert_int_equal(got.last_time_unix_s, 0); /* still the same moment */
    store_rollback(reader);
    assert_ok(store_state_get(reader, &got));
    assert_int_equal(got.last_time_unix_s, 5);
    /* the moment is that of the beginning, not of the first read */
    assert_ok(store_begin_read(reader));
    put.last_time_unix_s = 6;
    assert_ok(store_begin_write(ledger->store));
    assert_ok(store_state_put(ledger->store, &put));
    assert_ok(store_commit(ledger->store));
    assert_ok(store_state_get(reader, &got));
    assert_int_equal(got.last_time_unix_s, 5);
    store_close(reader);
}

static void test_organisations_form_a_tree(void **state)
{
    struct ledger *ledger = *state;
    struct store *store = ledger->store;
    struct list list = {0};
    struct store_organisation north = {.parent = 1, .name = "north"}, shop = {.name = "a shop"};
    assert_reason(store_organisation_insert(store, &north), MV_INTERNAL_ERROR);
    assert_ok(store_begin_write(store));
    assert_ok(store_organisation_insert(store, &north));
    shop.parent = north.id;
    assert_ok(store_organisation_insert(store, &shop));
    assert_true(shop.id > north.id && north.id > 1);

    struct store_organisation bad = {.parent = 1, .name = "north"};
    assert_reason(store_organisation_insert(store, &bad), MV_ORGANISATION_EXISTS);
    assert_int_equal(bad.id, 0);
    bad = (struct store_organisation){.parent = 77, .name = "orphan"};
    assert_reason(store_organisation_insert(store, &bad), MV_ORGANISATION_UNKNOWN);
    bad = (struct store_organisation){.parent = 0, .name = "second root"};
    assert_reason(store_organisation_insert(store, &bad), MV_ORGANISATION_UNKNOWN);
    bad = (struct store_organisation){.parent = 1, .name = ""};
    assert_reason(store_organisation_insert(store, &bad), MV_INVALID_FIELD);
    assert_ok(store_commit(store));
    assert_ok(store_organisations(store, take_organisation, &list));
    assert_int_equal(list.count, 3);
    assert_string_equal(list.organisations[0].name, "root");
    assert_string_equal(list.organisations[1].name, "north");
    assert_string_equal(list.organisations[2].name, "a shop");
    assert_int_equal(list.organisations[2].parent, north.id);
}

static void test_grants_are_given_and_taken(void **state)
{
    struct ledger *ledger = *state;
    struct store *store = ledger->store;
    struct store_grant a = {.organisation = 1, .sgc = "123456"}, b = {.organisation = 1, .sgc = "000001"}, bad;
    struct list list = {0};
    assert_ok(store_begin_write(store));
    assert_ok(store_grant_put(store, &a, true));
    assert_ok(store_grant_put(store, &a, true));
    assert_ok(store_grant_put(store, &b, true));
    bad = (struct store_grant){.organisation = 9, .sgc = "123456"};
    assert_reason(store_grant_put(store, &bad, true), MV_ORGANISATION_UNKNOWN);
    bad = (struct store_grant){.organisation = 1, .sgc = "123"};
    assert_reason(store_grant_put(store, &bad, true), MV_INVALID_FIELD);
    assert_ok(store_commit(store));
    assert_ok(store_grants(store, take_grant, &list));
    assert_int_equal(list.count, 2);
    assert_string_equal(list.grants[0].sgc, "000001");
    assert_string_equal(list.grants[1].sgc, "123456");
    assert_reason(store_grant_put(store, &a, false), MV_INTERNAL_ERROR);
    assert_ok(store_begin_write(store));
    assert_ok(store_grant_put(store, &a, false));
    assert_ok(store_grant_put(store, &a, false));
    assert_ok(store_commit(store));
    list.count = 0;
    assert_ok(store_grants(store, take_grant, &list));
    assert_int_equal(list.count, 1);
}

static void test_principals_are_enrolled_and_changed(void **state)
{
    struct ledger *ledger = *state;
    struct store *store = ledger->store;
    struct list list = {0};
    struct store_principal alice = {.organisation = 1, .name = "alice", .roles = UINT32_MAX, .enabled = true}, bad;
    assert_reason(store_principal_put(store, &alice), MV_INTERNAL_ERROR);
    assert_ok(store_begin_write(store));
    assert_ok(store_principal_put(store, &alice));
    bad = (struct store_principal){.organisation = 1, .name = "alice"};
    assert_reason(store_principal_put(store, &bad), MV_PRINCIPAL_EXISTS);
    bad = (struct store_principal){.organisation = 5, .name = "bob"};
    assert_reason(store_principal_put(store, &bad), MV_ORGANISATION_UNKNOWN);
    bad = (struct store_principal){.organisation = 1, .name = ""};
    assert_reason(store_principal_put(store, &bad), MV_INVALID_FIELD);
    bad = (struct store_principal){.id = 99, .organisation = 1, .name = "bob"};
    assert_reason(store_principal_put(store, &bad), MV_PRINCIPAL_UNKNOWN);
    bad = (struct store_principal){.id = alice.id, .organisation = 1, .name = "vendor"};
    assert_reason(store_principal_put(store, &bad), MV_PRINCIPAL_EXISTS);
    alice.roles = 0;
    alice.enabled = false;
    assert_ok(store_principal_put(store, &alice));
    assert_ok(store_commit(store));
    assert_ok(store_principals(store, take_principal, &list));
    assert_int_equal(list.count, 2);
    assert_string_equal(list.principals[0].name, "alice");
    assert_int_equal(list.principals[0].roles, 0);
    assert_false(list.principals[0].enabled);
    assert_string_equal(list.principals[1].name, "vendor");
    assert_int_equal(list.principals[1].id, ledger->vendor);
    assert_true(list.principals[1].enabled);
}

static void test_a_failing_callback_ends_the_walk(void **state)
{
    struct ledger *ledger = *state;
    struct store *store = ledger->store;
    struct store_organisation north = {.parent = 1, .name = "north"};
    struct store_grant a = {.organisation = 1, .sgc = "123456"}, b = {.organisation = 1, .sgc = "000001"};
    struct store_principal alice = {.organisation = 1, .name = "alice", .roles = 1, .enabled = true};
    struct list list = {.stop_after = 1};
    assert_ok(store_begin_write(store));
    assert_ok(store_organisation_insert(store, &north));
    assert_ok(store_grant_put(store, &a, true));
    assert_ok(store_grant_put(store, &b, true));
    assert_ok(store_principal_put(store, &alice));
    assert_ok(store_commit(store));
    assert_reason(store_organisations(store, take_organisation, &list), MV_CANCELLED_BY_CALLER);
    assert_int_equal(list.count, 1);
    list.count = 0;
    assert_reason(store_grants(store, take_grant, &list), MV_CANCELLED_BY_CALLER);
    assert_int_equal(list.count, 1);
    list.count = 0;
    assert_reason(store_principals(store, take_principal, &list), MV_CANCELLED_BY_CALLER);
    assert_int_equal(list.count, 1);
    list = (struct list){0};
    assert_ok(store_organisations(store, take_organisation, &list)); /* from the beginning again */
    assert_int_equal(list.count, 2);
    assert_ok(store_begin_write(store));
    assert_ok(store_commit(store));
}

static void test_what_the_schema_refuses(void **state)
{
    struct ledger *ledger = *state;
    static const char *const edits[] = {
        "DELETE FROM organisation",
        "DELETE FROM principal",
        "INSERT INTO organisation VALUES (7, NULL, 'second root')",
        "INSERT INTO organisation VALUES (7, 8, 'older than its parent')",
        "INSERT INTO organisation VALUES (7, 7, 'its own parent')",
        "INSERT INTO principal VALUES (9, 1, 'x', 4294967296, 1)",
        "INSERT INTO principal VALUES (9, 1, 'x', 1, 2)",
        "INSERT INTO principal VALUES (9, 'one', 'x', 1, 1)",
        "INSERT INTO ledger VALUES (2, 0, 0, 0)",
        "UPDATE ledger SET clock_unconfirmed = 2",
    };
    for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++)
        assert_int_equal(raw_try(ledger, edits[i]), SQLITE_CONSTRAINT);
    raw_do(ledger, "INSERT INTO organisation VALUES (7, 1, 'north')");
    raw_do(ledger, "INSERT INTO organisation VALUES (8, 7, 'shop')");
    assert_int_equal(raw_try(ledger, "UPDATE organisation SET parent = 1 WHERE id = 8"), SQLITE_CONSTRAINT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_state_is_kept, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_transactions, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_readers_see_committed_rows_of_one_moment, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_organisations_form_a_tree, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_grants_are_given_and_taken, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_principals_are_enrolled_and_changed, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_a_failing_callback_ends_the_walk, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_what_the_schema_refuses, ledger_new, ledger_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
