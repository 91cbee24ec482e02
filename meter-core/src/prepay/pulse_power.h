/* Power of a meter that is fed pulses: their mean over a window of the power delay. */
#ifndef MV_CORE_PREPAY_PULSE_POWER_H
#define MV_CORE_PREPAY_PULSE_POWER_H

#include "metervault/prepay.h"

/* Below it a pulse more or less would count for too much. */
enum { MV_PULSE_WINDOW_LEAST_S = 15 };

/* At the end of a window p->load.power_w is its mean, and the next one begins. True when a window just ended with the
 * sum of all phases above the limit; for each phase a pulse less is reckoned with, whose energy may have been used
 * before. */
bool mv_pulse_power_exceeds(struct mv_prepay *p, uint32_t now);

#endif
