/* NXP AN10922, 2.2: CMAC over constant | input, always as two blocks. */
#include "metervault/an10922.h"

#include <stdbool.h>

#include "cmac.h"
#include "metervault/aes.h"
#include "wipe.h"

enum { BLOCK = MV_CMAC_BLOCK, CONSTANT_AES128 = 0x01, PADDING = 0x80 };

/* The last subkey step in place of CMAC's own: K1 for two full blocks, K2 for padded ones. */
static void add_subkey(const struct mv_aes128 *aes, unsigned doublings, uint8_t block[BLOCK])
{
    uint8_t subkey[BLOCK] = {0};
    mv_aes128_encrypt(aes, subkey, subkey);
    for (unsigned i = 0; i < doublings; i++)
        mv_cmac_double(subkey);
    for (unsigned i = 0; i < BLOCK; i++)
        block[i] ^= subkey[i];
    mv_wipe(subkey, sizeof subkey);
}

enum mv_result mv_an10922_aes128(const uint8_t master[16], const uint8_t *m, uint32_t length, uint8_t child[16])
{
    struct mv_aes128 aes;
    uint8_t blocks[2 * BLOCK] = {CONSTANT_AES128};
    if (length > MV_AN10922_INPUT_MAX)
        return MV_RANGE_ERROR;
    memcpy(blocks + 1, m, length);
    bool padded = length < MV_AN10922_INPUT_MAX;
    if (padded)
        blocks[1 + length] = PADDING;
    mv_aes128_init(&aes, master);
    add_subkey(&aes, padded ? 2 : 1, blocks + BLOCK);
    mv_aes128_encrypt(&aes, blocks, blocks);
    for (unsigned i = 0; i < BLOCK; i++)
        blocks[BLOCK + i] ^= blocks[i];
    mv_aes128_encrypt(&aes, blocks + BLOCK, child);
    mv_aes128_wipe(&aes);
    mv_wipe(blocks, sizeof blocks);
    return MV_DONE;
}
