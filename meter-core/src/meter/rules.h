/* The steps of entering a token, one file each: what class and subclass it is decides which one. */
#ifndef MV_CORE_RULES_H
#define MV_CORE_RULES_H

#include "companion.h"

/* Key types. */
enum { MV_KT_DITK = 0, MV_KT_DDTK = 1, MV_KT_DUTK = 2, MV_KT_DCTK = 3 };

static inline bool mv_has_water(const struct mv_meter_identity *identity)
{
    return mv_meter_has(identity, MV_REGISTER_WATER) || mv_meter_has(identity, MV_REGISTER_WATER_CURRENCY);
}

/* Every one returns what mv_meter_enter shall return. */
MV_CORE_MUST_USE enum mv_result mv_enter_credit(struct mv_meter *meter, const struct mv_sts_block *block,
                                                struct mv_meter_answer *answer);
MV_CORE_MUST_USE enum mv_result mv_enter_management(struct mv_meter *meter, const struct mv_sts_block *block,
                                                    struct mv_meter_answer *answer);
MV_CORE_MUST_USE enum mv_result mv_enter_key_section(struct mv_meter *meter, const struct mv_sts_block *block,
                                                     struct mv_meter_answer *answer);
MV_CORE_MUST_USE enum mv_result mv_enter_display(const struct mv_meter *meter, const struct mv_sts_block *block,
                                                 struct mv_meter_answer *answer);

/* Is a token of this TID one that the meter has not seen, under a key that was good when it was made? */
MV_CORE_MUST_USE enum mv_result mv_check_tid(const struct mv_meter_state *state, uint32_t tid);
/* Keeps `meter->state`, in which the caller did what the token says: remembers the TID, forgets sections of a key
 * change and wrong entries. ACCEPT or STORAGE_ERROR. */
MV_CORE_MUST_USE enum mv_result mv_accept_tid(struct mv_meter *meter, uint32_t tid);

/* One more wrong entry. CRC_ERROR, or STORAGE_ERROR when that cannot be kept. */
MV_CORE_MUST_USE enum mv_result mv_count_wrong(struct mv_meter *meter);

#endif
