#include <errno.h>

#include "store/sqlite/engine.h"

/* Not sqlite3_system_errno: it knows nothing of a failed commit, and keeps the reason of an older failure. */
static bool no_room(void)
{
    return errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
}

mv_status sqlite_failure(int code, const char *where)
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
        reason = no_room() ? MV_LEDGER_FULL : MV_LEDGER_UNAVAILABLE;
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
