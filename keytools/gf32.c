#include "gf32.h"

enum { BITS = 5, POLYNOMIAL = 41 };

uint8_t gf32_multiply(uint8_t a, uint8_t b)
{
    unsigned product = 0;
    for (unsigned i = 0; i < BITS; i++)
        product ^= (0U - ((unsigned)b >> i & 1U)) & ((unsigned)a << i);
    for (unsigned i = 2 * BITS - 2; i >= BITS; i--)
        product ^= (0U - (product >> i & 1U)) & ((unsigned)POLYNOMIAL << (i - BITS));
    return (uint8_t)product;
}

/* a^30, as the multiplicative group has 31 elements: 30 = 2 + 4 + 8 + 16. */
uint8_t gf32_inverse(uint8_t a)
{
    uint8_t power = a;
    uint8_t inverse = 1;
    for (unsigned i = 1; i < BITS; i++) {
        power = gf32_multiply(power, power);
        inverse = gf32_multiply(inverse, power);
    }
    return inverse;
}

struct gf1024 gf1024_add(struct gf1024 a, struct gf1024 b)
{
    return (struct gf1024){a.one ^ b.one, a.zeta ^ b.zeta};
}

struct gf1024 gf1024_multiply(struct gf1024 a, struct gf1024 b)
{
    uint8_t ones = gf32_multiply(a.one, b.one);
    uint8_t zetas = gf32_multiply(a.zeta, b.zeta);
    uint8_t mixed = gf32_multiply(a.one, b.zeta) ^ gf32_multiply(a.zeta, b.one);
    return (struct gf1024){ones ^ zetas, mixed ^ zetas};
}

/* The conjugate (one + zeta, zeta) times a is in GF(32). */
struct gf1024 gf1024_inverse(struct gf1024 a)
{
    const struct gf1024 conjugate = {a.one ^ a.zeta, a.zeta};
    uint8_t norm = gf1024_multiply(a, conjugate).one;
    uint8_t scale = gf32_inverse(norm);
    return (struct gf1024){gf32_multiply(conjugate.one, scale), gf32_multiply(conjugate.zeta, scale)};
}
