#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "store/sqlite/engine.h"

mv_status sqlite_exec(sqlite3 *db, const char *sql, const char *where)
{
    errno = 0;
    int code = sqlite3_exec(db, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? mv_ok() : sqlite_failure(code, where);
}

mv_status sqlite_pragma_get(sqlite3 *db, const char *sql, int64_t *value)
{
    sqlite3_stmt *statement = NULL;
    errno = 0;
    int code = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        *value = sqlite3_column_int64(statement, 0);
    (void)sqlite3_finalize(statement);
    return code == SQLITE_ROW ? mv_ok() : sqlite_failure(code, "ledger file");
}

static enum mv_reason file_reason(int cause)
{
    return cause == ENOSPC || cause == EDQUOT ? MV_LEDGER_FULL : MV_LEDGER_UNAVAILABLE;
}

/* The new name must outlive a power cut as surely as what is written under it. */
static mv_status sync_directory(const char *path)
{
    char copy[PATH_MAX];
    if (snprintf(copy, sizeof copy, "%s", path) >= (int)sizeof copy)
        return mv_fail(MV_CONFIG_INVALID, "ledger: the path is too long");
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return mv_fail_code(MV_LEDGER_UNAVAILABLE, "ledger directory", (unsigned)errno);
    int cause = fsync(fd) == 0 ? 0 : errno;
    (void)close(fd);
    return cause == 0 ? mv_ok() : mv_fail_code(file_reason(cause), "ledger directory", (unsigned)cause);
}

/* SQLite would make the file readable to all; its log and index files take over the mode of the file. An existing file
 * is never opened here: closing it again would drop the locks that SQLite has on it in this process. */
static mv_status create_private(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 && errno == EEXIST)
        return mv_ok();
    if (fd < 0)
        return mv_fail_code(file_reason(errno), "ledger file", (unsigned)errno);
    (void)close(fd);
    return sync_directory(path);
}

/* Before anything is read. The file is data: it may not bring functions or change its own schema table. */
static mv_status settle_connection(sqlite3 *db)
{
    (void)sqlite3_extended_result_codes(db, 1);
    (void)sqlite3_busy_timeout(db, BUSY_TIMEOUT_MS);
    (void)sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    return sqlite_exec(db,
                       "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY;"
                       "PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON",
                       "ledger file");
}

/* SQLite answers with the mode that it could take, which need not be the one that was asked for. */
static mv_status ask_for_wal(sqlite3 *db)
{
    sqlite3_stmt *statement = NULL;
    errno = 0;
    int code = sqlite3_prepare_v2(db, "PRAGMA journal_mode = WAL", -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    mv_status status = mv_ok();
    if (code != SQLITE_ROW)
        status = sqlite_failure(code, "ledger log");
    else if (sqlite3_stricmp((const char *)sqlite3_column_text(statement, 0), "wal") != 0)
        status = mv_fail(MV_LEDGER_UNAVAILABLE, "ledger log: this file system allows none");
    (void)sqlite3_finalize(statement);
    return status;
}

static int64_t monotonic_ms(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Here SQLite gives up without waiting when others open the same new file, so it is asked again. */
static mv_status switch_to_wal(sqlite3 *db)
{
    enum { PAUSE_MS = 20 };
    int64_t end_ms = monotonic_ms() + BUSY_TIMEOUT_MS;
    mv_status status = ask_for_wal(db);
    while (!status.ok && status.reason == MV_LEDGER_LOCKED && monotonic_ms() < end_ms) {
        (void)sqlite3_sleep(PAUSE_MS);
        status = ask_for_wal(db);
    }
    return status;
}

static mv_status settle_writer(sqlite3 *db, const char *path)
{
    int64_t version;
    char checkpoint[64];
    /* first of all: a file of somebody else or of a newer program is not touched */
    MV_TRY(sqlite_ledger_check(db, &version));
    MV_TRY(switch_to_wal(db));
    MV_TRY(sqlite_exec(db, "PRAGMA synchronous = FULL; PRAGMA cache_size = -65536", "ledger file"));
    (void)snprintf(checkpoint, sizeof checkpoint, "PRAGMA wal_autocheckpoint = %d", CHECKPOINT_PAGES);
    MV_TRY(sqlite_exec(db, checkpoint, "ledger file"));
    MV_TRY(sqlite_ledger_migrate(db));
    return sqlite_wal_preallocate(db, path);
}

static mv_status settle(struct store *store, const char *path)
{
    MV_TRY(settle_connection(store->db));
    if (store->mode == STORE_WRITER)
        return settle_writer(store->db, path);
    MV_TRY(sqlite_exec(store->db, "PRAGMA query_only = ON; PRAGMA cache_size = -8192", "ledger file"));
    return sqlite_ledger_is_current(store->db);
}

/* Nobody asks how much memory SQLite has, and the count costs a lock that its threads share. Too late when something
 * else has used SQLite before: then it is only slower. */
static void without_statistics(void)
{
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

mv_status sqlite_ledger_open(const char *path, enum store_mode mode, struct store **store)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, without_statistics);
    if (mode == STORE_WRITER)
        MV_TRY(create_private(path));
    struct store *opened = calloc(1, sizeof *opened);
    if (opened == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "ledger");
    opened->mode = mode;
    errno = 0;
    /* one thread has the store, so SQLite need not lock */
    int code = sqlite3_open_v2(path, &opened->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    mv_status status = code == SQLITE_OK ? settle(opened, path) : sqlite_failure(code, "ledger file");
    if (!status.ok) {
        store_close(opened);
        return status;
    }
    *store = opened;
    return mv_ok();
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    store_rollback(store);
    for (size_t i = 0; i < SQL_COUNT; i++)
        (void)sqlite3_finalize(store->statements[i]);
    (void)sqlite3_close(store->db);
    free(store);
}
