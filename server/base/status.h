/* The one status type of server, tools and client. The cause travels in it: the reason
 * (proto/metervault/v1/errors.proto, which documents each), where it arose, and the number that a lower layer gave. */
#ifndef MV_BASE_STATUS_H
#define MV_BASE_STATUS_H

#include <stdbool.h>
#include <stdint.h>

#define MV_MUST_USE __attribute__((warn_unused_result))

/* MV_METER_UNKNOWN and so on, from errors.proto; MV_REASON_UNSPECIFIED is 0. */
enum mv_reason {
#include "base/reasons_enum.inc"
};

typedef struct mv_status {
    bool ok;
    uint16_t reason;   /* enum mv_reason when not ok */
    uint32_t detail;   /* errno, CK_RV or SQLite code of the layer below; 0 if none */
    const char *where; /* static text: the field, call or file kind at fault; NULL if the reason says all */
} mv_status;

static inline mv_status mv_ok(void)
{
    return (mv_status){.ok = true};
}

static inline mv_status mv_fail(enum mv_reason reason, const char *where)
{
    return (mv_status){.reason = (uint16_t)reason, .where = where};
}

static inline mv_status mv_fail_code(enum mv_reason reason, const char *where, unsigned long detail)
{
    return (mv_status){.reason = (uint16_t)reason, .detail = (uint32_t)detail, .where = where};
}

/* Returns from the calling function when the expression fails. */
#define MV_TRY(expression)                                                                                             \
    do {                                                                                                               \
        mv_status mv_try_ = (expression);                                                                              \
        if (!mv_try_.ok)                                                                                               \
            return mv_try_;                                                                                            \
    } while (0)

/* gRPC status numbers, so that nothing below server/rpc needs gRPC's headers. */
enum mv_grpc_status {
    MV_STATUS_OK = 0,
    MV_STATUS_CANCELLED = 1,
    MV_STATUS_UNKNOWN = 2,
    MV_STATUS_INVALID_ARGUMENT = 3,
    MV_STATUS_DEADLINE_EXCEEDED = 4,
    MV_STATUS_NOT_FOUND = 5,
    MV_STATUS_ALREADY_EXISTS = 6,
    MV_STATUS_PERMISSION_DENIED = 7,
    MV_STATUS_RESOURCE_EXHAUSTED = 8,
    MV_STATUS_FAILED_PRECONDITION = 9,
    MV_STATUS_ABORTED = 10,
    MV_STATUS_OUT_OF_RANGE = 11,
    MV_STATUS_UNIMPLEMENTED = 12,
    MV_STATUS_INTERNAL = 13,
    MV_STATUS_UNAVAILABLE = 14,
    MV_STATUS_DATA_LOSS = 15,
    MV_STATUS_UNAUTHENTICATED = 16,
};

/* What a reason means; static. Unknown numbers give the row of MV_REASON_UNSPECIFIED. */
struct mv_reason_info {
    enum mv_reason reason;
    const char *name; /* as in errors.proto */
    enum mv_grpc_status grpc_status;
    const char *what; /* a sentence: what was wrong */
    const char *todo; /* a sentence: what to do */
};

const struct mv_reason_info *mv_reason_info(enum mv_reason reason);
/* By name, for clients; NULL when unknown. */
const struct mv_reason_info *mv_reason_by_name(const char *name);

/* "NAME: What was wrong. What to do. (at WHERE, code N)". Cut to `size`; always terminated. Returns `text`. */
const char *mv_status_text(mv_status status, char *text, uint32_t size);

#endif
