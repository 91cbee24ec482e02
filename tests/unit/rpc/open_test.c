/* What anybody may call takes nothing from those who are known: reflection and health watchers. */
#include <grpc/health/v1/health.pb-c.h>
#include <grpc/reflection/v1/reflection.pb-c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "echo.h"
#include "pki.h"
#include "rpc/health.h"
#include "test.h"

#define REFLECTION "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"
#define WATCH      "/grpc.health.v1.Health/Watch"

static bool reflect(struct caller_stream *stream)
{
    Grpc__Reflection__V1__ServerReflectionRequest request = GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__INIT;
    request.message_request_case = GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_LIST_SERVICES;
    request.list_services = (char *)"";
    if (!caller_send(stream, &request.base))
        return false;
    ProtobufCMessage *answer = caller_receive(stream, &grpc__reflection__v1__server_reflection_response__descriptor);
    if (answer == NULL)
        return false;
    protobuf_c_message_free_unpacked(answer, NULL);
    return true;
}

static int64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Many reflection streams are held open; the streams of a known caller find every worker free. */
static void reflection_has_threads_of_its_own(void **state)
{
    (void)state;
    enum { HELD = 12, STREAMS = 4 };
    grpc_init();
    const struct rpc_options options = echo_options();
    struct rpc_server *server = echo_start(&options);
    grpc_channel *channel = caller_connect(rpc_server_port(server));
    struct caller_stream *held[HELD];
    held[0] = caller_open(channel, REFLECTION, 20000);
    assert_true(reflect(held[0]));
    for (int i = 1; i < HELD; i++)
        held[i] = caller_open(channel, REFLECTION, 20000);
    struct caller_stream *streams[STREAMS];
    for (int i = 0; i < STREAMS; i++) {
        streams[i] = caller_open(channel, ECHO "Chat", 10000);
        Rpctest__Item item = RPCTEST__ITEM__INIT;
        assert_true(caller_send(streams[i], &item.base));
        ProtobufCMessage *answer = caller_receive(streams[i], &rpctest__item__descriptor);
        assert_non_null(answer);
        protobuf_c_message_free_unpacked(answer, NULL);
    }
    for (int i = 0; i < STREAMS; i++) {
        caller_send_end(streams[i]);
        assert_null(caller_receive(streams[i], &rpctest__item__descriptor));
        assert_int_equal(caller_end(streams[i]).code, GRPC_STATUS_OK);
    }
    /* a quarter of four runs, as many wait, the others are refused */
    unsigned busy = 0;
    for (int i = 0; i < HELD; i++) {
        caller_send_end(held[i]);
        assert_null(caller_receive(held[i], &grpc__reflection__v1__server_reflection_response__descriptor));
        struct caller_result result = caller_end(held[i]);
        busy += strcmp(result.reason, "SERVER_BUSY") == 0;
    }
    assert_int_equal(busy, HELD - 2);
    grpc_channel_destroy(channel);
    echo_stop(server);
    grpc_shutdown_blocking();
}

/* Neither silence nor chatter holds such a stream beyond its time. */
static void reflection_ends(void **state)
{
    (void)state;
    enum { LIFE_MS = 700 };
    grpc_init();
    struct rpc_options options = echo_options();
    options.open_stream_ms = LIFE_MS;
    struct rpc_server *server = echo_start(&options);
    grpc_channel *channel = caller_connect(rpc_server_port(server));
    for (int chatty = 0; chatty < 2; chatty++) {
        int64_t begun = now_ms();
        struct caller_stream *stream = caller_open(channel, REFLECTION, 20000);
        assert_true(reflect(stream));
        while (chatty == 1 && reflect(stream))
            assert_true(now_ms() - begun < 10000);
        struct caller_result result = caller_end(stream);
        assert_int_equal(result.code, GRPC_STATUS_DEADLINE_EXCEEDED);
        assert_in_range(now_ms() - begun, LIFE_MS - 50, 10000);
    }
    /* the streams of known callers are not meant */
    struct caller_stream *stream = caller_open(channel, ECHO "Sum", 20000);
    Rpctest__Item item = RPCTEST__ITEM__INIT;
    assert_true(caller_send(stream, &item.base));
    const struct timespec pause = {1, 0};
    (void)nanosleep(&pause, NULL);
    assert_true(caller_send(stream, &item.base));
    caller_send_end(stream);
    ProtobufCMessage *sum = caller_receive(stream, &rpctest__item__descriptor);
    assert_non_null(sum);
    protobuf_c_message_free_unpacked(sum, NULL);
    assert_int_equal(caller_end(stream).code, GRPC_STATUS_OK);
    grpc_channel_destroy(channel);
    echo_stop(server);
    grpc_shutdown_blocking();
}

/* Opens a watch and returns whether it was let in. */
static struct caller_stream *watch(grpc_channel *channel, bool *in)
{
    struct caller_stream *stream = caller_open(channel, WATCH, 30000);
    const Grpc__Health__V1__HealthCheckRequest request = GRPC__HEALTH__V1__HEALTH_CHECK_REQUEST__INIT;
    assert_true(caller_send(stream, &request.base));
    caller_send_end(stream);
    ProtobufCMessage *answer = caller_receive(stream, &grpc__health__v1__health_check_response__descriptor);
    *in = answer != NULL;
    if (answer != NULL)
        protobuf_c_message_free_unpacked(answer, NULL);
    return stream;
}

static void expect_busy(grpc_channel *channel)
{
    bool in;
    struct caller_stream *stream = watch(channel, &in);
    assert_false(in);
    assert_string_equal(caller_end(stream).reason, "SERVER_BUSY");
}

static grpc_channel *connect_as(const struct pki *pki, uint16_t port, const char *name)
{
    char ca[PKI_PATH];
    char certificate[PKI_PATH];
    char key[PKI_PATH];
    return caller_connect_tls(port, pki_path(pki, "ca", "pem", ca), pki_path(pki, name, "pem", certificate),
                              pki_path(pki, name, "key", key));
}

/* Each principal has a part of the places, callers without one have one together, and all have no more than all. */
static void watchers_each(void **state)
{
    (void)state;
    enum { EACH = RPC_HEALTH_WATCHERS_EACH, CALLERS = RPC_HEALTH_MAX_WATCHERS / EACH };
    struct pki pki;
    char paths[3][PKI_PATH];
    pki_open(&pki);
    pki_make_ca(&pki, "ca");
    pki_make_leaf(&pki, &(struct pki_leaf){.name = "server", .issuer = "ca", .san = "DNS:localhost,IP:127.0.0.1"});
    pki_make_leaf(&pki, &(struct pki_leaf){.name = "nobody-1", .issuer = "ca", .san = "DNS:a.example"});
    pki_make_leaf(&pki, &(struct pki_leaf){.name = "nobody-2", .issuer = "ca", .san = "DNS:b.example"});
    grpc_init();
    struct rpc_options options = echo_options();
    options.insecure_loopback = false;
    options.max_calls = 2 * RPC_HEALTH_MAX_WATCHERS;
    options.certificate_file = pki_path(&pki, "server", "pem", paths[0]);
    options.key_file = pki_path(&pki, "server", "key", paths[1]);
    options.client_ca_file = pki_path(&pki, "ca", "pem", paths[2]);
    struct rpc_server *server = echo_start(&options);
    uint16_t port = rpc_server_port(server);
    grpc_channel *second = connect_as(&pki, port, "nobody-2");
    grpc_channel *channels[CALLERS + 1];
    struct caller_stream *streams[RPC_HEALTH_MAX_WATCHERS];
    bool in;
    for (int i = 0; i < CALLERS; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, i == 0 ? "nobody-1" : "shop-%d", i);
        if (i > 0)
            pki_make_principal(&pki, name);
        channels[i] = connect_as(&pki, port, name);
        for (int k = 0; k < EACH; k++) {
            streams[i * EACH + k] = watch(channels[i], &in);
            assert_true(in);
        }
        expect_busy(channels[i]);
        if (i == 0)
            expect_busy(second);
    }
    pki_make_principal(&pki, "late");
    channels[CALLERS] = connect_as(&pki, port, "late");
    expect_busy(channels[CALLERS]);
    for (int i = 0; i < RPC_HEALTH_MAX_WATCHERS; i++) {
        caller_cancel(streams[i]);
        (void)caller_end(streams[i]);
    }
    for (int i = 0; i <= CALLERS; i++)
        grpc_channel_destroy(channels[i]);
    grpc_channel_destroy(second);
    echo_stop(server);
    grpc_shutdown_blocking();
    pki_close(&pki);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reflection_has_threads_of_its_own),
        cmocka_unit_test(reflection_ends),
        cmocka_unit_test(watchers_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
