/* The memory of token identifiers: which tokens were taken already. */
#ifndef MV_CORE_TIDS_H
#define MV_CORE_TIDS_H

#include "metervault/meter.h"

/* DONE when a token of this TID is new; OLD_ERROR below everything remembered, USED_ERROR when remembered. Plain 24-bit
 * comparison: after the end of a base date every token is old until a key change. */
MV_CORE_MUST_USE enum mv_result mv_tids_check(const uint32_t tids[MV_TID_MEMORY], uint32_t tid);
/* In place of the smallest. */
void mv_tids_insert(uint32_t tids[MV_TID_MEMORY], uint32_t tid);

#endif
