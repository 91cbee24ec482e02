/* A few ledger connections for calls that only read. */
#ifndef MV_VENDING_READERS_H
#define MV_VENDING_READERS_H

#include <pthread.h>

#include "store/store.h"

enum { VEND_MAX_READERS = 64 };

struct vend_readers {
    pthread_mutex_t lock;
    pthread_cond_t returned;
    const char *url; /* outlives this */
    struct store *free[VEND_MAX_READERS];
    size_t free_count;
    size_t all_count;
    size_t size;
};

/* Connections are opened when first needed. */
void vend_readers_init(struct vend_readers *readers, const char *url, size_t size);
/* All must have been given back. */
void vend_readers_destroy(struct vend_readers *readers);
/* Waits for a free one. */
MV_MUST_USE mv_status vend_reader_take(struct vend_readers *readers, struct store **store);
/* `broken`: closes it, the next one to need it opens another. */
void vend_reader_give(struct vend_readers *readers, struct store *store, bool broken);

#endif
