/* Overwrites what held a secret, in a way that the compiler may not remove. */
#ifndef MV_CORE_WIPE_H
#define MV_CORE_WIPE_H

#include <stddef.h>
#include <string.h>

static inline void mv_wipe(void *secret, size_t size)
{
    memset(secret, 0, size);
    __asm__ volatile("" : : "r"(secret) : "memory");
}

#endif
