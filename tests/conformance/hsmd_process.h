/* metervault-hsmd as a child of the test. It dies with us. */
#ifndef CONFORMANCE_HSMD_PROCESS_H
#define CONFORMANCE_HSMD_PROCESS_H

#include <sys/types.h>

#include "base/status.h"
#include "hsmd/client.h"

/* Its messages go to DIRECTORY/hsmd.log. Its date is `now_unix_s`, and stays that. */
MV_MUST_USE mv_status hsmd_process_start(const char *program, const char *config, const char *directory,
                                         int64_t now_unix_s, pid_t *pid);
/* Until it answers its health call, at most 20 s; prints the log when it does not. */
MV_MUST_USE mv_status hsmd_process_await(struct hsmd_client *client, pid_t pid, const char *directory);
/* Ends it, by SIGKILL after 5 s; 0 is fine. */
void hsmd_process_stop(pid_t pid);

#endif
