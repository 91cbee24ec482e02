/* Where an accepted connection comes from. */
#ifndef MV_RPC_PEER_H
#define MV_RPC_PEER_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

union rpc_socket_name {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_storage room;
};

/* Who shares its connections: one IPv4 address, or one IPv6 /64, since whoever has an address there has them all. */
struct rpc_network {
    uint8_t family; /* 4 or 6; an IPv4 address seen through an IPv6 socket is 4 */
    uint8_t bytes[8];
};

struct rpc_peer {
    struct rpc_network network;
    uint16_t port;
    bool same_address; /* at both ends: it is of this machine */
};

/* 0 for anything but TCP. */
uint16_t rpc_socket_port(const union rpc_socket_name *name);
/* False when the peer is gone or no Internet address. */
bool rpc_peer_of(int fd, struct rpc_peer *peer);

#endif
