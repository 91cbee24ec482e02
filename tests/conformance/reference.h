/* Calculations by other means than the programs under test: OpenSSL instead of the token, the other way to start EA07.
 */
#ifndef CONFORMANCE_REFERENCE_H
#define CONFORMANCE_REFERENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "metervault/sts.h"

struct reference_dkga {
    uint8_t message[MV_DKGA04_MESSAGE]; /* DKGA04 */
    uint8_t hmac[32];
    uint64_t pan_block, control_block, des; /* DKGA02 */
    struct mv_decoder_key key;
};

/* False when input or vending key do not fit the DKGA (2 or 4). */
bool reference_dkga(const struct mv_dkga_input *input, uint8_t dkga, const uint8_t *vending_key, size_t size,
                    struct reference_dkga *result);

/* EA07 from the aligned key on, with the public tables. */
uint64_t reference_sta_encrypt(uint64_t aligned_key, uint64_t clear);

#endif
