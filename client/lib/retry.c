#include "retry.h"

#include <string.h>
#include <sys/random.h>

#include "base/status.h"

/* UNAVAILABLE, but a person has to act first. */
static bool waits_for_person(enum mv_reason reason)
{
    return reason == MV_CLOCK_STEPPED || reason == MV_LEDGER_FULL;
}

bool mv_retry_wise(const struct mv_client_error *error)
{
    const struct mv_reason_info *known = error->reason[0] != '\0' ? mv_reason_by_name(error->reason) : NULL;
    if (known != NULL && waits_for_person(known->reason))
        return false;
    if (known != NULL && (known->reason == MV_SERVER_BUSY || known->reason == MV_METER_CHANGED))
        return true;
    return error->grpc_status == MV_STATUS_UNAVAILABLE || error->grpc_status == MV_STATUS_DEADLINE_EXCEEDED;
}

/* Statuses that mean "looked at and refused", whoever says so. */
static bool is_refusal(int grpc_status)
{
    switch (grpc_status) {
    case MV_STATUS_INVALID_ARGUMENT:
    case MV_STATUS_NOT_FOUND:
    case MV_STATUS_ALREADY_EXISTS:
    case MV_STATUS_PERMISSION_DENIED:
    case MV_STATUS_FAILED_PRECONDITION:
    case MV_STATUS_OUT_OF_RANGE:
    case MV_STATUS_UNIMPLEMENTED:
    case MV_STATUS_UNAUTHENTICATED:
        return true;
    default:
        return false;
    }
}

bool mv_retry_outcome_open(const struct mv_client_error *error)
{
    if (is_refusal(error->grpc_status))
        return false;
    const struct mv_reason_info *known = error->reason[0] != '\0' ? mv_reason_by_name(error->reason) : NULL;
    if (known == NULL)
        return true;
    switch (known->reason) {
    case MV_SERVER_BUSY:
    case MV_DEADLINE_PASSED:
    case MV_KEY_SERVICE_UNAVAILABLE:
    case MV_LEDGER_UNAVAILABLE:
    case MV_LEDGER_FULL:
    case MV_LEDGER_LOCKED:
    case MV_CLOCK_STEPPED:
    case MV_REQUEST_TOO_LARGE:
    case MV_METER_CHANGED:
        return false; /* these say that nothing was issued */
    default:
        return true;
    }
}

unsigned mv_retry_pause_ms(unsigned next, uint32_t random)
{
    unsigned pause = MV_RETRY_FIRST_MS;
    for (unsigned i = 2; i < next && pause < MV_RETRY_LONGEST_MS; i++)
        pause *= 2;
    if (pause > MV_RETRY_LONGEST_MS)
        pause = MV_RETRY_LONGEST_MS;
    return pause / 2 + random % (pause - pause / 2 + 1);
}

unsigned mv_retry_random_pause_ms(unsigned next)
{
    uint32_t random = 0;
    if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
        random = 0;
    return mv_retry_pause_ms(next, random);
}
