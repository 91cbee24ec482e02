/* Counting; mv_prepay_pulses and mv_prepay_power are in metervault/prepay.h. */
#ifndef MV_CORE_MEASURE_H
#define MV_CORE_MEASURE_H

#include "metervault/prepay.h"

struct mv_nv_object;

/* What a pulse is: so many Wh or litres / pulses_per_unit; at most 4,000,000,000. */
uint32_t mv_measure_scale(const struct mv_prepay *p);
/* A meter of time: supply was on for so long. Ignored by others. */
void mv_measure_seconds(struct mv_prepay *p, uint32_t seconds);
/* The journal was loaded again: takes back p->counted, and charges what was used since. */
void mv_measure_again(struct mv_prepay *p);

extern const struct mv_nv_object mv_object_registers;

#endif
