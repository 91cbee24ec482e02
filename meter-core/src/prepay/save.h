/* When what changed goes into the journal. */
#ifndef MV_CORE_PREPAY_SAVE_H
#define MV_CORE_PREPAY_SAVE_H

#include "metervault/prepay.h"

/* Use that may be lost when the mains goes without a warning: Wh or litres, or seconds; and that a large load does not
 * wear the memory out: seconds between two saves that nothing urgent asks for. */
enum { MV_SAVE_EVERY_UNITS = 100, MV_SAVE_EVERY_S = 900, MV_SAVE_LEAST_S = 60 };
/* Use is taken in the journal before it happens, a quota of units at a time, so that power that goes without a warning
 * is never to the customer's gain; what was not used of a quota is given back by the next save. The quota is
 * MV_QUOTA_FIRST after a start and doubles, up to MV_SAVE_EVERY_UNITS, or to what is used in MV_SAVE_LEAST_S. */
enum { MV_QUOTA_FIRST = 25, MV_QUOTA_MAX = 1 << 20 };

/* The object changed in RAM; MV_OBJECT_TOKENS is the token engine's state. `urgent`: it is in the journal before the
 * public function under way returns. */
void mv_touch(struct mv_prepay *p, enum mv_object object, bool urgent);
/* Commits all that is dirty when something of it is urgent or due. DONE or STORAGE_ERROR; after that the meter is
 * closed, to be loaded again. */
MV_CORE_MUST_USE enum mv_result mv_save(struct mv_prepay *p);
/* Commits all that is dirty, due or not, and reserves nothing: no use is to come. */
MV_CORE_MUST_USE enum mv_result mv_save_now(struct mv_prepay *p);
/* A commit that took along all that was dirty succeeded. */
void mv_saved(struct mv_prepay *p);

#endif
