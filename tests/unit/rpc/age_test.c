/* A connection that is too old is replaced: its caller is judged anew, and no call is lost by it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "echo.h"
#include "pki.h"
#include "test.h"

enum { AGE_S = 1, AGES = 4, PATIENCE_MS = 15000 };

static struct pki pki;
static char paths[4][PKI_PATH];

static int64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static struct rpc_server *start_aged(void)
{
    struct rpc_options options = echo_options();
    options.insecure_loopback = false;
    options.max_connection_age_s = AGE_S;
    options.certificate_file = pki_path(&pki, "server", "pem", paths[0]);
    options.key_file = pki_path(&pki, "server", "key", paths[1]);
    options.client_ca_file = pki_path(&pki, "client-ca", "pem", paths[2]);
    return echo_start(&options);
}

static grpc_channel *connect_shop(const struct rpc_server *server)
{
    char ca[PKI_PATH];
    char certificate[PKI_PATH];
    char key[PKI_PATH];
    return caller_connect_tls(rpc_server_port(server), pki_path(&pki, "ca", "pem", ca),
                              pki_path(&pki, "shop", "pem", certificate), pki_path(&pki, "shop", "key", key));
}

static void copy_ca(const char *from)
{
    char source[PKI_PATH];
    char text[8192];
    FILE *file = fopen(pki_path(&pki, from, "pem", source), "re");
    assert_non_null(file);
    size_t size = fread(text, 1, sizeof text, file);
    (void)fclose(file);
    file = fopen(pki_path(&pki, "client-ca", "pem", source), "we");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, size, file), size);
    (void)fclose(file);
}

/* gRPC's client may give up a call that it had not sent when it learnt of the connection's end, and says so. Such a
 * call never reached the server, which is what every client that repeats unavailable calls relies on. */
static bool never_sent(const struct caller_result *result)
{
    return result->code == GRPC_STATUS_UNAVAILABLE && strcmp(result->text, "GOAWAY received") == 0;
}

/* Returns how often it had to be sent again. */
static unsigned answered(grpc_channel *channel, int64_t number)
{
    const char *method = number % 2 == 0 ? ECHO "Quick" : ECHO "Pooled";
    struct caller_result result = echo_result(channel, method, number, NULL, PATIENCE_MS);
    unsigned again = never_sent(&result) ? 1 : 0;
    if (again > 0) {
        caller_forget(&result);
        result = echo_result(channel, method, number, NULL, PATIENCE_MS);
    }
    if (result.code != GRPC_STATUS_OK)
        print_message("call %lld: status %d, %s\n", (long long)number, (int)result.code, result.text);
    assert_int_equal(result.code, GRPC_STATUS_OK);
    caller_forget(&result);
    return again;
}

static void exchange(struct caller_stream *stream)
{
    const Rpctest__Item item = RPCTEST__ITEM__INIT;
    assert_true(caller_send(stream, &item.base));
    ProtobufCMessage *answer = caller_receive(stream, &rpctest__item__descriptor);
    assert_non_null(answer);
    protobuf_c_message_free_unpacked(answer, NULL);
}

/* Over several ages, one channel: every call that is sent is answered, and a stream outlives its connection's age. */
static void no_call_is_lost(void **state)
{
    (void)state;
    copy_ca("ca");
    grpc_init();
    struct rpc_server *server = start_aged();
    grpc_channel *channel = connect_shop(server);
    struct caller_stream *stream = caller_open(channel, ECHO "Chat", 30000);
    exchange(stream);
    int64_t end = now_ms() + 1000LL * AGES * AGE_S;
    unsigned again = 0;
    for (int64_t i = 1; now_ms() < end; i++)
        again += answered(channel, i);
    assert_in_range(again, 0, AGES); /* once for each connection, at most */
    exchange(stream);
    caller_send_end(stream);
    assert_null(caller_receive(stream, &rpctest__item__descriptor));
    assert_int_equal(caller_end(stream).code, GRPC_STATUS_OK);
    grpc_channel_destroy(channel);
    echo_stop(server);
    grpc_shutdown_blocking();
}

static void removed_ca_takes_effect(void **state)
{
    (void)state;
    copy_ca("ca");
    grpc_init();
    struct rpc_server *server = start_aged();
    grpc_channel *channel = connect_shop(server);
    assert_int_equal(echo_call(channel, ECHO "Quick", 3, NULL), 3);
    copy_ca("other-ca");
    int64_t end = now_ms() + PATIENCE_MS;
    bool out = false;
    while (!out && now_ms() < end) {
        struct caller_result result = echo_result(channel, ECHO "Quick", 1, NULL, 5000);
        out = result.code == GRPC_STATUS_UNAVAILABLE;
        caller_forget(&result);
    }
    assert_true(out);
    grpc_channel_destroy(channel);
    echo_stop(server);
    grpc_shutdown_blocking();
}

static int start(void **state)
{
    (void)state;
    pki_open(&pki);
    pki_make_ca(&pki, "ca");
    pki_make_ca(&pki, "other-ca");
    pki_make_leaf(&pki, &(struct pki_leaf){.name = "server", .issuer = "ca", .san = "DNS:localhost,IP:127.0.0.1"});
    pki_make_principal(&pki, "shop");
    return 0;
}

static int stop(void **state)
{
    (void)state;
    pki_close(&pki);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_call_is_lost),
        cmocka_unit_test(removed_ca_takes_effect),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
