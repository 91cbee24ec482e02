/* RFC 3394, 2.2.1: what a server does to the keys that it sends to a meter. The meter itself only unwraps. */
#ifndef MV_TEST_KEY_WRAP_H
#define MV_TEST_KEY_WRAP_H

#include <string.h>

#include "metervault/aes.h"
#include "metervault/record.h"

static inline void key_wrap(const uint8_t key[16], const uint8_t plain[MV_RECORD_KEYS_PLAIN],
                            uint8_t wrapped[MV_RECORD_KEYS_WRAPPED])
{
    enum { HALF = 8, PARTS = MV_RECORD_KEYS_PLAIN / HALF, STEPS = 6 };
    struct mv_aes128 aes;
    uint8_t block[2 * HALF];
    mv_aes128_init(&aes, key);
    memset(wrapped, 0xA6, HALF);
    memcpy(wrapped + HALF, plain, MV_RECORD_KEYS_PLAIN);
    for (unsigned step = 0; step < STEPS * PARTS; step++) {
        uint8_t *part = wrapped + HALF + (size_t)HALF * (step % PARTS);
        memcpy(block, wrapped, HALF);
        memcpy(block + HALF, part, HALF);
        mv_aes128_encrypt(&aes, block, block);
        block[HALF - 1] ^= (uint8_t)(step + 1);
        memcpy(wrapped, block, HALF);
        memcpy(part, block + HALF, HALF);
    }
}

#endif
