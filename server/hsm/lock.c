/* One process at a time for one token, whatever configuration it was started with: the lock is a file of a fixed folder
 * and has the name of the token's label, which all configurations of a token must have alike. Two tokens of one label
 * wait for each other too, which does no harm. Writers of the catalogue need it, and so does SoftHSM: a login rewrites
 * the token's file, and a process that loads at that moment sees no token or none with a PIN. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/lines.h"
#include "hsm/internal.h"

enum { TRIES = 16 };

static mv_status failed(int error)
{
    return mv_fail_code(MV_FILE_FAILED, "lock of the token in " HSM_LOCK_FOLDER, (unsigned)error);
}

/* A file that is there is never opened to create it: the kernel refuses that in a folder which all may write. Another
 * user gets at the lock of root, who may work on the token of the key process, and at no other. */
static int open_or_make(const char *path)
{
    for (int i = 0; i < TRIES; i++) {
        int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        if (fd >= 0 || errno != ENOENT)
            return fd;
        fd = open(path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd >= 0 && geteuid() == 0)
            (void)fchmod(fd, 0644);
        if (fd >= 0 || errno != EEXIST)
            return fd;
    }
    return -1;
}

static bool is_ours(const struct stat *info)
{
    return S_ISREG(info->st_mode) && (info->st_uid == 0 || geteuid() == 0 || info->st_uid == geteuid());
}

static bool same_file(const char *path, const struct stat *locked)
{
    struct stat now;
    return lstat(path, &now) == 0 && now.st_dev == locked->st_dev && now.st_ino == locked->st_ino;
}

static mv_status take(int fd, struct stat *info)
{
    int taken = 0;
    if (fstat(fd, info) != 0)
        return failed(errno);
    if (!is_ours(info))
        return failed(EPERM);
    do
        taken = flock(fd, LOCK_EX);
    while (taken != 0 && errno == EINTR);
    return taken == 0 ? mv_ok() : failed(errno);
}

mv_status hsm_lock(const struct hsm_config *config, int *lock)
{
    char name[2 * HSM_TOKEN_LABEL_SIZE + 1];
    char path[sizeof HSM_LOCK_FOLDER + sizeof "/metervault-token-" + sizeof name];
    *lock = -1;
    mv_line_hex((const uint8_t *)config->token_label, strlen(config->token_label), name);
    (void)snprintf(path, sizeof path, "%s/metervault-token-%s", HSM_LOCK_FOLDER, name);
    for (int i = 0; i < TRIES; i++) {
        struct stat info;
        int fd = open_or_make(path);
        if (fd < 0)
            return failed(errno);
        mv_status status = take(fd, &info);
        /* a file that was taken away while we waited locks nobody out */
        if (status.ok && same_file(path, &info)) {
            *lock = fd;
            return status;
        }
        (void)close(fd);
        MV_TRY(status);
    }
    return failed(EAGAIN);
}

void hsm_unlock(int lock)
{
    if (lock >= 0)
        (void)close(lock);
}

mv_status hsm_hold(struct hsm *hsm, struct hsm_held *held)
{
    *held = (struct hsm_held){.catalogue = malloc(sizeof *held->catalogue), .lock = -1};
    if (held->catalogue == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "catalogue");
    MV_TRY(hsm_lock(&hsm->config, &held->lock));
    return hsm_catalogue_read(hsm, held->catalogue);
}

void hsm_let_go(struct hsm_held *held)
{
    hsm_unlock(held->lock);
    free(held->catalogue);
}
