/* The table of what is served: every method of every service, matched against handlers and the descriptor set. */
#ifndef MV_RPC_METHODS_H
#define MV_RPC_METHODS_H

#include "rpc/call.h"
#include "rpc/schema.h"

struct rpc_methods {
    struct rpc_entry *entries;
    size_t count;
    const struct rpc_service **services; /* outlive the table */
    size_t service_count;
};

/* Refused with CONFIG_INVALID, `where` the service or type: a method without a handler or a handler without a method,
 * one that the descriptor set does not know, an inline stream, a request type that nests without end.
 * The last `own_count` services are the runtime's own: open to callers without a principal, inline streams allowed. */
MV_MUST_USE mv_status rpc_methods_open(struct rpc_methods *methods, const struct rpc_schema *schema,
                                       const struct rpc_service *const *services, size_t count, size_t own_count);
void rpc_methods_close(struct rpc_methods *methods);

#endif
