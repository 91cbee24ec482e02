/* Constant-time AES-128 (no table look-up by secret), CMAC and RFC 3394 unwrap for meters without a crypto block. */
#ifndef METERVAULT_AES_H
#define METERVAULT_AES_H

#include <stdint.h>

#include "metervault/result.h"

/* Holds a key: wipe it. In and out of a function may be the same 16 bytes. FIPS 197, RFC 4493, RFC 3394. */
struct mv_aes128 {
    uint32_t round_keys[44];
};
void mv_aes128_init(struct mv_aes128 *aes, const uint8_t key[16]);
void mv_aes128_wipe(struct mv_aes128 *aes);
void mv_aes128_encrypt(const struct mv_aes128 *aes, const uint8_t in[16], uint8_t out[16]);
void mv_aes128_decrypt(const struct mv_aes128 *aes, const uint8_t in[16], uint8_t out[16]);
/* Any length, 0 too. */
void mv_aes128_cmac(const struct mv_aes128 *aes, const uint8_t *data, uint32_t length, uint8_t mac[16]);
/* `length` is that of `wrapped`, 8 more than that of `plain`; the plain one is a multiple of 8, 16..64, else
 * RANGE_ERROR. KEY_INTEGRITY_ERROR wipes `plain`. The two do not overlap. */
MV_CORE_MUST_USE enum mv_result mv_aes128_unwrap(const struct mv_aes128 *aes, const uint8_t *wrapped, uint32_t length,
                                                 uint8_t *plain);

#endif
