/* Keeps the newest state in non-volatile memory: records follow one another through a sector, then through the next one
 * after erasing it, so that a whole record always stands while another is being written. */
#ifndef MV_CORE_STORE_H
#define MV_CORE_STORE_H

#include "metervault/meter.h"

/* Finds the newest whole record; what it says of time starts now. DONE, NOT_PROVISIONED when there is none,
 * STORAGE_ERROR. */
MV_CORE_MUST_USE enum mv_result mv_store_load(struct mv_meter *meter);
/* Writes `next` under the next sequence number and takes it over. STORAGE_ERROR leaves the meter to be loaded again:
 * then the memory holds either the old state or `next`. */
MV_CORE_MUST_USE enum mv_result mv_store_commit(struct mv_meter *meter, const struct mv_meter_state *next);
/* Removes whatever records there are; the first commit then starts from `meter->state`'s sequence. */
MV_CORE_MUST_USE enum mv_result mv_store_clear(struct mv_meter *meter);

#endif
