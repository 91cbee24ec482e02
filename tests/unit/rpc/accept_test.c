/* The cap on connections. */
#include <arpa/inet.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "echo.h"
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

static int connect_plain(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(rpc_server_port(server)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
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
        fds[i] = connect_plain();
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
        cmocka_unit_test(other_listeners_are_left_alone),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
