#include "reference.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

enum { DES_KEY = 8, VENDING_04 = 20 };

static void store64(uint64_t value, uint8_t bytes[8])
{
    for (int i = 7; i >= 0; i--, value >>= 8)
        bytes[i] = (uint8_t)value;
}

static uint64_t load64(const uint8_t bytes[8])
{
    uint64_t value = 0;
    for (int i = 0; i < 8; i++)
        value = value << 8 | bytes[i];
    return value;
}

/* Triple DES with one key three times is DES. */
static bool des_encrypt(const uint8_t key[DES_KEY], uint64_t block, uint64_t *cipher)
{
    uint8_t triple[3 * DES_KEY];
    uint8_t in[8];
    uint8_t out[16];
    int length = 0;
    for (size_t i = 0; i < sizeof triple; i++)
        triple[i] = key[i % DES_KEY];
    store64(block, in);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    bool done = context != NULL && EVP_EncryptInit_ex(context, EVP_des_ede3_ecb(), NULL, triple, NULL) == 1 &&
                EVP_EncryptUpdate(context, out, &length, in, sizeof in) == 1 && length == (int)sizeof in;
    EVP_CIPHER_CTX_free(context);
    *cipher = done ? load64(out) : 0;
    return done;
}

static bool dkga02(const struct mv_dkga_input *input, const uint8_t *key, struct reference_dkga *result)
{
    if (mv_dkga02_blocks(input, &result->pan_block, &result->control_block) != MV_DONE)
        return false;
    uint64_t mixed = result->pan_block ^ result->control_block;
    if (!des_encrypt(key, mixed, &result->des))
        return false;
    store64(result->des ^ mixed ^ load64(key), result->key.bytes);
    return true;
}

static bool dkga04(const struct mv_dkga_input *input, const uint8_t *key, struct reference_dkga *result)
{
    unsigned length = sizeof result->hmac;
    if (mv_dkga04_message(input, result->message) != MV_DONE ||
        HMAC(EVP_sha256(), key, VENDING_04, result->message, sizeof result->message, result->hmac, &length) == NULL)
        return false;
    memcpy(result->key.bytes, result->hmac, input->ea == MV_EA_STA ? 8 : 16);
    return true;
}

bool reference_dkga(const struct mv_dkga_input *input, uint8_t dkga, const uint8_t *vending_key, size_t size,
                    struct reference_dkga *result)
{
    memset(result, 0, sizeof *result);
    result->key.ea = input->ea;
    if (dkga == 2 && size == DES_KEY)
        return dkga02(input, vending_key, result);
    return dkga == 4 && size == VENDING_04 && dkga04(input, vending_key, result);
}

uint64_t reference_sta_encrypt(uint64_t aligned_key, uint64_t clear)
{
    uint64_t state = clear;
    uint64_t selector = aligned_key;
    for (int round = 0; round < 16; round++) {
        uint64_t next = 0;
        for (int nibble = 0; nibble < 16; nibble++) {
            bool second = (selector >> (4 * nibble + 3) & 1) != 0;
            const uint8_t *box = second ? mv_sta_public.s2 : mv_sta_public.s1;
            uint64_t value = box[state >> (4 * nibble) & 15];
            for (int bit = 0; bit < 4; bit++)
                next |= (value >> bit & 1) << mv_sta_public.p[4 * nibble + bit];
        }
        state = next;
        selector = selector << 1 | selector >> 63;
    }
    return state;
}
