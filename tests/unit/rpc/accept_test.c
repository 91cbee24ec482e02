/* The cap on connections. */
#include <arpa/inet.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "echo.h"
#include "ops/watchdog.h"
#include "test.h"

enum { MOST = 4 };

static struct rpc_server *server;

static int start(void **state)
{
    (void)state;
    grpc_init();
    struct rpc_options options = echo_options();
    options.max_connections = MOST;
    server = echo_start(&options);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    echo_stop(server);
    grpc_shutdown_blocking();
    return 0;
}

static bool answers(grpc_channel *channel)
{
    return echo_call(channel, ECHO "Quick", 3, NULL) == 3;
}

/* A new connection is let in, sooner or later. */
static grpc_channel *connect_patiently(void)
{
    for (int i = 0; i < 100; i++) {
        grpc_channel *channel = caller_connect(rpc_server_port(server));
        if (answers(channel))
            return channel;
        grpc_channel_destroy(channel);
        (void)usleep(50000);
    }
    return NULL;
}

static void no_more_than_the_cap(void **state)
{
    (void)state;
    grpc_channel *channels[MOST];
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < MOST; i++) {
            channels[i] = connect_patiently();
            assert_non_null(channels[i]);
        }
        grpc_channel *extra = caller_connect(rpc_server_port(server));
        assert_false(answers(extra));
        grpc_channel_destroy(extra);
        for (int i = 0; i < MOST; i++)
            assert_true(answers(channels[i]));
        for (int i = 0; i < MOST; i++)
            grpc_channel_destroy(channels[i]);
    }
}

static int connect_from(struct rpc_server *to, in_addr_t source)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(rpc_server_port(to)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(source)};
    assert_int_equal(bind(fd, (const struct sockaddr *)&from, sizeof from), 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

/* The server speaks first in HTTP/2: its settings, or the end. */
static bool let_in(int fd)
{
    char byte;
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    return poll(&ready, 1, 5000) == 1 && recv(fd, &byte, 1, 0) == 1;
}

static void silent_ones_count_too(void **state)
{
    (void)state;
    int fds[MOST + 3];
    grpc_channel *probe = connect_patiently();
    assert_non_null(probe);
    unsigned in = 0;
    for (int i = 0; i < MOST + 3; i++) {
        fds[i] = connect_from(server, INADDR_LOOPBACK);
        in += let_in(fds[i]);
    }
    assert_int_equal(in, MOST - 1);
    assert_true(answers(probe));
    for (int i = 0; i < MOST + 3; i++)
        (void)close(fds[i]);
    grpc_channel_destroy(probe);
    probe = connect_patiently();
    assert_non_null(probe);
    grpc_channel_destroy(probe);
}

static void expect_probe(void *self, uint16_t source_port)
{
    rpc_expect_probe(self, source_port);
}

/* Strangers who hold every place do not make the server look deaf to itself. */
static void probe_has_a_place(void **state)
{
    (void)state;
    enum { PLACES = 64, STRANGERS = 80 };
    struct rpc_options options = echo_options();
    options.max_connections = PLACES;
    struct rpc_server *full = echo_start(&options);
    int fds[STRANGERS];
    unsigned in = 0;
    for (int i = 0; i < STRANGERS; i++)
        fds[i] = connect_from(full, INADDR_LOOPBACK);
    for (int i = 0; i < STRANGERS; i++)
        in += let_in(fds[i]);
    assert_int_equal(in, PLACES);
    struct ops_listener listener = {
        .listen = options.listen, .port = rpc_server_port(full), .plaintext = true, .self = full};
    assert_false(ops_listener_alive(&listener, 2000).ok);
    listener.expect = expect_probe;
    for (int i = 0; i < 5; i++)
        assert_true(ops_listener_alive(&listener, 2000).ok);
    for (int i = 0; i < STRANGERS; i++)
        (void)close(fds[i]);
    echo_stop(full);
}

/* One address gets its share, others still find a place; those that left make room. */
static void one_peer_has_a_share(void **state)
{
    (void)state;
    enum { SHARE = 3, TRIES = 10 };
    const in_addr_t greedy = INADDR_LOOPBACK + 1;
    struct rpc_options options = echo_options();
    options.max_connections = 8;
    options.max_connections_per_peer = SHARE;
    struct rpc_server *shared = echo_start(&options);
    int fds[TRIES];
    unsigned in = 0;
    for (int i = 0; i < TRIES; i++)
        fds[i] = connect_from(shared, greedy);
    for (int i = 0; i < TRIES; i++)
        in += let_in(fds[i]);
    assert_int_equal(in, SHARE);
    grpc_channel *other = caller_connect(rpc_server_port(shared));
    assert_true(answers(other));
    grpc_channel_destroy(other);
    for (int i = 0; i < TRIES; i++)
        (void)close(fds[i]);
    /* until the server has noticed, and its table may be swept again */
    bool again = false;
    for (int i = 0; i < 100 && !again; i++) {
        int fd = connect_from(shared, greedy);
        again = let_in(fd);
        (void)close(fd);
        (void)usleep(50000);
    }
    assert_true(again);
    echo_stop(shared);
}

/* Sockets of others are not our business. */
static void other_listeners_are_left_alone(void **state)
{
    (void)state;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_int_equal(bind(listener, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener, 32), 0);
    socklen_t size = sizeof address;
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    int fds[3 * MOST][2];
    for (int i = 0; i < 3 * MOST; i++) {
        fds[i][0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        assert_int_equal(connect(fds[i][0], (const struct sockaddr *)&address, sizeof address), 0);
        struct sockaddr_in peer = {0};
        size = sizeof peer;
        fds[i][1] = accept4(listener, (struct sockaddr *)&peer, &size, SOCK_CLOEXEC);
        assert_true(fds[i][1] >= 0);
        assert_int_equal(peer.sin_family, AF_INET);
    }
    for (int i = 0; i < 3 * MOST; i++) {
        assert_int_equal(send(fds[i][0], "x", 1, MSG_NOSIGNAL), 1);
        char byte = 0;
        assert_int_equal(recv(fds[i][1], &byte, 1, 0), 1);
        (void)close(fds[i][0]);
        (void)close(fds[i][1]);
    }
    (void)close(listener);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_more_than_the_cap),
        cmocka_unit_test(silent_ones_count_too),
        cmocka_unit_test(probe_has_a_place),
        cmocka_unit_test(one_peer_has_a_share),
        cmocka_unit_test(other_listeners_are_left_alone),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
