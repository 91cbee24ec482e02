/* TLS 1.3 with required client certificates. The three files are looked at for every new connection and read again when
 * one of them changed; files that are no good leave the old ones in use. */
#ifndef MV_RPC_TLS_H
#define MV_RPC_TLS_H

#include <grpc/grpc_security.h>

#include "rpc/rpc.h"

struct rpc_tls;

/* Before grpc_init of this process: TLS 1.2 clients then find no cipher. Sets an environment variable. */
MV_MUST_USE mv_status rpc_tls_forbid_old(void);

/* TLS_KEY_NOT_EC, CONFIG_INVALID or FILE_FAILED when the files cannot serve; *tls is then to be closed all the same. */
MV_MUST_USE mv_status rpc_tls_open(const struct rpc_options *options, struct rpc_tls **tls);
/* After the server that uses its credentials is destroyed. */
void rpc_tls_close(struct rpc_tls *tls);
/* To be released by the caller. */
grpc_server_credentials *rpc_tls_credentials(struct rpc_tls *tls);

#endif
