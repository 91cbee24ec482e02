/* grpc.health.v1.Health. */
#include <grpc/health/v1/health.pb-c.h>
#include <unistd.h>

#include "echo.h"
#include "one_server.h"
#include "rpc/health.h"
#include "test.h"

enum { SERVING = 1, NOT_SERVING = 2, SERVICE_UNKNOWN = 3 };

#define WATCH "/grpc.health.v1.Health/Watch"

static Grpc__Health__V1__HealthCheckRequest request_for(const char *service)
{
    Grpc__Health__V1__HealthCheckRequest request = GRPC__HEALTH__V1__HEALTH_CHECK_REQUEST__INIT;
    request.service = (char *)service;
    return request;
}

static int check(const char *service)
{
    const Grpc__Health__V1__HealthCheckRequest request = request_for(service);
    struct caller_result result = caller_unary(channel, HEALTH_CHECK, &request.base, 5000);
    if (result.code != GRPC_STATUS_OK)
        return -(int)result.code;
    Grpc__Health__V1__HealthCheckResponse *response =
        grpc__health__v1__health_check_response__unpack(NULL, result.size, result.data);
    assert_non_null(response);
    int status = (int)response->status;
    grpc__health__v1__health_check_response__free_unpacked(response, NULL);
    caller_forget(&result);
    return status;
}

static struct caller_stream *watch(const char *service)
{
    struct caller_stream *stream = caller_open(channel, WATCH, 20000);
    const Grpc__Health__V1__HealthCheckRequest request = request_for(service);
    assert_true(caller_send(stream, &request.base));
    caller_send_end(stream);
    return stream;
}

/* -1 at the end. */
static int next(struct caller_stream *stream)
{
    ProtobufCMessage *message = caller_receive(stream, &grpc__health__v1__health_check_response__descriptor);
    if (message == NULL)
        return -1;
    int status = (int)((const Grpc__Health__V1__HealthCheckResponse *)message)->status;
    protobuf_c_message_free_unpacked(message, NULL);
    return status;
}

/* The server may not yet have noticed that the watchers of before have left. */
static struct caller_stream *watch_patiently(const char *service)
{
    struct caller_stream *stream = watch(service);
    for (int i = 0; i < 200 && next(stream) != SERVING; i++) {
        assert_string_equal(caller_end(stream).reason, "SERVER_BUSY");
        (void)usleep(10000);
        stream = watch(service);
    }
    return stream;
}

static void checks(void **state)
{
    (void)state;
    assert_int_equal(check(""), SERVING);
    assert_int_equal(check("rpctest.Echo"), SERVING);
    assert_int_equal(check("rpctest.Nothing"), -GRPC_STATUS_NOT_FOUND);
    rpc_set_serving(server, "rpctest.Echo", false);
    assert_int_equal(check(""), SERVING);
    assert_int_equal(check("rpctest.Echo"), NOT_SERVING);
    rpc_set_serving(server, "rpctest.Echo", true);
    rpc_set_serving(server, "", false);
    assert_int_equal(check(""), NOT_SERVING);
    assert_int_equal(check("rpctest.Echo"), NOT_SERVING);
    rpc_set_serving(server, "rpctest.Nothing", false);
    rpc_set_serving(server, "", true);
    assert_int_equal(check("rpctest.Echo"), SERVING);
}

static void not_serving_at_first(void **state)
{
    (void)state;
    const struct rpc_options options = echo_options();
    struct rpc_server *fresh;
    assert_true(rpc_server_start(&options, &echo_service, 1, &fresh).ok);
    grpc_channel *kept = channel;
    channel = caller_connect(rpc_server_port(fresh));
    assert_int_equal(check(""), NOT_SERVING);
    assert_int_equal(check("rpctest.Echo"), NOT_SERVING);
    grpc_channel_destroy(channel);
    channel = kept;
    rpc_server_stop(fresh);
}

static void watches(void **state)
{
    (void)state;
    struct caller_stream *all = watch("");
    struct caller_stream *one = watch("rpctest.Echo");
    struct caller_stream *none = watch("rpctest.Nothing");
    assert_int_equal(next(all), SERVING);
    assert_int_equal(next(one), SERVING);
    assert_int_equal(next(none), SERVICE_UNKNOWN);
    for (int i = 0; i < 20; i++) {
        rpc_set_serving(server, "rpctest.Echo", false);
        rpc_set_serving(server, "rpctest.Echo", false);
        assert_int_equal(next(one), NOT_SERVING);
        rpc_set_serving(server, "rpctest.Echo", true);
        assert_int_equal(next(one), SERVING);
    }
    rpc_set_serving(server, "", false);
    /* nothing of the other service's changes came here */
    assert_int_equal(next(all), NOT_SERVING);
    assert_int_equal(next(one), NOT_SERVING);
    rpc_set_serving(server, "", true);
    assert_int_equal(next(all), SERVING);
    caller_cancel(all);
    caller_cancel(one);
    caller_cancel(none);
    assert_int_equal(caller_end(all).code, GRPC_STATUS_CANCELLED);
    assert_int_equal(caller_end(one).code, GRPC_STATUS_CANCELLED);
    assert_int_equal(caller_end(none).code, GRPC_STATUS_CANCELLED);
}

/* Many watchers hold up nobody, and one too many is told so. Those that left make room. */
static void watchers_are_bounded(void **state)
{
    (void)state;
    enum { MOST = RPC_HEALTH_WATCHERS_EACH };
    for (int round = 0; round < 3; round++) {
        struct caller_stream *streams[MOST];
        for (int i = 0; i < MOST; i++) {
            streams[i] = watch_patiently("");
        }
        assert_int_equal(echo_call(channel, ECHO "Pooled", 5, NULL), 5);
        rpc_set_serving(server, "", false);
        for (int i = 0; i < MOST; i++)
            assert_int_equal(next(streams[i]), NOT_SERVING);
        rpc_set_serving(server, "", true);
        for (int i = 0; i < MOST; i++) {
            caller_cancel(streams[i]);
            (void)caller_end(streams[i]);
        }
    }
}

static void one_watcher_too_many(void **state)
{
    (void)state;
    const struct rpc_options options = echo_options();
    struct rpc_server *wide = echo_start(&options);
    grpc_channel *kept = channel;
    channel = caller_connect(rpc_server_port(wide));
    struct caller_stream *streams[RPC_HEALTH_WATCHERS_EACH];
    for (int i = 0; i < RPC_HEALTH_WATCHERS_EACH; i++) {
        streams[i] = watch("");
        assert_int_equal(next(streams[i]), SERVING);
    }
    struct caller_stream *refused = watch("");
    assert_int_equal(next(refused), -1);
    assert_string_equal(caller_end(refused).reason, "SERVER_BUSY");
    /* the others are told of the end */
    rpc_server_stop(wide);
    for (int i = 0; i < RPC_HEALTH_WATCHERS_EACH; i++) {
        assert_int_equal(next(streams[i]), NOT_SERVING);
        assert_int_equal(next(streams[i]), -1);
        assert_string_equal(caller_end(streams[i]).reason, "SHUTTING_DOWN");
    }
    grpc_channel_destroy(channel);
    channel = kept;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checks),
        cmocka_unit_test(not_serving_at_first),
        cmocka_unit_test(watches),
        cmocka_unit_test(watchers_are_bounded),
        cmocka_unit_test(one_watcher_too_many),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
