#include "link.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { HOST = 256, HEAD = 2, RETRY_MS = 50 };

static int connect_once(const struct addrinfo *address)
{
    int on = 1;
    int fd = socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    if (connect(fd, address->ai_addr, address->ai_addrlen) == 0) {
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        return fd;
    }
    int error = errno;
    (void)close(fd);
    errno = error;
    return -1;
}

int link_connect(const char *address, unsigned seconds)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    const struct timespec pause = {.tv_nsec = RETRY_MS * 1000000L};
    struct addrinfo *found = NULL;
    char host[HOST];
    const char *colon = strrchr(address, ':');
    if (colon == NULL || (size_t)(colon - address) >= sizeof host) {
        errno = EINVAL;
        return -1;
    }
    memcpy(host, address, (size_t)(colon - address));
    host[colon - address] = '\0';
    if (getaddrinfo(host, colon + 1, &hints, &found) != 0) {
        errno = EADDRNOTAVAIL;
        return -1;
    }
    int fd = connect_once(found);
    for (unsigned tries = seconds * (1000 / RETRY_MS); fd < 0 && tries > 0; tries--) {
        (void)nanosleep(&pause, NULL);
        fd = connect_once(found);
    }
    freeaddrinfo(found);
    return fd;
}

int link_listen(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    (void)unlink(path);
    if (bind(fd, (const struct sockaddr *)&address, sizeof address) == 0 && listen(fd, 4) == 0)
        return fd;
    int error = errno;
    (void)close(fd);
    errno = error;
    return -1;
}

int link_accept(int listener)
{
    return accept4(listener, NULL, NULL, SOCK_CLOEXEC);
}

/* vpcd sends length and payload apart: without a quick acknowledgement its Nagle waits 40 ms for ours, every time. */
static bool receive_all(int fd, uint8_t *bytes, size_t size)
{
    int on = 1;
    for (size_t done = 0; done < size;) {
        (void)setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
        ssize_t got = recv(fd, bytes + done, size - done, 0);
        if (got <= 0)
            return false;
        done += (size_t)got;
    }
    return true;
}

size_t link_receive(int fd, uint8_t payload[LINK_PAYLOAD_MAX])
{
    uint8_t head[HEAD];
    if (!receive_all(fd, head, sizeof head))
        return 0;
    size_t size = (size_t)head[0] << 8 | head[1];
    return receive_all(fd, payload, size) ? size : 0;
}

bool link_send(int fd, const uint8_t *payload, uint16_t size)
{
    uint8_t frame[HEAD + LINK_PAYLOAD_MAX] = {(uint8_t)(size >> 8), (uint8_t)size};
    size_t all = HEAD + (size_t)size;
    memcpy(frame + HEAD, payload, size);
    for (size_t done = 0; done < all;) {
        ssize_t sent = send(fd, frame + done, all - done, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        done += (size_t)sent;
    }
    return true;
}
