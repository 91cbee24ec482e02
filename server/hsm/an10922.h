/* AN10922 (AES-128) with the master in the token: the derived key is made there and stays there. Of the computation,
 * only the two ciphertexts that it chains through are in memory, and they are wiped. Not for callers outside hsm. */
#ifndef MV_HSM_AN10922_H
#define MV_HSM_AN10922_H

#include "hsm/internal.h"

enum { HSM_AN10922_KEY = 16, HSM_AN10922_INPUT = 31 /* the most that two blocks take */ };

/* A sensitive, not extractable AES key of this session that may do what `permissions` (enum hsm_permission) says.
 * `master` needs encryption and derivation. INVALID_FIELD when the input is longer than HSM_AN10922_INPUT. */
MV_MUST_USE mv_status hsm_an10922_child(struct hsm *hsm, CK_OBJECT_HANDLE master, const uint8_t *input, size_t size,
                                        unsigned permissions, CK_OBJECT_HANDLE *child);
/* The same key's value into secret memory: for the wrapping of several keys as one, which no mechanism does. */
MV_MUST_USE mv_status hsm_an10922_value(struct hsm *hsm, CK_OBJECT_HANDLE master, const uint8_t *input, size_t size,
                                        uint8_t value[HSM_AN10922_KEY]);
/* Doubling in GF(2^128), as CMAC makes its subkeys. */
void hsm_cmac_double(uint8_t block[16]);
/* The published value for AES-128, derived in the token. SELF_TEST_FAILED. */
MV_MUST_USE mv_status hsm_an10922_self_test(struct hsm *hsm);

#endif
