#include "rpc/listen.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

enum { HOST_SIZE = 256 };

static mv_status bad(void)
{
    return mv_fail(MV_CONFIG_INVALID, "listen: HOST:PORT or [V6]:PORT");
}

static bool parse_port(const char *text, unsigned *port)
{
    *port = 0;
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 5 || text[digits] != '\0')
        return false;
    for (; *text != '\0'; text++)
        *port = *port * 10 + (unsigned)(*text - '0');
    return *port <= 65535;
}

static bool copy_host(const char *start, size_t size, char host[HOST_SIZE])
{
    if (size == 0 || size >= HOST_SIZE)
        return false;
    memcpy(host, start, size);
    host[size] = '\0';
    return true;
}

static mv_status parse_v6(const char *text, struct rpc_listen *listen)
{
    const char *end = strchr(text, ']');
    char host[HOST_SIZE];
    unsigned port;
    struct in6_addr address;
    if (end == NULL || end[1] != ':' || !copy_host(text + 1, (size_t)(end - text) - 1, host) ||
        !parse_port(end + 2, &port) || inet_pton(AF_INET6, host, &address) != 1)
        return bad();
    listen->loopback = IN6_IS_ADDR_LOOPBACK(&address);
    (void)snprintf(listen->address, sizeof listen->address, "[%s]:%u", host, port);
    return mv_ok();
}

mv_status rpc_listen_parse(const char *text, struct rpc_listen *listen)
{
    if (text == NULL)
        return bad();
    if (text[0] == '[')
        return parse_v6(text, listen);
    const char *colon = strchr(text, ':');
    char host[HOST_SIZE];
    unsigned port;
    if (colon == NULL || !copy_host(text, (size_t)(colon - text), host) || !parse_port(colon + 1, &port))
        return bad();
    if (strspn(host, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-") != strlen(host))
        return bad();
    /* said here, not asked: what the resolver calls localhost may be anything */
    const char *literal = strcmp(host, "localhost") == 0 ? "127.0.0.1" : host;
    struct in_addr address;
    listen->loopback = inet_pton(AF_INET, literal, &address) == 1 && (ntohl(address.s_addr) >> 24) == 127;
    (void)snprintf(listen->address, sizeof listen->address, "%s:%u", literal, port);
    return mv_ok();
}
