/* What key change sets have in common on both sides. */
#ifndef MV_CORE_KEY_SECTION_H
#define MV_CORE_KEY_SECTION_H

#include "metervault/sts_key_change.h"

enum { MV_SGC_PAD_BITS = 20 };

/* Of section 1..4. */
static inline uint8_t mv_key_section_subclass(unsigned section)
{
    static const uint8_t subclasses[MV_KEY_SECTIONS] = {3, 4, 8, 9};
    return subclasses[section - 1];
}

#endif
