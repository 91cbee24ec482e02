/* The chain in the ledger: appended, walked, rolled back, and tampered with behind the engine's back. */
#include <stdio.h>
#include <string.h>

#include "support.h"

enum { RECORDS = 9 };

struct walk {
    size_t count;
    size_t stop_after;
    uint64_t first;
    uint64_t last;
};

static mv_status note(void *self, const struct audit_record *row)
{
    struct walk *walk = self;
    if (walk->count++ == 0)
        walk->first = row->sequence;
    walk->last = row->sequence;
    return walk->count == walk->stop_after ? mv_fail(MV_CANCELLED_BY_CALLER, "test") : mv_ok();
}

static void append(const struct ledger *ledger, size_t count)
{
    assert_ok(store_begin_write(ledger->store));
    for (size_t i = 0; i < count; i++) {
        char object[32];
        (void)snprintf(object, sizeof object, "object %zu", i);
        struct audit_record record = sample_record(object);
        assert_ok(store_audit_append(ledger->store, &record));
        assert_int_equal(record.chain, 1);
    }
    assert_ok(store_commit(ledger->store));
}

static void test_records_are_chained_over_transactions_and_restarts(void **state)
{
    struct ledger *ledger = *state;
    uint64_t good;
    struct audit_record record = sample_record("x");
    assert_reason(store_audit_append(ledger->store, &record), MV_INTERNAL_ERROR);
    append(ledger, 3);
    append(ledger, 1);
    store_close(ledger->store);
    assert_ok(store_open(ledger->url, STORE_WRITER, &ledger->store));
    append(ledger, 2);
    assert_ok(verify_chain(ledger, &good));
    assert_int_equal(good, 6);
}

static void test_a_rollback_takes_the_head_back(void **state)
{
    struct ledger *ledger = *state;
    uint64_t good;
    append(ledger, 2);
    assert_ok(store_begin_write(ledger->store));
    struct audit_record record = sample_record("gone");
    assert_ok(store_audit_append(ledger->store, &record));
    assert_int_equal(record.sequence, 3);
    store_rollback(ledger->store);
    assert_ok(store_begin_write(ledger->store));
    record = sample_record("stays");
    assert_ok(store_audit_append(ledger->store, &record));
    assert_int_equal(record.sequence, 3);
    assert_ok(store_commit(ledger->store));
    assert_ok(verify_chain(ledger, &good));
    assert_int_equal(good, 3);
}

static void test_a_refused_record_takes_no_number(void **state)
{
    struct ledger *ledger = *state;
    struct audit_record record = sample_record("\xff");
    assert_ok(store_begin_write(ledger->store));
    assert_reason(store_audit_append(ledger->store, &record), MV_INVALID_FIELD);
    record = sample_record("x");
    record.time_unix_us = -1;
    assert_reason(store_audit_append(ledger->store, &record), MV_INVALID_FIELD);
    record = sample_record("x");
    assert_ok(store_audit_append(ledger->store, &record));
    assert_int_equal(record.sequence, 1);
    assert_ok(store_commit(ledger->store));
}

static void test_walks_begin_and_end_where_asked(void **state)
{
    struct ledger *ledger = *state;
    struct walk walk = {0};
    append(ledger, RECORDS);
    assert_ok(store_audit(ledger->store, 1, 1, note, &walk));
    assert_int_equal(walk.count, RECORDS);
    walk = (struct walk){0};
    assert_ok(store_audit(ledger->store, 1, 4, note, &walk));
    assert_int_equal(walk.first, 4);
    assert_int_equal(walk.last, RECORDS);
    walk = (struct walk){.stop_after = 2};
    assert_reason(store_audit(ledger->store, 1, 1, note, &walk), MV_CANCELLED_BY_CALLER);
    assert_int_equal(walk.count, 2);
    static const struct {
        uint32_t chain;
        uint64_t first;
    } nothing[] = {{0, 1}, {2, 1}, {UINT32_MAX, 1}, {1, RECORDS + 1}, {1, UINT64_MAX}, {1, 1ULL << 40}};
    for (size_t i = 0; i < sizeof nothing / sizeof nothing[0]; i++) {
        walk = (struct walk){0};
        assert_ok(store_audit(ledger->store, nothing[i].chain, nothing[i].first, note, &walk));
        assert_int_equal(walk.count, 0);
    }
}

static void test_readers_see_committed_records(void **state)
{
    struct ledger *ledger = *state;
    uint64_t good;
    struct audit_record record = sample_record("x");
    append(ledger, 2);
    assert_ok(store_begin_write(ledger->store));
    assert_ok(store_audit_append(ledger->store, &record));
    assert_ok(verify_chain(ledger, &good));
    assert_int_equal(good, 2);
    assert_ok(store_commit(ledger->store));
    assert_ok(verify_chain(ledger, &good));
    assert_int_equal(good, 3);
}

static void test_the_schema_refuses_edits(void **state)
{
    struct ledger *ledger = *state;
    static const char *const edits[] = {
        "UPDATE audit SET detail = ''",
        "DELETE FROM audit",
        "DELETE FROM audit WHERE sequence = 9",
        "INSERT INTO audit SELECT id + 2, 1, '', '', '', '', '', hash FROM audit WHERE sequence = 9",
        "INSERT INTO audit SELECT id, 1, '', '', '', '', '', hash FROM audit WHERE sequence = 9",
        "INSERT INTO audit SELECT id + 1, -1, '', '', '', '', '', hash FROM audit WHERE sequence = 9",
        "INSERT INTO audit SELECT id + 1, 1, '', '', '', '', '', x'00' FROM audit WHERE sequence = 9",
    };
    append(ledger, RECORDS);
    for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++)
        assert_int_equal(raw_try(ledger, edits[i]), SQLITE_CONSTRAINT);
    assert_ok(verify_chain(ledger, NULL));
}

struct tampering {
    const char *sql;
    uint64_t good; /* records before the first bad one */
    const char *where;
};

/* Whoever can take the triggers away can edit; the chain then tells where. */
static void test_tampering_is_found_at_the_first_bad_record(void **state)
{
    static const struct tampering all[] = {
        {"UPDATE audit SET time_unix_us = time_unix_us + 1 WHERE sequence = 5", 4, "hash"},
        {"UPDATE audit SET principal = 'x' WHERE sequence = 1", 0, "hash"},
        {"UPDATE audit SET action = 'x' WHERE sequence = 9", 8, "hash"},
        {"UPDATE audit SET object = '' WHERE sequence >= 3", 2, "hash"},
        {"UPDATE audit SET outcome = 'ROLE_MISSING' WHERE sequence = 4", 3, "hash"},
        {"UPDATE audit SET detail = detail || ' ' WHERE sequence = 6", 5, "hash"},
        {"UPDATE audit SET hash = zeroblob(32) WHERE sequence = 7", 6, "hash"},
        {"UPDATE audit SET object = CAST(x'ff' AS TEXT) WHERE sequence = 7", 6, "object"},
        {"DELETE FROM audit WHERE sequence = 1", 0, "sequence"},
        {"DELETE FROM audit WHERE sequence = 5", 4, "sequence"},
        {"DELETE FROM audit WHERE sequence BETWEEN 3 AND 7", 2, "sequence"},
        {"UPDATE audit SET id = 100 + id WHERE sequence = 3", 2, "sequence"},
        {"UPDATE audit SET id = -id; UPDATE audit SET id = -id + (id = -(1 << 40) - 3) - (id = -(1 << 40) - 4)", 2,
         "hash"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        void *fresh = NULL;
        uint64_t good;
        assert_int_equal(ledger_new(&fresh), 0);
        struct ledger *ledger = fresh;
        append(ledger, RECORDS);
        raw_do(ledger, "DROP TRIGGER audit_unchanged; DROP TRIGGER audit_kept");
        sqlite3 *db = raw_open(ledger);
        (void)sqlite3_exec(db, "PRAGMA ignore_check_constraints = ON", NULL, NULL, NULL);
        assert_int_equal(sqlite3_exec(db, all[i].sql, NULL, NULL, NULL), SQLITE_OK);
        assert_true(sqlite3_changes(db) > 0);
        (void)sqlite3_close(db);
        mv_status status = verify_chain(ledger, &good);
        assert_reason(status, MV_AUDIT_CHAIN_BROKEN);
        assert_string_equal(status.where, all[i].where);
        assert_int_equal(good, all[i].good);
        assert_int_equal(ledger_remove(&fresh), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_records_are_chained_over_transactions_and_restarts, ledger_new,
                                        ledger_remove),
        cmocka_unit_test_setup_teardown(test_a_rollback_takes_the_head_back, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_a_refused_record_takes_no_number, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_walks_begin_and_end_where_asked, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_readers_see_committed_records, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_the_schema_refuses_edits, ledger_new, ledger_remove),
        cmocka_unit_test(test_tampering_is_found_at_the_first_bad_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
