/* The one place where money is computed: products of up to 128 bits, rounded once, so that nothing is lost and nothing
 * overflows unseen. */
#ifndef MV_VENDING_EXACT_H
#define MV_VENDING_EXACT_H

#include <stdbool.h>
#include <stdint.h>

#include "vending/tariff.h"

__extension__ typedef unsigned __int128 vend_wide;

/* How amounts are rounded: to multiples of `to`, 1 and up. */
struct vend_round {
    enum vend_rounding rule;
    int64_t to;
};

/* value / divisor, rounded. False when it is above VEND_MONEY_MOST. `divisor` times `to` is below 2^126, 1 and up. */
bool vend_divide(vend_wide value, vend_wide divisor, struct vend_round round, int64_t *amount);
/* The percentage of an amount of 0..2^62, rounded. */
bool vend_percent(int64_t amount, int64_t percent_e4, struct vend_round round, int64_t *part);

#endif
