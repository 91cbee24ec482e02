/* The settings of the library's server. */
#ifndef MV_RPC_ARGUMENTS_H
#define MV_RPC_ARGUMENTS_H

#include <grpc/grpc.h>

#include "rpc/rpc.h"

/* NULL when the library refuses. */
grpc_server *rpc_arguments_create_server(const struct rpc_options *options);

#endif
