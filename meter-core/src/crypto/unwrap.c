/* AES key unwrap (RFC 3394, 2.2.2, the indexed form). */
#include "metervault/aes.h"
#include "wipe.h"

enum { HALF = 8, STEPS = 6, MIN_PLAIN = 16, MAX_PLAIN = 64, INITIAL_VALUE = 0xA6 };

static void unwrap_step(const struct mv_aes128 *aes, uint8_t check[HALF], uint8_t *part, uint8_t counter)
{
    uint8_t block[2 * HALF];
    memcpy(block, check, HALF);
    memcpy(block + HALF, part, HALF);
    block[HALF - 1] ^= counter; /* at most 6 * 8 steps: one byte is enough */
    mv_aes128_decrypt(aes, block, block);
    memcpy(check, block, HALF);
    memcpy(part, block + HALF, HALF);
    mv_wipe(block, sizeof block);
}

/* Wipes `plain` unless `difference` is 0. The verdict is the caller's to look at: nothing branches on it here. */
static enum mv_result verdict(unsigned difference, uint8_t *plain, uint32_t length)
{
    unsigned differs = (difference + UINT8_MAX) >> 8; /* 0 or 1 */
    for (uint32_t i = 0; i < length; i++)
        plain[i] = (uint8_t)(plain[i] & (differs - 1));
    return (enum mv_result)(differs * MV_KEY_INTEGRITY_ERROR);
}

enum mv_result mv_aes128_unwrap(const struct mv_aes128 *aes, const uint8_t *wrapped, uint32_t length, uint8_t *plain)
{
    uint8_t check[HALF];
    if (length < MIN_PLAIN + HALF || length > MAX_PLAIN + HALF || length % HALF != 0)
        return MV_RANGE_ERROR;
    uint32_t plain_length = length - HALF;
    uint32_t parts = plain_length / HALF;
    memcpy(check, wrapped, HALF);
    memcpy(plain, wrapped + HALF, plain_length);
    for (uint32_t step = STEPS; step-- > 0;) {
        for (uint32_t part = parts; part-- > 0;)
            unwrap_step(aes, check, plain + (size_t)HALF * part, (uint8_t)(parts * step + part + 1));
    }
    unsigned difference = 0;
    for (unsigned i = 0; i < HALF; i++)
        difference |= check[i] ^ (unsigned)INITIAL_VALUE;
    mv_wipe(check, sizeof check);
    return verdict(difference, plain, plain_length);
}
