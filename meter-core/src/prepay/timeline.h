/* What the clock brings, in the order of time: days, freezes, the tariff's switch, rates. */
#ifndef MV_CORE_TIMELINE_H
#define MV_CORE_TIMELINE_H

#include "metervault/prepay.h"

/* Things done per call; what is left comes with the next one. */
enum { MV_TIMELINE_STEPS = 16 };
/* To be called every second and before supply is decided. Does nothing without a clock. True: more is due, call again.
 */
bool mv_timeline_run(struct mv_prepay *p);
/* The day and the month that come next are those of the clock, as at a new meter: nothing is made up for. */
void mv_timeline_anew(struct mv_prepay *p);

#endif
