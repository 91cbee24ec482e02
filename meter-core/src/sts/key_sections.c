/* Key change sections, as the meter collects them. No branch and no address depends on a key bit. */
#include "../crypto/wipe.h"
#include "key_section.h"

enum { KEY_TYPE_MASK = 3, SGC_HALF_BITS = 12 };
#define SGC_PAD_MASK ((UINT64_C(1) << MV_SGC_PAD_BITS) - 1)

/* 1..4, or 0. */
static unsigned section_of(const struct mv_sts_block *block)
{
    for (unsigned section = 1; section <= MV_KEY_SECTIONS; section++) {
        if (block->token_class == MV_CLASS_MANAGEMENT && block->subclass == mv_key_section_subclass(section))
            return section;
    }
    return 0;
}

static uint8_t krn_of(uint64_t first)
{
    return (uint8_t)(first >> 36 & 15U);
}

static uint8_t kt_of(uint64_t first)
{
    return (uint8_t)(first >> 32 & KEY_TYPE_MASK);
}

static bool rollover_of(uint64_t first)
{
    return (first >> 35 & 1U) != 0;
}

static bool three_of(uint64_t first)
{
    return (first >> 34 & 1U) != 0;
}

static uint8_t ti_of(uint64_t second)
{
    return (uint8_t)(second >> 32);
}

/* The numbers that stand in this section alone. */
static bool numbers_fit(unsigned section, uint8_t ea, uint64_t content)
{
    if (section == 1)
        return krn_of(content) >= 1 && krn_of(content) <= MV_KRN_MAX;
    if (section == 2)
        return ti_of(content) <= MV_TI_MAX;
    if (section == 3 && ea == MV_EA_STA)
        return content >> MV_SGC_PAD_BITS <= MV_SGC_MAX && (content & SGC_PAD_MASK) == 0;
    return true;
}

bool mv_sts_is_key_section(const struct mv_sts_block *block)
{
    return section_of(block) != 0;
}

static enum mv_result check_section(const struct mv_sts_block *block, uint8_t ea, unsigned *section)
{
    *section = section_of(block);
    if (*section == 0 || (ea == MV_EA_STA ? *section == 4 : ea != MV_EA_MISTY1))
        return MV_FUNCTION_ERROR;
    return numbers_fit(*section, ea, block->content) ? MV_DONE : MV_RANGE_ERROR;
}

enum mv_result mv_sts_key_section_put(struct mv_sts_key_sections *sections, uint8_t ea,
                                      const struct mv_sts_block *block, unsigned *section)
{
    enum mv_result result = check_section(block, ea, section);
    if (result != MV_DONE)
        return result;
    sections->content[*section - 1] = block->content;
    sections->present = (uint8_t)(sections->present | 1U << (*section - 1));
    return MV_DONE;
}

/* UNCERTAIN: that a 128-bit set has four sections whatever its 3KCT bit says (0 in all published sets). */
static unsigned sections_needed(const struct mv_sts_key_sections *sections, uint8_t ea)
{
    if (ea == MV_EA_MISTY1)
        return 0xF;
    return (sections->present & 1U) != 0 && three_of(sections->content[0]) ? 0x7 : 0x3;
}

static void put_word(uint8_t *bytes, uint64_t content)
{
    for (unsigned i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(content >> (24 - 8 * i));
}

static void join_key(const uint64_t content[MV_KEY_SECTIONS], struct mv_decoder_key *key)
{
    put_word(key->bytes, content[0]);
    if (key->ea == MV_EA_STA) {
        put_word(key->bytes + 4, content[1]);
        return;
    }
    put_word(key->bytes + 4, content[2]);
    put_word(key->bytes + 8, content[3]);
    put_word(key->bytes + 12, content[1]);
}

bool mv_sts_key_sections_join(const struct mv_sts_key_sections *sections, uint8_t ea, struct mv_sts_key_change *change)
{
    const uint64_t *content = sections->content;
    unsigned needed = sections_needed(sections, ea);
    mv_wipe(change, sizeof *change);
    if ((sections->present & needed) != needed)
        return false;
    *change = (struct mv_sts_key_change){.key.ea = ea,
                                         .krn = krn_of(content[0]),
                                         .kt = kt_of(content[0]),
                                         .ti = ti_of(content[1]),
                                         .ken = (uint8_t)((content[0] >> 40) << 4 | content[1] >> 40),
                                         .with_sgc = (needed & 4U) != 0,
                                         .rollover = rollover_of(content[0])};
    join_key(content, &change->key);
    if (ea == MV_EA_MISTY1)
        change->sgc = (uint32_t)(content[3] >> 32 << SGC_HALF_BITS | content[2] >> 32);
    else if (change->with_sgc)
        change->sgc = (uint32_t)(content[2] >> MV_SGC_PAD_BITS);
    return true;
}

enum mv_result mv_sts_key_section_read(const struct mv_sts_block *block, uint8_t ea,
                                       struct mv_sts_key_section_facts *facts)
{
    unsigned section = 0;
    *facts = (struct mv_sts_key_section_facts){0};
    enum mv_result result = check_section(block, ea, &section);
    if (result != MV_DONE)
        return result;
    facts->section = section;
    if (section == 1) {
        facts->has_kt_krn = true;
        facts->krn = krn_of(block->content);
        facts->kt = kt_of(block->content);
        facts->rollover = rollover_of(block->content);
    } else if (section == 2) {
        facts->has_ti = true;
        facts->ti = ti_of(block->content);
    } else if (section == 3 && ea == MV_EA_STA) {
        facts->has_sgc = true;
        facts->sgc = (uint32_t)(block->content >> MV_SGC_PAD_BITS);
    }
    return MV_DONE;
}
