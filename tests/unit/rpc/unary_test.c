/* Unary calls: answers, refusals with their details, identity, deadlines, and what the bytes of a request may not be.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "echo.h"
#include "one_server.h"
#include "test.h"

static void answers(void **state)
{
    (void)state;
    for (int64_t i = 1; i <= 200; i++) {
        assert_int_equal(echo_call(channel, ECHO "Quick", i, "text"), i);
        assert_int_equal(echo_call(channel, ECHO "Pooled", i, "text"), i);
    }
    assert_int_equal(echo_call(channel, ECHO "Late", 1, NULL), 77);
}

static void large_answer(void **state)
{
    (void)state;
    char text[60001];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_int_equal(echo_call(channel, ECHO "Pooled", 5, text), 5);
    assert_int_equal(echo_call(channel, ECHO "Quick", 5, text), 5);
}

static void refusal_has_details(void **state)
{
    (void)state;
    struct caller_result result = echo_result(channel, ECHO "Refuse", 0, "600727000000000009", 5000);
    assert_int_equal(result.code, GRPC_STATUS_NOT_FOUND);
    assert_string_equal(result.reason, "METER_UNKNOWN");
    assert_string_equal(result.domain, "metervault");
    assert_string_equal(result.metadata, "meter=600727000000000009;where=meter_pan;code=0x30;");
    assert_string_equal(result.text, "The meter is not registered. Check the meter PAN, or register the meter first. "
                                     "(at meter_pan, code 0x30)");
    assert_null(result.data);
}

static void details_are_bounded(void **state)
{
    (void)state;
    struct caller_result result = echo_result(channel, ECHO "Refuse", 50, "m", 5000);
    assert_int_equal(result.code, GRPC_STATUS_NOT_FOUND);
    assert_string_equal(result.reason, "METER_UNKNOWN");
    unsigned pairs = 0;
    for (const char *c = result.metadata; *c != '\0'; c++)
        pairs += *c == ';';
    /* the buffer of the caller ends before the tenth */
    assert_in_range(pairs, 5, 10);
}

static void identity_and_deadline(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct caller_result result = echo_result(channel, ECHO "Who", 0, NULL, i == 0 ? 0 : 8000);
        assert_int_equal(result.code, GRPC_STATUS_OK);
        Rpctest__Item *item = rpctest__item__unpack(NULL, result.size, result.data);
        assert_non_null(item);
        assert_string_equal(item->text, "tester");
        assert_string_equal(item->right->name, "/rpctest.Echo/Who");
        if (i == 0)
            assert_int_equal(item->number, -2);
        else
            assert_in_range(item->number, 1, 8500);
        rpctest__item__free_unpacked(item, NULL);
        caller_forget(&result);
    }
}

static void deadline_cancels(void **state)
{
    (void)state;
    unsigned before = atomic_load(&echo_seen.cancelled);
    struct caller_result result = echo_result(channel, ECHO "Block", 0, NULL, 200);
    assert_int_equal(result.code, GRPC_STATUS_DEADLINE_EXCEEDED);
    assert_true(echo_wait(&echo_seen.cancelled, before + 1));
}

static void caller_cancels(void **state)
{
    (void)state;
    unsigned before = atomic_load(&echo_seen.cancelled);
    unsigned begun = atomic_load(&echo_seen.blocked);
    struct caller_stream *stream = caller_open(channel, ECHO "Block", 0);
    Rpctest__Item item = RPCTEST__ITEM__INIT;
    assert_true(caller_send(stream, &item.base));
    caller_send_end(stream);
    assert_true(echo_wait(&echo_seen.blocked, begun + 1));
    caller_cancel(stream);
    assert_true(echo_wait(&echo_seen.cancelled, before + 1));
    assert_int_equal(caller_end(stream).code, GRPC_STATUS_CANCELLED);
}

static void cancelled_before_message(void **state)
{
    (void)state;
    for (int i = 0; i < 50; i++) {
        struct caller_stream *stream = caller_open(channel, i % 2 ? ECHO "Quick" : ECHO "Pooled", 0);
        caller_cancel(stream);
        assert_int_equal(caller_end(stream).code, GRPC_STATUS_CANCELLED);
    }
    assert_int_equal(echo_call(channel, ECHO "Quick", 3, NULL), 3);
}

static void no_message(void **state)
{
    (void)state;
    struct caller_stream *stream = caller_open(channel, ECHO "Quick", 5000);
    caller_send_end(stream);
    struct caller_result result = caller_end(stream);
    /* the library itself ends such a call in some versions */
    assert_int_not_equal(result.code, GRPC_STATUS_OK);
}

static void unknown_method(void **state)
{
    (void)state;
    static const char *const paths[] = {"/rpctest.Echo/Nothing", "/rpctest.Other/Quick", "/x", "/"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct caller_result result = echo_result(channel, paths[i], 0, NULL, 5000);
        assert_int_equal(result.code, GRPC_STATUS_UNIMPLEMENTED);
        assert_string_equal(result.reason, "METHOD_UNKNOWN");
    }
}

static void expect_invalid(const char *method, const char *bytes, size_t size, const char *metadata)
{
    struct caller_result result = caller_raw(channel, method, bytes, size, 5000);
    assert_int_equal(result.code, GRPC_STATUS_INVALID_ARGUMENT);
    assert_string_equal(result.reason, "INVALID_FIELD");
    assert_string_equal(result.metadata, metadata);
    caller_forget(&result);
}

static void malformed_bytes(void **state)
{
    (void)state;
    static const char *const methods[] = {ECHO "Quick", ECHO "Pooled", ECHO "Count"};
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        expect_invalid(methods[i], "\xff\xff\xff\xff", 4, "where=request: not a message of this type;");
        expect_invalid(methods[i],
                       "\x12\x05"
                       "ab",
                       4, "where=request: not a message of this type;");
        expect_invalid(methods[i], "\x12\x02\xc3\x28", 4, "where=text;");
    }
    assert_int_equal(echo_call(channel, ECHO "Quick", 4, NULL), 4);
}

static void random_bytes(void **state)
{
    (void)state;
    static const char *const methods[] = {ECHO "Quick",
                                          ECHO "Pooled",
                                          ECHO "Lists",
                                          ECHO "Count",
                                          ECHO "Sum",
                                          ECHO "Chat",
                                          HEALTH_CHECK,
                                          "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
                                          "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"};
    unsigned seed = 20140101;
    for (unsigned i = 0; i < 900; i++) {
        uint8_t bytes[96];
        size_t size = (size_t)rand_r(&seed) % sizeof bytes;
        for (size_t k = 0; k < size; k++)
            bytes[k] = (uint8_t)rand_r(&seed);
        /* half of them begin like a message */
        if (size > 2 && i % 2 == 0) {
            bytes[0] = (uint8_t)(((unsigned)rand_r(&seed) % 6 << 3) | ((unsigned)rand_r(&seed) % 3));
            bytes[1] = (uint8_t)((unsigned)rand_r(&seed) % size);
        }
        /* so that a lucky Count ends soon */
        struct caller_result result =
            caller_raw(channel, methods[i % (sizeof methods / sizeof methods[0])], bytes, size, 100);
        caller_forget(&result);
    }
    assert_int_equal(echo_call(channel, ECHO "Pooled", 4, NULL), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers),
        cmocka_unit_test(large_answer),
        cmocka_unit_test(refusal_has_details),
        cmocka_unit_test(details_are_bounded),
        cmocka_unit_test(identity_and_deadline),
        cmocka_unit_test(deadline_cancels),
        cmocka_unit_test(caller_cancels),
        cmocka_unit_test(cancelled_before_message),
        cmocka_unit_test(no_message),
        cmocka_unit_test(unknown_method),
        cmocka_unit_test(malformed_bytes),
        cmocka_unit_test(random_bytes),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
