/* EA07, the STA: 16 rounds of key-chosen substitution of nibbles and a fixed permutation of bits. The tables are public
 * data, so they may be indexed by position; no index, branch or shift depends on the block or the key. */
#include "../crypto/wipe.h"
#include "cipher.h"

enum { ROUNDS = 16, KEY_ALIGNMENT = 12 };
#define LOW_BIT_OF_NIBBLES UINT64_C(0x1111111111111111)

struct round_tables {
    uint64_t s1[16], s2[16]; /* each output value repeated in all 16 nibbles */
    uint8_t p[64];
};

static uint64_t rotate_left(uint64_t value, unsigned count)
{
    return count == 0 ? value : value << count | value >> (64 - count);
}

static struct round_tables prepare(const struct mv_sta_tables *tables, bool encrypt)
{
    struct round_tables out = {{0}, {0}, {0}};
    for (unsigned i = 0; i < 16; i++) {
        uint8_t from1 = encrypt ? (uint8_t)i : tables->s1[i] & 15U;
        uint8_t from2 = encrypt ? (uint8_t)i : tables->s2[i] & 15U;
        out.s1[from1] = LOW_BIT_OF_NIBBLES * (encrypt ? tables->s1[i] & 15U : i);
        out.s2[from2] = LOW_BIT_OF_NIBBLES * (encrypt ? tables->s2[i] & 15U : i);
    }
    for (unsigned j = 0; j < 64; j++) {
        if (encrypt)
            out.p[j] = tables->p[j] & 63U;
        else
            out.p[tables->p[j] & 63U] = (uint8_t)j;
    }
    return out;
}

/* From the low bit of each nibble to the whole nibble. */
static uint64_t fill_nibbles(uint64_t low_bits)
{
    return (low_bits << 4) - low_bits;
}

/* Every nibble is compared with all 16 values at once; the one that matches lets its output through. */
static uint64_t substitute(const struct round_tables *tables, uint64_t block, uint64_t round_key)
{
    uint64_t second = fill_nibbles(round_key >> 3 & LOW_BIT_OF_NIBBLES);
    uint64_t out = 0;
    for (unsigned value = 0; value < 16; value++) {
        uint64_t difference = block ^ LOW_BIT_OF_NIBBLES * value;
        uint64_t any = difference | difference >> 2;
        uint64_t equal = ~(any | any >> 1) & LOW_BIT_OF_NIBBLES;
        out |= fill_nibbles(equal) & ((tables->s1[value] & ~second) | (tables->s2[value] & second));
    }
    return out;
}

static uint64_t permute(const struct round_tables *tables, uint64_t block)
{
    uint64_t out = 0;
    for (unsigned j = 0; j < 64; j++)
        out |= (block >> j & 1U) << tables->p[j];
    return out;
}

uint64_t mv_sta_crypt(const uint8_t key[8], const struct mv_sta_tables *tables, uint64_t block, bool encrypt)
{
    struct round_tables round_tables = prepare(tables, encrypt);
    uint64_t aligned = 0;
    for (unsigned i = 0; i < 8; i++)
        aligned = aligned << 8 | key[i];
    aligned = rotate_left(~aligned, 64 - KEY_ALIGNMENT);

    for (unsigned round = 0; round < ROUNDS; round++) {
        uint64_t round_key = rotate_left(aligned, encrypt ? round : ROUNDS - 1 - round);
        if (encrypt)
            block = permute(&round_tables, substitute(&round_tables, block, round_key));
        else
            block = substitute(&round_tables, permute(&round_tables, block), round_key);
    }
    mv_wipe(&aligned, sizeof aligned);
    return block;
}
