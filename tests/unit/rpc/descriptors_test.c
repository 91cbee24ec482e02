/* A server that runs out of descriptors must serve again when there are some. It runs in a process of its own, which
 * has few; without the guard around accept4 the library closes its listener at the first failure and never answers
 * again. */
#include <arpa/inet.h>
#include <errno.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "echo.h"
#include "test.h"

enum { DESCRIPTORS = 64, CONNECTIONS = 200 };

static pid_t child;
static uint16_t port;
static int hold; /* the child stops when this is closed */

static _Noreturn void serve(int tell, int wait_for)
{
    const struct rlimit few = {DESCRIPTORS, DESCRIPTORS};
    struct rpc_options options = echo_options();
    options.max_connections = 1000;
    if (setrlimit(RLIMIT_NOFILE, &few) != 0)
        _exit(1);
    struct rpc_server *server = echo_start(&options);
    uint16_t number = rpc_server_port(server);
    char byte;
    if (write(tell, &number, sizeof number) != (ssize_t)sizeof number)
        _exit(1);
    (void)!read(wait_for, &byte, 1);
    echo_stop(server);
    _exit(0);
}

/* Before any thread and before gRPC is used in this process. */
static void start_child(void)
{
    int told[2];
    int held[2];
    if (pipe(told) != 0 || pipe(held) != 0)
        _exit(1);
    child = fork();
    if (child == 0) {
        (void)close(held[1]);
        (void)close(told[0]);
        serve(told[1], held[0]);
    }
    (void)close(held[0]);
    (void)close(told[1]);
    hold = held[1];
    if (child < 0 || read(told[0], &port, sizeof port) != (ssize_t)sizeof port)
        _exit(1);
    (void)close(told[0]);
}

static int connect_plain(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const struct timeval limit = {2, 0};
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_true(fd >= 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit), 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static bool served(void)
{
    for (int i = 0; i < 20; i++) {
        grpc_channel *channel = caller_connect(port);
        bool good = echo_call(channel, ECHO "Quick", 2, NULL) == 2;
        grpc_channel_destroy(channel);
        if (good)
            return true;
        (void)usleep(100000);
    }
    return false;
}

static void serves_after_exhaustion(void **state)
{
    (void)state;
    assert_true(served());
    int fds[CONNECTIONS];
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < CONNECTIONS; i++)
            fds[i] = connect_plain();
        /* nobody is left waiting: let in, or closed */
        unsigned in = 0;
        unsigned closed = 0;
        for (int i = 0; i < CONNECTIONS; i++) {
            char byte;
            ssize_t got = recv(fds[i], &byte, 1, 0);
            in += got == 1;
            closed += got == 0 || (got < 0 && errno == ECONNRESET);
        }
        assert_int_equal(in + closed, CONNECTIONS);
        assert_in_range(in, 1, DESCRIPTORS - 1);
        for (int i = 0; i < CONNECTIONS; i++)
            (void)close(fds[i]);
        assert_true(served());
    }
}

static void stops_cleanly(void **state)
{
    (void)state;
    int status = 0;
    (void)close(hold);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
    start_child();
    grpc_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(serves_after_exhaustion),
        cmocka_unit_test(stops_cleanly),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    grpc_shutdown_blocking();
    return failed;
}
