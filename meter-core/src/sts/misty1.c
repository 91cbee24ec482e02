/* EA11, MISTY1 (RFC 2994). The substitutions S7 and S9 are computed, never looked up: each output bit is the parity of
 * some monomials of the input bits, so that time and memory access do not depend on secrets. */
#include "../crypto/wipe.h"
#include "cipher.h"

enum { KEY_WORDS = 8, ROUNDS = 8 };

/* EK[0..7] the key, EK[8..15] the key mixed with itself (RFC 2994, 2.1). */
struct schedule {
    uint16_t ek[16];
};

static uint16_t parity_bit(uint64_t monomials, unsigned position)
{
    unsigned parity = (unsigned)__builtin_parityll(monomials);
    return (uint16_t)(parity << position);
}

static uint16_t rotate(uint16_t value, unsigned count, unsigned width)
{
    return (uint16_t)(((unsigned)value >> count | (unsigned)value << (width - count)) & ((1U << width) - 1));
}

/* Monomials by position: x_i at i; x_i x_(i+d) at 9d + i for d = 1..4, indices modulo 9. Derived from the published
 * table by the Moebius transform; degree 2, so these 45 are all. */
uint16_t mv_misty1_s9(uint16_t x)
{
    static const uint64_t rows[9] = {0x00001ff000000000, 0x00001043000e3888, 0x0000009600187310,
                                     0x0000012c0030e421, 0x000002480861c842, 0x0000048018c39084,
                                     0x0000090031832308, 0x00000410c6008e22, 0x0000120063024611};
    uint64_t monomials = x;
    for (unsigned d = 1; d <= 4; d++)
        monomials |= (uint64_t)(x & rotate(x, d, 9)) << (9 * d);
    uint16_t out = 0x1C3;
    for (unsigned i = 0; i < 9; i++)
        out ^= parity_bit(monomials & rows[i], i);
    return out;
}

/* Monomials by position: x_i at i; x_i x_(i+d) at 7d + i for d = 1..3; then the five kinds of three factors, first
 * x_i x_(i+1) x_(i+k) for k = 2..5, last x_i x_(i+2) x_(i+4); indices modulo 7. */
uint16_t mv_misty1_s7(uint16_t x)
{
    static const uint64_t rows[7] = {0x204020060c008801, 0x1020100207006440, 0x04090480815c0110, 0x4080400018211003,
                                     0x0810090102900220, 0x01028000306a2007, 0x0205800040be0088};
    uint64_t monomials = x;
    for (unsigned d = 1; d <= 3; d++)
        monomials |= (uint64_t)(x & rotate(x, d, 7)) << (7 * d);
    uint16_t neighbours = x & rotate(x, 1, 7);
    for (unsigned k = 2; k <= 5; k++)
        monomials |= (uint64_t)(neighbours & rotate(x, k, 7)) << (7 * (k + 2));
    monomials |= (uint64_t)(x & rotate(x, 2, 7) & rotate(x, 4, 7)) << 56;
    uint16_t out = 0x1B;
    for (unsigned i = 0; i < 7; i++)
        out ^= parity_bit(monomials & rows[i], i);
    return out;
}

static uint16_t fi(uint16_t in, uint16_t key)
{
    uint16_t d9 = in >> 7;
    uint16_t d7 = in & 0x7F;
    d9 = mv_misty1_s9(d9) ^ d7;
    d7 = mv_misty1_s7(d7) ^ (d9 & 0x7F);
    d7 ^= key >> 9;
    d9 ^= key & 0x1FF;
    d9 = mv_misty1_s9(d9) ^ d7;
    return (uint16_t)(d7 << 9 | d9);
}

static uint32_t fo(const struct schedule *s, uint32_t in, unsigned k)
{
    uint16_t t0 = (uint16_t)(in >> 16);
    uint16_t t1 = (uint16_t)in;
    t0 = fi(t0 ^ s->ek[k], s->ek[(k + 5) % 8 + 8]) ^ t1;
    t1 = fi(t1 ^ s->ek[(k + 2) % 8], s->ek[(k + 1) % 8 + 8]) ^ t0;
    t0 = fi(t0 ^ s->ek[(k + 7) % 8], s->ek[(k + 3) % 8 + 8]) ^ t1;
    t1 ^= s->ek[(k + 4) % 8];
    return (uint32_t)t1 << 16 | t0;
}

/* The two words of the schedule that FL of number k takes: first for AND, then for OR. */
static uint16_t fl_and_key(const struct schedule *s, unsigned k)
{
    return k % 2 == 0 ? s->ek[k / 2] : s->ek[(k / 2 + 2) % 8 + 8];
}

static uint16_t fl_or_key(const struct schedule *s, unsigned k)
{
    return k % 2 == 0 ? s->ek[(k / 2 + 6) % 8 + 8] : s->ek[(k / 2 + 4) % 8];
}

static uint32_t fl(const struct schedule *s, uint32_t in, unsigned k)
{
    uint16_t d0 = (uint16_t)(in >> 16);
    uint16_t d1 = (uint16_t)in;
    d1 ^= d0 & fl_and_key(s, k);
    d0 ^= d1 | fl_or_key(s, k);
    return (uint32_t)d0 << 16 | d1;
}

static uint32_t fl_inverse(const struct schedule *s, uint32_t in, unsigned k)
{
    uint16_t d0 = (uint16_t)(in >> 16);
    uint16_t d1 = (uint16_t)in;
    d0 ^= d1 | fl_or_key(s, k);
    d1 ^= d0 & fl_and_key(s, k);
    return (uint32_t)d0 << 16 | d1;
}

static uint64_t encrypt_block(const struct schedule *s, uint64_t block)
{
    uint32_t d0 = (uint32_t)(block >> 32);
    uint32_t d1 = (uint32_t)block;
    for (unsigned round = 0; round < ROUNDS; round += 2) {
        d0 = fl(s, d0, round);
        d1 = fl(s, d1, round + 1) ^ fo(s, d0, round);
        d0 ^= fo(s, d1, round + 1);
    }
    d0 = fl(s, d0, ROUNDS);
    d1 = fl(s, d1, ROUNDS + 1);
    return (uint64_t)d1 << 32 | d0;
}

static uint64_t decrypt_block(const struct schedule *s, uint64_t block)
{
    uint32_t d0 = fl_inverse(s, (uint32_t)block, ROUNDS);
    uint32_t d1 = fl_inverse(s, (uint32_t)(block >> 32), ROUNDS + 1);
    for (unsigned round = ROUNDS; round > 0; round -= 2) {
        d0 ^= fo(s, d1, round - 1);
        d1 = fl_inverse(s, d1 ^ fo(s, d0, round - 2), round - 1);
        d0 = fl_inverse(s, d0, round - 2);
    }
    return (uint64_t)d0 << 32 | d1;
}

uint64_t mv_misty1_crypt(const uint8_t key[16], uint64_t block, bool encrypt)
{
    struct schedule s;
    for (size_t i = 0; i < KEY_WORDS; i++)
        s.ek[i] = (uint16_t)(key[2 * i] << 8 | key[2 * i + 1]);
    for (unsigned i = 0; i < KEY_WORDS; i++)
        s.ek[i + 8] = fi(s.ek[i], s.ek[(i + 1) % 8]);
    block = encrypt ? encrypt_block(&s, block) : decrypt_block(&s, block);
    mv_wipe(&s, sizeof s);
    return block;
}
