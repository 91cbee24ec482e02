/* Key change tokens (class 2, subclasses 3, 4, 8, 9): the new decoder key in 2, 3 or 4 sections, encrypted under the
 * old one. Rules: meter-core/docs/sts.md. */
#ifndef METERVAULT_STS_KEY_CHANGE_H
#define METERVAULT_STS_KEY_CHANGE_H

#include "metervault/sts.h"

enum { MV_KEY_SECTIONS = 4 };

/* What the meter holds after the change. Holds a key: wipe it. */
struct mv_sts_key_change {
    struct mv_decoder_key key;
    uint8_t krn, kt, ti, ken;
    uint32_t sgc;  /* 0..999999; sent when `with_sgc` or with a 128-bit key */
    bool with_sgc; /* 64-bit keys: three sections instead of two */
    bool rollover; /* the new base date is later: the meter forgets its TIDs */
};

/* Fills blocks[0..*count-1] in the order in which they are printed (subclasses 3 4, 3 4 8, or 3 4 8 9: as the published
 * sets have it). RANGE_ERROR for numbers out of range, FUNCTION_ERROR for another EA than 7 or 11. */
MV_CORE_MUST_USE enum mv_result mv_sts_key_change_pack(const struct mv_sts_key_change *change,
                                                       struct mv_sts_block blocks[MV_KEY_SECTIONS], unsigned *count);

/* Sections as a meter collects them, in any order; the same section again overwrites. Holds key parts: wipe it. */
struct mv_sts_key_sections {
    uint8_t present;                   /* bit n: section n + 1 */
    uint64_t content[MV_KEY_SECTIONS]; /* 44 bits each */
};
bool mv_sts_is_key_section(const struct mv_sts_block *block);
/* FUNCTION_ERROR unless it is a section that this EA uses, RANGE_ERROR for a KRN, TI or SGC that does not exist; both
 * leave `sections` as it was. `section` is then 1..4. */
MV_CORE_MUST_USE enum mv_result mv_sts_key_section_put(struct mv_sts_key_sections *sections, uint8_t ea,
                                                       const struct mv_sts_block *block, unsigned *section);
/* True when the set is whole (it depends on EA and on the first section's 3KCT bit); `change` is then filled, and zero
 * otherwise. Of a 128-bit key the SGC comes in two pieces: the caller compares it with MV_SGC_MAX. */
bool mv_sts_key_sections_join(const struct mv_sts_key_sections *sections, uint8_t ea, struct mv_sts_key_change *change);
/* What a section says besides key bits, for a help desk: no key bit leaves through this. */
struct mv_sts_key_section_facts {
    unsigned section;
    bool has_kt_krn, has_ti, has_sgc; /* has_sgc: 64-bit keys only, where the SGC is in one piece */
    uint8_t krn, kt, ti;
    bool rollover;
    uint32_t sgc;
};
MV_CORE_MUST_USE enum mv_result mv_sts_key_section_read(const struct mv_sts_block *block, uint8_t ea,
                                                        struct mv_sts_key_section_facts *facts);

#endif
