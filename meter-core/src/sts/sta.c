/* EA07, the STA: 16 rounds of key-chosen substitution of nibbles and a fixed permutation of bits. The tables are public
 * data, so they may be indexed by position; no index, branch or shift depends on the block or the key. */
#include "../crypto/wipe.h"
#include "cipher.h"

/* As wide as the processor's registers: small ones shift longer words by calling a function. */
typedef uintptr_t word;

enum { ROUNDS = 16, KEY_ALIGNMENT = 52, BITS = 64, WORD_BITS = 8 * sizeof(word), WORDS = BITS / WORD_BITS };
#define LOW_BIT_OF_NIBBLES (UINTPTR_MAX / 15)

static uint64_t rotate_left(uint64_t value, unsigned count)
{
    return value << count | value >> (BITS - count);
}

/* From the low bit of each nibble to the whole nibble. */
static word fill_nibbles(word low_bits)
{
    return (low_bits << 4) - low_bits;
}

static word same_nibbles(word a, word b)
{
    word any = a ^ b;
    any |= any >> 2;
    any |= any >> 1;
    return fill_nibbles(~any & LOW_BIT_OF_NIBBLES);
}

/* Every nibble is compared with all 16 values at once; the one that matches lets its output through. The round key says
 * for each nibble which of the two tables counts. */
static word substitute(const struct mv_sta_tables *tables, word in, word round_key, bool encrypt)
{
    word second = fill_nibbles(round_key >> 3 & LOW_BIT_OF_NIBBLES);
    word out = 0;
    for (unsigned i = 0; i < 16; i++) {
        word place = LOW_BIT_OF_NIBBLES * i;
        word first = LOW_BIT_OF_NIBBLES * (tables->s1[i] & 15U);
        word value = first ^ ((first ^ LOW_BIT_OF_NIBBLES * (tables->s2[i] & 15U)) & second);
        out |= encrypt ? same_nibbles(in, place) & value : same_nibbles(in, value) & place;
    }
    return out;
}

static void permute(const struct mv_sta_tables *tables, word words[WORDS], bool encrypt)
{
    word out[WORDS] = {0};
    for (unsigned i = 0; i < BITS; i++) {
        unsigned p = tables->p[i] & (BITS - 1U);
        unsigned from = encrypt ? i : p;
        unsigned to = encrypt ? p : i;
        out[to / WORD_BITS] |= (words[from / WORD_BITS] >> from % WORD_BITS & 1U) << to % WORD_BITS;
    }
    memcpy(words, out, sizeof out);
    mv_wipe(out, sizeof out);
}

uint64_t mv_sta_crypt(const uint8_t key[8], const struct mv_sta_tables *tables, uint64_t block, bool encrypt)
{
    word words[WORDS];
    uint64_t round_key = 0;
    for (unsigned i = 0; i < WORDS; i++)
        words[i] = (word)(block >> i * WORD_BITS);
    for (unsigned i = 0; i < 8; i++)
        round_key = round_key << 8 | key[i];
    /* that of the first round: decryption begins with the last one */
    round_key = rotate_left(~round_key, encrypt ? KEY_ALIGNMENT : (KEY_ALIGNMENT + ROUNDS - 1) % BITS);

    for (unsigned round = 0; round < ROUNDS; round++) {
        if (!encrypt)
            permute(tables, words, encrypt);
        for (unsigned i = 0; i < WORDS; i++)
            words[i] = substitute(tables, words[i], (word)(round_key >> i * WORD_BITS), encrypt);
        if (encrypt)
            permute(tables, words, encrypt);
        round_key = rotate_left(round_key, encrypt ? 1 : BITS - 1);
    }
    block = 0;
    for (unsigned i = 0; i < WORDS; i++)
        block |= (uint64_t)words[i] << i * WORD_BITS;
    mv_wipe(&round_key, sizeof round_key);
    mv_wipe(words, sizeof words);
    return block;
}
