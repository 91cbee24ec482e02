/* Server reflection, so that any gRPC tool can list and call what is served. v1 and v1alpha have the same wire form and
 * share one implementation. */
#ifndef MV_RPC_REFLECTION_H
#define MV_RPC_REFLECTION_H

#include "rpc/methods.h"

struct rpc_reflection;

/* `schema` and `methods` outlive it; `methods` may still be empty. */
MV_MUST_USE mv_status rpc_reflection_open(const struct rpc_schema *schema, const struct rpc_methods *methods,
                                          struct rpc_reflection **reflection);
void rpc_reflection_close(struct rpc_reflection *reflection);

enum { RPC_REFLECTION_SERVICES = 2 };
const struct rpc_service *rpc_reflection_service(const struct rpc_reflection *reflection, size_t index);

#endif
