/* The cryptography of version D blocks. */
#ifndef KEYTOOLS_TR31_CIPHER_H
#define KEYTOOLS_TR31_CIPHER_H

#include "tr31.h"

enum { TR31_MAC = 16, TR31_KBPK_MAX = 32 };

/* Secret memory. */
struct tr31_keys {
    size_t size;
    uint8_t encryption[TR31_KBPK_MAX], mac[TR31_KBPK_MAX];
};
/* INVALID_FIELD unless the KBPK has 16, 24 or 32 bytes. */
MV_MUST_USE mv_status tr31_keys_derive(const uint8_t *kbpk, size_t size, struct tr31_keys *keys);
MV_MUST_USE mv_status tr31_cmac(const uint8_t *key, size_t key_size, const void *data, size_t size,
                                uint8_t mac[TR31_MAC]);
/* AES-CBC without padding, in place; `size` is a multiple of 16. */
MV_MUST_USE mv_status tr31_cbc(bool encrypt, const uint8_t *key, size_t key_size, const uint8_t iv[TR31_MAC],
                               uint8_t *data, size_t size);
/* The KCV of an AES key. */
MV_MUST_USE mv_status tr31_aes_kcv(enum tr31_kcv_method method, const uint8_t *key, size_t size, uint8_t kcv[TR31_KCV]);

#endif
