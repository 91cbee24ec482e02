/* AES-128 (FIPS 197) on bit planes. A round key is kept as four words of two planes each. */
#include "metervault/aes.h"

#include "aes_planes.h"
#include "wipe.h"

enum { ROUNDS = 10, KEY_WORD_BYTES = 4 };

static void pack_round_key(const uint8_t bytes[MV_AES_BLOCK], uint32_t words[4])
{
    struct mv_aes_planes planes = mv_aes_planes_load(bytes);
    for (size_t i = 0; i < 4; i++)
        words[i] = planes.plane[2 * i] | planes.plane[2 * i + 1] << 16;
}

static void add_round_key(struct mv_aes_planes *state, const struct mv_aes128 *aes, size_t round)
{
    for (size_t i = 0; i < 4; i++) {
        uint32_t word = aes->round_keys[4 * round + i];
        state->plane[2 * i] ^= word & 0xFFFF;
        state->plane[2 * i + 1] ^= word >> 16;
    }
}

/* The round key after `key`, in place (FIPS 197, 5.2). */
static void next_round_key(uint8_t key[MV_AES_BLOCK], uint8_t round_constant)
{
    struct mv_aes_planes planes = mv_aes_planes_load(key);
    uint8_t substituted[MV_AES_BLOCK];
    mv_aes_sub_bytes(&planes);
    mv_aes_planes_store(&planes, substituted);
    for (unsigned i = 0; i < KEY_WORD_BYTES; i++)
        key[i] ^= substituted[12 + (i + 1) % KEY_WORD_BYTES];
    key[0] ^= round_constant;
    for (unsigned i = KEY_WORD_BYTES; i < MV_AES_BLOCK; i++)
        key[i] ^= key[i - KEY_WORD_BYTES];
    mv_wipe(&planes, sizeof planes);
    mv_wipe(substituted, sizeof substituted);
}

void mv_aes128_init(struct mv_aes128 *aes, const uint8_t key[16])
{
    static const uint8_t round_constants[ROUNDS] = {0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0x1B, 0x36};
    uint8_t round_key[MV_AES_BLOCK];
    memcpy(round_key, key, sizeof round_key);
    pack_round_key(round_key, aes->round_keys);
    for (unsigned round = 1; round <= ROUNDS; round++) {
        next_round_key(round_key, round_constants[round - 1]);
        pack_round_key(round_key, aes->round_keys + 4 * (size_t)round);
    }
    mv_wipe(round_key, sizeof round_key);
}

void mv_aes128_wipe(struct mv_aes128 *aes)
{
    mv_wipe(aes, sizeof *aes);
}

void mv_aes128_encrypt(const struct mv_aes128 *aes, const uint8_t in[16], uint8_t out[16])
{
    struct mv_aes_planes state = mv_aes_planes_load(in);
    add_round_key(&state, aes, 0);
    for (unsigned round = 1; round <= ROUNDS; round++) {
        mv_aes_sub_bytes(&state);
        mv_aes_shift_rows(&state);
        if (round < ROUNDS)
            mv_aes_mix_columns(&state);
        add_round_key(&state, aes, round);
    }
    mv_aes_planes_store(&state, out);
    mv_wipe(&state, sizeof state);
}

void mv_aes128_decrypt(const struct mv_aes128 *aes, const uint8_t in[16], uint8_t out[16])
{
    struct mv_aes_planes state = mv_aes_planes_load(in);
    for (unsigned round = ROUNDS; round > 0; round--) {
        add_round_key(&state, aes, round);
        if (round < ROUNDS)
            mv_aes_inverse_mix_columns(&state);
        mv_aes_inverse_shift_rows(&state);
        mv_aes_inverse_sub_bytes(&state);
    }
    add_round_key(&state, aes, 0);
    mv_aes_planes_store(&state, out);
    mv_wipe(&state, sizeof state);
}
