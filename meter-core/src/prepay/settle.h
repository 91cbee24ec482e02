/* How every public function of the payment meter begins and ends. */
#ifndef MV_CORE_PREPAY_SETTLE_H
#define MV_CORE_PREPAY_SETTLE_H

#include "metervault/prepay.h"

/* DONE when the state in RAM is the journal's; loads it when a failed commit closed the meter, but for what was used
 * meanwhile and for why supply was cut. Else NOT_PROVISIONED, OTHER_FORMAT or STORAGE_ERROR: the switch stays as it is.
 */
MV_CORE_MUST_USE enum mv_result mv_begin(struct mv_prepay *p);
/* Decides the supply, saves what is urgent or due, then moves the switch, the clock and the lamps. `result` when that
 * is done; RECORD_TIME when the clock does not take its time; else STORAGE_ERROR: then the switch opens if it is to,
 * and does not close. */
MV_CORE_MUST_USE enum mv_result mv_settle(struct mv_prepay *p, enum mv_result result);
/* The state is the journal's: what is not kept starts anew. */
void mv_loaded(struct mv_prepay *p);
/* The port's seconds. */
uint32_t mv_seconds(const struct mv_prepay *p);

#endif
