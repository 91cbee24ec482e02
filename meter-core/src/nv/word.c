#include "word.h"

#include <string.h>

#include "../sts/crc.h"
#include "check.h"

enum { WORD_BITS = 8 * MV_NV_UNIT, COVERED = MV_NV_UNIT - 2, HALF = MV_NV_UNIT / 2 };
enum { UNITS_SIZE = 2, GENERATION_LOW = 4 }; /* where the head has what the seal has, too */
enum { HEAD_BITS_LOST = 8 };                 /* of those 32 */
#define SEAL_PATTERN UINT32_C(0xB5297A4D)
#define SCRAMBLE     UINT32_C(0x9E3779B1)
#define UNSCRAMBLE   UINT32_C(0x0E8B2F51) /* its inverse modulo 2^32 */

static unsigned crc16(const uint8_t *bytes, unsigned size)
{
    unsigned crc = MV_CRC_START;
    for (unsigned i = 0; i < size; i++)
        crc = mv_crc_add(crc, bytes[i]);
    return crc;
}

void mv_nv_head(const struct mv_nv_word *word, uint8_t bytes[MV_NV_UNIT])
{
    bytes[0] = (uint8_t)(word->units >> 8);
    bytes[1] = (uint8_t)word->units;
    for (unsigned i = 0; i < 4; i++)
        bytes[2 + i] = (uint8_t)(word->generation >> (24 - 8 * i));
    unsigned crc = crc16(bytes, COVERED);
    bytes[COVERED] = (uint8_t)crc;
    bytes[COVERED + 1] = (uint8_t)(crc >> 8);
}

void mv_nv_seal(const struct mv_nv_word *word, uint8_t bytes[MV_NV_UNIT])
{
    uint32_t value = (word->generation << 16 | word->units) * SCRAMBLE ^ SEAL_PATTERN;
    for (unsigned i = 0; i < HALF; i++) {
        bytes[i] = (uint8_t)(value >> (24 - 8 * i));
        bytes[HALF + i] = (uint8_t)~bytes[i];
    }
}

enum mv_nv_head_kind mv_nv_head_read(const uint8_t bytes[MV_NV_UNIT], struct mv_nv_word *word)
{
    uint8_t mended[MV_NV_UNIT];
    enum mv_nv_head_kind kind = MV_NV_HEAD_EXACT;
    memcpy(mended, bytes, sizeof mended);
    unsigned difference = crc16(bytes, MV_NV_UNIT); /* 0 with its CRC behind it */
    if (difference != 0) {
        int32_t bit = mv_nv_rotten_bit(difference, MV_NV_CRC16_POLYNOMIAL, WORD_BITS);
        if (bit == MV_NV_NO_BIT)
            return MV_NV_HEAD_NONE;
        mended[bit / 8] ^= (uint8_t)(1U << bit % 8);
        kind = MV_NV_HEAD_MENDED;
    }
    word->units = (uint16_t)((unsigned)mended[0] << 8 | mended[1]);
    word->generation = 0;
    for (unsigned i = 0; i < 4; i++)
        word->generation = word->generation << 8 | mended[2 + i];
    return kind;
}

bool mv_nv_seal_read(const uint8_t bytes[MV_NV_UNIT], struct mv_nv_word *word)
{
    unsigned wrong = 0;
    uint32_t value = 0;
    for (unsigned i = 0; i < HALF; i++) {
        wrong |= (unsigned)bytes[i] ^ (uint8_t)~bytes[HALF + i];
        value = value << 8 | bytes[i];
    }
    value = (value ^ SEAL_PATTERN) * UNSCRAMBLE;
    word->units = (uint16_t)value;
    word->generation = value >> 16;
    return wrong == 0;
}

static unsigned distance(const uint8_t *a, const uint8_t *b, unsigned size)
{
    unsigned count = 0;
    for (unsigned bit = 0; bit < 8 * size; bit++)
        count += ((unsigned)a[bit / 8] ^ b[bit / 8]) >> bit % 8 & 1U;
    return count;
}

unsigned mv_nv_distance(const uint8_t a[MV_NV_UNIT], const uint8_t b[MV_NV_UNIT])
{
    return distance(a, b, MV_NV_UNIT);
}

bool mv_nv_was_head(const uint8_t bytes[MV_NV_UNIT], const struct mv_nv_word *word)
{
    uint8_t head[MV_NV_UNIT];
    mv_nv_head(word, head);
    return distance(bytes, head, UNITS_SIZE) +
               distance(bytes + GENERATION_LOW, head + GENERATION_LOW, COVERED - GENERATION_LOW) <=
           HEAD_BITS_LOST;
}

bool mv_nv_blank(const uint8_t unit[MV_NV_UNIT])
{
    unsigned all = 0xFF;
    for (unsigned i = 0; i < MV_NV_UNIT; i++)
        all &= unit[i];
    return all == 0xFF;
}
