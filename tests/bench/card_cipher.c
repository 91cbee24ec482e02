#include "card_cipher.h"

#include <openssl/evp.h>
#include <string.h>
#include <sys/random.h>

enum { BLOCK = 16, VECTOR = 2 * BLOCK };

static bool get_random(void *context, uint8_t *data, uint16_t size)
{
    (void)context;
    return getrandom(data, size, 0) == size;
}

static bool one_block(EVP_CIPHER_CTX *aes, uint8_t block[BLOCK])
{
    int size = 0;
    return EVP_CipherUpdate(aes, block, &size, block, BLOCK) == 1 && size == BLOCK;
}

static void add(uint8_t *sum, const uint8_t *block)
{
    for (unsigned i = 0; i < BLOCK; i++)
        sum[i] ^= block[i];
}

static bool cbc(void *context, enum mv_card_key key, bool encrypt, const uint8_t iv[BLOCK], uint8_t *data,
                uint16_t size)
{
    const struct card_cipher *cipher = context;
    uint8_t before[BLOCK];
    bool good = key == MV_CARD_KEY_CARD;
    memcpy(before, iv, BLOCK);
    for (uint16_t at = 0; good && at < size; at = (uint16_t)(at + BLOCK)) {
        uint8_t here[BLOCK];
        memcpy(here, data + at, BLOCK);
        if (encrypt)
            add(data + at, before);
        good = one_block(encrypt ? cipher->in : cipher->out, data + at);
        if (!encrypt)
            add(data + at, before);
        memcpy(before, encrypt ? data + at : here, BLOCK);
    }
    return good;
}

static void twice(uint8_t block[BLOCK])
{
    const uint8_t over = (uint8_t)(block[0] >> 7 != 0 ? 0x87 : 0);
    for (unsigned i = 0; i + 1 < BLOCK; i++)
        block[i] = (uint8_t)(block[i] << 1 | block[i + 1] >> 7);
    block[BLOCK - 1] = (uint8_t)(block[BLOCK - 1] << 1 ^ over);
}

/* CMAC of two whole blocks. */
static bool session_key(const struct card_cipher *cipher, const uint8_t vector[VECTOR], uint8_t key[BLOCK])
{
    uint8_t subkey[BLOCK] = {0};
    bool good = one_block(cipher->in, subkey);
    twice(subkey);
    memcpy(key, vector, BLOCK);
    good = good && one_block(cipher->in, key);
    add(key, vector + BLOCK);
    add(key, subkey);
    return good && one_block(cipher->in, key);
}

static bool derive(void *context, const uint8_t sv1[VECTOR], const uint8_t sv2[VECTOR])
{
    uint8_t key[BLOCK];
    return session_key(context, sv1, key) && session_key(context, sv2, key);
}

static EVP_CIPHER_CTX *aes_of(const uint8_t key[BLOCK], int encrypt)
{
    EVP_CIPHER_CTX *aes = EVP_CIPHER_CTX_new();
    bool good = aes != NULL && EVP_CipherInit_ex(aes, EVP_aes_128_ecb(), NULL, key, NULL, encrypt) == 1 &&
                EVP_CIPHER_CTX_set_padding(aes, 0) == 1;
    if (good)
        return aes;
    EVP_CIPHER_CTX_free(aes);
    return NULL;
}

bool card_cipher_init(struct card_cipher *cipher, const uint8_t key[BLOCK])
{
    cipher->calls = (struct mv_card_cipher){.context = cipher, .random = get_random, .cbc = cbc, .derive = derive};
    cipher->in = aes_of(key, 1);
    cipher->out = aes_of(key, 0);
    return cipher->in != NULL && cipher->out != NULL;
}
