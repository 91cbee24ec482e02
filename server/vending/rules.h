/* The token rules of a sale, as pure functions (facts and sources: meter-core/docs/sts.md). */
#ifndef MV_VENDING_RULES_H
#define MV_VENDING_RULES_H

#include "hsm/catalogue.h"
#include "vending/vending.h"

enum { VEND_TID_AHEAD_MINUTES = 60 };

struct vend_amount {
    uint8_t subclass;
    uint16_t field;  /* the token's 16 bits */
    int64_t encoded; /* what they stand for, in the quantity's unit; at least what was asked */
};
/* WRONG_UTILITY, AMOUNT_TOO_SMALL, AMOUNT_TOO_LARGE. */
MV_MUST_USE mv_status vend_rule_amount(enum vend_utility utility, const struct vend_quantity *quantity,
                                       struct vend_amount *amount);
/* METER_NOT_ACTIVE, KEY_TYPE_NOT_ALLOWED: only meters under a unique key (DUTK) take credit by keypad. */
MV_MUST_USE mv_status vend_rule_meter(const struct store_meter *meter);

struct vend_tid {
    uint64_t absolute; /* minutes since 1993 */
    uint32_t raw;      /* minutes since the base date, 24 bits */
};
/* The next token identifier of the meter when `last` (absolute, 0: none) was its last one. BEFORE_BASE_DATE, TID_AHEAD,
 * TID_OUT_OF_RANGE, KEY_EXPIRED. */
MV_MUST_USE mv_status vend_rule_tid(const struct store_meter *meter, uint64_t last, int64_t now_unix_s,
                                    struct vend_tid *tid);
/* What a meter measures, as a unit of quantities, and how much of it one token unit is. */
enum vend_unit vend_unit_of(enum vend_utility utility);
int64_t vend_token_unit(enum vend_utility utility);

#endif
