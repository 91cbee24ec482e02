#include "tr31_cipher.h"

#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdio.h>
#include <string.h>

#include "base/secret.h"

enum { PURPOSE_ENCRYPTION = 0, PURPOSE_MAC = 1 };

static const uint8_t zeros[TR31_MAC];

mv_status tr31_cmac(const uint8_t *key, size_t key_size, const void *data, size_t size, uint8_t mac[TR31_MAC])
{
    char cipher[16];
    size_t got = 0;
    (void)snprintf(cipher, sizeof cipher, "AES-%zu-CBC", 8 * key_size);
    OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string("cipher", cipher, 0), OSSL_PARAM_construct_end()};
    if (EVP_Q_mac(NULL, "CMAC", NULL, NULL, parameters, key, key_size, data, size, mac, TR31_MAC, &got) == NULL ||
        got != TR31_MAC)
        return mv_fail(MV_INTERNAL_ERROR, "EVP_Q_mac");
    return mv_ok();
}

/* counter | purpose 2 | 00 | algorithm 2 | length in bits 2; the algorithm is 0002, 0003, 0004 by length */
static mv_status derive(const uint8_t *kbpk, size_t size, uint8_t purpose, uint8_t *key)
{
    uint8_t block[TR31_MAC];
    mv_status status = mv_ok();
    for (size_t at = 0; status.ok && at < size; at += TR31_MAC) {
        const uint8_t input[] = {
            (uint8_t)(at / TR31_MAC + 1), 0, purpose, 0, 0, (uint8_t)(size / 8), (uint8_t)(size * 8 >> 8),
            (uint8_t)(size * 8 & 0xFF)};
        status = tr31_cmac(kbpk, size, input, sizeof input, block);
        if (status.ok)
            memcpy(key + at, block, size - at < TR31_MAC ? size - at : TR31_MAC);
    }
    mv_secret_wipe(block, sizeof block);
    return status;
}

mv_status tr31_keys_derive(const uint8_t *kbpk, size_t size, struct tr31_keys *keys)
{
    if (size != 16 && size != 24 && size != 32)
        return mv_fail(MV_INVALID_FIELD, "key block protection key: 16, 24 or 32 bytes");
    keys->size = size;
    MV_TRY(derive(kbpk, size, PURPOSE_ENCRYPTION, keys->encryption));
    return derive(kbpk, size, PURPOSE_MAC, keys->mac);
}

static const EVP_CIPHER *cbc_of(size_t key_size)
{
    switch (key_size) {
    case 16:
        return EVP_aes_128_cbc();
    case 24:
        return EVP_aes_192_cbc();
    default:
        return EVP_aes_256_cbc();
    }
}

mv_status tr31_cbc(bool encrypt, const uint8_t *key, size_t key_size, const uint8_t iv[TR31_MAC], uint8_t *data,
                   size_t size)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int done = 0;
    bool good = context != NULL && size <= INT16_MAX &&
                EVP_CipherInit_ex(context, cbc_of(key_size), NULL, key, iv, encrypt) == 1 &&
                EVP_CIPHER_CTX_set_padding(context, 0) == 1 &&
                EVP_CipherUpdate(context, data, &done, data, (int)size) == 1 && (size_t)done == size;
    EVP_CIPHER_CTX_free(context);
    return good ? mv_ok() : mv_fail(MV_INTERNAL_ERROR, "AES-CBC");
}

mv_status tr31_aes_kcv(enum tr31_kcv_method method, const uint8_t *key, size_t size, uint8_t kcv[TR31_KCV])
{
    uint8_t block[TR31_MAC] = {0};
    mv_status status = method == TR31_KCV_CMAC ? tr31_cmac(key, size, zeros, sizeof zeros, block)
                                               : tr31_cbc(true, key, size, zeros, block, sizeof block);
    memcpy(kcv, block, TR31_KCV);
    mv_secret_wipe(block, sizeof block);
    return status;
}
