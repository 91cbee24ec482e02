/* Who calls: the URI in the client certificate. */
#ifndef MV_RPC_PRINCIPAL_H
#define MV_RPC_PRINCIPAL_H

#include <grpc/grpc.h>
#include <stdbool.h>

enum { RPC_PRINCIPAL_SIZE = 65 };

struct rpc_principal {
    bool known;
    char name[RPC_PRINCIPAL_SIZE]; /* 1..64 of [A-Za-z0-9._-] */
};

/* 1..64 of [A-Za-z0-9._-]. */
bool rpc_principal_valid(const char *name, size_t size);

/* Known only when the peer is authenticated and its certificate has exactly one URI, urn:metervault:principal:NAME. */
struct rpc_principal rpc_principal_of(grpc_call *call);

#endif
