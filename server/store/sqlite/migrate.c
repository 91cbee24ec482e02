#include <errno.h>
#include <stdio.h>

#include "store/sqlite/engine.h"

extern const uint8_t store_schema_0001[];
extern const size_t store_schema_0001_size;
extern const uint8_t store_schema_0002[];
extern const size_t store_schema_0002_size;
extern const uint8_t store_schema_0003[];
extern const size_t store_schema_0003_size;
extern const uint8_t store_schema_0004[];
extern const size_t store_schema_0004_size;
extern const uint8_t store_schema_0005[];
extern const size_t store_schema_0005_size;
extern const uint8_t store_schema_0006[];
extern const size_t store_schema_0006_size;
extern const uint8_t store_schema_0007[];
extern const size_t store_schema_0007_size;
extern const uint8_t store_schema_0008[];
extern const size_t store_schema_0008_size;
extern const uint8_t store_schema_0009[];
extern const size_t store_schema_0009_size;
extern const uint8_t store_schema_0010[];
extern const size_t store_schema_0010_size;
extern const uint8_t store_schema_0011[];
extern const size_t store_schema_0011_size;
extern const uint8_t store_schema_0012[];
extern const size_t store_schema_0012_size;
extern const uint8_t store_schema_0013[];
extern const size_t store_schema_0013_size;
extern const uint8_t store_schema_0014[];
extern const size_t store_schema_0014_size;
extern const uint8_t store_schema_0015[];
extern const size_t store_schema_0015_size;

struct migration {
    const uint8_t *sql;
    const size_t *size;
};

/* In order; the schema's version is the number of those applied. */
static const struct migration migrations[] = {
    {store_schema_0001, &store_schema_0001_size}, {store_schema_0002, &store_schema_0002_size},
    {store_schema_0003, &store_schema_0003_size}, {store_schema_0004, &store_schema_0004_size},
    {store_schema_0005, &store_schema_0005_size}, {store_schema_0006, &store_schema_0006_size},
    {store_schema_0007, &store_schema_0007_size}, {store_schema_0008, &store_schema_0008_size},
    {store_schema_0009, &store_schema_0009_size}, {store_schema_0010, &store_schema_0010_size},
    {store_schema_0011, &store_schema_0011_size}, {store_schema_0012, &store_schema_0012_size},
    {store_schema_0013, &store_schema_0013_size}, {store_schema_0014, &store_schema_0014_size},
    {store_schema_0015, &store_schema_0015_size},
};

enum { LATEST = sizeof migrations / sizeof migrations[0] };

/* Runs every statement of a text that has no terminator. */
static mv_status run_script(sqlite3 *db, const char *sql, size_t size)
{
    const char *end = sql + size;
    while (sql < end) {
        sqlite3_stmt *statement = NULL;
        errno = 0;
        int code = sqlite3_prepare_v2(db, sql, (int)(end - sql), &statement, &sql);
        if (code != SQLITE_OK)
            return sqlite_failure(code, "migration");
        if (statement == NULL)
            continue; /* only space or a comment was left */
        do
            code = sqlite3_step(statement);
        while (code == SQLITE_ROW);
        (void)sqlite3_finalize(statement);
        if (code != SQLITE_DONE)
            return sqlite_failure(code, "migration");
    }
    return mv_ok();
}

/* Within a transaction, so that the three answers are of one moment. */
static mv_status check(sqlite3 *db, int64_t *version)
{
    int64_t application, objects;
    MV_TRY(sqlite_pragma_get(db, "PRAGMA application_id", &application));
    MV_TRY(sqlite_pragma_get(db, "PRAGMA user_version", version));
    MV_TRY(sqlite_pragma_get(db, "SELECT count(*) FROM sqlite_schema", &objects));
    bool empty = application == 0 && *version == 0 && objects == 0;
    if (!empty && (application != LEDGER_APPLICATION_ID || *version <= 0))
        return mv_fail(MV_LEDGER_CORRUPT, "ledger file: not a metervault ledger");
    if (*version > LATEST)
        return mv_fail_code(MV_LEDGER_NEWER, "schema version", (unsigned long)*version);
    return mv_ok();
}

mv_status sqlite_ledger_check(sqlite3 *db, int64_t *version)
{
    MV_TRY(sqlite_exec(db, "BEGIN", "ledger file"));
    mv_status status = check(db, version);
    (void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return status;
}

/* A migration that copies a table could leave a row behind. */
static mv_status check_references(sqlite3 *db)
{
    int64_t broken;
    MV_TRY(sqlite_pragma_get(db, "SELECT count(*) FROM pragma_foreign_key_check", &broken));
    return broken == 0 ? mv_ok() : mv_fail(MV_LEDGER_CORRUPT, "migration: references");
}

static mv_status apply(sqlite3 *db)
{
    /* under the lock the version may have become another */
    int64_t version;
    MV_TRY(check(db, &version));
    if (version == LATEST)
        return mv_ok();
    for (size_t i = (size_t)version; i < LATEST; i++)
        MV_TRY(run_script(db, (const char *)migrations[i].sql, *migrations[i].size));
    MV_TRY(check_references(db));
    char pragmas[80];
    (void)snprintf(pragmas, sizeof pragmas, "PRAGMA application_id = %d; PRAGMA user_version = %d",
                   LEDGER_APPLICATION_ID, LATEST);
    return sqlite_exec(db, pragmas, "schema version");
}

mv_status sqlite_ledger_migrate(sqlite3 *db)
{
    MV_TRY(sqlite_exec(db, "BEGIN EXCLUSIVE", "migration"));
    mv_status status = apply(db);
    if (status.ok)
        status = sqlite_exec(db, "COMMIT", "migration");
    if (!status.ok)
        (void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return status;
}

mv_status sqlite_ledger_is_current(sqlite3 *db)
{
    int64_t version;
    MV_TRY(sqlite_ledger_check(db, &version));
    if (version != LATEST)
        return mv_fail_code(MV_LEDGER_UNAVAILABLE, "schema version: start metervaultd first", (unsigned long)version);
    return mv_ok();
}
