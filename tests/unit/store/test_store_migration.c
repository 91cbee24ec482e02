/* A ledger of version 1 with many sales becomes one of version 2: everything is still there and still verifies. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

extern const uint8_t store_schema_0001[];
extern const size_t store_schema_0001_size;

enum { METERS = 300, TILLS = 7, SALES = 6000 };

static void run(sqlite3 *db, const char *sql)
{
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
}

static void lay_out(sqlite3 *db)
{
    char *schema = malloc(store_schema_0001_size + 1);
    assert_non_null(schema);
    memcpy(schema, store_schema_0001, store_schema_0001_size);
    schema[store_schema_0001_size] = '\0';
    run(db, schema);
    free(schema);
    run(db, "PRAGMA application_id = 0x4D564C47; PRAGMA user_version = 1");
    run(db, "INSERT INTO principal VALUES (1, 1, 'vendor', 2, 1)");
    run(db, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300) INSERT INTO meter "
            "SELECT i, printf('600727%012d', i), 1, 1, 1, '123456', 1 + i % 3, i % 100, 2, 255, 7, 4, 2014, "
            "1700000000 + i FROM n; INSERT INTO meter_tid SELECT id, 0 FROM meter");
    run(db, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 7) INSERT INTO terminal "
            "SELECT i, 1, 'till-' || i FROM n");
}

/* The tids of a meter come through several tills, so that their order is not that of the rows. */
static void sell_one(sqlite3 *db, unsigned i)
{
    char sql[1024];
    unsigned meter = 1 + (i * 7919U) % (METERS - 10); /* ten never bought */
    (void)snprintf(sql, sizeof sql,
                   "INSERT INTO sale (id, principal, request_id, digest, meter, tid, carrier, subclass, requested, "
                   "encoded, digits, tag, vending_kcv, issued_at_unix_s, sgc, krn, ti, kt, ken, ea, dkga, base_date) "
                   "SELECT (%u << 40) + 1 + coalesce((SELECT max(receipt) FROM sale WHERE id >> 40 = %u), 0), 1, "
                   "'r-%u', randomblob(32), %u, %u, 1, 0, %u, %u, printf('%%020d', %u), randomblob(16), x'010203', "
                   "1700000000 + %u, '123456', 1, 7, 2, 255, 7, 4, 2014",
                   1 + i % TILLS, 1 + i % TILLS, i, meter, 1000 + i, 100 + i, 100 + i, i, i);
    run(db, sql);
}

static void note_one(sqlite3 *db, unsigned i, uint8_t previous[AUDIT_HASH])
{
    char sql[1024], hash[2 * AUDIT_HASH + 1];
    struct audit_record record = sample_record("600727000000000009");
    record.chain = 1;
    record.sequence = i + 1;
    assert_ok(audit_seal(&record, previous));
    memcpy(previous, record.hash, AUDIT_HASH);
    for (size_t b = 0; b < AUDIT_HASH; b++)
        (void)snprintf(hash + 2 * b, 3, "%02x", record.hash[b]);
    (void)snprintf(sql, sizeof sql,
                   "INSERT INTO audit VALUES ((1 << 40) + %u, %lld, '%s', '%s', '%s', '%s', '%s', x'%s')", i + 1,
                   (long long)record.time_unix_us, record.principal, record.action, record.object, record.outcome,
                   record.detail, hash);
    run(db, sql);
}

static void make_version_1(const struct ledger *ledger)
{
    uint8_t previous[AUDIT_HASH] = {0};
    sqlite3 *db = raw_open(ledger);
    run(db, "PRAGMA foreign_keys = ON; BEGIN");
    lay_out(db);
    for (unsigned i = 0; i < SALES; i++) {
        sell_one(db, i);
        note_one(db, i, previous);
    }
    run(db, "COMMIT");
    (void)sqlite3_close(db);
}

static void test_everything_is_still_there(void **state)
{
    struct ledger *ledger = *state;
    make_version_1(ledger);
    ledger_keep_copy(ledger);
    assert_ok(store_open(ledger->url, STORE_WRITER, &ledger->store));
    assert_int_equal(raw_number(ledger, "SELECT user_version FROM pragma_user_version"), 15);
    assert_int_equal(raw_number(ledger, "SELECT count(*) FROM sale"), SALES);
    assert_invariants(ledger);
    assert_same_rows(ledger,
                     "id, terminal, receipt, principal, request_id, digest, meter, tid, carrier, subclass, requested, "
                     "encoded, digits, tag, vending_kcv, issued_at_unix_s, sgc, krn, ti, kt, ken, ea, dkga, base_date",
                     "sale");
    assert_same_rows(ledger, "meter, last_tid", "meter_tid");
    assert_same_rows(ledger, "*", "audit");
    assert_same_rows(ledger, "*", "last_sale");
    assert_same_rows(ledger,
                     "id, pan, organisation, utility, state, sgc, krn, ti, kt, ken, ea, dkga, base_date, "
                     "registered_at_unix_s",
                     "meter");
    assert_int_equal(raw_number(ledger, "SELECT count(*) FROM sale WHERE kind <> 0 OR key_change IS NOT NULL"), 0);
    assert_int_equal(raw_number(ledger, "SELECT count(*) FROM meter_key k JOIN meter m ON m.id = k.meter AND "
                                        "(k.sgc, k.krn, k.ti, k.kt, k.ken, k.ea, k.dkga, k.base_date, k.since_unix_s) "
                                        "= (m.sgc, m.krn, m.ti, m.kt, m.ken, m.ea, m.dkga, m.base_date, "
                                        "m.registered_at_unix_s) WHERE k.sequence = 1"),
                     METERS);
    assert_int_equal(raw_number(ledger, "SELECT count(*) FROM meter_key"), METERS);
}

static void test_it_goes_on(void **state)
{
    struct ledger *ledger = *state;
    struct store_sale newest, before;
    make_version_1(ledger);
    assert_ok(store_open(ledger->url, STORE_WRITER, &ledger->store));
    ledger->vendor = 1;
    ledger->meter = 5;
    assert_ok(store_sale_before(ledger->store, ledger->meter, 0, &before));
    assert_ok(store_begin_write(ledger->store));
    assert_ok(sell(ledger, "till-3", 100000));
    assert_ok(store_commit(ledger->store));
    assert_ok(store_sale_before(ledger->store, ledger->meter, 0, &newest));
    assert_int_equal(newest.previous, before.id);
    assert_int_equal(newest.tid, 100000);
    struct store_key_change change = change_key(ledger, sample_change(ledger));
    end_change(ledger, change.id, STORE_APPLIED);
    assert_invariants(ledger);
    uint64_t tid = newest.tid;
    size_t count = 0;
    for (int64_t at = newest.id; store_sale_before(ledger->store, ledger->meter, at, &before).ok; at = before.id) {
        assert_true(before.tid < tid);
        tid = before.tid;
        count++;
    }
    assert_int_equal(count + 1, raw_number(ledger, "SELECT count(*) FROM sale WHERE meter = 5"));
    assert_int_equal(raw_try(ledger, "DELETE FROM sale"), SQLITE_CONSTRAINT);
    assert_int_equal(raw_try(ledger, "UPDATE sale SET encoded = encoded + 1"), SQLITE_CONSTRAINT);
}

static void test_only_the_writer_migrates(void **state)
{
    struct ledger *ledger = *state;
    struct store *reader;
    make_version_1(ledger);
    assert_reason(store_open(ledger->url, STORE_READER, &reader), MV_LEDGER_UNAVAILABLE);
    assert_int_equal(raw_number(ledger, "SELECT user_version FROM pragma_user_version"), 1);
    assert_ok(store_open(ledger->url, STORE_WRITER, &ledger->store));
    assert_ok(store_open(ledger->url, STORE_READER, &reader));
    store_close(reader);
}

/* A migration is whole or did not happen. */
static void test_a_broken_reference_stops_it(void **state)
{
    struct ledger *ledger = *state;
    make_version_1(ledger);
    raw_do(ledger, "UPDATE meter SET organisation = 77 WHERE id = 9"); /* without foreign keys in this connection */
    ledger_keep_copy(ledger);
    assert_reason(store_open(ledger->url, STORE_WRITER, &ledger->store), MV_LEDGER_CORRUPT);
    assert_int_equal(raw_number(ledger, "SELECT user_version FROM pragma_user_version"), 1);
    assert_same_rows(ledger, "*", "sale");
    assert_same_rows(ledger, "type, name, sql", "sqlite_schema");
    raw_do(ledger, "UPDATE meter SET organisation = 1 WHERE id = 9");
    assert_ok(store_open(ledger->url, STORE_WRITER, &ledger->store));
    assert_invariants(ledger);
}

static void test_an_empty_ledger_of_version_1(void **state)
{
    struct ledger *ledger = *state;
    sqlite3 *db = raw_open(ledger);
    lay_out(db);
    (void)sqlite3_close(db);
    assert_ok(store_open(ledger->url, STORE_WRITER, &ledger->store));
    assert_invariants(ledger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_everything_is_still_there, ledger_directory, ledger_remove),
        cmocka_unit_test_setup_teardown(test_it_goes_on, ledger_directory, ledger_remove),
        cmocka_unit_test_setup_teardown(test_only_the_writer_migrates, ledger_directory, ledger_remove),
        cmocka_unit_test_setup_teardown(test_a_broken_reference_stops_it, ledger_directory, ledger_remove),
        cmocka_unit_test_setup_teardown(test_an_empty_ledger_of_version_1, ledger_directory, ledger_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
