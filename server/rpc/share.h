/* Who holds the threads of a pool: no principal more than its share. */
#ifndef MV_RPC_SHARE_H
#define MV_RPC_SHARE_H

#include <pthread.h>
#include <stdbool.h>

#include "base/status.h"
#include "rpc/principal.h"

struct rpc_share {
    pthread_mutex_t lock;
    struct rpc_principal *holders; /* one for each thread */
    unsigned threads, share;
};

/* `share`: of these threads, for one principal. Zeroed before. */
MV_MUST_USE mv_status rpc_share_open(struct rpc_share *share, unsigned threads, unsigned most);
/* False when the principal has its share. Fewer than `threads` are held at any time. */
bool rpc_share_take(struct rpc_share *share, const struct rpc_principal *principal);
void rpc_share_give(struct rpc_share *share, const struct rpc_principal *principal);
/* Fine on one that was never opened. */
void rpc_share_close(struct rpc_share *share);

#endif
