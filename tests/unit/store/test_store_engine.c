/* What cannot be seen from outside until it is too late: that a commit is synced, and that no lookup reads a whole
 * table. */
#include <stdio.h>
#include <string.h>

#include "store/sqlite/engine.h"
#include "support.h"

static int64_t pragma(const struct ledger *ledger, const char *sql)
{
    int64_t value = -1;
    assert_ok(sqlite_pragma_get(ledger->store->db, sql, &value));
    return value;
}

static void test_the_writer_is_durable(void **state)
{
    struct ledger *ledger = *state;
    assert_int_equal(pragma(ledger, "PRAGMA synchronous"), 2);
    assert_int_equal(pragma(ledger, "SELECT journal_mode = 'wal' FROM pragma_journal_mode"), 1);
    assert_int_equal(pragma(ledger, "PRAGMA foreign_keys"), 1);
    assert_int_equal(pragma(ledger, "PRAGMA recursive_triggers"), 1);
    assert_int_equal(pragma(ledger, "PRAGMA trusted_schema"), 0);
    assert_int_equal(pragma(ledger, "PRAGMA busy_timeout"), BUSY_TIMEOUT_MS);
    assert_int_equal(pragma(ledger, "PRAGMA wal_autocheckpoint"), CHECKPOINT_PAGES);
    assert_int_equal(pragma(ledger, "PRAGMA page_size"), PAGE_SIZE);
}

enum {
    BATCH_GROUPS = 3,    /* of money, of lines and of change that was kept */
    TIMELINE_STEPS = 17, /* over the account's meters, their times, orders and what was found of them */
    ACT_STEPS = 5,       /* over the organisation's principals, for kinds of payment and of act */
    TREE_STEPS = 3,      /* down the organisations, then by name */
    WALK_STEPS = 3,      /* the organisations' firsts, each one's next, the accounts among them */
};

static bool walks_all(enum sql_name name)
{
    return name == SQL_ORGANISATIONS || name == SQL_GRANTS || name == SQL_PRINCIPALS;
}

/* A timeline is made of what was found for one account, and then sorted. A new tariff looks whether it was assigned
 * already, among as many assignments as there are classes. A vendor is looked for on the way up from an organisation,
 * which is a handful of steps. Sums of a batch are made of its receipts, and grouped by kind. A list of accounts walks
 * an index in each organisation, merges what it finds and stops at a limit: its steps are over that walk. */
static size_t steps_of(enum sql_name name)
{
    if (name == SQL_VENDOR_OF)
        return 2;
    if (name == SQL_BATCH_SUMS)
        return BATCH_GROUPS;
    if (name == SQL_ACCOUNTS || name == SQL_ACCOUNTS_END)
        return WALK_STEPS;
    if (name == SQL_BATCH_ACT_SUMS)
        return ACT_STEPS;
    if (name == SQL_VENDOR_LIST)
        return TREE_STEPS;
    return name == SQL_TIMELINE ? TIMELINE_STEPS : name == SQL_TARIFF_INSERT;
}

/* The few approvals of one proposal or move, by their number; the debts of one account, by priority; the assignments of
 * one class, by who agreed to them; the bills of one account, before a date and since; the voids that one return ended;
 * what befell one meter's cards. */
static bool sorts(enum sql_name name)
{
    return name == SQL_APPROVALS || name == SQL_APPROVAL_COVERING || name == SQL_DEBTS ||
           name == SQL_TARIFF_ASSIGNED_AGREED || name == SQL_TRANSFER_SALES || name == SQL_TRANSFER_DEBTS ||
           name == SQL_VOIDS_ENDED || name == SQL_CARD_EVENT_INSERT;
}

/* The plan's steps that read a table from end to end. */
static size_t scans(sqlite3 *db, const char *sql)
{
    char explained[8192];
    sqlite3_stmt *plan = NULL;
    size_t count = 0;
    assert_in_range(snprintf(explained, sizeof explained, "EXPLAIN QUERY PLAN %s", sql), 1, sizeof explained - 1);
    assert_int_equal(sqlite3_prepare_v2(db, explained, -1, &plan, NULL), SQLITE_OK);
    while (sqlite3_step(plan) == SQLITE_ROW) {
        const char *step = (const char *)sqlite3_column_text(plan, 3);
        if (strstr(step, "SCAN") != NULL && strstr(step, "json_each") == NULL && strstr(step, "CONSTANT ROW") == NULL)
            count++;
        if (strstr(step, "TEMP B-TREE") != NULL)
            count++;
    }
    (void)sqlite3_finalize(plan);
    return count;
}

static void test_lookups_use_an_index(void **state)
{
    struct ledger *ledger = *state;
    size_t wrong = 0;
    for (enum sql_name name = SQL_STATE_GET; name < SQL_COUNT; name++) {
        struct sql sql = sql_read(ledger->store, name);
        assert_ok(sql.status);
        size_t found = scans(ledger->store->db, sqlite3_sql(sql.statement));
        size_t expected = walks_all(name) || sorts(name) ? 1 : steps_of(name);
        if (found != expected)
            print_message("%zu steps: %s\n", found, sqlite3_sql(sql.statement));
        wrong += found != expected;
    }
    assert_int_equal(0, wrong);
}

static void test_statements_are_prepared_once(void **state)
{
    struct ledger *ledger = *state;
    struct sql first = sql_read(ledger->store, SQL_METER_BY_ID);
    sql_done(&first);
    assert_ptr_equal(sql_read(ledger->store, SQL_METER_BY_ID).statement, first.statement);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_writer_is_durable, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_lookups_use_an_index, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_statements_are_prepared_once, ledger_new, ledger_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
