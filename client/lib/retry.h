/* Internal: which failures are worth another try, and how long to wait before it. */
#ifndef MV_CLIENT_RETRY_H
#define MV_CLIENT_RETRY_H

#include "metervault.h"

/* The failure may pass by itself: the transport's, our own deadline, a full or restarting server. Says nothing on
 * whether a repeat is safe. */
bool mv_retry_wise(const struct mv_client_error *error);

/* The server may have done the work although this error came back: nobody said that it was refused. */
bool mv_retry_outcome_open(const struct mv_client_error *error);

enum { MV_RETRY_FIRST_MS = 100, MV_RETRY_LONGEST_MS = 2000 };
/* Before try number `next` (from 2): between half and all of FIRST x 2^(next-2), at most LONGEST. `random` is any
 * number. */
unsigned mv_retry_pause_ms(unsigned next, uint32_t random);
/* With a random number of the system's. */
unsigned mv_retry_random_pause_ms(unsigned next);

#endif
