/* A small generator of numbers (xorshift64*), the same at every run. */
#ifndef MV_TEST_RANDOM64_H
#define MV_TEST_RANDOM64_H

#include <stdint.h>

/* `state` starts as any number but 0. */
static inline uint64_t random64(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(0x2545F4914F6CDD1D);
}

#endif
