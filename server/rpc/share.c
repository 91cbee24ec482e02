#include "rpc/share.h"

#include <stdlib.h>
#include <string.h>

mv_status rpc_share_open(struct rpc_share *share, unsigned threads, unsigned most)
{
    share->holders = calloc(threads, sizeof *share->holders);
    if (share->holders == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "worker threads");
    share->threads = threads;
    share->share = most;
    (void)pthread_mutex_init(&share->lock, NULL);
    return mv_ok();
}

static bool is_of(const struct rpc_principal *holder, const struct rpc_principal *principal)
{
    return holder->known && strcmp(holder->name, principal->name) == 0;
}

bool rpc_share_take(struct rpc_share *share, const struct rpc_principal *principal)
{
    struct rpc_principal *place = NULL;
    unsigned held = 0;
    (void)pthread_mutex_lock(&share->lock);
    for (unsigned i = 0; i < share->threads; i++) {
        if (!share->holders[i].known)
            place = &share->holders[i];
        held += is_of(&share->holders[i], principal);
    }
    bool taken = place != NULL && held < share->share;
    if (taken)
        *place = *principal;
    (void)pthread_mutex_unlock(&share->lock);
    return taken;
}

void rpc_share_give(struct rpc_share *share, const struct rpc_principal *principal)
{
    (void)pthread_mutex_lock(&share->lock);
    for (unsigned i = 0; i < share->threads; i++) {
        if (!is_of(&share->holders[i], principal))
            continue;
        share->holders[i].known = false;
        break;
    }
    (void)pthread_mutex_unlock(&share->lock);
}

void rpc_share_close(struct rpc_share *share)
{
    if (share->holders == NULL)
        return;
    (void)pthread_mutex_destroy(&share->lock);
    free(share->holders);
    share->holders = NULL;
}
