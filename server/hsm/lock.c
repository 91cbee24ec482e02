/* One process at a time, by a lock on the configuration file that all users of a token share. Writers of the catalogue
 * need it, and so does SoftHSM: a login rewrites the token's file, and a process that loads at that moment sees no
 * token or none with a PIN. */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "hsm/internal.h"

mv_status hsm_lock(const struct hsm_config *config, int *lock)
{
    *lock = -1;
    if (config->path[0] == '\0')
        return mv_ok();
    int fd = open(config->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return mv_ok();
    if (fd < 0)
        return mv_fail_code(MV_FILE_FAILED, "configuration of the key process", (unsigned)errno);
    int taken = 0;
    do
        taken = flock(fd, LOCK_EX);
    while (taken != 0 && errno == EINTR);
    if (taken != 0) {
        mv_status status = mv_fail_code(MV_FILE_FAILED, "lock on the configuration", (unsigned)errno);
        (void)close(fd);
        return status;
    }
    *lock = fd;
    return mv_ok();
}

void hsm_unlock(int lock)
{
    if (lock >= 0)
        (void)close(lock);
}
