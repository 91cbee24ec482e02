/* The meter's state in the journal. */
#ifndef MV_CORE_STORE_H
#define MV_CORE_STORE_H

#include "companion.h"

/* Loads meter and companion; what the state says of time starts now. As mv_nv_open. */
MV_CORE_MUST_USE enum mv_result mv_store_load(struct mv_meter *meter);
/* Writes `meter->state`, which its caller changed, and with it what the companion named. STORAGE_ERROR closes the
 * meter, to be loaded again: then the memory holds either what it held or the changed state. */
MV_CORE_MUST_USE enum mv_result mv_store_commit(struct mv_meter *meter);
/* Removes whatever the memory holds and empties `meter->state`; the next commit writes everything. */
MV_CORE_MUST_USE enum mv_result mv_store_clear(struct mv_meter *meter);

#endif
