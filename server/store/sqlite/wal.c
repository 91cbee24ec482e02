/* A log that grows makes each sync also write the file system's journal; a log that has its size already does not.
 * SQLite takes frames without a valid checksum for the end of the log, and zeros have none. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/sqlite/engine.h"

/* The checkpoint comes after the commit that passes its mark, so leave room for some large groups. */
enum { WAL_BYTES = (CHECKPOINT_PAGES + 2000) * (PAGE_SIZE + 24) + 32 };

/* On a nearly full disk the file gets its old size back: the last blocks are for sales. */
static mv_status fill(int fd)
{
    static const char zeros[64 * 1024];
    struct stat info;
    if (fstat(fd, &info) != 0)
        return mv_fail_code(MV_LEDGER_UNAVAILABLE, "ledger log", (unsigned)errno);
    off_t at = info.st_size;
    while (at < WAL_BYTES) {
        off_t left = WAL_BYTES - at;
        ssize_t done = pwrite(fd, zeros, left < (off_t)sizeof zeros ? (size_t)left : sizeof zeros, at);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return ftruncate(fd, info.st_size) == 0 ? mv_ok() : mv_fail(MV_LEDGER_FULL, "ledger log");
        at += done;
    }
    return fsync(fd) == 0 ? mv_ok() : mv_fail_code(MV_LEDGER_UNAVAILABLE, "ledger log", (unsigned)errno);
}

static mv_status open_and_fill(const char *path)
{
    char name[PATH_MAX];
    if (snprintf(name, sizeof name, "%s-wal", path) >= (int)sizeof name)
        return mv_fail(MV_CONFIG_INVALID, "ledger: the path is too long");
    int fd = open(name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return mv_fail_code(MV_LEDGER_UNAVAILABLE, "ledger log", (unsigned)errno);
    mv_status status = fill(fd);
    (void)close(fd);
    return status;
}

mv_status sqlite_wal_preallocate(sqlite3 *db, const char *path)
{
    /* the lock keeps other writers from appending where the zeros go */
    MV_TRY(sqlite_exec(db, "BEGIN IMMEDIATE", "ledger log"));
    mv_status status = open_and_fill(path);
    (void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return status;
}
