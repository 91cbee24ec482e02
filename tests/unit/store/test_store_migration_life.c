/* A ledger of version 8 in which an office was at work, with batches, acts, a bill, a free issue and a card: version 9
 * finds the acts of the batches, and what later versions copy is still there. The work is counted in steps of SQLite's
 * machine, not in time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

#define SCHEMA(number)                                                                                                 \
    extern const uint8_t store_schema_##number[];                                                                      \
    extern const size_t store_schema_##number##_size;
SCHEMA(0001)
SCHEMA(0002)
SCHEMA(0003)
SCHEMA(0004)
SCHEMA(0005)
SCHEMA(0006)
SCHEMA(0007)
SCHEMA(0008)
SCHEMA(0009)

enum { OLD = 8, STEPS = 100 };

static const struct schema {
    const uint8_t *sql;
    const size_t *size;
} schemas[] = {
    {store_schema_0001, &store_schema_0001_size}, {store_schema_0002, &store_schema_0002_size},
    {store_schema_0003, &store_schema_0003_size}, {store_schema_0004, &store_schema_0004_size},
    {store_schema_0005, &store_schema_0005_size}, {store_schema_0006, &store_schema_0006_size},
    {store_schema_0007, &store_schema_0007_size}, {store_schema_0008, &store_schema_0008_size},
    {store_schema_0009, &store_schema_0009_size},
};

static void run(sqlite3 *db, const char *sql)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sqlite3_errmsg(db), sql);
}

static void run_schema(sqlite3 *db, const struct schema *schema)
{
    char *text = calloc(1, *schema->size + 1);
    assert_non_null(text);
    memcpy(text, schema->sql, *schema->size);
    run(db, text);
    free(text);
}

/* Two organisations, each with one who sells; one account that buys; no history yet. */
static sqlite3 *begin_version_8(const struct ledger *ledger)
{
    sqlite3 *db = raw_open(ledger);
    run(db, "BEGIN");
    for (size_t i = 0; i < OLD; i++)
        run_schema(db, &schemas[i]);
    run(db, "PRAGMA application_id = 0x4D564C47; PRAGMA user_version = 8;"
            "INSERT INTO organisation VALUES (2, 1, 'other');"
            "INSERT INTO principal VALUES (1, 1, 'vendor', 2, 1), (2, 1, 'boss', 2, 1), (3, 2, 'far', 2, 1);"
            "INSERT INTO meter (id, pan, organisation, utility, state, sgc, krn, ti, kt, ken, ea, dkga, base_date, "
            "registered_at_unix_s) VALUES (1, '600727000000000009', 1, 1, 2, '123456', 1, 7, 2, 255, 7, 4, 2014, 900);"
            "INSERT INTO terminal VALUES (1, 1, 'till'), (2, 2, 'till');"
            "INSERT INTO account VALUES (1, 'A-1', 1, 1, 1, 0);"
            "INSERT INTO account_version VALUES (1, 1, 1, 1, 1, 'Abe', '', '', '', 'home', '', 1, 901)");
    run(db, "INSERT OR IGNORE INTO meter_tid (meter, last_tid, last_sale) VALUES (1, 0, 0)");
    return db;
}

/* Money that the account is given at this time, by this principal. */
static void act(sqlite3 *db, int number, int principal, int at)
{
    char sql[512];
    (void)snprintf(sql, sizeof sql,
                   "INSERT INTO account_act SELECT %d, %d, 'act-%d', zeroblob(32), 1, 5, %d, NULL, NULL, 1, 'till', "
                   "'', balance + %d, 0, 0, %d FROM account_tally WHERE account = 1",
                   number, principal, number, number, number, at);
    run(db, sql);
}

/* The batches of the four kinds with this number. */
static void start(sqlite3 *db, int number, int at)
{
    char sql[512];
    (void)snprintf(sql, sizeof sql,
                   "WITH k(kind) AS (VALUES (1), (2), (3), (4)) INSERT INTO batch SELECT kind + 4 * %d, kind, 1, "
                   "iif(kind < 3, 'till', ''), %d, 2, 1, 'batch-' || kind || '-%d', %d FROM k",
                   number - 1, number, number, at);
    run(db, sql);
}

static void sell_old(sqlite3 *db)
{
    run(db, "INSERT INTO tariff VALUES (1, 'home', 1, 1); INSERT INTO tariff_part VALUES (1, 1, 1, '', 0, 10);"
            "INSERT INTO tariff_version VALUES (1, 1, 1, 1, 902, 0, 0, 0, 0, 0, 1, 1, 1, 'first', 1, 902);"
            "INSERT INTO tariff_approval VALUES (1, 2, 903)");
    run(db,
        "WITH n(i) AS (VALUES (1), (2)) "
        "INSERT INTO sale (id, principal, request_id, digest, meter, previous, kind, tid, carrier, subclass, "
        "requested, encoded, digits, tag, vending_kcv, issued_at_unix_s, sgc, krn, ti, kt, ken, ea, dkga, base_date) "
        "SELECT (1 << 40) + i, 1, 'sale-' || i, zeroblob(32), 1, iif(i = 1, 0, (1 << 40) + 1), 0, i, 1, 0, 100, 100, "
        "printf('%020d', i), zeroblob(16), x'010203', 904, '123456', 1, 7, 2, 255, 7, 4, 2014 FROM n");
    run(db, "INSERT INTO bill_line VALUES ((1 << 40) + 1, 1, 1, '', 100, 0, 10, 0, 50, NULL);"
            "INSERT INTO bill VALUES ((1 << 40) + 1, 1, 1, 0, 'home', 1, 0, 0, 100, 0, 100, 0, 50, 50, 0, 0, 0, 1, 50, "
            "0, 0);"
            "INSERT INTO free_issue VALUES ((1 << 40) + 2, 'a gift', NULL)");
}

static void write_card(sqlite3 *db)
{
    run(db, "INSERT INTO card VALUES (1, x'01020304050607', 1, 3, 1, 1, x'010203', 1, 0, '', 1, 1, 1, 1, 1, 0, 0, 905, "
            "905);"
            "INSERT INTO card_content VALUES (1, 1, zeroblob(32), 7, 2, 'confirmed', 906, 907),"
            "(2, 1, zeroblob(32), 8, 2, 'noted', 908, NULL), (3, 1, zeroblob(32), 0, 2, 'personalised', 905, 905)");
}

/* Acts 1 before, 2 in, 3 after the batches that ended, 4 and 5 in the open ones; 5 is of another organisation. */
static void make_version_8(const struct ledger *ledger)
{
    sqlite3 *db = begin_version_8(ledger);
    sell_old(db);
    write_card(db);
    act(db, 1, 1, 910);
    start(db, 1, 920);
    act(db, 2, 1, 930);
    run(db, "INSERT INTO batch_end SELECT id, 1, 'end-' || id, 940 FROM batch");
    act(db, 3, 1, 950);
    start(db, 2, 960);
    act(db, 4, 1, 970);
    act(db, 5, 3, 980);
    run(db, "COMMIT");
    (void)sqlite3_close(db);
}

static void migrate(struct ledger *ledger)
{
    ledger_keep_copy(ledger);
    assert_ok(store_open(ledger->url, STORE_WRITER, &ledger->store));
}

static void test_batches_find_their_acts(void **state)
{
    static const int after[] = {2, 2, 2, 2, 3, 3, 2, 2};
    struct ledger *ledger = *state;
    char sql[160];
    make_version_8(ledger);
    migrate(ledger);
    assert_int_equal(raw_number(ledger, "SELECT count(*) FROM batch_act_start"), 8);
    assert_int_equal(raw_number(ledger, "SELECT count(*) FROM batch_act_end WHERE batch < 5 AND through = 2"), 4);
    assert_int_equal(raw_number(ledger, "SELECT count(*) FROM batch_act_end"), 4);
    for (int batch = 1; batch <= 8; batch++) {
        (void)snprintf(sql, sizeof sql, "SELECT after FROM batch_act_start WHERE batch = %d", batch);
        assert_int_equal(raw_number(ledger, sql), after[batch - 1]);
        (void)snprintf(sql, sizeof sql,
                       "SELECT coalesce(sum(amount), 0) FROM batch_counter WHERE batch = %d AND what = 7", batch);
        assert_int_equal(raw_number(ledger, sql), batch < 5 ? 0 : batch < 7 ? 4 : 3 + 4);
    }
}

static void test_open_batches_can_end(void **state)
{
    struct ledger *ledger = *state;
    char sql[512];
    make_version_8(ledger);
    migrate(ledger);
    for (int batch = 5; batch <= 8; batch++) {
        (void)snprintf(sql, sizeof sql, "INSERT INTO batch_act_end VALUES (%d, 5)", batch);
        raw_do(ledger, sql);
        (void)snprintf(sql, sizeof sql, "INSERT INTO batch_end VALUES (%d, 1, 'late-%d', 990)", batch, batch);
        assert_int_equal(raw_try(ledger, sql), SQLITE_CONSTRAINT); /* without its sums */
        (void)snprintf(sql, sizeof sql,
                       "BEGIN; INSERT INTO batch_sum SELECT * FROM batch_counter WHERE batch = %d;"
                       "INSERT INTO batch_end VALUES (%d, 1, 'late-%d', 990); COMMIT",
                       batch, batch, batch);
        raw_do(ledger, sql);
    }
    assert_int_equal(raw_number(ledger, "SELECT count(*) FROM batch_end"), 8);
}

static void test_what_was_sold_is_still_there(void **state)
{
    static const struct {
        const char *columns, *table, *count;
    } copied[] = {
        {"*", "sale", "SELECT count(*) = 2 FROM sale"},
        {"*", "bill", "SELECT count(*) = 1 FROM bill"},
        {"*", "bill_line", "SELECT count(*) = 1 FROM bill_line"},
        {"*", "free_issue", "SELECT count(*) = 1 FROM free_issue"},
        {"*", "account_act", "SELECT count(*) = 5 FROM account_act"},
        {"*", "card_content", "SELECT count(*) = 3 FROM card_content"},
        {"id, terminal, receipt", "sale", "SELECT max(receipt) = 2 FROM sale WHERE terminal = 1"},
    };
    struct ledger *ledger = *state;
    make_version_8(ledger);
    migrate(ledger);
    for (size_t i = 0; i < sizeof copied / sizeof copied[0]; i++) {
        assert_same_rows(ledger, copied[i].columns, copied[i].table);
        assert_int_equal(raw_number(ledger, copied[i].count), 1);
    }
    assert_int_equal(raw_try(ledger, "DELETE FROM sale"), SQLITE_CONSTRAINT);
    assert_int_equal(raw_try(ledger, "UPDATE sale SET tid = 9"), SQLITE_CONSTRAINT);
}

/* Only what the card is known to have, and no purchase that it never had. */
static void test_cards_have_their_history(void **state)
{
    struct ledger *ledger = *state;
    make_version_8(ledger);
    migrate(ledger);
    assert_int_equal(raw_number(ledger, "SELECT count(*) FROM card_event"), 1);
    assert_int_equal(raw_number(ledger,
                                "SELECT count(*) FROM card_event WHERE (meter, card, kind, purchase, principal, "
                                "at_unix_s) = (1, 1, 3, 7, 2, 907) AND other IS NULL AND reason = ''"),
                     1);
}

/* ---- work ---- */
static int count_steps(void *counter)
{
    (*(int64_t *)counter)++;
    return 0;
}

/* An old ledger of one organisation: many acts of another one, and after every third of them a batch of a till. */
static sqlite3 *grow(const struct ledger *ledger, int acts)
{
    sqlite3 *db = begin_version_8(ledger);
    char sql[512];
    for (int i = 1; i <= acts; i++) {
        act(db, i, 3, 1000 + 2 * i);
        if (i % 3 != 0)
            continue;
        (void)snprintf(sql, sizeof sql,
                       "INSERT INTO batch VALUES (%d, 2, 2, 'till', %d, 0, 3, 'b-%d', %d);"
                       "INSERT INTO batch_end VALUES (%d, 3, 'e-%d', %d)",
                       i, i / 3, i, 1000 + 2 * i, i, i, 1001 + 2 * i);
        run(db, sql);
    }
    return db;
}

struct work {
    int64_t migration, settlement;
};

static struct work count_work(int acts)
{
    struct work work = {0};
    void *state = NULL;
    assert_int_equal(ledger_directory(&state), 0);
    sqlite3 *db = grow(state, acts);
    sqlite3_progress_handler(db, STEPS, count_steps, &work.migration);
    run_schema(db, &schemas[OLD]);
    sqlite3_progress_handler(db, 0, NULL, NULL);
    run(db, "INSERT INTO batch VALUES (1000000, 4, 1, '', 1, 0, 1, 'first', 900000)");
    sqlite3_progress_handler(db, 1, count_steps, &work.settlement);
    run(db, "SELECT * FROM batch_counter WHERE batch = 1000000");
    sqlite3_progress_handler(db, 0, NULL, NULL);
    run(db, "COMMIT");
    (void)sqlite3_close(db);
    assert_int_equal(ledger_remove(&state), 0);
    return work;
}

static void test_work_follows_the_size_of_the_ledger(void **state)
{
    (void)state;
    const struct work small = count_work(600), large = count_work(2400);
    assert_true(small.migration > 0 && small.settlement > 0);
    assert_true(large.migration < 6 * small.migration); /* four times as much, not sixteen */
    assert_int_equal(large.settlement, small.settlement);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_batches_find_their_acts, ledger_directory, ledger_remove),
        cmocka_unit_test_setup_teardown(test_open_batches_can_end, ledger_directory, ledger_remove),
        cmocka_unit_test_setup_teardown(test_what_was_sold_is_still_there, ledger_directory, ledger_remove),
        cmocka_unit_test_setup_teardown(test_cards_have_their_history, ledger_directory, ledger_remove),
        cmocka_unit_test(test_work_follows_the_size_of_the_ledger),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
