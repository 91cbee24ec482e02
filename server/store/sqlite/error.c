#include <errno.h>

#include "store/sqlite/engine.h"

static enum mv_reason io_reason(sqlite3 *db)
{
    int cause = db == NULL ? 0 : sqlite3_system_errno(db);
    return cause == ENOSPC || cause == EDQUOT || cause == EFBIG ? MV_LEDGER_FULL : MV_LEDGER_UNAVAILABLE;
}

mv_status sqlite_failure(sqlite3 *db, int code, const char *where)
{
    enum mv_reason reason = MV_LEDGER_UNAVAILABLE;
    switch (code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        reason = MV_LEDGER_LOCKED;
        break;
    case SQLITE_FULL:
        reason = MV_LEDGER_FULL;
        break;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        reason = MV_LEDGER_CORRUPT;
        break;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
        reason = io_reason(db);
        break;
    case SQLITE_NOMEM:
        reason = MV_OUT_OF_MEMORY;
        break;
    case SQLITE_CONSTRAINT:
    case SQLITE_MISUSE:
    case SQLITE_ERROR:
    case SQLITE_RANGE:
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH:
        reason = MV_INTERNAL_ERROR;
        break;
    default:
        break;
    }
    return mv_fail_code(reason, where, (unsigned)code);
}

bool sqlite_refused_by(mv_status status, int constraint)
{
    return !status.ok && status.reason == MV_INTERNAL_ERROR && status.detail == (uint32_t)constraint;
}
