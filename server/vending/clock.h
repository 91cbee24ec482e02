/* The clock that issuing trusts. Time only moves issuing while it agrees with what the ledger has seen:
 *
 *   behind the ledger's latest time by more than 60 s         -> stepped
 *   a step of CLOCK_REALTIME against CLOCK_BOOTTIME (which no
 *   setting of the clock moves) of more than 60 s in an hour   -> stepped
 *   at start: ahead of the ledger's latest time by over 30 days -> stepped (a wrong clock cannot be told from a long
 * rest)
 *
 * A smaller step back counts as no time passed: max(ledger, now). Once stepped, issuing stops until an officer
 * confirms. */
#ifndef MV_VENDING_CLOCK_H
#define MV_VENDING_CLOCK_H

#include <pthread.h>

#include "store/store.h"
#include "vending/vending.h"

enum { VEND_CLOCK_STEP_S = 60, VEND_CLOCK_REST_S = 30 * 86400, VEND_CLOCK_WINDOW_S = 3600 };

struct vend_clock {
    pthread_mutex_t lock;
    vend_clock_fn *read;
    void *self;
    struct vend_time base; /* steps are measured against this sample */
    int64_t ledger_s;      /* latest time that issuing saw */
    bool unconfirmed;
};

struct vend_now {
    int64_t real_us; /* the clock as it is; for audit and for people */
    int64_t issue_s; /* never behind the ledger; for tokens */
};

MV_MUST_USE mv_status vend_clock_init(struct vend_clock *clock, vend_clock_fn *read, void *self,
                                      const struct store_ledger_state *state);
void vend_clock_destroy(struct vend_clock *clock);
/* Sets *now in any case; CLOCK_STEPPED when nothing may be issued. */
MV_MUST_USE mv_status vend_clock_now(struct vend_clock *clock, struct vend_now *now);
/* After a commit that recorded this time. */
void vend_clock_seen(struct vend_clock *clock, int64_t ledger_s);
bool vend_clock_unconfirmed(struct vend_clock *clock);
/* The officer's word is durable: the clock is right as it is now. */
void vend_clock_confirm(struct vend_clock *clock, int64_t ledger_s);

#endif
