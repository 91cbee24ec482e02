/* The peer of the batch: the same rows by plain SQL in a ledger of their own, many a commit. No keys, no checks, no
 * network; the ledger's own schema, pragmas and log. */
#include <errno.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "store/store.h"

enum { SERIES_BITS = 40, FIRST_TID = 17000000, BATCH_TILL = 1 };

struct raw {
    sqlite3 *db;
    sqlite3_stmt *begin, *sale, *audit, *commit;
    uint64_t meters, rows;
};

static bool fine(struct raw *raw, bool good, const char *what)
{
    if (!good)
        (void)fprintf(stderr, "mv-bench: raw rows: %s: %s\n", what, raw->db == NULL ? "" : sqlite3_errmsg(raw->db));
    return good;
}

static bool prepare(struct raw *raw, const char *sql, sqlite3_stmt **statement)
{
    return fine(raw, sqlite3_prepare_v2(raw->db, sql, -1, statement, NULL) == SQLITE_OK, sql);
}

static bool run(struct raw *raw, sqlite3_stmt *statement)
{
    bool good = sqlite3_step(statement) == SQLITE_DONE;
    return fine(raw, (sqlite3_reset(statement) == SQLITE_OK) && good, "insert");
}

static bool open_rows(struct raw *raw, const char *path)
{
    return fine(raw, sqlite3_open_v2(path, &raw->db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK, "open") &&
           fine(raw,
                sqlite3_exec(raw->db,
                             "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -65536;"
                             "PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON",
                             NULL, NULL, NULL) == SQLITE_OK,
                "pragma") &&
           prepare(raw, "BEGIN IMMEDIATE", &raw->begin) && prepare(raw, "COMMIT", &raw->commit) &&
           prepare(raw,
                   "INSERT INTO sale (id, principal, request_id, digest, meter, previous, kind, tid, carrier, subclass,"
                   " requested, encoded, digits, tag, vending_kcv, issued_at_unix_s, sgc, krn, ti, kt, ken, ea, dkga,"
                   " base_date) SELECT ?1, 1, ?2, ?3, ?4, last_sale, 0, ?5, 1, 0, 25600, 25600, '01234567890123456789',"
                   " ?6, x'0A0B0C', 1790000000, '123457', 1, 1, 2, 255, 7, 4, 2014 FROM meter_tid WHERE meter = ?4",
                   &raw->sale) &&
           prepare(raw,
                   "INSERT INTO audit (id, time_unix_us, principal, action, object, outcome, detail, hash) VALUES"
                   " (?1, 1790000000000000, 'bench', 'TokenService.IssueCredit', '600727000000000009', 'ok', ?2, ?3)",
                   &raw->audit);
}

static bool put_sale(struct raw *raw, uint64_t n)
{
    char id[MV_REQUEST_ID_SIZE];
    char detail[512];
    const uint8_t bytes[32] = {(uint8_t)n, (uint8_t)(n >> 8), (uint8_t)(n >> 16)};
    sqlite3_int64 row = (sqlite3_int64)n + 1;
    if (!mv_client_request_id(id))
        return false;
    (void)snprintf(detail, sizeof detail,
                   "request=%s receipt=bench/bench1/%" PRIu64 " tid=%" PRIu64 " subclass=0 requested=25600 "
                   "encoded=25600 sgc=123457 krn=1 kt=2 ti=1 ken=255 ea=7 dkga=4 base=2014 kcv=0a0b0c "
                   "tag=00112233445566778899aabbccddeeff",
                   id, n + 1, FIRST_TID + n);
    (void)sqlite3_bind_int64(raw->sale, 1, ((sqlite3_int64)BATCH_TILL << SERIES_BITS) + row);
    (void)sqlite3_bind_text(raw->sale, 2, id, -1, SQLITE_STATIC);
    (void)sqlite3_bind_blob(raw->sale, 3, bytes, 32, SQLITE_STATIC);
    (void)sqlite3_bind_int64(raw->sale, 4, 1 + (sqlite3_int64)(n % raw->meters));
    (void)sqlite3_bind_int64(raw->sale, 5, FIRST_TID + row);
    (void)sqlite3_bind_blob(raw->sale, 6, bytes, 16, SQLITE_STATIC);
    (void)sqlite3_bind_int64(raw->audit, 1, (INT64_C(1) << SERIES_BITS) + row);
    (void)sqlite3_bind_text(raw->audit, 2, detail, -1, SQLITE_STATIC);
    (void)sqlite3_bind_blob(raw->audit, 3, bytes, 32, SQLITE_STATIC);
    return run(raw, raw->sale) && run(raw, raw->audit);
}

static bool put_group(struct raw *raw, unsigned group)
{
    bool good = run(raw, raw->begin);
    for (unsigned i = 0; good && i < group; i++)
        good = put_sale(raw, raw->rows++);
    return good && run(raw, raw->commit);
}

static bool timed(struct raw *raw, unsigned group, int64_t run_ns, double *rate)
{
    int64_t began = bench_now_ns();
    int64_t took = 0;
    uint64_t before = raw->rows;
    while (took < run_ns) {
        if (!put_group(raw, group))
            return false;
        took = bench_now_ns() - began;
    }
    *rate = (double)(raw->rows - before) * 1e9 / (double)took;
    return true;
}

/* What the rows refer to. */
static mv_status furnish(struct store *store, uint64_t meters)
{
    struct store_principal principal = {.organisation = 1, .name = "bench", .roles = 2, .enabled = true};
    MV_TRY(store_begin_write(store));
    MV_TRY(store_principal_put(store, &principal));
    for (uint64_t i = 0; i < meters; i++) {
        char pan[BENCH_PAN_SIZE];
        struct store_meter meter = {.organisation = 1,
                                    .utility = 1,
                                    .state = 1,
                                    .sgc = "123457",
                                    .krn = 1,
                                    .ti = 1,
                                    .kt = 2,
                                    .ken = 255,
                                    .ea = 7,
                                    .dkga = 4,
                                    .base_date = 2014};
        bench_pan(i + 1, pan);
        memcpy(meter.pan, pan, sizeof meter.pan);
        MV_TRY(store_meter_insert(store, &meter));
    }
    return store_commit(store);
}

static void close_rows(struct raw *raw)
{
    (void)sqlite3_finalize(raw->begin);
    (void)sqlite3_finalize(raw->sale);
    (void)sqlite3_finalize(raw->audit);
    (void)sqlite3_finalize(raw->commit);
    (void)sqlite3_close(raw->db);
}

struct raw_rows {
    char path[256];
    struct store *store; /* keeps the preallocated log in place */
    struct raw raw;
};

struct raw_rows *raw_open(const char *folder, uint64_t meters)
{
    char url[sizeof((struct raw_rows *)0)->path + 8];
    struct raw_rows *rows = calloc(1, sizeof *rows);
    if (rows == NULL)
        return NULL;
    (void)snprintf(rows->path, sizeof rows->path, "%s/raw-%ld.db", folder, (long)getpid());
    (void)snprintf(url, sizeof url, "sqlite:%s", rows->path);
    rows->raw.meters = meters;
    mv_status status = store_open(url, STORE_WRITER, &rows->store);
    if (status.ok)
        status = furnish(rows->store, meters);
    char text[256];
    bool good =
        fine(&rows->raw, status.ok, status.ok ? "" : mv_status_text(status, text, sizeof text)) &&
        open_rows(&rows->raw, rows->path) &&
        fine(&rows->raw,
             sqlite3_exec(rows->raw.db, "INSERT INTO terminal VALUES (1, 1, 'bench1')", NULL, NULL, NULL) == SQLITE_OK,
             "terminal");
    if (good)
        return rows;
    raw_close(rows);
    return NULL;
}

bool raw_measure(struct raw_rows *rows, unsigned group, int64_t run_ns, double *rate)
{
    return timed(&rows->raw, group, run_ns, rate);
}

void raw_close(struct raw_rows *rows)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    close_rows(&rows->raw);
    if (rows->store != NULL)
        store_close(rows->store);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        char name[sizeof rows->path + 8];
        (void)snprintf(name, sizeof name, "%s%s", rows->path, ends[i]);
        (void)unlink(name);
    }
    free(rows);
}
