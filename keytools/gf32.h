/* The fields of codex32 (BIP-93): GF(32) with x^5 + x^3 + 1, and GF(1024) over it, where the roots of the checksum lie.
 * No tables and no branches on values: they are parts of secrets. */
#ifndef KEYTOOLS_GF32_H
#define KEYTOOLS_GF32_H

#include <stdint.h>

/* Elements are 0..31; addition is XOR. */
uint8_t gf32_multiply(uint8_t a, uint8_t b);
/* Of 0 it is 0. */
uint8_t gf32_inverse(uint8_t a);

/* one + zeta * z with z^2 = z + 1. */
struct gf1024 {
    uint8_t one, zeta;
};
struct gf1024 gf1024_add(struct gf1024 a, struct gf1024 b);
struct gf1024 gf1024_multiply(struct gf1024 a, struct gf1024 b);
struct gf1024 gf1024_inverse(struct gf1024 a);

#endif
