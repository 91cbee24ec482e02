/* The process that systemd sees: it holds the socket and starts workers; it has no module, no PIN and no key. */
#ifndef MV_HSMD_SUPERVISOR_H
#define MV_HSMD_SUPERVISOR_H

#include "hsm/config.h"

/* Until SIGTERM or SIGINT. Exit status: 0, or 3 when it cannot start or the token refused the PIN. */
int hsmd_supervisor_run(const struct hsm_config *config);

#endif
