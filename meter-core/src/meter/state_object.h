/* What the token engine keeps, as an object of the journal. */
#ifndef MV_CORE_STATE_OBJECT_H
#define MV_CORE_STATE_OBJECT_H

#include "../nv/nv.h"

enum { MV_STATE_OBJECT = 0 };

/* Of a struct mv_meter_state. */
extern const struct mv_nv_object mv_state_object;

#endif
