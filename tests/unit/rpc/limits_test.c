/* What a caller may not do, and that others do not notice. */
#include <arpa/inet.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "echo.h"
#include "test.h"

enum { MAX_CALLS = 8, MAX_BYTES = 65536, MAX_REPEATED = 100 };

static struct rpc_server *server;
static grpc_channel *channel;

static int start(void **state)
{
    (void)state;
    grpc_init();
    struct rpc_options options = echo_options();
    options.max_calls = MAX_CALLS;
    server = echo_start(&options);
    channel = caller_connect(rpc_server_port(server));
    return 0;
}

static int stop(void **state)
{
    (void)state;
    grpc_channel_destroy(channel);
    echo_stop(server);
    grpc_shutdown_blocking();
    return 0;
}

static struct caller_result send_sized(const char *method, size_t size)
{
    Rpctest__Item item = RPCTEST__ITEM__INIT;
    uint8_t *data = calloc(1, size);
    assert_non_null(data);
    item.data = (ProtobufCBinaryData){size, data};
    struct caller_result result = caller_unary(channel, method, &item.base, 10000);
    free(data);
    return result;
}

static void message_size(void **state)
{
    (void)state;
    static const char *const methods[] = {ECHO "Quick", ECHO "Pooled", ECHO "Sum", ECHO "Count"};
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        /* two bytes more than the data: its tag and length take four */
        struct caller_result result = send_sized(methods[i], MAX_BYTES - 4);
        assert_int_equal(result.code, GRPC_STATUS_OK);
        caller_forget(&result);
        result = send_sized(methods[i], MAX_BYTES - 3);
        assert_int_equal(result.code, GRPC_STATUS_RESOURCE_EXHAUSTED);
        assert_string_equal(result.reason, "REQUEST_TOO_LARGE");
        caller_forget(&result);
        /* far beyond, the library does not even read it */
        result = send_sized(methods[i], 8 << 20);
        assert_int_equal(result.code, GRPC_STATUS_RESOURCE_EXHAUSTED);
        caller_forget(&result);
    }
}

static void repeated_counts(void **state)
{
    (void)state;
    int32_t numbers[MAX_REPEATED + 1] = {0};
    Rpctest__Nest nest = RPCTEST__NEST__INIT;
    nest.numbers = numbers;
    nest.n_numbers = MAX_REPEATED;
    struct caller_result result = caller_unary(channel, ECHO "Lists", &nest.base, 5000);
    assert_int_equal(result.code, GRPC_STATUS_OK);
    caller_forget(&result);
    nest.n_numbers++;
    result = caller_unary(channel, ECHO "Lists", &nest.base, 5000);
    assert_int_equal(result.code, GRPC_STATUS_RESOURCE_EXHAUSTED);
    assert_string_equal(result.reason, "REQUEST_TOO_LARGE");
    assert_string_equal(result.metadata, "where=numbers;");
}

/* The widest request that the checks let through: as many lists of as many elements as the bytes allow. */
static void widest_request(void **state)
{
    (void)state;
    char *names[MAX_REPEATED];
    for (size_t i = 0; i < MAX_REPEATED; i++)
        names[i] = (char *)"";
    Rpctest__Nest__Group group = RPCTEST__NEST__GROUP__INIT;
    group.names = names;
    group.n_names = MAX_REPEATED;
    Rpctest__Nest__Group *groups[MAX_REPEATED];
    for (size_t i = 0; i < MAX_REPEATED; i++)
        groups[i] = &group;
    Rpctest__Nest nest = RPCTEST__NEST__INIT;
    nest.groups = groups;
    nest.n_groups = MAX_REPEATED;
    struct caller_result result = caller_unary(channel, ECHO "Lists", &nest.base, 5000);
    assert_int_equal(result.code, GRPC_STATUS_OK);
    Rpctest__Item *item = rpctest__item__unpack(NULL, result.size, result.data);
    assert_non_null(item);
    assert_int_equal(item->number, 1000 * MAX_REPEATED * MAX_REPEATED);
    rpctest__item__free_unpacked(item, NULL);
    caller_forget(&result);
}

static void compression_is_off(void **state)
{
    (void)state;
    grpc_channel *gzip = caller_connect_gzip(rpc_server_port(server));
    char text[4001];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    struct caller_result result = echo_result(gzip, ECHO "Quick", 1, text, 5000);
    assert_int_equal(result.code, GRPC_STATUS_UNIMPLEMENTED);
    caller_forget(&result);
    grpc_channel_destroy(gzip);
}

static void calls_at_once(void **state)
{
    (void)state;
    struct caller_stream *streams[MAX_CALLS];
    const Rpctest__Item item = RPCTEST__ITEM__INIT;
    unsigned before = atomic_load(&echo_seen.blocked);
    for (unsigned i = 0; i < MAX_CALLS; i++) {
        /* four workers block; the other calls wait in the row */
        streams[i] = caller_open(channel, ECHO "Block", 20000);
        assert_true(caller_send(streams[i], &item.base));
        caller_send_end(streams[i]);
    }
    assert_true(echo_wait(&echo_seen.blocked, before + 4));
    struct caller_result result = {0};
    static const char *const methods[] = {ECHO "Quick", ECHO "Pooled", ECHO "Count", ECHO "Chat"};
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        result = echo_result(channel, methods[i], 1, NULL, 5000);
        assert_int_equal(result.code, GRPC_STATUS_RESOURCE_EXHAUSTED);
        assert_string_equal(result.reason, "SERVER_BUSY");
        caller_forget(&result);
    }
    atomic_store(&echo_seen.release, true);
    for (unsigned i = 0; i < MAX_CALLS; i++) {
        ProtobufCMessage *answer = caller_receive(streams[i], &rpctest__item__descriptor);
        assert_non_null(answer);
        protobuf_c_message_free_unpacked(answer, NULL);
        assert_int_equal(caller_end(streams[i]).code, GRPC_STATUS_OK);
    }
    assert_int_equal(echo_call(channel, ECHO "Quick", 6, NULL), 6);
}

static void opened_and_dropped(void **state)
{
    (void)state;
    for (int i = 0; i < 1000; i++) {
        struct caller_stream *stream = caller_open(channel, i % 3 == 0 ? ECHO "Chat" : ECHO "Pooled", 0);
        caller_cancel(stream);
        (void)caller_end(stream);
    }
    /* the last ones may still be counted for a moment */
    int64_t answer = -1;
    for (int i = 0; i < 100 && answer != 6; i++) {
        answer = echo_call(channel, ECHO "Pooled", 6, NULL);
        (void)usleep(10000);
    }
    assert_int_equal(answer, 6);
}

static void nonsense_on_the_wire(void **state)
{
    (void)state;
    static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    static const char headers[] = {0, 1, (char)0x90, 1, 4, 0, 0, 0, 1};
    unsigned seed = 99;
    for (int i = 0; i < 40; i++) {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const struct sockaddr_in address = {.sin_family = AF_INET,
                                            .sin_port = htons(rpc_server_port(server)),
                                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
        char bytes[512];
        for (size_t k = 0; k < sizeof bytes; k++)
            bytes[k] = (char)rand_r(&seed);
        if (i % 2 == 0)
            (void)send(fd, preface, sizeof preface - 1, MSG_NOSIGNAL);
        /* a header block of random HPACK, sometimes */
        if (i % 4 == 0)
            memcpy(bytes, headers, sizeof headers);
        (void)send(fd, bytes, sizeof bytes, MSG_NOSIGNAL);
        (void)close(fd);
        assert_int_equal(echo_call(channel, ECHO "Quick", i + 1, NULL), i + 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(message_size),         cmocka_unit_test(repeated_counts), cmocka_unit_test(widest_request),
        cmocka_unit_test(compression_is_off),   cmocka_unit_test(calls_at_once),   cmocka_unit_test(opened_and_dropped),
        cmocka_unit_test(nonsense_on_the_wire),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
