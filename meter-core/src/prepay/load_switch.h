/* Makes the load switch or valve follow what was decided, and finds out when it does not. */
#ifndef MV_CORE_PREPAY_LOAD_SWITCH_H
#define MV_CORE_PREPAY_LOAD_SWITCH_H

#include "metervault/prepay.h"

/* Seconds that a switch, and the motor of a valve, have before feedback counts. */
enum { MV_SWITCH_SETTLE_S = 2, MV_VALVE_SETTLE_S = 15, MV_SWITCH_RETRIES = 3, MV_SWITCH_RETRIES_WITHIN_S = 3600 };

/* Tells the switch when that changed, and again when its feedback differs once it had its time, up to
 * MV_SWITCH_RETRIES times an hour; then it is a fault, until the feedback agrees. A board without feedback that
 * measures a load behind its open switch has a fault, too. */
void mv_load_switch_follow(struct mv_prepay *p);

#endif
