#include "rpc/arguments.h"

enum {
    HANDSHAKE_MS = 10 * 1000, /* a connection that does not speak holds a place for so long */
    KEEPALIVE_MS = 60 * 1000, /* finds peers that vanished */
    KEEPALIVE_TIMEOUT_MS = 20 * 1000,
    IDLE_MS = 15 * 60 * 1000,      /* a connection without calls; clients reconnect by themselves */
    AGE_GRACE_MS = 10 * 60 * 1000, /* for the calls that still run on a connection that is too old */
    PING_INTERVAL_MS = 500,        /* clients may ping each second */
    PING_STRIKES = 10,
    METADATA_BYTES = 8 * 1024,
    STREAMS_SPARE = 16,            /* above max_calls, so that SERVER_BUSY is said and not silently waited for */
    QUOTA_CALL_BYTES = 256 * 1024, /* generous: under a tight quota the library kills calls */
    QUOTA_FLOOR = 64 * 1024 * 1024,
};

static grpc_arg number(const char *key, uint64_t value)
{
    grpc_arg argument = {.type = GRPC_ARG_INTEGER, .key = (char *)key};
    argument.value.integer = value > INT32_MAX ? INT32_MAX : (int)value;
    return argument;
}

static grpc_resource_quota *make_quota(const struct rpc_options *options)
{
    grpc_resource_quota *quota = grpc_resource_quota_create("metervault");
    size_t size = (size_t)options->max_calls * QUOTA_CALL_BYTES + (size_t)options->max_message_bytes * 4;
    grpc_resource_quota_resize(quota, size > QUOTA_FLOOR ? size : QUOTA_FLOOR);
    return quota;
}

grpc_server *rpc_arguments_create_server(const struct rpc_options *options)
{
    grpc_resource_quota *quota = make_quota(options);
    uint64_t age_ms = options->max_connection_age_s != 0 ? (uint64_t)options->max_connection_age_s * 1000 : INT32_MAX;
    grpc_arg shared = {.type = GRPC_ARG_POINTER, .key = (char *)GRPC_ARG_RESOURCE_QUOTA};
    shared.value.pointer.p = quota;
    shared.value.pointer.vtable = grpc_resource_quota_arg_vtable();
    grpc_arg arguments[] = {
        shared,
        /* by default a second server binds the same port without an error */
        number(GRPC_ARG_ALLOW_REUSEPORT, 0),
        /* beyond this the library refuses without our details; up to it rpc_unpack does */
        number(GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH, (uint64_t)options->max_message_bytes * 2 + 65536),
        number(GRPC_ARG_MAX_METADATA_SIZE, METADATA_BYTES),
        number(GRPC_ARG_MAX_CONCURRENT_STREAMS, (uint64_t)options->max_calls + STREAMS_SPARE),
        /* identity only: a few compressed bytes may unfold to gigabytes */
        number(GRPC_COMPRESSION_CHANNEL_ENABLED_ALGORITHMS_BITSET, 1U << GRPC_COMPRESS_NONE),
        number(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, HANDSHAKE_MS),
        number(GRPC_ARG_KEEPALIVE_TIME_MS, KEEPALIVE_MS),
        number(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, KEEPALIVE_TIMEOUT_MS),
        number(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1),
        number(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, PING_INTERVAL_MS),
        number(GRPC_ARG_HTTP2_MAX_PING_STRIKES, PING_STRIKES),
        number(GRPC_ARG_MAX_CONNECTION_IDLE_MS, IDLE_MS),
        /* a certificate is judged at the handshake and never again; running calls are not hurt */
        number(GRPC_ARG_MAX_CONNECTION_AGE_MS, age_ms),
        number(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, AGE_GRACE_MS),
        number(GRPC_ARG_ENABLE_CHANNELZ, 0),
    };
    grpc_channel_args all = {sizeof arguments / sizeof arguments[0], arguments};
    grpc_server *server = grpc_server_create(&all, NULL);
    grpc_resource_quota_unref(quota);
    return server;
}
