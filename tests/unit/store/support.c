#include "support.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int ledger_directory(void **state)
{
    struct ledger *ledger = calloc(1, sizeof *ledger);
    if (ledger == NULL)
        return -1;
    (void)snprintf(ledger->directory, sizeof ledger->directory, "/tmp/mv-store-test-XXXXXX");
    if (mkdtemp(ledger->directory) == NULL)
        return -1;
    (void)snprintf(ledger->path, sizeof ledger->path, "%s/ledger.db", ledger->directory);
    (void)snprintf(ledger->url, sizeof ledger->url, "sqlite:%s", ledger->path);
    *state = ledger;
    return 0;
}

int ledger_new(void **state)
{
    if (ledger_directory(state) != 0)
        return -1;
    struct ledger *ledger = *state;
    struct store_principal vendor = {.organisation = 1, .name = "vendor", .roles = 2, .enabled = true};
    struct store_meter meter = sample_meter("600727000000000009");
    assert_ok(store_open(ledger->url, STORE_WRITER, &ledger->store));
    assert_ok(store_begin_write(ledger->store));
    assert_ok(store_principal_put(ledger->store, &vendor));
    assert_ok(store_meter_insert(ledger->store, &meter));
    assert_ok(store_commit(ledger->store));
    ledger->vendor = vendor.id;
    ledger->meter = meter.id;
    return 0;
}

int ledger_remove(void **state)
{
    struct ledger *ledger = *state;
    store_close(ledger->store);
    DIR *directory = opendir(ledger->directory);
    if (directory != NULL) {
        for (const struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory))
            (void)unlinkat(dirfd(directory), entry->d_name, 0);
        (void)closedir(directory);
    }
    int removed = rmdir(ledger->directory);
    free(ledger);
    return removed;
}

struct store_meter sample_meter(const char *pan)
{
    struct store_meter meter = {.organisation = 1,
                                .utility = 1,
                                .state = 2,
                                .sgc = "123456",
                                .krn = 1,
                                .ti = 7,
                                .kt = 2,
                                .ken = 255,
                                .ea = 7,
                                .dkga = 4,
                                .base_date = 2014,
                                .registered_at_unix_s = 1700000000};
    (void)snprintf(meter.pan, sizeof meter.pan, "%s", pan);
    return meter;
}

struct store_sale sample_sale(const struct ledger *ledger, const char *terminal, uint64_t tid)
{
    struct store_sale sale = {.organisation = 1,
                              .principal = ledger->vendor,
                              .digest = {1, 2, 3},
                              .meter = ledger->meter,
                              .tid = tid,
                              .carrier = 1,
                              .subclass = 0,
                              .requested = 25550,
                              .encoded = 25600,
                              .digits = "12345678901234567890",
                              .tag = {4, 5, 6},
                              .vending_kcv = {7, 8, 9},
                              .issued_at_unix_s = 1700000001,
                              .sgc = "123456",
                              .krn = 1,
                              .ti = 7,
                              .kt = 2,
                              .ken = 255,
                              .ea = 7,
                              .dkga = 4,
                              .base_date = 2014};
    (void)snprintf(sale.terminal, sizeof sale.terminal, "%s", terminal);
    (void)snprintf(sale.request_id, sizeof sale.request_id, "request-%llu", (unsigned long long)tid);
    return sale;
}

struct store_key key_on_file(const struct ledger *ledger)
{
    struct store_meter meter;
    assert_ok(store_meter_by_id(ledger->store, ledger->meter, &meter));
    struct store_key key = {.krn = meter.krn,
                            .ti = meter.ti,
                            .kt = meter.kt,
                            .ken = meter.ken,
                            .ea = meter.ea,
                            .dkga = meter.dkga,
                            .base_date = meter.base_date};
    memcpy(key.sgc, meter.sgc, sizeof key.sgc);
    return key;
}

struct store_key_change sample_change(const struct ledger *ledger)
{
    struct store_key_change change = {
        .meter = ledger->meter,
        .count = 3,
        .digits = {"11111111111111111111", "22222222222222222222", "33333333333333333333"},
        .tags = {{1}, {2}, {3}},
        .from_kcv = {1, 2, 3},
        .to_kcv = {4, 5, 6},
        .issued_at_unix_s = 1700000100,
        .principal = ledger->vendor};
    change.from = key_on_file(ledger);
    change.to = change.from;
    change.to.krn++;
    return change;
}

struct store_key_change change_key(const struct ledger *ledger, struct store_key_change change)
{
    assert_ok(store_begin_write(ledger->store));
    assert_ok(store_key_change_insert(ledger->store, &change));
    assert_ok(store_commit(ledger->store));
    return change;
}

void end_change(const struct ledger *ledger, int64_t id, enum store_outcome outcome)
{
    assert_ok(store_begin_write(ledger->store));
    assert_ok(store_key_change_end(ledger->store, id, outcome, "token", ledger->vendor, 1700000200));
    assert_ok(store_commit(ledger->store));
}

struct audit_record sample_record(const char *object)
{
    struct audit_record record = {.time_unix_us = 1700000000000000,
                                  .principal = "vendor",
                                  .action = "TokenService.IssueCredit",
                                  .outcome = "ok",
                                  .detail = "receipt=till/1"};
    (void)snprintf(record.object, sizeof record.object, "%s", object);
    return record;
}

mv_status sell(const struct ledger *ledger, const char *terminal, uint64_t tid)
{
    struct store_sale sale = sample_sale(ledger, terminal, tid);
    struct audit_record record = sample_record(sale.request_id);
    MV_TRY(store_sale_insert(ledger->store, &sale));
    return store_audit_append(ledger->store, &record);
}

sqlite3 *raw_open(const struct ledger *ledger)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(ledger->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_busy_timeout(db, 1000), SQLITE_OK);
    return db;
}

int raw_try(const struct ledger *ledger, const char *sql)
{
    sqlite3 *db = raw_open(ledger);
    int code = sqlite3_exec(db, sql, NULL, NULL, NULL);
    (void)sqlite3_close(db);
    return code;
}

void raw_do(const struct ledger *ledger, const char *sql)
{
    assert_int_equal(raw_try(ledger, sql), SQLITE_OK);
}

int64_t raw_number(const struct ledger *ledger, const char *sql)
{
    sqlite3 *db = raw_open(ledger);
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int64_t number = sqlite3_column_int64(statement, 0);
    (void)sqlite3_finalize(statement);
    (void)sqlite3_close(db);
    return number;
}

static mv_status verify_one(void *self, const struct audit_record *record)
{
    return audit_verify_next(self, record);
}

mv_status verify_chain(const struct ledger *ledger, uint64_t *count)
{
    struct audit_verifier verifier = {.chain = 1, .next_sequence = 1};
    struct store *reader = NULL;
    assert_ok(store_open(ledger->url, STORE_READER, &reader));
    mv_status status = store_audit(reader, 1, 1, verify_one, &verifier);
    store_close(reader);
    if (count != NULL)
        *count = verifier.next_sequence - 1;
    return status;
}

void assert_invariants(const struct ledger *ledger)
{
    uint64_t records;
    assert_ok(verify_chain(ledger, &records));
    assert_int_equal(raw_number(ledger, "SELECT count(*) FROM sale"), records);
    assert_int_equal(raw_number(ledger, "SELECT count(*) FROM (SELECT terminal FROM sale GROUP BY terminal "
                                        "HAVING min(receipt) <> 1 OR max(receipt) <> count(*))"),
                     0);
    assert_int_equal(raw_number(ledger, "SELECT count(*) FROM meter_tid WHERE last_tid <> "
                                        "coalesce((SELECT max(tid) FROM sale WHERE meter = meter_tid.meter), 0)"),
                     0);
    assert_int_equal(raw_number(ledger, "SELECT count(*) FROM (SELECT 1 FROM sale WHERE tid > 0 "
                                        "GROUP BY meter, tid HAVING count(*) > 1)"),
                     0);
    /* walking back from each meter's last row passes every row once */
    assert_int_equal(raw_number(ledger, "WITH RECURSIVE walk(meter, id) AS ("
                                        "SELECT meter, last_sale FROM meter_tid WHERE last_sale <> 0 UNION ALL "
                                        "SELECT s.meter, s.previous FROM walk JOIN sale s ON s.id = walk.id "
                                        "AND s.meter = walk.meter WHERE s.previous <> 0) "
                                        "SELECT count(*) FROM walk JOIN sale USING (id, meter)"),
                     records);
    assert_int_equal(raw_number(ledger, "SELECT count(*) FROM sale WHERE previous = 0"),
                     raw_number(ledger, "SELECT count(*) FROM meter_tid WHERE last_sale <> 0"));
    assert_int_equal(raw_number(ledger, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"),
                     0);
    assert_int_equal(raw_number(ledger, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
}

void assert_same_rows(const struct ledger *ledger, const char *columns, const char *table)
{
    char sql[2048];
    (void)snprintf(sql, sizeof sql,
                   "ATTACH '%s/old.db' AS old; CREATE TEMP TABLE same (x CHECK (x = 0));"
                   "INSERT INTO same SELECT count(*) FROM (SELECT %s FROM main.%s EXCEPT SELECT %s FROM old.%s);"
                   "INSERT INTO same SELECT count(*) FROM (SELECT %s FROM old.%s EXCEPT SELECT %s FROM main.%s)",
                   ledger->directory, columns, table, columns, table, columns, table, columns, table);
    raw_do(ledger, sql);
}

void ledger_keep_copy(const struct ledger *ledger)
{
    char sql[256];
    (void)snprintf(sql, sizeof sql, "VACUUM INTO '%s/old.db'", ledger->directory);
    raw_do(ledger, sql);
}
