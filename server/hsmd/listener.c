#include "hsmd/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"

enum { BACKLOG = 64 };

static mv_status failed(const char *where)
{
    return mv_fail_code(MV_FILE_FAILED, where, (unsigned)errno);
}

/* Held for life: a lock file tells a living owner from a socket that was left behind. */
static mv_status take_lock(struct hsmd_listener *listener)
{
    char path[HSM_PATH_SIZE + 8];
    (void)snprintf(path, sizeof path, "%s.lock", listener->path);
    listener->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (listener->lock < 0)
        return failed("socket lock");
    if (flock(listener->lock, LOCK_EX | LOCK_NB) != 0)
        return mv_fail(MV_KEY_SERVICE_UNAVAILABLE, "socket: another key process has it");
    return mv_ok();
}

static mv_status bind_socket(struct hsmd_listener *listener)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(listener->path) >= sizeof address.sun_path)
        return mv_fail(MV_CONFIG_INVALID, "socket: path too long");
    memcpy(address.sun_path, listener->path, strlen(listener->path) + 1);
    listener->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener->fd < 0)
        return failed("socket");
    if (unlink(listener->path) != 0 && errno != ENOENT)
        return failed("socket");
    if (bind(listener->fd, (const struct sockaddr *)&address, sizeof address) != 0)
        return failed("socket");
    /* anybody may knock; hsmd_listener_knows decides */
    if (chmod(listener->path, 0666) != 0 || listen(listener->fd, BACKLOG) != 0)
        return failed("socket");
    return mv_ok();
}

static void resolve_users(const struct hsm_config *config, struct hsmd_listener *listener)
{
    for (size_t i = 0; i < config->client_user_count; i++) {
        const struct passwd *user = getpwnam(config->client_users[i]);
        if (user == NULL)
            mv_log(MV_LOG_WARNING, "client_users: no user %s here", config->client_users[i]);
        else
            listener->users[listener->user_count++] = user->pw_uid;
    }
}

mv_status hsmd_listener_open(const struct hsm_config *config, struct hsmd_listener *listener)
{
    *listener = (struct hsmd_listener){.fd = -1, .lock = -1};
    (void)snprintf(listener->path, sizeof listener->path, "%s", config->socket);
    resolve_users(config, listener);
    mv_status status = take_lock(listener);
    if (status.ok) {
        status = bind_socket(listener);
        if (!status.ok)
            hsmd_listener_close(listener);
        return status;
    }
    if (listener->lock >= 0)
        (void)close(listener->lock);
    return status;
}

void hsmd_listener_close(struct hsmd_listener *listener)
{
    if (listener->fd >= 0) {
        (void)close(listener->fd);
        (void)unlink(listener->path);
    }
    if (listener->lock >= 0)
        (void)close(listener->lock);
    listener->fd = -1;
    listener->lock = -1;
}

bool hsmd_listener_knows(const struct hsmd_listener *listener, int connection, uid_t *user)
{
    struct ucred peer = {.uid = (uid_t)-1};
    socklen_t size = sizeof peer;
    if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return false;
    *user = peer.uid;
    if (peer.uid == 0 || peer.uid == geteuid())
        return true;
    for (size_t i = 0; i < listener->user_count; i++)
        if (listener->users[i] == peer.uid)
            return true;
    return false;
}
