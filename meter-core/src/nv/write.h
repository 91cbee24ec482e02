/* Beginning the next sector. */
#ifndef MV_CORE_NV_WRITE_H
#define MV_CORE_NV_WRITE_H

#include "nv.h"

/* Writes all objects into the next sector that takes them, as a new generation. False: the journal is as it was but
 * for its generation. */
MV_CORE_MUST_USE bool mv_nv_move(struct mv_nv_journal *journal, const struct mv_nv_memory *memory);

#endif
