#include "vending/readers.h"

void vend_readers_init(struct vend_readers *readers, const char *url, size_t size)
{
    *readers = (struct vend_readers){.url = url, .size = size < VEND_MAX_READERS ? size : VEND_MAX_READERS};
    (void)pthread_mutex_init(&readers->lock, NULL);
    (void)pthread_cond_init(&readers->returned, NULL);
}

void vend_readers_destroy(struct vend_readers *readers)
{
    for (size_t i = 0; i < readers->free_count; i++)
        store_close(readers->free[i]);
    (void)pthread_mutex_destroy(&readers->lock);
    (void)pthread_cond_destroy(&readers->returned);
}

static void forget(struct vend_readers *readers)
{
    pthread_mutex_lock(&readers->lock);
    readers->all_count--;
    pthread_cond_signal(&readers->returned);
    pthread_mutex_unlock(&readers->lock);
}

mv_status vend_reader_take(struct vend_readers *readers, struct store **store)
{
    *store = NULL;
    pthread_mutex_lock(&readers->lock);
    while (readers->free_count == 0 && readers->all_count == readers->size)
        pthread_cond_wait(&readers->returned, &readers->lock);
    if (readers->free_count > 0)
        *store = readers->free[--readers->free_count];
    else
        readers->all_count++;
    pthread_mutex_unlock(&readers->lock);
    if (*store != NULL)
        return mv_ok();
    mv_status status = store_open(readers->url, STORE_READER, store);
    if (!status.ok)
        forget(readers);
    return status;
}

void vend_reader_give(struct vend_readers *readers, struct store *store, bool broken)
{
    store_rollback(store);
    if (broken) {
        store_close(store);
        forget(readers);
        return;
    }
    pthread_mutex_lock(&readers->lock);
    readers->free[readers->free_count++] = store;
    pthread_cond_signal(&readers->returned);
    pthread_mutex_unlock(&readers->lock);
}
