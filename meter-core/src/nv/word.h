/* Head and seal of an entry, 8 bytes each. */
#ifndef MV_CORE_NV_WORD_H
#define MV_CORE_NV_WORD_H

#include "nv.h"

/* How long the entry is, in units, and of which generation. */
struct mv_nv_word {
    uint16_t units;
    uint32_t generation;
};
/* Units 2, generation 4, CRC-16 of these 2 (low byte first). */
void mv_nv_head(const struct mv_nv_word *word, uint8_t bytes[MV_NV_UNIT]);
/* The generation's low half 2 and units 2, as one number scrambled so that seals of other entries and usual data differ
 * in many bits; then the complement of these 4: half of the bits are zeros. */
void mv_nv_seal(const struct mv_nv_word *word, uint8_t bytes[MV_NV_UNIT]);

enum mv_nv_head_kind { MV_NV_HEAD_EXACT = 0, MV_NV_HEAD_MENDED = 1 /* bit was wrong */, MV_NV_HEAD_NONE };
enum mv_nv_head_kind mv_nv_head_read(const uint8_t bytes[MV_NV_UNIT], struct mv_nv_word *word);
/* Only of a seal without any wrong bit; of the generation only the low half is known. */
bool mv_nv_seal_read(const uint8_t bytes[MV_NV_UNIT], struct mv_nv_word *word);
/* Whether a unit may once have been the head that belongs to such a seal. */
bool mv_nv_was_head(const uint8_t bytes[MV_NV_UNIT], const struct mv_nv_word *word);

/* Bits in which two units differ. */
unsigned mv_nv_distance(const uint8_t a[MV_NV_UNIT], const uint8_t b[MV_NV_UNIT]);
bool mv_nv_blank(const uint8_t unit[MV_NV_UNIT]);

#endif
