/* One worker: sandbox, module, PIN, keys, and the connections it accepted. */
#ifndef MV_HSMD_WORKER_H
#define MV_HSMD_WORKER_H

#include <stdbool.h>
#include <sys/types.h>

#include "hsmd/listener.h"

/* Runs in a process of its own until SIGTERM. Returns the exit status: 0, or the enum mv_reason of a start that failed
 * (all are below 256). `quiet_reason`: a reason that was logged already. Never outlives its `supervisor`, whose socket
 * and lock it holds too. */
int hsmd_worker_run(const struct hsm_config *config, const struct hsmd_listener *listener, pid_t supervisor,
                    int quiet_reason);

#endif
