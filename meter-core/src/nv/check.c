#include "check.h"

enum { WORD = 4 };

/* What the register becomes after the 32 bits that it holds, by two products without carries: of it and the reciprocal
 * of the polynomial, and of that and the polynomial. Source: V. Gopal et al., Fast CRC Computation for Generic
 * Polynomials Using PCLMULQDQ Instruction (2009), reflected; the shifts are the exponents of the two. Without a table:
 * among the bytes is a key. */
static uint32_t after_word(uint32_t a)
{
    uint32_t q = a ^ a << 6 ^ a << 9 ^ a << 10 ^ a << 12 ^ a << 16 ^ a << 24 ^ a << 25 ^ a << 26 ^ a << 28 ^ a << 29 ^
                 a << 30 ^ a << 31;
    return q ^ q >> 1 ^ q >> 2 ^ q >> 4 ^ q >> 5 ^ q >> 7 ^ q >> 8 ^ q >> 10 ^ q >> 11 ^ q >> 12 ^ q >> 16 ^ q >> 22 ^
           q >> 23 ^ q >> 26;
}

static uint32_t after_byte(uint32_t crc)
{
    for (unsigned bit = 0; bit < 8; bit++)
        crc = crc >> 1 ^ (MV_NV_CRC32_POLYNOMIAL & (0U - (crc & 1U)));
    return crc;
}

uint32_t mv_nv_crc32_add(uint32_t crc, const uint8_t *data, size_t size)
{
    for (; size >= WORD; size -= WORD, data += WORD)
        crc = after_word(
            crc ^ ((uint32_t)data[0] | (uint32_t)data[1] << 8 | (uint32_t)data[2] << 16 | (uint32_t)data[3] << 24));
    for (; size > 0; size--, data++)
        crc = after_byte(crc ^ *data);
    return crc;
}

/* A wrong bit goes through the register by itself: from the last one backwards, each is one shift older. */
int32_t mv_nv_rotten_bit(uint32_t difference, uint32_t polynomial, uint32_t bits)
{
    uint32_t trace = 1;
    for (uint32_t i = 0; i < bits; i++) {
        trace = trace >> 1 ^ (polynomial & (0U - (trace & 1U)));
        if (trace == difference)
            return (int32_t)(bits - 1 - i);
    }
    return MV_NV_NO_BIT;
}
