/* Local time: Unix time of the board's clock + the parameter utc_offset_min. Without 64-bit arithmetic. */
#ifndef MV_CORE_CLOCK_H
#define MV_CORE_CLOCK_H

#include "metervault/prepay.h"

struct mv_local {
    uint16_t year;
    uint8_t month, day;  /* from 1 */
    uint8_t weekday;     /* 0 Monday */
    uint16_t minute;     /* of the day */
    uint32_t day_number; /* 1970-01-01 is day 0 */
};

/* Seconds that the board's clock may differ from the last answer that was believed and the port's seconds since. */
enum { MV_CLOCK_ASTRAY_S = 3600 };
/* False, and 0, when the board has no clock, one that was not set, or one that went astray: until its answers agree
 * again, or the time is set. */
bool mv_clock_now(const struct mv_prepay *p, uint32_t *unix_s);
/* The meter was loaded; and at each tick: remember what the clock says, as mv_clock_now. */
bool mv_clock_begin(struct mv_prepay *p);
bool mv_clock_tick(struct mv_prepay *p);
/* What lies before local 1970-01-01 00:00 is that moment. */
void mv_clock_local(const struct mv_prepay *p, uint32_t unix_s, struct mv_local *local);
/* Unix time of a local day's minute; the nearest one that there is for what is out of its range. */
uint32_t mv_clock_unix(const struct mv_prepay *p, uint32_t day_number, uint16_t minute);
/* `month` from 1. */
uint32_t mv_clock_day_number(uint16_t year, uint8_t month, uint8_t day);
/* Sets the board's clock; an event, urgent. Whether it may be set is the caller's to check. False when the board
 * refuses. */
bool mv_clock_set(struct mv_prepay *p, uint32_t unix_s);

#endif
