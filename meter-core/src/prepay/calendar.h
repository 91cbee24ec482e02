/* Which rate holds when, friendly hours and holidays. */
#ifndef MV_CORE_CALENDAR_H
#define MV_CORE_CALENDAR_H

#include "clock.h"
#include "metervault/record_sets.h"

struct mv_nv_object;

/* One rate all day, no friendly hours, no holidays. */
void mv_calendar_default(struct mv_calendar *calendar);

uint8_t mv_calendar_rate(const struct mv_prepay *p, const struct mv_local *local);
/* Credit that ends does not cut now: a friendly holiday, or within a window. */
bool mv_calendar_is_friendly(const struct mv_prepay *p, const struct mv_local *local);

extern const struct mv_nv_object mv_object_calendar;

#endif
