/* Internal: a batch under way, and one stream of it. */
#ifndef MV_CLIENT_BATCH_RUN_H
#define MV_CLIENT_BATCH_RUN_H

#include "batch.h"
#include "batch_window.h"

struct mv_batch_run {
    struct mv_client *client;
    const struct mv_batch *batch;
    struct mv_window window;
    bool ended;       /* the caller has no more orders */
    bool stopped;     /* the caller wants no more results */
    uint64_t results; /* handed out */
    int64_t ready_us; /* when the next orders may be sent */
    struct mv_client_error error;
};

int64_t mv_batch_now_us(void);

/* Fills the window's next request with the caller's orders, as far as their number in a second allows it; sets `ended`.
 * False with run->error set: the batch cannot go on. */
bool mv_batch_fill(struct mv_batch_run *run);

enum mv_batch_taken {
    MV_BATCH_TAKEN,  /* the oldest request is answered and gone */
    MV_BATCH_AGAIN,  /* what is left of it has to be sent again; run->error says why */
    MV_BATCH_BROKEN, /* the answer does not fit; run->error says so */
};
/* Hands out the results of a response to the oldest request. */
enum mv_batch_taken mv_batch_take(struct mv_batch_run *run, const Metervault__V1__IssueBatchResponse *response);

/* One stream, until everything is answered, the caller stops or something breaks. False: run->error says why it ended
 * early, *again whether a new stream may get further. */
bool mv_batch_stream(struct mv_batch_run *run, bool *again);

#endif
