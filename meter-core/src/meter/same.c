#include "same.h"

#include <stdint.h>

bool mv_same(const void *a, const void *b, size_t size)
{
    const uint8_t *left = a;
    const uint8_t *right = b;
    unsigned differs = 0;
    for (size_t i = 0; i < size; i++)
        differs |= (unsigned)left[i] ^ right[i];
    return differs == 0;
}
