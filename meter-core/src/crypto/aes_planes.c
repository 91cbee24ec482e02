#include "aes_planes.h"

#include <stddef.h>

struct mv_aes_planes mv_aes_planes_load(const uint8_t bytes[MV_AES_BLOCK])
{
    struct mv_aes_planes state = {{0}};
    for (unsigned i = 0; i < MV_AES_BLOCK; i++) {
        for (unsigned k = 0; k < MV_AES_PLANES; k++)
            state.plane[k] |= (uint32_t)(bytes[i] >> k & 1U) << i;
    }
    return state;
}

void mv_aes_planes_store(const struct mv_aes_planes *state, uint8_t bytes[MV_AES_BLOCK])
{
    for (unsigned i = 0; i < MV_AES_BLOCK; i++) {
        unsigned byte = 0;
        for (unsigned k = 0; k < MV_AES_PLANES; k++)
            byte |= (state->plane[k] >> i & 1U) << k;
        bytes[i] = (uint8_t)byte;
    }
}

/* Coefficients of x^8..x^14 come down by x^8 = x^4 + x^3 + x + 1 (FIPS 197, 4.2). */
static struct mv_aes_planes reduce(uint32_t coefficients[15])
{
    struct mv_aes_planes out;
    for (unsigned k = 14; k >= 8; k--) {
        coefficients[k - 4] ^= coefficients[k];
        coefficients[k - 5] ^= coefficients[k];
        coefficients[k - 7] ^= coefficients[k];
        coefficients[k - 8] ^= coefficients[k];
    }
    for (unsigned k = 0; k < MV_AES_PLANES; k++)
        out.plane[k] = coefficients[k];
    return out;
}

static struct mv_aes_planes multiply(const struct mv_aes_planes *a, const struct mv_aes_planes *b)
{
    uint32_t coefficients[15] = {0};
    for (unsigned i = 0; i < MV_AES_PLANES; i++) {
        for (unsigned j = 0; j < MV_AES_PLANES; j++)
            coefficients[i + j] ^= a->plane[i] & b->plane[j];
    }
    return reduce(coefficients);
}

static struct mv_aes_planes square(struct mv_aes_planes a, unsigned times)
{
    while (times-- > 0) {
        uint32_t coefficients[15] = {0};
        for (size_t i = 0; i < MV_AES_PLANES; i++)
            coefficients[2 * i] = a.plane[i];
        a = reduce(coefficients);
    }
    return a;
}

/* a^254: the inverse, and 0 for 0. */
static struct mv_aes_planes invert(const struct mv_aes_planes *a)
{
    struct mv_aes_planes a2 = square(*a, 1);
    struct mv_aes_planes a3 = multiply(&a2, a);
    struct mv_aes_planes a12 = square(a3, 2);
    struct mv_aes_planes a15 = multiply(&a12, &a3);
    struct mv_aes_planes a240 = square(a15, 4);
    struct mv_aes_planes a252 = multiply(&a240, &a12);
    return multiply(&a252, &a2);
}

/* Adds the planes that lie `offsets` (bit set) above each one, modulo 8, and the constant. */
static struct mv_aes_planes affine(const struct mv_aes_planes *a, unsigned offsets, unsigned constant)
{
    struct mv_aes_planes out;
    for (unsigned k = 0; k < MV_AES_PLANES; k++) {
        uint32_t sum = (constant >> k & 1U) * UINT32_C(0xFFFF);
        for (unsigned d = 0; d < MV_AES_PLANES; d++) {
            if (offsets >> d & 1U)
                sum ^= a->plane[(k + d) % MV_AES_PLANES];
        }
        out.plane[k] = sum;
    }
    return out;
}

void mv_aes_sub_bytes(struct mv_aes_planes *state)
{
    struct mv_aes_planes inverse = invert(state);
    *state = affine(&inverse, 0xF1, 0x63);
}

void mv_aes_inverse_sub_bytes(struct mv_aes_planes *state)
{
    struct mv_aes_planes linear = affine(state, 0xA4, 0x05);
    *state = invert(&linear);
}

static uint32_t rotate_row(uint32_t plane, unsigned row, unsigned columns)
{
    uint32_t bits = plane & UINT32_C(0x1111) << row;
    return (bits >> (4 * columns) | bits << (16 - 4 * columns)) & 0xFFFF;
}

void mv_aes_shift_rows(struct mv_aes_planes *state)
{
    for (unsigned k = 0; k < MV_AES_PLANES; k++) {
        uint32_t p = state->plane[k];
        state->plane[k] = rotate_row(p, 0, 0) | rotate_row(p, 1, 1) | rotate_row(p, 2, 2) | rotate_row(p, 3, 3);
    }
}

void mv_aes_inverse_shift_rows(struct mv_aes_planes *state)
{
    for (unsigned k = 0; k < MV_AES_PLANES; k++) {
        uint32_t p = state->plane[k];
        state->plane[k] = rotate_row(p, 0, 0) | rotate_row(p, 1, 3) | rotate_row(p, 2, 2) | rotate_row(p, 3, 1);
    }
}

/* Each byte's neighbour `rows` below it in its column. */
static uint32_t below(uint32_t plane, unsigned rows)
{
    static const uint32_t kept[4] = {0xFFFF, 0x7777, 0x3333, 0x1111};
    return (plane >> rows & kept[rows]) | (plane << (4 - rows) & 0xFFFF & ~kept[rows]);
}

void mv_aes_mix_columns(struct mv_aes_planes *state)
{
    uint32_t doubled[MV_AES_PLANES + 1] = {0}; /* what gets multiplied by x, already one place up */
    struct mv_aes_planes out;
    for (unsigned k = 0; k < MV_AES_PLANES; k++) {
        uint32_t p = state->plane[k];
        doubled[k + 1] = p ^ below(p, 1);
        out.plane[k] = below(p, 1) ^ below(p, 2) ^ below(p, 3);
    }
    uint32_t carry = doubled[MV_AES_PLANES];
    doubled[0] ^= carry;
    doubled[1] ^= carry;
    doubled[3] ^= carry;
    doubled[4] ^= carry;
    for (unsigned k = 0; k < MV_AES_PLANES; k++)
        state->plane[k] = out.plane[k] ^ doubled[k];
}

/* The fourth power of MixColumns is the identity. */
void mv_aes_inverse_mix_columns(struct mv_aes_planes *state)
{
    for (unsigned i = 0; i < 3; i++)
        mv_aes_mix_columns(state);
}
