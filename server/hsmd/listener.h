/* The socket, and who may speak on it. */
#ifndef MV_HSMD_LISTENER_H
#define MV_HSMD_LISTENER_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/status.h"
#include "hsm/config.h"

struct hsmd_listener {
    int fd; /* non-blocking */
    int lock;
    uid_t users[HSM_CLIENT_USERS];
    size_t user_count;
    char path[HSM_PATH_SIZE];
};

/* Takes the socket's name; one that a dead process left is replaced. KEY_SERVICE_UNAVAILABLE (where "socket") while
 * another key process has it. Users that do not exist are logged and left out. */
MV_MUST_USE mv_status hsmd_listener_open(const struct hsm_config *config, struct hsmd_listener *listener);
void hsmd_listener_close(struct hsmd_listener *listener);

/* The kernel's word for the peer's user: this process's own, root, or a client user. */
bool hsmd_listener_knows(const struct hsmd_listener *listener, int connection, uid_t *user);

#endif
