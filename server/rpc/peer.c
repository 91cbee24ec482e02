#include "rpc/peer.h"

#include <string.h>
#include <sys/socket.h>

uint16_t rpc_socket_port(const union rpc_socket_name *name)
{
    if (name->any.sa_family == AF_INET)
        return ntohs(name->v4.sin_port);
    return name->any.sa_family == AF_INET6 ? ntohs(name->v6.sin6_port) : 0;
}

static bool same_address(const union rpc_socket_name *a, const union rpc_socket_name *b)
{
    if (a->any.sa_family != b->any.sa_family)
        return false;
    if (a->any.sa_family == AF_INET)
        return a->v4.sin_addr.s_addr == b->v4.sin_addr.s_addr;
    return memcmp(&a->v6.sin6_addr, &b->v6.sin6_addr, sizeof a->v6.sin6_addr) == 0;
}

static struct rpc_network network_of(const union rpc_socket_name *name)
{
    struct rpc_network network = {.family = 4};
    const uint8_t *v6 = name->v6.sin6_addr.s6_addr;
    if (name->any.sa_family == AF_INET) {
        memcpy(network.bytes, &name->v4.sin_addr, 4);
    } else if (IN6_IS_ADDR_V4MAPPED(&name->v6.sin6_addr)) {
        memcpy(network.bytes, v6 + 12, 4);
    } else {
        network.family = 6;
        memcpy(network.bytes, v6, 8);
    }
    return network;
}

bool rpc_peer_of(int fd, struct rpc_peer *peer)
{
    union rpc_socket_name theirs = {.any = {0}};
    union rpc_socket_name ours = {.any = {0}};
    socklen_t size = sizeof theirs;
    socklen_t own_size = sizeof ours;
    if (getpeername(fd, &theirs.any, &size) != 0 || getsockname(fd, &ours.any, &own_size) != 0)
        return false;
    peer->port = rpc_socket_port(&theirs);
    if (peer->port == 0)
        return false;
    peer->network = network_of(&theirs);
    peer->same_address = same_address(&theirs, &ours);
    return true;
}
