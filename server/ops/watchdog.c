#include "ops/watchdog.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/wire.h"

enum { TLS_HANDSHAKE = 22, HTTP2_SETTINGS = 4, HELLO_MAX = 256 };

/* The smallest TLS 1.3 hello that a server answers (RFC 8446, 4.1.2): one cipher suite, one group, one key share. A
 * share is any 32 bytes; nobody computes with it, because the connection ends with the first byte of the answer. */
static size_t make_hello(uint8_t hello[HELLO_MAX])
{
    static const uint8_t before[] = {0, 2, 0x13, 0x01, 1, 0};
    static const uint8_t extensions[] = {
        0, 0x2b, 0, 3,  2, 3,  4,                /* supported_versions: TLS 1.3 */
        0, 0x0a, 0, 4,  0, 2,  0, 0x1d,          /* supported_groups: x25519 */
        0, 0x0d, 0, 6,  0, 4,  4, 3,    8,   4,  /* signature_algorithms: ecdsa_secp256r1_sha256, rsa_pss */
        0, 0x10, 0, 5,  0, 3,  2, 'h',  '2',     /* ALPN: h2 */
        0, 0x33, 0, 38, 0, 36, 0, 0x1d, 0,   32, /* key_share: x25519, its 32 bytes follow */
    };
    uint8_t random[64];
    enum { BODY = 2 + 32 + 1 + sizeof before + 2 + sizeof extensions + 32 };
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        return 0;
    struct mv_writer writer = mv_writer_on(hello, HELLO_MAX);
    mv_put_u8(&writer, TLS_HANDSHAKE);
    mv_put_u16(&writer, 0x0301);
    mv_put_u16(&writer, BODY + 4);
    mv_put_u32(&writer, UINT32_C(1) << 24 | BODY);
    mv_put_u16(&writer, 0x0303);
    mv_put_bytes(&writer, random, 32);
    mv_put_u8(&writer, 0);
    mv_put_bytes(&writer, before, sizeof before);
    mv_put_u16(&writer, sizeof extensions + 32);
    mv_put_bytes(&writer, extensions, sizeof extensions);
    mv_put_bytes(&writer, random + 32, 32);
    return mv_writer_ok(&writer) ? writer.used : 0;
}

static mv_status answered(int fd, bool plaintext, int timeout_ms)
{
    static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0";
    uint8_t hello[HELLO_MAX];
    uint8_t head[4] = {0};
    size_t size = plaintext ? sizeof preface : make_hello(hello);
    const void *first = plaintext ? (const void *)preface : hello;
    if (size == 0 || send(fd, first, size, MSG_NOSIGNAL) != (ssize_t)size)
        return mv_fail_code(MV_CANNOT_CONNECT, "own listener: send", (unsigned)errno);
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    if (poll(&wait, 1, timeout_ms) != 1)
        return mv_fail(MV_CANNOT_CONNECT, "own listener: no answer");
    ssize_t got = recv(fd, head, sizeof head, 0);
    bool good = got == (ssize_t)sizeof head && (plaintext ? head[3] == HTTP2_SETTINGS : head[0] == TLS_HANDSHAKE);
    return good ? mv_ok() : mv_fail(MV_CANNOT_CONNECT, "own listener: wrong answer");
}

static int connect_within(const struct addrinfo *to, int timeout_ms)
{
    int fd = socket(to->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    if (connect(fd, to->ai_addr, to->ai_addrlen) == 0)
        return fd;
    struct pollfd wait = {.fd = fd, .events = POLLOUT};
    int error = errno;
    socklen_t size = sizeof error;
    if (error == EINPROGRESS && poll(&wait, 1, timeout_ms) == 1 &&
        getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0)
        return fd;
    (void)close(fd);
    return -1;
}

/* Where a client on this machine finds a listener of that address. */
static void reachable_host(const char *listen, char *host, size_t size)
{
    const char *colon = strrchr(listen, ':');
    size_t length = colon == NULL ? 0 : (size_t)(colon - listen);
    (void)snprintf(host, size, "%.*s", (int)length, listen);
    if (host[0] == '[') {
        memmove(host, host + 1, strlen(host));
        host[strcspn(host, "]")] = '\0';
    }
    if (strcmp(host, "::") == 0)
        (void)snprintf(host, size, "::1");
    else if (strcmp(host, "0.0.0.0") == 0 || strcmp(host, "localhost") == 0)
        (void)snprintf(host, size, "127.0.0.1");
}

mv_status ops_listener_alive(const char *listen, uint16_t port, bool plaintext, int timeout_ms)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    char host[64];
    char service[8];
    reachable_host(listen, host, sizeof host);
    (void)snprintf(service, sizeof service, "%u", port);
    if (getaddrinfo(host, service, &hints, &found) != 0)
        return mv_fail(MV_CANNOT_CONNECT, "own listener: address");
    int fd = connect_within(found, timeout_ms);
    freeaddrinfo(found);
    if (fd < 0)
        return mv_fail(MV_CANNOT_CONNECT, "own listener: connect");
    mv_status status = answered(fd, plaintext, timeout_ms);
    (void)close(fd);
    return status;
}
