/* What a worker gives up before it loads the module. */
#ifndef MV_HSMD_SANDBOX_H
#define MV_HSMD_SANDBOX_H

#include "base/status.h"

/* No new privileges, and a system call filter for the rest of the process's life: no program start, no tracing or
 * reading of other processes, no socket but UNIX ones, no new namespaces, no kernel administration. Refused calls fail
 * with EPERM. */
MV_MUST_USE mv_status hsmd_sandbox_enter(void);
/* Keeps all memory out of swap. A limit that is too low is logged, not fatal: keys of our own lie in locked memory
 * anyway, only the module's do not. */
void hsmd_sandbox_lock_memory(void);

#endif
