/* What a meter remembers of native records, and the set that comes in parts, as objects of the journal. */
#ifndef MV_CORE_RECORD_STATE_H
#define MV_CORE_RECORD_STATE_H

#include "metervault/prepay.h"

struct mv_nv_object;
extern const struct mv_nv_object mv_object_records, mv_object_parts;

/* The state of a meter that leaves the factory; `keys` NULL: it takes no records. The caller commits. */
void mv_records_provision(struct mv_prepay *p, const struct mv_record_keys *keys, uint16_t epoch);

#endif
