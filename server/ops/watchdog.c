#include "ops/watchdog.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/wire.h"

enum { TLS_HANDSHAKE = 22, HTTP2_SETTINGS = 4, HELLO_MAX = 256 };

/* The smallest TLS 1.3 hello that the RPC library answers (RFC 8446, 4.1.2): one cipher suite, one group, one key
 * share. The share is the generator of P-256, the one group that it takes: nobody computes with it, because the
 * connection ends with the first bytes of the answer. */
static size_t make_hello(uint8_t hello[HELLO_MAX])
{
    static const uint8_t suites[] = {0, 2, 0x13, 0x01, 1, 0};
    static const uint8_t extensions[] = {
        0, 0x2b, 0, 3,  2, 3,  4,                /* supported_versions: TLS 1.3 */
        0, 0x0a, 0, 4,  0, 2,  0, 0x17,          /* supported_groups: secp256r1 */
        0, 0x0d, 0, 4,  0, 2,  4, 3,             /* signature_algorithms: ecdsa_secp256r1_sha256 */
        0, 0x10, 0, 5,  0, 3,  2, 'h',  '2',     /* ALPN: h2 */
        0, 0x33, 0, 71, 0, 69, 0, 0x17, 0,   65, /* key_share: secp256r1, its 65 bytes follow */
    };
    static const uint8_t share[] = {0x04, 0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5,
                                    0x63, 0xa4, 0x40, 0xf2, 0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4,
                                    0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96, 0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a,
                                    0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16, 0x2b, 0xce, 0x33,
                                    0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5};
    enum { RANDOM = 32, BODY = 2 + RANDOM + 1 + sizeof suites + 2 + sizeof extensions + sizeof share };
    uint8_t random[RANDOM];
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        return 0;
    struct mv_writer writer = mv_writer_on(hello, HELLO_MAX);
    mv_put_u8(&writer, TLS_HANDSHAKE);
    mv_put_u16(&writer, 0x0301);
    mv_put_u16(&writer, BODY + 4);
    mv_put_u32(&writer, UINT32_C(1) << 24 | BODY);
    mv_put_u16(&writer, 0x0303);
    mv_put_bytes(&writer, random, sizeof random);
    mv_put_u8(&writer, 0);
    mv_put_bytes(&writer, suites, sizeof suites);
    mv_put_u16(&writer, sizeof extensions + sizeof share);
    mv_put_bytes(&writer, extensions, sizeof extensions);
    mv_put_bytes(&writer, share, sizeof share);
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

/* Takes a source port before connecting, so that the server knows whom to expect. Without one the connection is a
 * stranger's, which mostly works too. */
static void announce(int fd, const struct addrinfo *to, const struct ops_listener *listener)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } name = {.any = {.sa_family = (sa_family_t)to->ai_family}};
    socklen_t size = sizeof name;
    if (listener->expect == NULL || bind(fd, &name.any, to->ai_addrlen) != 0 || getsockname(fd, &name.any, &size) != 0)
        return;
    listener->expect(listener->self, ntohs(to->ai_family == AF_INET6 ? name.v6.sin6_port : name.v4.sin_port));
}

static int connect_within(const struct addrinfo *to, const struct ops_listener *listener, int timeout_ms)
{
    int fd = socket(to->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    announce(fd, to, listener);
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

mv_status ops_listener_alive(const struct ops_listener *listener, int timeout_ms)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    char host[64];
    char service[8];
    reachable_host(listener->listen, host, sizeof host);
    (void)snprintf(service, sizeof service, "%u", listener->port);
    if (getaddrinfo(host, service, &hints, &found) != 0)
        return mv_fail(MV_CANNOT_CONNECT, "own listener: address");
    int fd = connect_within(found, listener, timeout_ms);
    freeaddrinfo(found);
    if (fd < 0)
        return mv_fail(MV_CANNOT_CONNECT, "own listener: connect");
    mv_status status = answered(fd, listener->plaintext, timeout_ms);
    (void)close(fd);
    return status;
}
