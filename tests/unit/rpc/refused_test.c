/* Who hears of the calls that the runtime refuses by itself. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "echo.h"
#include "test.h"

#define REFLECTION "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"

static struct heard {
    pthread_mutex_t lock;
    unsigned count;
    char principal[80]; /* "-": none */
    char path[80];
    int reason;
} heard = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void hear(void *self, const char *principal, const char *path, mv_status status)
{
    struct heard *to = self;
    (void)pthread_mutex_lock(&to->lock);
    to->count++;
    (void)snprintf(to->principal, sizeof to->principal, "%s", principal != NULL ? principal : "-");
    (void)snprintf(to->path, sizeof to->path, "%s", path);
    to->reason = status.reason;
    (void)pthread_mutex_unlock(&to->lock);
}

/* The last one heard of; it is told before the caller gets the answer. */
static void expect_heard(unsigned count, const char *principal, const char *path, int reason)
{
    (void)pthread_mutex_lock(&heard.lock);
    struct heard seen = heard;
    (void)pthread_mutex_unlock(&heard.lock);
    assert_int_equal(seen.count, count);
    assert_string_equal(seen.principal, principal);
    assert_string_equal(seen.path, path);
    assert_int_equal(seen.reason, reason);
}

static unsigned heard_count(void)
{
    (void)pthread_mutex_lock(&heard.lock);
    unsigned count = heard.count;
    (void)pthread_mutex_unlock(&heard.lock);
    return count;
}

static struct rpc_server *server;
static grpc_channel *channel;

static void open_as(const char *principal)
{
    grpc_init();
    struct rpc_options options = echo_options();
    options.insecure_principal = principal;
    options.max_calls = 4;
    options.refused = hear;
    options.refused_self = &heard;
    heard.count = 0;
    server = echo_start(&options);
    channel = caller_connect(rpc_server_port(server));
}

static void close_all(void)
{
    grpc_channel_destroy(channel);
    echo_stop(server);
    grpc_shutdown_blocking();
}

static void send_nonsense(const char *method)
{
    struct caller_result result = caller_raw(channel, method, "\xff\xff\xff", 3, 5000);
    assert_int_equal(result.code, GRPC_STATUS_INVALID_ARGUMENT);
    caller_forget(&result);
}

static void malformed_messages(void **state)
{
    (void)state;
    static const char *const methods[] = {ECHO "Quick", ECHO "Pooled", ECHO "Count", ECHO "Sum",
                                          ECHO "Chat",  HEALTH_CHECK,  REFLECTION};
    open_as("tester");
    for (unsigned i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        send_nonsense(methods[i]);
        expect_heard(i + 1, "tester", methods[i], MV_INVALID_FIELD);
    }
    close_all();
}

static void too_many_elements(void **state)
{
    (void)state;
    open_as("tester");
    int32_t numbers[101] = {0};
    Rpctest__Nest nest = RPCTEST__NEST__INIT;
    nest.numbers = numbers;
    nest.n_numbers = 101;
    struct caller_result result = caller_unary(channel, ECHO "Lists", &nest.base, 5000);
    assert_string_equal(result.reason, "REQUEST_TOO_LARGE");
    expect_heard(1, "tester", ECHO "Lists", MV_REQUEST_TOO_LARGE);
    close_all();
}

static void nobody(void **state)
{
    (void)state;
    static const char *const methods[] = {ECHO "Quick", ECHO "Pooled", ECHO "Count"};
    open_as(NULL);
    for (unsigned i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        struct caller_result result = echo_result(channel, methods[i], 1, NULL, 5000);
        assert_string_equal(result.reason, "NOT_AUTHENTICATED");
        expect_heard(i + 1, "-", methods[i], MV_NOT_AUTHENTICATED);
    }
    send_nonsense(HEALTH_CHECK);
    expect_heard(4, "-", HEALTH_CHECK, MV_INVALID_FIELD);
    close_all();
}

static void unknown_methods(void **state)
{
    (void)state;
    open_as("tester");
    struct caller_result result = echo_result(channel, "/rpctest.Echo/Nothing", 1, NULL, 5000);
    assert_string_equal(result.reason, "METHOD_UNKNOWN");
    expect_heard(1, "tester", RPC_UNKNOWN_PATH, MV_METHOD_UNKNOWN);
    close_all();
}

/* A handler's refusal, a passed deadline, a caller who left, a full house: not the runtime's judgement of a request. */
static void not_told(void **state)
{
    (void)state;
    open_as("tester");
    struct caller_result result = echo_result(channel, ECHO "Refuse", 1, "m", 5000);
    assert_string_equal(result.reason, "METER_UNKNOWN");
    caller_forget(&result);
    struct caller_stream *streams[4];
    const Rpctest__Item item = RPCTEST__ITEM__INIT;
    for (unsigned i = 0; i < 4; i++) {
        streams[i] = caller_open(channel, ECHO "Block", 20000);
        assert_true(caller_send(streams[i], &item.base));
        caller_send_end(streams[i]);
    }
    assert_true(echo_wait(&echo_seen.blocked, 4));
    result = echo_result(channel, ECHO "Quick", 1, NULL, 5000);
    assert_string_equal(result.reason, "SERVER_BUSY");
    caller_forget(&result);
    for (unsigned i = 0; i < 4; i++) {
        caller_cancel(streams[i]);
        (void)caller_end(streams[i]);
    }
    assert_true(echo_wait(&echo_seen.cancelled, 4));
    struct caller_stream *stream = caller_open(channel, ECHO "Sum", 100);
    assert_int_equal(caller_end(stream).code, GRPC_STATUS_DEADLINE_EXCEEDED);
    assert_true(echo_wait(&echo_seen.streams_broken, 1));
    assert_int_equal(heard_count(), 0);
    close_all();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(malformed_messages), cmocka_unit_test(too_many_elements), cmocka_unit_test(nobody),
        cmocka_unit_test(unknown_methods),    cmocka_unit_test(not_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
