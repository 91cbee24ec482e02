/* Batches of tills: what was sold between a start and an end. Of the caller's organisation, except where one is named.
 * Rules of calls as in vending.h. */
#ifndef MV_VENDING_BATCHES_H
#define MV_VENDING_BATCHES_H

#include "store/batches.h"
#include "vending/vending.h"

struct vend_batch_request {
    const char *request_id; /* 1..STORE_REQUEST_ID of [A-Za-z0-9._-]; starting and ending only */
    uint32_t kind;          /* enum store_batch_kind */
    const char *terminal;   /* of shift and sales, else "" */
};
struct vend_batch {
    struct store_batch row;
    char organisation[STORE_NAME + 1];
    char started_by[STORE_NAME + 1];
    char ended_by[STORE_NAME + 1]; /* empty: open */
};
/* Repeating a request answers the batch as it is by now; REQUEST_ID_REUSED when it says something else. ROLE_MISSING
 * for banking by who is no supervisor. BATCH_OPEN. */
MV_MUST_USE mv_status vend_start_batch(struct vend *vend, const struct vend_caller *caller,
                                       const struct vend_batch_request *request, struct vend_batch *batch);
/* BATCH_NOT_OPEN. */
MV_MUST_USE mv_status vend_total_batch(struct vend *vend, const struct vend_caller *caller,
                                       const struct vend_batch_request *request, struct vend_batch *batch);
/* BATCH_NOT_OPEN; ROLE_MISSING for somebody else's shift, by who is no supervisor. */
MV_MUST_USE mv_status vend_end_batch(struct vend *vend, const struct vend_caller *caller,
                                     const struct vend_batch_request *request, struct vend_batch *batch);
/* organisation "": the caller's; number 0: the newest. BATCH_UNKNOWN. */
MV_MUST_USE mv_status vend_get_batch(struct vend *vend, const struct vend_caller *caller,
                                     const struct vend_batch_request *request, const char *organisation,
                                     uint64_t number, struct vend_batch *batch);
/* Ends a day of an organisation: starts a settlement and ends it at once. */
MV_MUST_USE mv_status vend_settle(struct vend *vend, const struct vend_caller *caller, const char *request_id,
                                  const char *organisation, struct vend_batch *batch);

#endif
