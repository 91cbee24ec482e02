/* Monthly freezes: once per calendar month, at the local freeze_day and freeze_hour. */
#ifndef MV_CORE_FREEZE_H
#define MV_CORE_FREEZE_H

#include "clock.h"

struct mv_nv_object;

/* Unix time at which the newest freeze was due: no clock may be set before it. 0: none yet. */
uint32_t mv_freeze_last(const struct mv_prepay *p);
/* Unix time of the next one; `now` decides which is the first ever. */
uint32_t mv_freeze_due(struct mv_prepay *p, uint32_t now);
/* Freezes the month that ended at `due`. */
void mv_freeze_month(struct mv_prepay *p, uint32_t due);
/* Forgets the frozen months, and what the clock may not be set before; none freezes twice for it. */
void mv_freeze_clear(struct mv_prepay *p);

extern const struct mv_nv_object mv_object_freezes;

#endif
