#include "metervault/sts.h"

#include "crc.h"

enum { LOW_BYTES = 6, SUBCLASS_SHIFT = 44, SUBCLASS_FIRST_CURRENCY = 4, SUBCLASS_LAST_CURRENCY = 7 };
#define CONTENT_MASK ((UINT64_C(1) << 44) - 1)

static bool is_currency(uint8_t token_class, uint8_t subclass)
{
    return token_class == MV_CLASS_CREDIT && subclass >= SUBCLASS_FIRST_CURRENCY && subclass <= SUBCLASS_LAST_CURRENCY;
}

/* Over class(2) | subclass(4) | content(44), of which `low` is all but the class. Currency tokens take one byte 01 more
 * (CRC_C). The content may be a key's, so it stays in registers: no array on the stack keeps it. */
static uint16_t block_crc(uint8_t token_class, uint64_t low)
{
    unsigned crc = mv_crc_add(MV_CRC_START, token_class);
    for (unsigned i = 0; i < LOW_BYTES; i++)
        crc = mv_crc_add(crc, (uint8_t)(low >> (8 * (LOW_BYTES - 1 - i))));
    if (is_currency(token_class, (uint8_t)(low >> SUBCLASS_SHIFT)))
        crc = mv_crc_add(crc, 1);
    return mv_crc_end(crc);
}

/* The subclass that chooses the kind of CRC is not yet authenticated; that is inherent in the format. */
static bool is_whole(uint8_t token_class, uint64_t clear)
{
    return block_crc(token_class, clear >> 16) == (uint16_t)clear;
}

uint64_t mv_sts_block_pack(const struct mv_sts_block *block)
{
    uint64_t low = (uint64_t)(block->subclass & 15U) << SUBCLASS_SHIFT | (block->content & CONTENT_MASK);
    return low << 16 | block_crc(block->token_class & 3U, low);
}

enum mv_result mv_sts_block_unpack(uint8_t token_class, uint64_t clear, struct mv_sts_block *block)
{
    *block = (struct mv_sts_block){0};
    if (token_class > 3)
        return MV_FORMAT_ERROR;
    if (!is_whole(token_class, clear))
        return MV_CRC_ERROR;
    block->token_class = token_class;
    block->subclass = (uint8_t)(clear >> 60);
    block->content = clear >> 16 & CONTENT_MASK;
    return MV_DONE;
}

bool mv_sts_block_is_two_faced(uint8_t token_class, uint64_t clear)
{
    bool encrypted = token_class == MV_CLASS_CREDIT || token_class == MV_CLASS_MANAGEMENT;
    return encrypted && is_whole(token_class == MV_CLASS_CREDIT ? MV_CLASS_MANAGEMENT : MV_CLASS_CREDIT, clear);
}
