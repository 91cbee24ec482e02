/* The log of events: newest first, at most MV_EVENT_SHARE of one code, so that no single one (a wrong card, a load that
 * is too high) drives all others out. TAMPER, BYPASS, RESET, RETIRED, CLEARED and CLOCK_SET last:
 * MV_EVENT_SHARE_LASTING of each, which only their own kind displaces; five kinds that a customer can cause would fill
 * the log otherwise. */
#ifndef MV_CORE_PREPAY_EVENTS_H
#define MV_CORE_PREPAY_EVENTS_H

#include "metervault/prepay.h"

struct mv_nv_object;
extern const struct mv_nv_object mv_object_events;

enum { MV_EVENT_SHARE = 8, MV_EVENT_SHARE_LASTING = 3 };

/* `detail` as enum mv_event_code says, else 0. Kept with the next save: what must not be lost is the state that the
 * event tells of, and whoever provokes events wears no memory out. */
void mv_event_log(struct mv_prepay *p, enum mv_event_code code, uint16_t detail);
/* Forgets all of them but logs CLEARED; `count` goes on. */
void mv_events_clear(struct mv_prepay *p);

#endif
