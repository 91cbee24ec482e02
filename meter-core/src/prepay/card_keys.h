/* The keys of the card slot, an object of the journal. */
#ifndef MV_CORE_PREPAY_CARD_KEYS_H
#define MV_CORE_PREPAY_CARD_KEYS_H

#include "metervault/prepay.h"

struct mv_nv_object;
extern const struct mv_nv_object mv_object_card_keys;

#endif
