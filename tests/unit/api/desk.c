#include "desk.h"

#include <string.h>

#include "api/api.h"

extern const uint8_t mv_descriptor_set[];
extern const size_t mv_descriptor_set_size;

enum { PATIENCE_MS = 20000 };

void desk_serve(struct world *world, const char *principal, struct desk_server *server)
{
    _Static_assert((size_t)API_SERVICES <= sizeof server->services / sizeof server->services[0], "room");
    const struct rpc_options options = {.listen = "127.0.0.1:0",
                                        .insecure_loopback = true,
                                        .insecure_principal = principal,
                                        .queue_threads = 1,
                                        .workers = 2,
                                        .stream_workers = 4,
                                        .max_message_bytes = 1 << 20,
                                        .max_repeated = 1024,
                                        .max_calls = 64,
                                        .max_connections = 64,
                                        .drain_ms = 5000,
                                        .descriptor_set = mv_descriptor_set,
                                        .descriptor_set_size = mv_descriptor_set_size,
                                        .refused = api_refused,
                                        .refused_self = world->vend};
    api_services(world->vend, server->services);
    assert_ok(rpc_server_start(&options, server->services, API_SERVICES, &server->rpc));
    server->channel = caller_connect(rpc_server_port(server->rpc));
}

void desk_stop(struct desk_server *server)
{
    grpc_channel_destroy(server->channel);
    rpc_server_stop(server->rpc);
}

ProtobufCMessage *desk_ask(struct world *world, const char *principal, const char *path,
                           const ProtobufCMessage *request, const ProtobufCMessageDescriptor *type,
                           struct caller_result *result)
{
    struct desk_server server;
    ProtobufCMessage *answer = NULL;
    desk_serve(world, principal, &server);
    struct caller_result came = caller_unary(server.channel, path, request, PATIENCE_MS);
    if (came.code == GRPC_STATUS_OK)
        answer = protobuf_c_message_unpack(type, NULL, came.size, came.data);
    else if (result == NULL)
        print_message("%s: %s %s\n", path, came.reason, came.text);
    caller_forget(&came);
    if (result != NULL)
        *result = came;
    desk_stop(&server);
    return answer;
}

void desk_refused(struct world *world, const char *principal, const char *path, const ProtobufCMessage *request,
                  enum mv_reason reason, const char *metadata)
{
    struct caller_result result;
    assert_null(desk_ask(world, principal, path, request, request->descriptor, &result));
    assert_string_equal(result.reason, mv_reason_info(reason)->name);
    if (metadata != NULL && strstr(result.metadata, metadata) == NULL)
        fail_msg("metadata is %s", result.metadata);
}

int desk_api_setup(void **state)
{
    grpc_init();
    return desk_setup(state);
}

int desk_api_teardown(void **state)
{
    int failed = world_teardown(state);
    grpc_shutdown_blocking();
    return failed;
}
