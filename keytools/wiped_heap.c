#include "wiped_heap.h"

#include <malloc.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/secret.h"

static bool locking;

static void *take(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    void *memory = size > 0 ? calloc(1, size) : NULL;
    /* beyond the limit of the process it goes on unlocked: it is wiped all the same */
    if (memory != NULL && locking)
        (void)mlock(memory, size);
    return memory;
}

static void give_back(void *memory, const char *file, int line)
{
    (void)file;
    (void)line;
    if (memory == NULL)
        return;
    mv_secret_wipe(memory, malloc_usable_size(memory));
    free(memory);
}

/* Never in place: what the allocator moves it does not wipe. */
static void *resize(void *memory, size_t size, const char *file, int line)
{
    void *moved = take(size, file, line);
    if (memory == NULL || (moved == NULL && size > 0))
        return moved;
    size_t had = malloc_usable_size(memory);
    if (moved != NULL)
        memcpy(moved, memory, had < size ? had : size);
    give_back(memory, file, line);
    return moved;
}

mv_status wiped_heap_use(void)
{
    return CRYPTO_set_mem_functions(take, resize, give_back) == 1 ? mv_ok()
                                                                  : mv_fail(MV_INTERNAL_ERROR, "memory of OpenSSL");
}

void wiped_heap_lock(void)
{
    locking = true;
}
