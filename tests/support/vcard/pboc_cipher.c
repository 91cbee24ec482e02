/* OpenSSL has single DES among its legacy ciphers only: the same key three times is the same function. */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "pboc.h"

static bool encrypt(void *context, enum mv_pboc_key which, uint8_t block[MV_PBOC_BLOCK])
{
    const uint8_t *key = context;
    uint8_t three[24];
    int size = 0;
    memcpy(three, key, MV_PBOC_BLOCK);
    memcpy(three + 8, which == MV_PBOC_LEFT ? key : key + 8, MV_PBOC_BLOCK);
    memcpy(three + 16, key, MV_PBOC_BLOCK);
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    bool good = cipher != NULL && EVP_EncryptInit_ex(cipher, EVP_des_ede3_ecb(), NULL, three, NULL) == 1 &&
                EVP_CIPHER_CTX_set_padding(cipher, 0) == 1 &&
                EVP_EncryptUpdate(cipher, block, &size, block, MV_PBOC_BLOCK) == 1;
    EVP_CIPHER_CTX_free(cipher);
    return good;
}

struct mv_pboc_cipher vcard_pboc_cipher(const uint8_t key[16])
{
    return (struct mv_pboc_cipher){.context = (void *)(uintptr_t)key, .encrypt = encrypt};
}
