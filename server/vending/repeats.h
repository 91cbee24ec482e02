/* Refusals that repeat. The first refusal of a caller for one call and reason in a second is a record of its own; the
 * same again within that second, whatever its object, is counted, and the count becomes a record (with the first
 * object) when the second is over. A client that asks in a tight loop so costs two records a second for each call and
 * reason: what it can choose freely makes no record. Belongs to the writer's thread. */
#ifndef MV_VENDING_REPEATS_H
#define MV_VENDING_REPEATS_H

#include "audit/audit.h"
#include "store/store.h"

enum { VEND_REPEATS = 256 }; /* callers, calls and reasons of one second; more than these are recorded one by one */

struct vend_repeat {
    bool used;
    bool fresh;   /* its record is in the transaction that is open */
    bool summing; /* its count is in the transaction that is open */
    uint64_t more;
    uint64_t open;              /* counted since the last vend_repeats_end */
    struct audit_record record; /* the first */
};

struct vend_repeats {
    struct vend_repeat rows[VEND_REPEATS];
    _Atomic uint64_t dropped; /* refusals that nobody had room to record; any thread adds to it */
    uint64_t telling;         /* so many of them are in the transaction that is open */
    int64_t told_second;      /* when the last ones were told */
};

/* True: counted, nothing needs to be written. False: to be recorded; what follows in this second is counted. */
bool vend_repeats_counted(struct vend_repeats *repeats, const struct audit_record *record);
/* A refusal that is not recorded at all, for want of room: it is counted without saying whose. From any thread. */
void vend_repeats_drop(struct vend_repeats *repeats);
/* Whether vend_repeats_write would write. */
bool vend_repeats_due(const struct vend_repeats *repeats, int64_t now_us, bool all);
/* Inside a transaction: the counts of seconds that are over, or all. */
MV_MUST_USE mv_status vend_repeats_write(struct vend_repeats *repeats, struct store *store, int64_t now_us, bool all);
/* What became of the transaction, or that none was needed. */
void vend_repeats_end(struct vend_repeats *repeats, bool committed);

#endif
