/* Keeps the newest state in non-volatile memory: records follow one another through a sector, then through the next one
 * after erasing it, so that a whole record always stands while another is being written. */
#ifndef MV_CORE_STORE_H
#define MV_CORE_STORE_H

#include "metervault/meter.h"

/* Finds the newest record; what it says of time starts now. DONE, NOT_PROVISIONED when there is none or the meter was
 * never opened, OTHER_FORMAT when it is another firmware's, STORAGE_ERROR when it is damaged or cannot be read. */
MV_CORE_MUST_USE enum mv_result mv_store_load(struct mv_meter *meter);
/* Writes `meter->state`, which its caller changed, under the next sequence number. STORAGE_ERROR closes the meter, to
 * be loaded again: then the memory holds either what it held or the changed state. */
MV_CORE_MUST_USE enum mv_result mv_store_commit(struct mv_meter *meter);
/* Removes whatever records there are and empties `meter->state`. */
MV_CORE_MUST_USE enum mv_result mv_store_clear(struct mv_meter *meter);

#endif
