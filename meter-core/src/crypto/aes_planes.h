/* AES state as eight bit planes: bit i of plane[k] is bit k of byte i (byte 4c + r: column c, row r). Every step works
 * on all 16 bytes at once without looking anything up. */
#ifndef MV_CORE_AES_PLANES_H
#define MV_CORE_AES_PLANES_H

#include <stdint.h>

enum { MV_AES_PLANES = 8, MV_AES_BLOCK = 16 };

struct mv_aes_planes {
    uint32_t plane[MV_AES_PLANES]; /* low 16 bits */
};

struct mv_aes_planes mv_aes_planes_load(const uint8_t bytes[MV_AES_BLOCK]);
void mv_aes_planes_store(const struct mv_aes_planes *state, uint8_t bytes[MV_AES_BLOCK]);
void mv_aes_sub_bytes(struct mv_aes_planes *state);
void mv_aes_inverse_sub_bytes(struct mv_aes_planes *state);
void mv_aes_shift_rows(struct mv_aes_planes *state);
void mv_aes_inverse_shift_rows(struct mv_aes_planes *state);
void mv_aes_mix_columns(struct mv_aes_planes *state);
void mv_aes_inverse_mix_columns(struct mv_aes_planes *state);

#endif
