/* The cipher in software. */
#include <stddef.h>
#include <string.h>

#include "../crypto/cmac.h"
#include "../crypto/wipe.h"
#include "metervault/card.h"

enum { BLOCK = MV_CMAC_BLOCK, VECTOR = 32 };

static bool soft_random(void *context, uint8_t *data, uint16_t size)
{
    struct mv_card_soft *soft = context;
    return soft->random(soft->random_context, data, size);
}

static void add_block(uint8_t *sum, const uint8_t *block)
{
    for (size_t i = 0; i < BLOCK; i++)
        sum[i] ^= block[i];
}

static void encrypt(const struct mv_aes128 *aes, const uint8_t iv[BLOCK], uint8_t *data, uint16_t size)
{
    const uint8_t *before = iv;
    for (uint16_t at = 0; at < size; at = (uint16_t)(at + BLOCK)) {
        add_block(data + at, before);
        mv_aes128_encrypt(aes, data + at, data + at);
        before = data + at;
    }
}

static void decrypt(const struct mv_aes128 *aes, const uint8_t iv[BLOCK], uint8_t *data, uint16_t size)
{
    uint8_t before[BLOCK];
    uint8_t here[BLOCK];
    memcpy(before, iv, BLOCK);
    for (uint16_t at = 0; at < size; at = (uint16_t)(at + BLOCK)) {
        memcpy(here, data + at, BLOCK);
        mv_aes128_decrypt(aes, here, data + at);
        add_block(data + at, before);
        memcpy(before, here, BLOCK);
    }
}

static bool soft_cbc(void *context, enum mv_card_key key, bool to_cipher, const uint8_t iv[16], uint8_t *data,
                     uint16_t size)
{
    const struct mv_card_soft *soft = context;
    const struct mv_aes128 *aes = key == MV_CARD_KEY_CARD ? &soft->card : &soft->enc;
    if (to_cipher)
        encrypt(aes, iv, data, size);
    else
        decrypt(aes, iv, data, size);
    return true;
}

static bool soft_derive(void *context, const uint8_t sv1[32], const uint8_t sv2[32])
{
    struct mv_card_soft *soft = context;
    uint8_t key[BLOCK];
    mv_aes128_cmac(&soft->card, sv1, VECTOR, key);
    mv_aes128_init(&soft->enc, key);
    mv_aes128_cmac(&soft->card, sv2, VECTOR, key);
    mv_aes128_init(&soft->mac, key);
    mv_wipe(key, sizeof key);
    return true;
}

/* CMAC of parts joined (RFC 4493): the last block waits until it is known to be the last. */
static bool soft_mac(void *context, const struct mv_card_part *parts, uint8_t count, uint8_t mac[16])
{
    const struct mv_card_soft *soft = context;
    uint8_t sum[BLOCK] = {0};
    uint8_t subkey[BLOCK] = {0};
    unsigned filled = 0;
    for (const struct mv_card_part *part = parts; part < parts + count; part++) {
        for (uint16_t i = 0; i < part->size; i++) {
            if (filled == BLOCK) {
                mv_aes128_encrypt(&soft->mac, sum, sum);
                filled = 0;
            }
            sum[filled++] ^= part->data[i];
        }
    }
    mv_aes128_encrypt(&soft->mac, subkey, subkey);
    mv_cmac_double(subkey);
    if (filled < BLOCK) {
        mv_cmac_double(subkey);
        sum[filled] ^= 0x80;
    }
    add_block(sum, subkey);
    mv_aes128_encrypt(&soft->mac, sum, mac);
    mv_wipe(sum, sizeof sum);
    mv_wipe(subkey, sizeof subkey);
    return true;
}

void mv_card_soft_init(struct mv_card_soft *soft, struct mv_card_cipher *cipher,
                       bool (*random)(void *context, uint8_t *data, uint16_t size), void *random_context)
{
    memset(soft, 0, sizeof *soft);
    soft->random = random;
    soft->random_context = random_context;
    *cipher = (struct mv_card_cipher){
        .context = soft, .random = soft_random, .cbc = soft_cbc, .derive = soft_derive, .mac = soft_mac};
}

void mv_card_soft_key(struct mv_card_soft *soft, const uint8_t key[16])
{
    mv_aes128_init(&soft->card, key);
}

void mv_card_soft_wipe(struct mv_card_soft *soft)
{
    mv_aes128_wipe(&soft->card);
    mv_aes128_wipe(&soft->enc);
    mv_aes128_wipe(&soft->mac);
}
