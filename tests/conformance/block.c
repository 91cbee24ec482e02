#include "block.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

enum { DES = 8, AES = 16 };

/* ---- one block ---- */

static void crypt(const char *name, const uint8_t *key, bool encrypt, uint8_t *data, size_t size)
{
    static const uint8_t iv[BLOCK_MOST] = {0};
    int length = 0;
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, name, NULL);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    bool done = cipher != NULL && context != NULL &&
                EVP_CipherInit_ex2(context, cipher, key, iv, encrypt ? 1 : 0, NULL) == 1 &&
                EVP_CIPHER_CTX_set_padding(context, 0) == 1 &&
                EVP_CipherUpdate(context, data, &length, data, (int)size) == 1 && length == (int)size;
    EVP_CIPHER_CTX_free(context);
    EVP_CIPHER_free(cipher);
    if (!done)
        abort();
}

void block_encrypt(const struct block_cipher *cipher, uint8_t *block)
{
    crypt(cipher->name, cipher->key, true, block, cipher->block);
}

void block_decrypt(const struct block_cipher *cipher, uint8_t *block)
{
    crypt(cipher->name, cipher->key, false, block, cipher->block);
}

void block_cbc(const uint8_t key[16], bool encrypt, uint8_t *data, size_t size)
{
    crypt("DES-EDE-CBC", key, encrypt, data, size);
}

bool block_cipher_read(const struct vector *vector, const char *name, struct block_cipher *cipher)
{
    static const struct {
        const char *alg, *name;
        size_t key, block;
    } known[] = {
        {"aes128", "AES-128-ECB", 16, AES}, {"aes192", "AES-192-ECB", 24, AES}, {"aes256", "AES-256-ECB", 32, AES},
        {"2tdea", "DES-EDE-ECB", 16, DES},  {"3tdea", "DES-EDE3-ECB", 24, DES},
    };
    char alg[VECTOR_TEXT];
    size_t size = 0;
    if (!vector_text(vector, "alg", alg) || !vector_bytes(vector, name, cipher->key, sizeof cipher->key, &size))
        return false;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(alg, known[i].alg) != 0 || size != known[i].key)
            continue;
        cipher->name = known[i].name;
        cipher->block = known[i].block;
        return true;
    }
    return false;
}

/* ---- CMAC ---- */

static void doubled(const uint8_t block[BLOCK_MOST], bool aes, uint8_t out[BLOCK_MOST])
{
    size_t last = aes ? AES - 1 : DES - 1;
    uint8_t carry = block[0] >> 7;
    for (size_t i = 0; i < last; i++)
        out[i] = (uint8_t)(block[i] << 1 | block[i + 1] >> 7);
    out[last] = (uint8_t)(block[last] << 1);
    if (carry != 0)
        out[last] ^= aes ? 0x87 : 0x1B;
}

void block_subkeys(const struct block_cipher *cipher, uint8_t k1[BLOCK_MOST], uint8_t k2[BLOCK_MOST])
{
    uint8_t block[BLOCK_MOST] = {0};
    block_encrypt(cipher, block);
    doubled(block, cipher->block == AES, k1);
    doubled(k1, cipher->block == AES, k2);
}

void block_cmac(const struct block_cipher *cipher, const uint8_t *data, size_t size, size_t whole, uint8_t *mac)
{
    uint8_t subkeys[2][BLOCK_MOST] = {{0}};
    uint8_t last[4 * BLOCK_MOST] = {0};
    size_t block = cipher->block;
    size_t blocks = size == 0 ? 1 : (size + block - 1) / block;
    blocks = blocks < whole ? whole : blocks;
    bool padded = size < blocks * block;
    if (blocks * block > sizeof last)
        abort();
    memcpy(last, data, size);
    if (padded)
        last[size] = 0x80;
    block_subkeys(cipher, subkeys[0], subkeys[1]);
    memset(mac, 0, block);
    for (size_t i = 0; i < blocks * block; i++) {
        mac[i % block] ^= last[i];
        if (i / block + 1 == blocks)
            mac[i % block] ^= subkeys[padded ? 1 : 0][i % block];
        if (i % block + 1 == block)
            block_encrypt(cipher, mac);
    }
}

/* ---- profile 2 ---- */

static bool pboc_encrypt(void *context, enum mv_pboc_key which, uint8_t block[MV_PBOC_BLOCK])
{
    const uint8_t *key = context;
    uint8_t twice[16];
    memcpy(twice, key, 8);
    memcpy(twice + 8, which == MV_PBOC_LEFT ? key : key + 8, 8); /* equal halves are single DES */
    crypt("DES-EDE-ECB", twice, true, block, MV_PBOC_BLOCK);
    return true;
}

struct mv_pboc_cipher block_pboc(const uint8_t key[16])
{
    return (struct mv_pboc_cipher){.context = (void *)(uintptr_t)key, .encrypt = pboc_encrypt};
}
