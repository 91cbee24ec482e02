/* A larger engine around the token engine: its objects ride in the same journal, and it hears of credit (struct
 * mv_meter_companion is in meter.h). */
#ifndef MV_CORE_COMPANION_H
#define MV_CORE_COMPANION_H

#include "../nv/nv.h"

/* As mv_meter_open; without a companion (NULL) it is mv_meter_open. Also RANGE_ERROR when the objects do not fit. The
 * companion's state is loaded with the meter's. mv_meter_provision then writes the companion's objects from the state
 * that its context holds, in the same commit. */
MV_CORE_MUST_USE enum mv_result mv_meter_open_with(struct mv_meter *meter, const struct mv_meter_port *port,
                                                   const struct mv_sta_tables *tables,
                                                   const struct mv_meter_companion *companion);

/* DONE when the states mean something: loads meter and companion anew where a commit failed before. To be called at the
 * start of whatever looks at the states or changes them. */
MV_CORE_MUST_USE enum mv_result mv_load_if_needed(struct mv_meter *meter);

/* Whether so much may be added: DONE, FUNCTION_ERROR for a register that the meter lacks, RANGE_ERROR for a negative
 * amount, OVERFLOW_ERROR, or what the companion's may_credit says. */
MV_CORE_MUST_USE enum mv_result mv_meter_may_credit(const struct mv_meter *meter, enum mv_credit_register target,
                                                    int64_t amount);
/* Adds to the register in RAM, and tells the companion, whose objects then go into the commit to come. What
 * mv_meter_may_credit says: nothing is changed unless it is DONE. The caller commits at once. */
MV_CORE_MUST_USE enum mv_result mv_meter_add_credit(struct mv_meter *meter, enum mv_credit_register target,
                                                    int64_t amount);

/* Commits the companion's objects of that mask and those that it named since the last commit; the meter's too when
 * `core_changed`. STORAGE_ERROR: the states are loaded anew by the next mv_load_if_needed. */
MV_CORE_MUST_USE enum mv_result mv_store_commit_with(struct mv_meter *meter, uint32_t companion_mask,
                                                     bool core_changed);
/* The same when a key goes (`meter->renew`): all is written anew, and what was before is erased (mv_nv_renew). */
MV_CORE_MUST_USE enum mv_result mv_store_renew(struct mv_meter *meter, uint32_t companion_mask);
/* Erases all that such a commit whose power was cut left. */
void mv_store_forget(struct mv_meter *meter);

#endif
