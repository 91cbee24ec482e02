#include "record_oracle.h"

#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(bool good, const char *what)
{
    if (good)
        return;
    (void)fprintf(stderr, "record oracle: %s\n", what);
    exit(1);
}

static void encrypt(const uint8_t key[16], const EVP_CIPHER *cipher, const uint8_t *in, uint8_t *out, int size)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    static const uint8_t iv[16];
    int got = 0;
    must(context != NULL && EVP_EncryptInit_ex(context, cipher, NULL, key, iv) == 1 &&
             EVP_CIPHER_CTX_set_padding(context, 0) == 1 && EVP_EncryptUpdate(context, out, &got, in, size) == 1 &&
             got == size,
         "AES");
    EVP_CIPHER_CTX_free(context);
}

/* As a number, bit by bit. */
static void twice(uint8_t block[16])
{
    bool top = (block[0] & 0x80) != 0;
    for (int i = 0; i < 16; i++)
        block[i] = (uint8_t)((block[i] << 1) + (i < 15 ? block[i + 1] >> 7 : 0));
    if (top)
        block[15] ^= 0x87;
}

void oracle_an10922(const uint8_t master[16], const void *input, size_t size, uint8_t child[16])
{
    static const uint8_t zeros[16];
    uint8_t blocks[32] = {0x01};
    uint8_t subkey[16];
    uint8_t cipher[32];
    must(size < sizeof blocks - 1, "input that needs padding");
    memcpy(blocks + 1, input, size);
    blocks[1 + size] = 0x80;
    encrypt(master, EVP_aes_128_ecb(), zeros, subkey, 16);
    twice(subkey);
    twice(subkey);
    for (int i = 0; i < 16; i++)
        blocks[16 + i] ^= subkey[i];
    encrypt(master, EVP_aes_128_cbc(), blocks, cipher, 32);
    memcpy(child, cipher + 16, 16);
}

void oracle_pan(const char *pan, uint8_t packed[9])
{
    for (size_t i = 0; i < 9; i++)
        packed[i] = (uint8_t)((pan[2 * i] - '0') * 16 + (pan[2 * i + 1] - '0'));
}

void oracle_child(const uint8_t master[16], uint8_t purpose, const char *pan, const uint8_t domain[3], uint16_t epoch,
                  uint8_t child[16])
{
    uint8_t input[15] = {purpose};
    oracle_pan(pan, input + 1);
    memcpy(input + 10, domain, 3);
    input[13] = (uint8_t)(epoch / 256);
    input[14] = (uint8_t)(epoch % 256);
    oracle_an10922(master, input, sizeof input, child);
}

void oracle_cmac(const uint8_t key[16], const void *data, size_t size, uint8_t mac[16])
{
    char cipher[] = "AES-128-CBC";
    OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string("cipher", cipher, 0), OSSL_PARAM_construct_end()};
    size_t got = 0;
    must(EVP_Q_mac(NULL, "CMAC", NULL, NULL, parameters, key, 16, data, size, mac, 16, &got) != NULL && got == 16,
         "CMAC");
}

bool oracle_unwrap(const uint8_t kek[16], const uint8_t *wrapped, uint8_t *plain, size_t size)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    must(context != NULL, "RFC 3394");
    EVP_CIPHER_CTX_set_flags(context, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
    int got = 0;
    bool good = EVP_DecryptInit_ex(context, EVP_aes_128_wrap(), NULL, kek, NULL) == 1 &&
                EVP_DecryptUpdate(context, plain, &got, wrapped, (int)size + 8) == 1 && (size_t)got == size;
    EVP_CIPHER_CTX_free(context);
    return good;
}
