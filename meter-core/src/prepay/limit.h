/* Limits of power and of phase unbalance: cut, wait, close again, and the lock-out after too many tries in an hour. */
#ifndef MV_CORE_PREPAY_LIMIT_H
#define MV_CORE_PREPAY_LIMIT_H

#include "metervault/prepay.h"

enum { MV_TRIES_WINDOW_S = 3600 };

/* The lower one of the parameter and the token's; MV_LIMIT_NONE. Watts. */
uint32_t mv_limit_power(const struct mv_prepay *p);
/* Of all phases, saturating. */
uint32_t mv_limit_load(const struct mv_prepay *p);
/* Seconds until the wait of supply.limit is over; 0: none runs. */
uint32_t mv_limit_left(const struct mv_prepay *p);
/* Begins and ends the waits of supply.limit. */
void mv_limit_update(struct mv_prepay *p);

#endif
