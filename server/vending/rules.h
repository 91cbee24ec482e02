/* The rules of meters, keys and token identifiers, as pure functions (facts and sources: meter-core/docs/sts.md). */
#ifndef MV_VENDING_RULES_H
#define MV_VENDING_RULES_H

#include "vending/vending.h"

enum { VEND_TID_AHEAD_MINUTES = 60 };

/* METER_NOT_ACTIVE. */
MV_MUST_USE mv_status vend_rule_meter(const struct store_meter *meter);
/* KEY_TYPE_NOT_ALLOWED: only meters under a unique key (DUTK) take credit by keypad. */
MV_MUST_USE mv_status vend_rule_key_type(enum vend_order_kind kind, const struct store_key *key);

struct vend_tid {
    uint64_t absolute; /* minutes since 1993 */
    uint32_t raw;      /* minutes since the base date, 24 bits */
};
/* The next token identifier under this key when `last` (absolute, 0: none) was the meter's last one. BEFORE_BASE_DATE,
 * TID_AHEAD, TID_OUT_OF_RANGE, KEY_EXPIRED. */
MV_MUST_USE mv_status vend_rule_tid(const struct store_key *key, uint64_t last, int64_t now_unix_s,
                                    struct vend_tid *tid);
/* 00:01 UTC of today, or else of tomorrow when that is not too far ahead: SPECIAL_IDENTIFIER_TAKEN. */
MV_MUST_USE mv_status vend_rule_special_tid(const struct store_key *key, uint64_t last, int64_t now_unix_s,
                                            struct vend_tid *tid);
/* Whether a token of this minute would be good under the key: BEFORE_BASE_DATE, TID_OUT_OF_RANGE, KEY_EXPIRED. */
MV_MUST_USE mv_status vend_rule_expiry(const struct store_key *key, int64_t now_unix_s);

#endif
