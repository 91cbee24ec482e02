#include "rpc/accept_guard.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "rpc/peer.h"

enum { MAX_GUARDS = 4, SWEEP_MS = 20, LOG_MS = 1000 };

/* An accepted socket. A descriptor number alone would be ambiguous: it is used again after close. */
struct accepted {
    int fd;
    ino_t inode;
    struct rpc_network network;
};

struct guard {
    uint16_t port; /* 0: unused */
    struct accepted *sockets;
    uint32_t count;
    uint32_t capacity;
    uint32_t share; /* of the capacity, for one network */
    uint16_t probe; /* the source port of the program's own look at its listener; 0: none is on its way */
    int64_t swept_ms;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct guard guards[MAX_GUARDS];
static int reserve = -1;
static int64_t logged_ms;
static unsigned shed;

static int64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int plain_accept(int listener, struct sockaddr *address, socklen_t *size, int flags)
{
    return (int)syscall(SYS_accept4, listener, address, size, flags);
}

static void keep_reserve(void)
{
    if (reserve < 0)
        reserve = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* At most one line a second, whatever comes in. */
static void note_shed(const char *why)
{
    shed++;
    int64_t now = now_ms();
    if (now - logged_ms < LOG_MS)
        return;
    logged_ms = now;
    mv_log(MV_LOG_WARNING, "rpc: %u connections closed at once: %s", shed, why);
    shed = 0;
}

static struct guard *guard_at(uint16_t port)
{
    for (unsigned i = 0; port != 0 && i < MAX_GUARDS; i++)
        if (guards[i].port == port)
            return &guards[i];
    return NULL;
}

static struct guard *guard_of(int listener)
{
    union rpc_socket_name name = {.any = {0}};
    socklen_t size = sizeof name;
    if (getsockname(listener, &name.any, &size) != 0)
        return NULL;
    return guard_at(rpc_socket_port(&name));
}

static bool same_socket(const struct accepted *socket)
{
    struct stat info;
    return fstat(socket->fd, &info) == 0 && S_ISSOCK(info.st_mode) && info.st_ino == socket->inode;
}

/* Nobody tells us of a close, so dead ones are found when the table is full, and not more often than a flood may ask.
 */
static void sweep(struct guard *guard)
{
    int64_t now = now_ms();
    if (guard->swept_ms != 0 && now - guard->swept_ms < SWEEP_MS)
        return;
    guard->swept_ms = now;
    uint32_t alive = 0;
    for (uint32_t i = 0; i < guard->count; i++)
        if (same_socket(&guard->sockets[i]))
            guard->sockets[alive++] = guard->sockets[i];
    guard->count = alive;
}

/* Whoever had this number before is gone. */
static void forget_number(struct guard *guard, int fd)
{
    for (uint32_t i = 0; i < guard->count; i++)
        if (guard->sockets[i].fd == fd) {
            guard->sockets[i] = guard->sockets[--guard->count];
            return;
        }
}

/* Which bound one more of this network would break; NULL: none. */
static const char *full_for(const struct guard *guard, const struct rpc_network *network)
{
    if (guard->count == guard->capacity)
        return "more than max_connections";
    uint32_t held = 0;
    for (uint32_t i = 0; i < guard->count; i++)
        held += memcmp(&guard->sockets[i].network, network, sizeof *network) == 0;
    return held >= guard->share ? "more than max_connections_per_peer" : NULL;
}

/* NULL: the connection may stay; else why not. */
static const char *refusal(struct guard *guard, int fd)
{
    struct stat info;
    struct rpc_peer peer;
    if (fstat(fd, &info) != 0 || !rpc_peer_of(fd, &peer))
        return "gone already";
    forget_number(guard, fd);
    if (guard->probe != 0 && peer.port == guard->probe && peer.same_address) {
        guard->probe = 0;
        return NULL;
    }
    const char *why = full_for(guard, &peer.network);
    if (why != NULL) {
        sweep(guard);
        why = full_for(guard, &peer.network);
    }
    if (why == NULL)
        guard->sockets[guard->count++] = (struct accepted){fd, info.st_ino, peer.network};
    return why;
}

/* Takes one connection off the row with the reserve descriptor and closes it; false when that is not possible. */
static bool shed_one(int listener)
{
    if (reserve < 0)
        return false;
    (void)close(reserve);
    reserve = -1;
    int fd = plain_accept(listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd >= 0)
        (void)close(fd);
    keep_reserve();
    return fd >= 0;
}

enum next { RETURN_ERROR, RETURN_AGAIN, TRY_AGAIN };

static enum next after_error(int listener, int error)
{
    switch (error) {
    case EAGAIN:
    case EINTR:
    case EBADF:
    case EINVAL:
    case ENOTSOCK:
    case EFAULT: /* of the listener itself, or of the caller */
        return RETURN_ERROR;
    case EMFILE:
    case ENFILE:
        note_shed("no descriptors left");
        keep_reserve();
        return shed_one(listener) ? TRY_AGAIN : RETURN_AGAIN;
    case ENOMEM:
    case ENOBUFS:
        note_shed("no memory left");
        return RETURN_AGAIN;
    default: /* of one connection that is gone already: ECONNABORTED, EPROTO, ENETDOWN, ... */
        return TRY_AGAIN;
    }
}

/* The library's poller is edge-triggered: only an empty row may be answered with EAGAIN, so this goes on until then. */
static int guarded_accept(struct guard *guard, int listener, struct sockaddr *address, socklen_t *size, int flags)
{
    const socklen_t room = size != NULL ? *size : 0;
    for (;;) {
        if (size != NULL)
            *size = room;
        int fd = plain_accept(listener, address, size, flags);
        const char *why = fd >= 0 ? refusal(guard, fd) : NULL;
        if (fd >= 0 && why == NULL)
            return fd;
        if (fd >= 0) {
            (void)close(fd);
            note_shed(why);
            continue;
        }
        enum next next = after_error(listener, errno);
        if (next == RETURN_AGAIN)
            errno = EAGAIN;
        if (next != TRY_AGAIN)
            return -1;
    }
}

/* In place of libc's; its prototype stands in <sys/socket.h>. */
__attribute__((visibility("default"))) int accept4(int fd, struct sockaddr *addr, socklen_t *addr_len, int flags)
{
    (void)pthread_mutex_lock(&lock);
    struct guard *guard = guard_of(fd);
    /* listeners do not block, so holding the lock over a guarded accept holds nobody up */
    int accepted = guard != NULL ? guarded_accept(guard, fd, addr, addr_len, flags) : -1;
    int error = errno;
    (void)pthread_mutex_unlock(&lock);
    errno = error;
    return guard != NULL ? accepted : plain_accept(fd, addr, addr_len, flags);
}

static bool exported(void)
{
    int (*ours)(int, struct sockaddr *, socklen_t *, int) = accept4;
    void *seen = dlsym(RTLD_DEFAULT, "accept4");
    return seen == (void *)ours;
}

void rpc_accept_guard_expect(uint16_t port, uint16_t source_port)
{
    (void)pthread_mutex_lock(&lock);
    struct guard *guard = guard_at(port);
    if (guard != NULL)
        guard->probe = source_port;
    (void)pthread_mutex_unlock(&lock);
}

mv_status rpc_accept_guard_open(uint16_t port, uint32_t max_connections, uint32_t max_per_peer)
{
    if (!exported())
        return mv_fail(MV_INTERNAL_ERROR, "accept4 is not exported by the program");
    struct accepted *sockets = calloc(max_connections, sizeof *sockets);
    if (sockets == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "connections");
    (void)pthread_mutex_lock(&lock);
    keep_reserve();
    unsigned i = 0;
    while (i < MAX_GUARDS && guards[i].port != 0)
        i++;
    if (i < MAX_GUARDS)
        guards[i] =
            (struct guard){.port = port, .sockets = sockets, .capacity = max_connections, .share = max_per_peer};
    (void)pthread_mutex_unlock(&lock);
    if (i < MAX_GUARDS)
        return mv_ok();
    free(sockets);
    return mv_fail(MV_CONFIG_INVALID, "too many listeners");
}

void rpc_accept_guard_close(uint16_t port)
{
    (void)pthread_mutex_lock(&lock);
    bool any = false;
    for (unsigned i = 0; i < MAX_GUARDS; i++) {
        if (guards[i].port == port) {
            free(guards[i].sockets);
            guards[i] = (struct guard){0};
        }
        any = any || guards[i].port != 0;
    }
    if (!any && reserve >= 0) {
        (void)close(reserve);
        reserve = -1;
    }
    (void)pthread_mutex_unlock(&lock);
}
