/* Server, client and two-way streams: order, ends, cancellation, and who is held up by whom. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/status.h"
#include "echo.h"
#include "one_server.h"
#include "test.h"

static bool send_number(struct caller_stream *stream, int64_t number)
{
    Rpctest__Item item = RPCTEST__ITEM__INIT;
    item.number = number;
    return caller_send(stream, &item.base);
}

static struct caller_stream *open_with(const char *path, int64_t number, int timeout_ms)
{
    struct caller_stream *stream = caller_open(channel, path, timeout_ms);
    assert_true(send_number(stream, number));
    return stream;
}

/* The next item's number, 0 at the end. */
static int64_t next_number(struct caller_stream *stream)
{
    ProtobufCMessage *message = caller_receive(stream, &rpctest__item__descriptor);
    if (message == NULL)
        return 0;
    int64_t number = ((const Rpctest__Item *)message)->number;
    protobuf_c_message_free_unpacked(message, NULL);
    return number;
}

static void server_stream(void **state)
{
    (void)state;
    struct caller_stream *stream = open_with(ECHO "Count", 1000, 20000);
    caller_send_end(stream);
    for (int64_t i = 1; i <= 1000; i++)
        assert_int_equal(next_number(stream), i);
    assert_int_equal(next_number(stream), 0);
    assert_int_equal(caller_end(stream).code, GRPC_STATUS_OK);
}

static void server_stream_of_none(void **state)
{
    (void)state;
    struct caller_stream *stream = open_with(ECHO "Count", 0, 20000);
    caller_send_end(stream);
    assert_int_equal(next_number(stream), 0);
    assert_int_equal(caller_end(stream).code, GRPC_STATUS_OK);
}

static void server_stream_refused(void **state)
{
    (void)state;
    struct caller_stream *stream = open_with(ECHO "Count", -1, 20000);
    caller_send_end(stream);
    assert_int_equal(next_number(stream), 0);
    struct caller_result result = caller_end(stream);
    assert_int_equal(result.code, GRPC_STATUS_UNAVAILABLE);
    assert_string_equal(result.reason, "LEDGER_LOCKED");
}

static void client_stream(void **state)
{
    (void)state;
    struct caller_stream *stream = open_with(ECHO "Sum", 1, 20000);
    for (int64_t i = 2; i <= 500; i++) {
        Rpctest__Item item = RPCTEST__ITEM__INIT;
        item.number = i;
        assert_true(caller_send(stream, &item.base));
    }
    caller_send_end(stream);
    assert_int_equal(next_number(stream), 500 * 501 / 2);
    assert_int_equal(caller_end(stream).code, GRPC_STATUS_OK);
}

static void bidi(void **state)
{
    (void)state;
    struct caller_stream *stream = open_with(ECHO "Chat", 1, 20000);
    assert_int_equal(next_number(stream), 1);
    for (int64_t i = 2; i <= 300; i++) {
        Rpctest__Item item = RPCTEST__ITEM__INIT;
        item.number = i;
        assert_true(caller_send(stream, &item.base));
        assert_int_equal(next_number(stream), i);
    }
    caller_send_end(stream);
    assert_int_equal(next_number(stream), 0);
    assert_int_equal(caller_end(stream).code, GRPC_STATUS_OK);
}

static bool send_unasked(struct caller_stream *stream, int64_t number)
{
    int64_t last = 0;
    for (int i = 0; i < 50; i++) {
        int64_t next = next_number(stream);
        if (next <= last)
            return false;
        last = next;
    }
    return send_number(stream, number);
}

/* One thread reads while another writes. */
static void both_at_once(void **state)
{
    (void)state;
    struct caller_stream *stream = caller_open(channel, ECHO "Both", 20000);
    int64_t last = 0, number;
    /* nothing was sent yet, and it speaks */
    assert_int_equal(next_number(stream), 1);
    for (int64_t i = 1; i <= 20; i++)
        assert_true(send_unasked(stream, 1000000));
    caller_send_end(stream);
    while ((number = next_number(stream)) != 0)
        last = number;
    assert_int_equal(last, 20 * 1000000);
    assert_int_equal(caller_end(stream).code, GRPC_STATUS_OK);
}

static void both_are_cut_off(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 10; i++) {
        unsigned before = atomic_load(&echo_seen.streams_broken);
        struct caller_stream *stream = caller_open(channel, ECHO "Both", i % 2 == 0 ? 0 : 50);
        assert_int_equal(next_number(stream), 1);
        if (i % 2 == 0)
            caller_cancel(stream);
        while (next_number(stream) != 0)
            continue;
        assert_int_not_equal(caller_end(stream).code, GRPC_STATUS_OK);
        assert_true(echo_wait(&echo_seen.streams_broken, before + 1));
    }
}

/* A call that was cut short must never look like one that was sent to its end. */
static void cancel_is_no_end(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 30; i++) {
        unsigned before = atomic_load(&echo_seen.streams_broken);
        struct caller_stream *stream = open_with(i % 2 ? ECHO "Sum" : ECHO "Chat", 1, 0);
        if (i % 2 == 0)
            assert_int_equal(next_number(stream), 1);
        caller_cancel(stream);
        assert_int_equal(caller_end(stream).code, GRPC_STATUS_CANCELLED);
        /* the call may be cancelled before its handler runs */
        if (i % 2 == 0) {
            assert_true(echo_wait(&echo_seen.streams_broken, before + 1));
            assert_int_equal(atomic_load(&echo_seen.last_reason), MV_CANCELLED_BY_CALLER);
        }
    }
}

static void deadline_ends_stream(void **state)
{
    (void)state;
    unsigned before = atomic_load(&echo_seen.streams_broken);
    struct caller_stream *stream = open_with(ECHO "Drain", 1, 300);
    assert_int_equal(next_number(stream), 1);
    assert_int_equal(next_number(stream), 0);
    assert_int_equal(caller_end(stream).code, GRPC_STATUS_DEADLINE_EXCEEDED);
    assert_true(echo_wait(&echo_seen.streams_broken, before + 1));
    /* the caller's own clock may end it a moment before ours */
    int reason = atomic_load(&echo_seen.last_reason);
    assert_true(reason == MV_DEADLINE_PASSED || reason == MV_CANCELLED_BY_CALLER);
}

static void bad_message_in_stream(void **state)
{
    (void)state;
    struct caller_result result = caller_raw(channel, ECHO "Sum", "\x12\x01\xff", 3, 5000);
    assert_int_equal(result.code, GRPC_STATUS_INVALID_ARGUMENT);
    assert_string_equal(result.reason, "INVALID_FIELD");
    caller_forget(&result);
}

/* All stream workers busy and their row full: refused by name. Unary calls go on, and so do streams afterwards. */
static void streams_are_bounded(void **state)
{
    (void)state;
    enum { MANY = 12 };
    struct caller_stream *streams[MANY];
    /* the worker of the test before has told its caller, but may not be back yet */
    (void)usleep(200000);
    for (unsigned i = 0; i < MANY; i++) {
        streams[i] = caller_open(channel, ECHO "Chat", 20000);
        /* a stream that is refused at once may be over before this is sent */
        (void)send_number(streams[i], 1);
    }
    unsigned busy = 0;
    assert_int_equal(echo_call(channel, ECHO "Pooled", 9, NULL), 9);
    assert_int_equal(echo_call(channel, ECHO "Quick", 9, NULL), 9);
    for (unsigned i = 0; i < MANY; i++)
        caller_send_end(streams[i]);
    for (unsigned i = 0; i < MANY; i++) {
        while (next_number(streams[i]) != 0)
            continue;
        struct caller_result result = caller_end(streams[i]);
        if (result.code == GRPC_STATUS_OK)
            continue;
        assert_int_equal(result.code, GRPC_STATUS_RESOURCE_EXHAUSTED);
        assert_string_equal(result.reason, "SERVER_BUSY");
        busy++;
    }
    /* four run, four wait, the others are refused */
    assert_int_equal(busy, MANY - 8);
    struct caller_stream *stream = open_with(ECHO "Chat", 8, 20000);
    assert_int_equal(next_number(stream), 8);
    caller_send_end(stream);
    assert_int_equal(next_number(stream), 0);
    assert_int_equal(caller_end(stream).code, GRPC_STATUS_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(server_stream),
        cmocka_unit_test(server_stream_of_none),
        cmocka_unit_test(server_stream_refused),
        cmocka_unit_test(client_stream),
        cmocka_unit_test(bidi),
        cmocka_unit_test(both_at_once),
        cmocka_unit_test(both_are_cut_off),
        cmocka_unit_test(cancel_is_no_end),
        cmocka_unit_test(deadline_ends_stream),
        cmocka_unit_test(bad_message_in_stream),
        cmocka_unit_test(streams_are_bounded),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
