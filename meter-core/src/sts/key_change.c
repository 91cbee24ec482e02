/* Key change sets, as the server makes them. No branch and no address depends on a key bit. */
#include "metervault/sts_key_change.h"

#include "key_section.h"

enum { SGC_HALF_BITS = 12, SGC_HALF = 0xFFF };

static uint32_t word(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static bool numbers_fit(const struct mv_sts_key_change *change)
{
    return change->krn >= 1 && change->krn <= MV_KRN_MAX && change->kt <= MV_KT_MAX && change->ti <= MV_TI_MAX &&
           change->sgc <= MV_SGC_MAX;
}

/* KENHO(4) KRN(4) RO(1) 3KCT(1) KT(2) NKHO(32) */
static uint64_t first_section(const struct mv_sts_key_change *change, bool three)
{
    uint64_t flags = (uint64_t)(change->rollover ? 1 : 0) << 3 | (uint64_t)(three ? 1 : 0) << 2 | change->kt;
    return (uint64_t)(change->ken >> 4) << 40 | (uint64_t)change->krn << 36 | flags << 32 | word(change->key.bytes);
}

/* KENLO(4) TI(8) NKLO(32) */
static uint64_t second_section(const struct mv_sts_key_change *change, const uint8_t *low)
{
    return (uint64_t)(change->ken & 15U) << 40 | (uint64_t)change->ti << 32 | word(low);
}

static void put(struct mv_sts_block blocks[MV_KEY_SECTIONS], unsigned section, uint64_t content)
{
    /* field by field: a copy on the stack would keep key bits */
    struct mv_sts_block *block = &blocks[section - 1];
    block->token_class = MV_CLASS_MANAGEMENT;
    block->subclass = mv_key_section_subclass(section);
    block->content = content;
}

enum mv_result mv_sts_key_change_pack(const struct mv_sts_key_change *change,
                                      struct mv_sts_block blocks[MV_KEY_SECTIONS], unsigned *count)
{
    const uint8_t *key = change->key.bytes;
    *count = 0;
    if (change->key.ea != MV_EA_STA && change->key.ea != MV_EA_MISTY1)
        return MV_FUNCTION_ERROR;
    if (!numbers_fit(change))
        return MV_RANGE_ERROR;
    if (change->key.ea == MV_EA_STA) {
        put(blocks, 1, first_section(change, change->with_sgc));
        put(blocks, 2, second_section(change, key + 4));
        if (change->with_sgc)
            put(blocks, 3, (uint64_t)change->sgc << MV_SGC_PAD_BITS);
        *count = change->with_sgc ? 3 : 2;
        return MV_DONE;
    }
    put(blocks, 1, first_section(change, false));
    put(blocks, 2, second_section(change, key + 12));
    put(blocks, 3, (uint64_t)(change->sgc & SGC_HALF) << 32 | word(key + 4));
    put(blocks, 4, (uint64_t)(change->sgc >> SGC_HALF_BITS) << 32 | word(key + 8));
    *count = MV_KEY_SECTIONS;
    return MV_DONE;
}
