/* The ledger's part about batches: what was sold at tills between a start and an end, with sums of money that stay.
 * Money is in the currency's minor unit. Rules as in store.h. */
#ifndef MV_STORE_BATCHES_H
#define MV_STORE_BATCHES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "store/store.h"

enum store_batch_kind {                        /* numbers as in the protocol */
                        STORE_BATCH_SHIFT = 1, /* what one person sold at a till */
                        STORE_BATCH_SALES,     /* of a till */
                        STORE_BATCH_BANKING,   /* of an organisation's tills, from where the last one ended */
                        STORE_BATCH_SETTLEMENT /* the same, of a day */
};
enum store_batch_what {
    STORE_SUM_MONEY = 1,  /* taken in, by payment kind */
    STORE_SUM_LINES,      /* of bills, by kind of line */
    STORE_SUM_KEPT,       /* change kept for accounts, by payment kind */
    STORE_SUM_COMMISSION, /* given for these sales; key STORE_VENDOR_COMMISSION */
    STORE_SUM_UNPRICED,   /* tokens without a price, key 0 */
    STORE_SUM_BALANCE,    /* paid by accounts with what they held, key 0 */
    STORE_SUM_PAID_IN,    /* at the counter besides sales, by payment kind */
    STORE_SUM_PAID_OUT,   /* there, by payment kind */
    STORE_SUM_ACTS        /* the money of both, by kind of act */
};
enum { STORE_BATCH_SUMS = 48 };

struct store_batch_sum {
    uint8_t what; /* enum store_batch_what */
    uint8_t key;
    uint64_t count;
    int64_t amount;
};
struct store_batch {
    int64_t id;
    uint8_t kind; /* enum store_batch_kind */
    int64_t organisation;
    char terminal[STORE_TERMINAL + 1]; /* empty for kinds of an organisation */
    uint64_t number;                   /* from 1, no gaps per kind, organisation and terminal */
    int64_t principal;                 /* who started it */
    char request_id[STORE_REQUEST_ID + 1];
    int64_t started_at_unix_s;
    bool ended;
    int64_t ended_by, ended_at_unix_s;
    struct store_batch_sum sums[STORE_BATCH_SUMS]; /* money and lines agree: what 1 and 6 against 2 and 3 */
    size_t sum_count;
};
/* number 0: the newest one. BATCH_UNKNOWN. Sums only of an ended one. */
MV_MUST_USE mv_status store_batch_get(struct store *store, uint8_t kind, int64_t organisation, const char *terminal,
                                      uint64_t number, struct store_batch *batch);
/* The batch that this request of the principal started, or ended: BATCH_UNKNOWN. */
MV_MUST_USE mv_status store_batch_by_start(struct store *store, int64_t principal, const char *request_id,
                                           struct store_batch *batch);
MV_MUST_USE mv_status store_batch_by_end(struct store *store, int64_t principal, const char *request_id,
                                         struct store_batch *batch);
/* Sets id and number. BATCH_OPEN when the one before has not ended. */
MV_MUST_USE mv_status store_batch_start(struct store *store, struct store_batch *batch);
/* The sums of an open batch as of now. */
MV_MUST_USE mv_status store_batch_total(struct store *store, struct store_batch *batch);
/* Sums as of now, which stay from then on. */
MV_MUST_USE mv_status store_batch_end(struct store *store, struct store_batch *batch, int64_t principal,
                                      const char *request_id, int64_t at_unix_s);

#endif
