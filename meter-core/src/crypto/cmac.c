/* AES-CMAC (RFC 4493). */
#include "cmac.h"
#include "metervault/aes.h"
#include "wipe.h"

enum { BLOCK = MV_CMAC_BLOCK };

void mv_cmac_double(uint8_t block[MV_CMAC_BLOCK])
{
    unsigned carry = block[0] >> 7;
    for (unsigned i = 0; i + 1 < BLOCK; i++)
        block[i] = (uint8_t)(block[i] << 1 | block[i + 1] >> 7);
    block[BLOCK - 1] = (uint8_t)((unsigned)block[BLOCK - 1] << 1 ^ (0x87U & (0U - carry)));
}

static void add_bytes(uint8_t *sum, const uint8_t *bytes, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        sum[i] ^= bytes[i];
}

void mv_aes128_cmac(const struct mv_aes128 *aes, const uint8_t *data, uint32_t length, uint8_t mac[16])
{
    uint8_t subkey[BLOCK] = {0};
    uint8_t sum[BLOCK] = {0};
    mv_aes128_encrypt(aes, subkey, subkey);
    mv_cmac_double(subkey);
    while (length > BLOCK) {
        add_bytes(sum, data, BLOCK);
        mv_aes128_encrypt(aes, sum, sum);
        data += BLOCK;
        length -= BLOCK;
    }
    add_bytes(sum, data, length);
    if (length < BLOCK) {
        mv_cmac_double(subkey);
        sum[length] ^= 0x80;
    }
    add_bytes(sum, subkey, BLOCK);
    mv_aes128_encrypt(aes, sum, mac);
    mv_wipe(subkey, sizeof subkey);
    mv_wipe(sum, sizeof sum);
}
