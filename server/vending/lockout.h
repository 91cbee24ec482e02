/* Counts of wrong tokens that were looked into: in the ledger, one for each meter, whoever asks, and one for everybody
 * who asks, whatever the meter. */
#ifndef MV_VENDING_LOCKOUT_H
#define MV_VENDING_LOCKOUT_H

#include "store/store.h"

enum {
    VEND_LOCKOUT_METER = 2,     /* wrong ones without a pause; the next one locks */
    VEND_LOCKOUT_PRINCIPAL = 9, /* the same of somebody's */
    VEND_LOCKOUT_FIRST_S = 60,  /* doubled by every further one */
    VEND_LOCKOUT_LONGEST_S = 3600,
    VEND_LOCKOUT_MEMORY_S = 86400, /* after the end of the last pause all is forgotten */
};

/* Counts a look before it is made, as if it were wrong; it tries so many `keys`. `free` is one of the first two above.
 * VERIFY_LOCKED with the seconds left. */
MV_MUST_USE mv_status vend_lockout_charge(const struct store_verify *before, uint32_t free, uint32_t keys,
                                          int64_t now_unix_s, struct store_verify *after);

#endif
