#include "metervault/sts.h"

enum { CONTENT_BYTES = 7, SUBCLASS_FIRST_CURRENCY = 4, SUBCLASS_LAST_CURRENCY = 7 };
#define CONTENT_MASK ((UINT64_C(1) << 44) - 1)

static bool is_currency(uint8_t token_class, uint8_t subclass)
{
    return token_class == 0 && subclass >= SUBCLASS_FIRST_CURRENCY && subclass <= SUBCLASS_LAST_CURRENCY;
}

/* `fields` is class(2) | subclass(4) | content(44). Currency tokens take one byte 01 more (CRC_C). */
static uint16_t block_crc(uint64_t fields, bool currency)
{
    uint8_t bytes[CONTENT_BYTES + 1];
    for (unsigned i = 0; i < CONTENT_BYTES; i++)
        bytes[i] = (uint8_t)(fields >> (8 * (CONTENT_BYTES - 1 - i)));
    bytes[CONTENT_BYTES] = 1;
    return mv_sts_crc(bytes, currency ? CONTENT_BYTES + 1 : CONTENT_BYTES);
}

uint64_t mv_sts_block_pack(const struct mv_sts_block *block)
{
    uint64_t low = (uint64_t)(block->subclass & 15U) << 44 | (block->content & CONTENT_MASK);
    uint64_t fields = (uint64_t)(block->token_class & 3U) << 48 | low;
    return low << 16 | block_crc(fields, is_currency(block->token_class, block->subclass));
}

enum mv_result mv_sts_block_unpack(uint8_t token_class, uint64_t clear, struct mv_sts_block *block)
{
    *block = (struct mv_sts_block){0};
    if (token_class > 3)
        return MV_FORMAT_ERROR;
    uint64_t fields = (uint64_t)token_class << 48 | clear >> 16;
    uint8_t subclass = (uint8_t)(clear >> 60);
    /* The subclass that chooses the kind of CRC is not yet authenticated; that is inherent in the format. */
    if (block_crc(fields, is_currency(token_class, subclass)) != (uint16_t)clear)
        return MV_CRC_ERROR;
    *block =
        (struct mv_sts_block){.token_class = token_class, .subclass = subclass, .content = clear >> 16 & CONTENT_MASK};
    return MV_DONE;
}
