/* Are two pieces of memory equal? Takes the same time wherever they differ: they may hold keys. */
#ifndef MV_CORE_SAME_H
#define MV_CORE_SAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline bool mv_same(const void *a, const void *b, size_t size)
{
    const uint8_t *left = a;
    const uint8_t *right = b;
    unsigned differs = 0;
    for (size_t i = 0; i < size; i++)
        differs |= (unsigned)left[i] ^ right[i];
    return differs == 0;
}

#endif
