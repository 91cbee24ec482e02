/* The address to listen on. */
#ifndef MV_RPC_LISTEN_H
#define MV_RPC_LISTEN_H

#include "base/status.h"

enum { RPC_ADDRESS_SIZE = 300 };

struct rpc_listen {
    char address[RPC_ADDRESS_SIZE]; /* for the library; "localhost" has become 127.0.0.1 */
    bool loopback;                  /* 127.0.0.0/8 or ::1, as a literal or as localhost */
};

/* "HOST:PORT" or "[V6]:PORT" with a port of 0..65535; CONFIG_INVALID otherwise. Looks nothing up. */
MV_MUST_USE mv_status rpc_listen_parse(const char *text, struct rpc_listen *listen);

#endif
