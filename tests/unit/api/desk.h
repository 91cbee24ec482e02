/* The services of the API around the world of the vending tests, as a caller of any name sees them. */
#ifndef API_TEST_DESK_H
#define API_TEST_DESK_H

#include "desk_world.h"
#include "rpc/rpc.h"

#include "caller.h"

#define TOKENS    "/metervault.v1.TokenService/"
#define METERS    "/metervault.v1.MeterService/"
#define APPROVALS "/metervault.v1.ApprovalService/"

/* A server on which every caller is `principal`, and a channel to it. */
struct desk_server {
    struct rpc_server *rpc;
    struct rpc_service services[16];
    grpc_channel *channel;
};
void desk_serve(struct world *world, const char *principal, struct desk_server *server);
void desk_stop(struct desk_server *server);

/* One call of this principal, who may differ from call to call. The answer is unpacked as `type`, NULL when refused;
 * `result` (may be NULL) is what came. */
ProtobufCMessage *desk_ask(struct world *world, const char *principal, const char *path,
                           const ProtobufCMessage *request, const ProtobufCMessageDescriptor *type,
                           struct caller_result *result);
/* The call is refused for this reason. Metadata must contain `metadata` unless that is NULL. */
void desk_refused(struct world *world, const char *principal, const char *path, const ProtobufCMessage *request,
                  enum mv_reason reason, const char *metadata);

int desk_api_setup(void **state);
int desk_api_teardown(void **state);

#endif
