/* The office's currency, tariffs and their assignments in the ledger: what the schema refuses whoever writes. */
#include <stdio.h>

#include "store/tariffs.h"
#include "support.h"

enum { AT = 1700000000 };

static struct store_tariff sample_tariff(const struct ledger *ledger, const char *doubt)
{
    struct store_tariff tariff = {.name = "home",
                                  .organisation = 1,
                                  .utility = 1,
                                  .kind = 2,
                                  .rounding = 3,
                                  .valid_from_unix_s = AT,
                                  .round_to = 1,
                                  .parts = {{STORE_STEP, "", 100000, 10000}, {STORE_STEP, "", 0, 20000}},
                                  .part_count = 2,
                                  .principal = ledger->vendor,
                                  .put_at_unix_s = AT};
    (void)snprintf(tariff.doubt, sizeof tariff.doubt, "%s", doubt);
    return tariff;
}

static mv_status insert(const struct ledger *ledger, struct store_tariff *tariff)
{
    assert_ok(store_begin_write(ledger->store));
    mv_status status = store_tariff_insert(ledger->store, tariff);
    if (status.ok)
        return store_commit(ledger->store);
    store_rollback(ledger->store);
    return status;
}

static mv_status approve(const struct ledger *ledger, const struct store_tariff *tariff, int64_t principal)
{
    assert_ok(store_begin_write(ledger->store));
    mv_status status = store_tariff_approve(ledger->store, tariff, principal, AT + 1);
    if (status.ok)
        return store_commit(ledger->store);
    store_rollback(ledger->store);
    return status;
}

static int64_t another_person(const struct ledger *ledger)
{
    struct store_principal person = {.organisation = 1, .name = "boss", .roles = 2, .enabled = true};
    assert_ok(store_begin_write(ledger->store));
    assert_ok(store_principal_put(ledger->store, &person));
    assert_ok(store_commit(ledger->store));
    return person.id;
}

static void test_the_currency_is_set_once(void **state)
{
    struct ledger *ledger = *state;
    const struct store_office euro = {"EUR", 2, -60};
    struct store_office found;
    assert_reason(store_office_get(ledger->store, &found), MV_CURRENCY_NOT_SET);
    assert_ok(store_begin_write(ledger->store));
    assert_ok(store_office_insert(ledger->store, &euro, ledger->vendor, AT));
    assert_reason(store_office_insert(ledger->store, &euro, ledger->vendor, AT), MV_CURRENCY_SET);
    assert_ok(store_commit(ledger->store));
    assert_ok(store_office_get(ledger->store, &found));
    assert_int_equal(found.utc_offset_min, -60);
    assert_int_equal(raw_try(ledger, "UPDATE office SET minor_digits = 3"), SQLITE_CONSTRAINT);
    assert_int_equal(raw_try(ledger, "DELETE FROM office"), SQLITE_CONSTRAINT);
    assert_int_equal(raw_try(ledger, "INSERT OR REPLACE INTO office VALUES (1, 'USD', 2, 0, 1, 1)"), SQLITE_CONSTRAINT);
}

static void test_versions_follow_each_other(void **state)
{
    struct ledger *ledger = *state;
    struct store_tariff first = sample_tariff(ledger, "version");
    struct store_tariff second = sample_tariff(ledger, "");
    struct store_tariff found;
    assert_ok(insert(ledger, &first));
    assert_reason(store_tariff_in_force(ledger->store, "home", AT, &found), MV_TARIFF_UNKNOWN);
    assert_reason(approve(ledger, &first, ledger->vendor), MV_TARIFF_SAME_PERSON);
    assert_ok(approve(ledger, &first, another_person(ledger)));
    assert_ok(store_tariff_in_force(ledger->store, "home", AT + 1, &found));
    assert_int_equal(found.part_count, 2);
    assert_int_equal(found.parts[1].b, 20000);
    second.valid_from_unix_s = AT + 100;
    assert_ok(insert(ledger, &second));
    assert_int_equal(second.version, 2);
    assert_ok(store_tariff_in_force(ledger->store, "home", AT + 99, &found));
    assert_int_equal(found.version, 1);
    assert_ok(store_tariff_in_force(ledger->store, "home", AT + 100, &found));
    assert_int_equal(found.version, 2);
    assert_reason(approve(ledger, &second, ledger->vendor), MV_TARIFF_NOT_PENDING);
    second.utility = 2;
    assert_reason(insert(ledger, &second), MV_TARIFF_EXISTS);
}

static void test_a_first_version_needs_its_doubt(void **state)
{
    struct ledger *ledger = *state;
    struct store_tariff tariff = sample_tariff(ledger, "");
    assert_reason(insert(ledger, &tariff), MV_INTERNAL_ERROR);
    tariff = sample_tariff(ledger, "version");
    tariff.part_count = 0;
    assert_reason(insert(ledger, &tariff), MV_INTERNAL_ERROR);
}

static void test_history_is_never_edited(void **state)
{
    struct ledger *ledger = *state;
    static const char *const refused[] = {
        "UPDATE tariff SET name = 'x'",
        "DELETE FROM tariff",
        "INSERT OR REPLACE INTO tariff VALUES (1, 'home', 1, 2)",
        "UPDATE tariff_version SET valid_from_unix_s = 0",
        "DELETE FROM tariff_version",
        "INSERT OR REPLACE INTO tariff_version SELECT * FROM tariff_version",
        "INSERT INTO tariff_version SELECT 9, tariff, 3, kind, 1, 0, 0, 0, 0, 0, 1, 1, 0, '', 1, 1 FROM tariff_version",
        "UPDATE tariff_part SET b = 1",
        "DELETE FROM tariff_part",
        "INSERT INTO tariff_part VALUES (1, 3, 1, '', 0, 1)",
        "INSERT INTO tariff_part VALUES (9, 33, 1, '', 0, 1)",
        "INSERT INTO tariff_part VALUES (9, 1, 1, '', 0, -1)",
        "INSERT INTO tariff_part VALUES (9, 1, 3, '', 1, 1)",
        "INSERT INTO tariff_approval SELECT id, principal, 1 FROM tariff_version",
        "INSERT INTO tariff_approval VALUES (9, 1, 1)",
        "INSERT INTO tariff_assignment VALUES (NULL, 1, 2, 'home', 1, 1, '', 1, 1)",
        "INSERT INTO tariff_assignment VALUES (NULL, 1, 5, 'home', NULL, 1, '', 1, 1)",
        "UPDATE tariff_assignment SET tariff = NULL",
        "INSERT INTO tariff_assignment_approval SELECT id, 1, 1 FROM tariff_assignment",
        "DELETE FROM tariff_assignment",
    };
    struct store_tariff tariff = sample_tariff(ledger, "version");
    const struct store_tariff_assignment assignment = {
        .organisation = 1, .utility = 1, .meter_class = "home", .tariff = "home"};
    assert_ok(insert(ledger, &tariff));
    assert_ok(store_begin_write(ledger->store));
    assert_ok(store_tariff_assign(ledger->store, &assignment, ledger->vendor, AT));
    assert_ok(store_commit(ledger->store));
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        if (raw_try(ledger, refused[i]) != SQLITE_CONSTRAINT)
            fail_msg("not refused: %s", refused[i]);
    assert_ok(approve(ledger, &tariff, another_person(ledger)));
    assert_int_equal(raw_try(ledger, "UPDATE tariff_approval SET principal = 1"), SQLITE_CONSTRAINT);
    assert_int_equal(raw_try(ledger, "DELETE FROM tariff_approval"), SQLITE_CONSTRAINT);
    assert_int_equal(raw_try(ledger, "INSERT OR REPLACE INTO tariff_approval SELECT tariff_version, principal, 2 "
                                     "FROM tariff_approval"),
                     SQLITE_CONSTRAINT);
}

static void test_the_newest_assignment_counts(void **state)
{
    struct ledger *ledger = *state;
    struct store_tariff tariff = sample_tariff(ledger, "version");
    struct store_tariff_assignment row = {.organisation = 1, .utility = 1, .meter_class = "home", .tariff = "home"};
    assert_ok(insert(ledger, &tariff));
    assert_reason(store_tariff_assigned(ledger->store, AT, &row), MV_TARIFF_NOT_ASSIGNED);
    row = (struct store_tariff_assignment){.organisation = 1, .utility = 1, .meter_class = "home", .tariff = "home"};
    assert_ok(store_begin_write(ledger->store));
    assert_ok(store_tariff_assign(ledger->store, &row, ledger->vendor, AT));
    assert_ok(store_tariff_assigned(ledger->store, AT, &row));
    assert_string_equal(row.tariff, "home");
    row.tariff[0] = '\0';
    assert_ok(store_tariff_assign(ledger->store, &row, ledger->vendor, AT));
    assert_reason(store_tariff_assigned(ledger->store, AT, &row), MV_TARIFF_NOT_ASSIGNED);
    assert_ok(store_commit(ledger->store));
}

static mv_status dismiss(const struct ledger *ledger, const struct store_tariff *tariff, int64_t principal,
                         const char *reason)
{
    struct store_dismissal dismissal = {.principal = principal, .at_unix_s = AT + 1};
    (void)snprintf(dismissal.reason, sizeof dismissal.reason, "%s", reason);
    assert_ok(store_begin_write(ledger->store));
    mv_status status = store_tariff_dismiss(ledger->store, tariff, &dismissal);
    if (status.ok)
        return store_commit(ledger->store);
    store_rollback(ledger->store);
    return status;
}

static void test_what_waits_is_dismissed_once(void **state)
{
    struct ledger *ledger = *state;
    struct store_tariff tariff = sample_tariff(ledger, "version");
    struct store_tariff found;
    const int64_t boss = another_person(ledger);
    assert_ok(insert(ledger, &tariff));
    assert_reason(dismiss(ledger, &tariff, boss, ""), MV_TARIFF_OTHER_PERSON);
    assert_reason(dismiss(ledger, &tariff, ledger->vendor, "no"), MV_TARIFF_SAME_PERSON);
    assert_ok(dismiss(ledger, &tariff, boss, "no"));
    assert_ok(store_tariff_get(ledger->store, "home", 1, &found));
    assert_int_equal(found.dismissal.principal, boss);
    assert_string_equal(found.dismissal.reason, "no");
    assert_int_equal(found.dismissal.at_unix_s, AT + 1);
    assert_reason(dismiss(ledger, &found, ledger->vendor, ""), MV_TARIFF_NOT_PENDING);
    assert_reason(approve(ledger, &found, boss), MV_TARIFF_NOT_PENDING);
    assert_reason(approve(ledger, &tariff, boss), MV_INTERNAL_ERROR); /* a row that was read before: the schema knows */
    tariff = sample_tariff(ledger, "steps.price_e5");
    assert_ok(insert(ledger, &tariff));
    assert_ok(approve(ledger, &tariff, boss));
    assert_reason(dismiss(ledger, &tariff, boss, "no"), MV_INTERNAL_ERROR);
}

/* Whoever writes: rows of versions and of assignments alike. */
static void test_the_schema_keeps_dismissals(void **state)
{
    struct ledger *ledger = *state;
    static const char *const refused[] = {
        "INSERT INTO tariff_dismissal SELECT id, principal, 'reason', 1 FROM tariff_version",
        "INSERT INTO tariff_dismissal SELECT 1, id, '', 1 FROM principal WHERE name = 'boss'",
        "INSERT INTO tariff_dismissal VALUES (9, 1, '', 1)",
        "INSERT INTO tariff_dismissal SELECT 2, principal, '', 1 FROM tariff_version WHERE id = 2",
        "INSERT INTO tariff_assignment_dismissal SELECT id, principal, 'reason', 1 FROM tariff_assignment",
        "INSERT INTO tariff_assignment_dismissal SELECT 1, id, '', 1 FROM principal WHERE name = 'boss'",
        "INSERT INTO tariff_assignment_dismissal VALUES (9, 1, '', 1)",
        "INSERT INTO tariff_assignment_dismissal SELECT 2, principal, '', 1 FROM tariff_assignment WHERE id = 2",
    };
    static const char *const kept[] = {
        "UPDATE tariff_dismissal SET reason = 'x'",
        "DELETE FROM tariff_dismissal",
        "INSERT OR REPLACE INTO tariff_dismissal SELECT * FROM tariff_dismissal",
        "INSERT INTO tariff_approval SELECT 1, id, 1 FROM principal WHERE name = 'boss'",
        "UPDATE tariff_assignment_dismissal SET reason = 'x'",
        "DELETE FROM tariff_assignment_dismissal",
        "INSERT OR REPLACE INTO tariff_assignment_dismissal SELECT * FROM tariff_assignment_dismissal",
        "INSERT INTO tariff_assignment_approval SELECT 1, id, 1 FROM principal WHERE name = 'boss'",
    };
    struct store_tariff tariff = sample_tariff(ledger, "version");
    struct store_tariff plain = sample_tariff(ledger, "");
    struct store_tariff_assignment row = {
        .organisation = 1, .utility = 1, .meter_class = "home", .tariff = "home", .doubt = "tariff"};
    (void)another_person(ledger);
    assert_ok(insert(ledger, &tariff));
    assert_ok(insert(ledger, &plain));
    assert_ok(store_begin_write(ledger->store));
    assert_ok(store_tariff_assign(ledger->store, &row, ledger->vendor, AT));
    row.doubt[0] = '\0';
    assert_ok(store_tariff_assign(ledger->store, &row, ledger->vendor, AT));
    assert_ok(store_commit(ledger->store));
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        if (raw_try(ledger, refused[i]) != SQLITE_CONSTRAINT)
            fail_msg("not refused: %s", refused[i]);
    raw_do(ledger, "INSERT INTO tariff_dismissal SELECT id, principal, '', 1 FROM tariff_version WHERE id = 1");
    raw_do(ledger,
           "INSERT INTO tariff_assignment_dismissal SELECT id, principal, '', 1 FROM tariff_assignment WHERE id = 1");
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        if (raw_try(ledger, kept[i]) != SQLITE_CONSTRAINT)
            fail_msg("not refused: %s", kept[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_currency_is_set_once, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_versions_follow_each_other, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_a_first_version_needs_its_doubt, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_history_is_never_edited, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_the_newest_assignment_counts, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_what_waits_is_dismissed_once, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_the_schema_keeps_dismissals, ledger_new, ledger_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
