/* Stopping: what runs may end, what does not end is cancelled, what comes is refused, and nothing is left over. */
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "echo.h"
#include "test.h"

static int start(void **state)
{
    (void)state;
    grpc_init();
    return 0;
}

static int stop(void **state)
{
    (void)state;
    grpc_shutdown_blocking();
    return 0;
}

static double now(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void *stop_server(void *server)
{
    rpc_server_stop(server);
    return NULL;
}

static struct caller_stream *begin(grpc_channel *channel, const char *method)
{
    struct caller_stream *stream = caller_open(channel, method, 30000);
    const Rpctest__Item item = RPCTEST__ITEM__INIT;
    assert_true(caller_send(stream, &item.base));
    return stream;
}

static grpc_status_code end(struct caller_stream *stream)
{
    ProtobufCMessage *message = caller_receive(stream, &rpctest__item__descriptor);
    if (message != NULL)
        protobuf_c_message_free_unpacked(message, NULL);
    return caller_end(stream).code;
}

static void idle(void **state)
{
    (void)state;
    const struct rpc_options options = echo_options();
    for (int i = 0; i < 5; i++)
        echo_stop(echo_start(&options));
    struct rpc_server *server = echo_start(&options);
    grpc_channel *channel = caller_connect(rpc_server_port(server));
    assert_int_equal(echo_call(channel, ECHO "Quick", 1, NULL), 1);
    double begun = now();
    /* a connection without calls holds nobody up */
    echo_stop(server);
    assert_true(now() - begun < 2.0);
    grpc_channel_destroy(channel);
}

static void running_calls_end(void **state)
{
    (void)state;
    struct rpc_options options = echo_options();
    options.drain_ms = 20000;
    struct rpc_server *server = echo_start(&options);
    grpc_channel *channel = caller_connect(rpc_server_port(server));
    struct caller_stream *blocked = begin(channel, ECHO "Block");
    caller_send_end(blocked);
    assert_true(echo_wait(&echo_seen.blocked, 1));
    pthread_t stopper;
    assert_int_equal(pthread_create(&stopper, NULL, stop_server, server), 0);
    (void)usleep(200000);
    grpc_channel *other = caller_connect(rpc_server_port(server));
    assert_int_equal(echo_call(other, ECHO "Quick", 1, NULL), -1);
    grpc_channel_destroy(other);
    atomic_store(&echo_seen.release, true);
    assert_int_equal(end(blocked), GRPC_STATUS_OK);
    (void)pthread_join(stopper, NULL);
    grpc_channel_destroy(channel);
}

static void endless_calls_are_cancelled(void **state)
{
    (void)state;
    struct rpc_options options = echo_options();
    options.drain_ms = 100;
    options.queue_threads = 2;
    struct rpc_server *server = echo_start(&options);
    grpc_channel *channel = caller_connect(rpc_server_port(server));
    enum { MANY = 6 };
    struct caller_stream *blocked[MANY];
    for (int i = 0; i < MANY; i++) {
        blocked[i] = begin(channel, ECHO "Block");
        caller_send_end(blocked[i]);
    }
    struct caller_stream *chat = begin(channel, ECHO "Chat");
    struct caller_stream *sum = begin(channel, ECHO "Sum");
    /* four run, two wait for a worker */
    assert_true(echo_wait(&echo_seen.blocked, 4));
    echo_stop(server);
    for (int i = 0; i < MANY; i++)
        assert_int_not_equal(end(blocked[i]), GRPC_STATUS_OK);
    assert_int_not_equal(end(chat), GRPC_STATUS_OK);
    assert_int_not_equal(end(sum), GRPC_STATUS_OK);
    assert_true(atomic_load(&echo_seen.cancelled) >= 4);
    grpc_channel_destroy(channel);
}

static void *release_soon(void *unused)
{
    (void)usleep(600000);
    atomic_store(&echo_seen.release_late, true);
    return unused;
}

/* Another thread still holds the call when everything is cancelled: the server waits for its answer. */
static void late_answers_are_waited_for(void **state)
{
    (void)state;
    struct rpc_options options = echo_options();
    options.drain_ms = 50;
    struct rpc_server *server = echo_start(&options);
    atomic_store(&echo_seen.release_late, false);
    grpc_channel *channel = caller_connect(rpc_server_port(server));
    struct caller_stream *streams[10];
    for (int i = 0; i < 10; i++) {
        streams[i] = begin(channel, ECHO "Late");
        caller_send_end(streams[i]);
    }
    assert_true(echo_wait(&echo_seen.blocked, 10));
    pthread_t releaser;
    assert_int_equal(pthread_create(&releaser, NULL, release_soon, NULL), 0);
    double begun = now();
    echo_stop(server);
    assert_true(now() - begun > 0.4);
    (void)pthread_join(releaser, NULL);
    for (int i = 0; i < 10; i++)
        assert_int_not_equal(end(streams[i]), GRPC_STATUS_OK);
    grpc_channel_destroy(channel);
}

struct load {
    uint16_t port;
    atomic_bool *over;
    unsigned answered;
};

static void *keep_calling(void *argument)
{
    struct load *load = argument;
    grpc_channel *channel = caller_connect(load->port);
    static const char *const methods[] = {ECHO "Quick", ECHO "Pooled", ECHO "Count", ECHO "Sum", ECHO "Chat"};
    for (unsigned i = 0; !atomic_load(load->over); i++) {
        struct caller_result result = echo_result(channel, methods[i % 5], 3, "text", 2000);
        load->answered += result.code == GRPC_STATUS_OK;
        caller_forget(&result);
        if (result.code == GRPC_STATUS_UNAVAILABLE)
            (void)usleep(1000);
    }
    grpc_channel_destroy(channel);
    return NULL;
}

static void under_load(void **state)
{
    (void)state;
    enum { ROUNDS = 6, THREADS = 4 };
    for (int round = 0; round < ROUNDS; round++) {
        struct rpc_options options = echo_options();
        options.drain_ms = round % 2 == 0 ? 2000 : 1;
        options.queue_threads = round % 3 == 0 ? 2 : 1;
        struct rpc_server *server = echo_start(&options);
        atomic_bool over = false;
        struct load loads[THREADS];
        pthread_t threads[THREADS];
        for (int i = 0; i < THREADS; i++) {
            loads[i] = (struct load){rpc_server_port(server), &over, 0};
            assert_int_equal(pthread_create(&threads[i], NULL, keep_calling, &loads[i]), 0);
        }
        (void)usleep(200000);
        echo_stop(server);
        atomic_store(&over, true);
        unsigned answered = 0;
        for (int i = 0; i < THREADS; i++) {
            (void)pthread_join(threads[i], NULL);
            answered += loads[i].answered;
        }
        assert_true(answered > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(idle),
        cmocka_unit_test(running_calls_end),
        cmocka_unit_test(endless_calls_are_cancelled),
        cmocka_unit_test(late_answers_are_waited_for),
        cmocka_unit_test(under_load),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
