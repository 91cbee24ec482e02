/* Memories in which there is no journal. */
#ifndef MV_CORE_NV_LEGACY_H
#define MV_CORE_NV_LEGACY_H

#include "nv.h"

/* OTHER_FORMAT when firmware before the journal left its records there, else NOT_PROVISIONED; or STORAGE_ERROR. */
MV_CORE_MUST_USE enum mv_result mv_nv_without_journal(const struct mv_meter_port *port);

#endif
