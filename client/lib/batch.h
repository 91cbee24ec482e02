/* Many orders over one stream: taken from a callback, answered in their order to another. A broken connection is made
 * again and everything that was not answered is sent again under the same request ids, so that nothing is issued twice.
 * Memory does not grow with the number of orders. */
#ifndef METERVAULT_BATCH_H
#define METERVAULT_BATCH_H

#include "metervault.h"
#include "metervault/v1/token_service.pb-c.h"

enum mv_batch_next {
    MV_BATCH_ORDER, /* *order was filled */
    MV_BATCH_WAIT,  /* ask again after a result was handed out; not while no order is unanswered */
    MV_BATCH_END,   /* there are no more */
};

enum { MV_BATCH_IN_REQUEST = 64, MV_BATCH_WINDOW = 4 };

/* Both callbacks run in the caller's thread; `next` may call the server through the same client. */
struct mv_batch {
    void *self;
    /* Fills an order as in mv_client_issue, initialised before; what it points to is read before the next callback. At
     * most MV_BATCH_IN_REQUEST x MV_BATCH_WINDOW orders are unanswered at a time. */
    enum mv_batch_next (*next)(void *self, Metervault__V1__BatchItem *order);
    /* The final answer to an order, in the order of `next`: issued and checked to belong to it, or refused. What the
     * server may do later ("the key service does not answer") is tried again before. An answer to it with another
     * content is refused here, INTERNAL_ERROR, the only refusal after which something may stand in the ledger. False
     * ends the batch. */
    bool (*result)(void *self, const Metervault__V1__BatchItem *order, const Metervault__V1__BatchResult *result);
    unsigned per_second;  /* orders sent in a second, at most; 0: no limit */
    unsigned patience_ms; /* so long without any result it goes on trying; 0: 60000 */
};

/* True when every order was answered or `result` ended it. False: what was not answered is in doubt; the same orders
 * under the same request ids may be given to a later batch. */
bool mv_client_batch(struct mv_client *client, const struct mv_batch *batch, struct mv_client_error *error);

#endif
