/* The look at the bytes of a request before they are unpacked. */
#include <stdlib.h>
#include <string.h>

#include "echo.pb-c.h"
#include "rpc/check.h"
#include "test.h"

#include <grpc/health/v1/health.pb-c.h>
#include <grpc/reflection/v1/reflection.pb-c.h>
#include <metervault/v1/audit_service.pb-c.h>
#include <metervault/v1/meter_service.pb-c.h>
#include <metervault/v1/operator_service.pb-c.h>
#include <metervault/v1/token_service.pb-c.h>

static const size_t MAX = 10;

static mv_status item(const char *bytes, size_t size)
{
    return rpc_check_bytes(&rpctest__item__descriptor, (const uint8_t *)bytes, size, (uint32_t)MAX);
}

static mv_status nest(const char *bytes, size_t size)
{
    return rpc_check_bytes(&rpctest__nest__descriptor, (const uint8_t *)bytes, size, (uint32_t)MAX);
}

static void refused(mv_status status, enum mv_reason reason, const char *where)
{
    assert_false(status.ok);
    assert_int_equal(status.reason, reason);
    assert_string_equal(status.where, where);
}

#define BYTES(text) (text), sizeof(text) - 1
#define NOT_OF_TYPE "request: not a message of this type"

static void good_messages(void **state)
{
    (void)state;
    assert_true(item(BYTES("")).ok);
    assert_true(item(BYTES("\x08\x01")).ok);
    assert_true(item(BYTES("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")).ok);
    assert_true(item(BYTES("\x12\x02hi\x1a\x02\x00\xff\x20\x05")).ok);
    assert_true(item(BYTES("\x2a\x04\x0a\x02hi")).ok);
    /* unknown fields of every wire type */
    assert_true(item(BYTES("\x78\x01\x79"
                           "12345678\x7a\x01x\x7d"
                           "1234"))
                    .ok);
    /* packed and not, and both */
    assert_true(nest(BYTES("\x0a\x03\x01\x02\x03\x08\x04")).ok);
    assert_true(nest(BYTES("\x12\x0a\x12\x08"
                           "aaaabbbb"))
                    .ok);
}

static void not_a_message(void **state)
{
    (void)state;
    refused(item(BYTES("\x08")), MV_INVALID_FIELD, NOT_OF_TYPE);
    refused(item(BYTES("\x08\x80")), MV_INVALID_FIELD, NOT_OF_TYPE);
    refused(item(BYTES("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02")), MV_INVALID_FIELD, NOT_OF_TYPE);
    refused(item(BYTES("\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01")), MV_INVALID_FIELD, NOT_OF_TYPE);
    refused(item(BYTES("\x00\x01")), MV_INVALID_FIELD, NOT_OF_TYPE);
    refused(item(BYTES("\x12\x03hi")), MV_INVALID_FIELD, NOT_OF_TYPE);
    refused(item(BYTES("\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")), MV_INVALID_FIELD, NOT_OF_TYPE);
    refused(item(BYTES("\x7b\x7c")), MV_INVALID_FIELD, NOT_OF_TYPE);
    refused(item(BYTES("\x79"
                       "1234567")),
            MV_INVALID_FIELD, NOT_OF_TYPE);
    refused(item(BYTES("\x88\x80\x80\x80\x80\x80\x01\x01")), MV_INVALID_FIELD, NOT_OF_TYPE);
    refused(item(BYTES("\x2a\x02\x0a\x05")), MV_INVALID_FIELD, NOT_OF_TYPE);
}

static void wrong_wire_type(void **state)
{
    (void)state;
    refused(item(BYTES("\x0a\x01\x01")), MV_INVALID_FIELD, "number");
    refused(item(BYTES("\x10\x01")), MV_INVALID_FIELD, "text");
    refused(item(BYTES("\x28\x01")), MV_INVALID_FIELD, "right");
    refused(nest(BYTES("\x0d"
                       "1234")),
            MV_INVALID_FIELD, "numbers");
    refused(nest(BYTES("\x0a\x02\x01\x80")), MV_INVALID_FIELD, "numbers");
    refused(nest(BYTES("\x12\x05\x12\x03"
                       "aaa")),
            MV_INVALID_FIELD, "fixed");
}

static void understood_twice(void **state)
{
    (void)state;
    refused(item(BYTES("\x08\x01\x08\x02")), MV_INVALID_FIELD, "number");
    refused(item(BYTES("\x12\x01"
                       "a\x12\x01"
                       "b")),
            MV_INVALID_FIELD, "text");
    refused(item(BYTES("\x2a\x00\x2a\x00")), MV_INVALID_FIELD, "right");
    refused(item(BYTES("\x20\x01\x2a\x00")), MV_INVALID_FIELD, "right");
    refused(item(BYTES("\x2a\x00\x20\x01")), MV_INVALID_FIELD, "left");
}

static void text_is_text(void **state)
{
    (void)state;
    refused(item(BYTES("\x12\x01\xff")), MV_INVALID_FIELD, "text");
    refused(item(BYTES("\x12\x03"
                       "a\0b")),
            MV_INVALID_FIELD, "text");
    refused(item(BYTES("\x2a\x03\x0a\x01\x80")), MV_INVALID_FIELD, "name");
}

/* The same two bytes `times` over. */
static void fill(char *at, char first, char second, size_t times)
{
    for (size_t i = 0; i < times; i++) {
        at[2 * i] = first;
        at[2 * i + 1] = second;
    }
}

static void counts(void **state)
{
    (void)state;
    char bytes[256] = {0};
    for (size_t n = 0; n <= MAX + 1; n++) {
        fill(bytes, 0x08, 5, n);
        mv_status status = nest(bytes, 2 * n);
        assert_true(n <= MAX ? status.ok : !status.ok);
        /* the same, packed */
        bytes[0] = 0x0a;
        bytes[1] = (char)n;
        memset(bytes + 2, 7, n);
        status = nest(bytes, 2 + n);
        if (n <= MAX)
            assert_true(status.ok);
        else
            refused(status, MV_REQUEST_TOO_LARGE, "numbers");
    }
    /* packed and single ones count together */
    refused(nest(BYTES("\x0a\x0a\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x08\x01")), MV_REQUEST_TOO_LARGE, "numbers");
}

static void counts_below(void **state)
{
    (void)state;
    char bytes[64] = {0x12, (char)(2 * (MAX + 1))};
    fill(bytes + 2, 0x0a, 0, MAX + 1);
    refused(nest(bytes, 2 + 2 * (MAX + 1)), MV_REQUEST_TOO_LARGE, "names");
    /* two lists of nearly as many are two lists */
    bytes[1] = (char)(2 * MAX);
    memcpy(bytes + 2 + 2 * MAX, bytes, 2 + 2 * MAX);
    assert_true(nest(bytes, 2 * (2 + 2 * MAX)).ok);
    fill(bytes, 0x78, 1, MAX + 1);
    refused(item(bytes, 2 * (MAX + 1)), MV_REQUEST_TOO_LARGE, "request: unknown fields");
}

/* Whatever passes, protobuf-c must be able to read; the sanitizers watch it. */
static void what_passes_unpacks(void **state)
{
    (void)state;
    unsigned seed = 7;
    unsigned passed = 0;
    for (unsigned i = 0; i < 200000; i++) {
        uint8_t bytes[24];
        size_t size = (size_t)rand_r(&seed) % sizeof bytes;
        for (size_t k = 0; k < size; k++)
            bytes[k] = (uint8_t)(rand_r(&seed) % 3 == 0 ? rand_r(&seed) : rand_r(&seed) % 48);
        const ProtobufCMessageDescriptor *type = i % 2 == 0 ? &rpctest__item__descriptor : &rpctest__nest__descriptor;
        if (!rpc_check_bytes(type, bytes, size, (uint32_t)MAX).ok)
            continue;
        ProtobufCMessage *message = protobuf_c_message_unpack(type, NULL, size, bytes);
        assert_non_null(message);
        protobuf_c_message_free_unpacked(message, NULL);
        passed += size > 2;
    }
    assert_true(passed > 500);
}

/* Of the real contract: a request type that contained itself could make the reader recurse as deep as the sender likes.
 */
static void contract_is_not_recursive(void **state)
{
    (void)state;
    const ProtobufCServiceDescriptor *const services[] = {
        &metervault__v1__token_service__descriptor,    &metervault__v1__meter_service__descriptor,
        &metervault__v1__operator_service__descriptor, &metervault__v1__audit_service__descriptor,
        &grpc__health__v1__health__descriptor,         &grpc__reflection__v1__server_reflection__descriptor};
    for (size_t i = 0; i < sizeof services / sizeof services[0]; i++)
        for (unsigned k = 0; k < services[i]->n_methods; k++) {
            assert_true(rpc_check_type(services[i]->methods[k].input).ok);
            assert_true(rpc_check_type(services[i]->methods[k].output).ok);
        }
}

static void recursion_is_found(void **state)
{
    (void)state;
    ProtobufCMessageDescriptor inner = {.name = "inner", .n_fields = 1};
    ProtobufCMessageDescriptor outer = {.name = "outer", .n_fields = 1};
    const ProtobufCFieldDescriptor to_inner = {.name = "inner", .type = PROTOBUF_C_TYPE_MESSAGE, .descriptor = &inner};
    const ProtobufCFieldDescriptor to_outer = {.name = "outer", .type = PROTOBUF_C_TYPE_MESSAGE, .descriptor = &outer};
    outer.fields = &to_inner;
    inner.fields = &to_outer;
    refused(rpc_check_type(&outer), MV_CONFIG_INVALID, "outer");
    inner.n_fields = 0;
    assert_true(rpc_check_type(&outer).ok);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_messages),
        cmocka_unit_test(not_a_message),
        cmocka_unit_test(wrong_wire_type),
        cmocka_unit_test(understood_twice),
        cmocka_unit_test(text_is_text),
        cmocka_unit_test(counts),
        cmocka_unit_test(counts_below),
        cmocka_unit_test(what_passes_unpacks),
        cmocka_unit_test(contract_is_not_recursive),
        cmocka_unit_test(recursion_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
