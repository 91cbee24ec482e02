/* What a process that holds tokens, but no keys, does first. */
#ifndef MV_OPS_HARDEN_H
#define MV_OPS_HARDEN_H

#include "base/status.h"

/* No core file, no ptrace by others, no inherited privileges, no SIGPIPE. */
MV_MUST_USE mv_status ops_harden(void);

#endif
