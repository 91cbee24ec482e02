/* Block ciphers by OpenSSL, for what the product has not: other keys than AES-128, and DES. */
#ifndef CONFORMANCE_BLOCK_H
#define CONFORMANCE_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "metervault/card_pboc.h"
#include "vector.h"

enum { BLOCK_MOST = 16, BLOCK_KEY_MOST = 32 };

struct block_cipher {
    const char *name; /* OpenSSL's, ECB */
    uint8_t key[BLOCK_KEY_MOST];
    size_t block; /* 8 or 16 */
};
/* Input `alg`, and the key by `name`: aes128, aes192, aes256, 2tdea, 3tdea. */
bool block_cipher_read(const struct vector *vector, const char *name, struct block_cipher *cipher);
/* One block, in place; aborts the program when OpenSSL fails. */
void block_encrypt(const struct block_cipher *cipher, uint8_t *block);
void block_decrypt(const struct block_cipher *cipher, uint8_t *block);
/* CMAC's subkeys. */
void block_subkeys(const struct block_cipher *cipher, uint8_t k1[BLOCK_MOST], uint8_t k2[BLOCK_MOST]);
/* CMAC (NIST SP 800-38B); `whole` blocks or more: AN10922 asks for at least two. */
void block_cmac(const struct block_cipher *cipher, const uint8_t *data, size_t size, size_t whole, uint8_t *mac);

/* The cipher of profile 2 with a key of 16 bytes, which stays the caller's. */
struct mv_pboc_cipher block_pboc(const uint8_t key[16]);
/* 3DES with both keys, without padding, in place. */
void block_cbc(const uint8_t key[16], bool encrypt, uint8_t *data, size_t size);

#endif
