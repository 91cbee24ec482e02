/* The bounded writer and reader: inverse to each other, never past an end, the first failure sticks. */
#include "base/wire.h"

#include <stdlib.h>
#include <string.h>

#include "../../support/status.h"

enum { WHOLE = 1 + 2 + 4 + 8 + 3 + 2 + 5 };

static void put_all(struct mv_writer *writer)
{
    mv_put_u8(writer, 0x01);
    mv_put_u16(writer, 0x0203);
    mv_put_u32(writer, 0x04050607);
    mv_put_u64(writer, 0x08090A0B0C0D0E0F);
    mv_put_bytes(writer, "\x10\x11\x12", 3);
    mv_put_text(writer, "hello");
}

static void get_all(struct mv_reader *reader, bool whole)
{
    char text[6];
    uint8_t bytes[3];
    uint8_t a = mv_get_u8(reader);
    uint16_t b = mv_get_u16(reader);
    uint32_t c = mv_get_u32(reader);
    uint64_t d = mv_get_u64(reader);
    mv_get_bytes(reader, bytes, sizeof bytes);
    mv_get_text(reader, text, sizeof text);
    if (!whole)
        return;
    assert_int_equal(a, 0x01);
    assert_int_equal(b, 0x0203);
    assert_int_equal(c, 0x04050607);
    assert_true(d == 0x08090A0B0C0D0E0F);
    assert_memory_equal(bytes, "\x10\x11\x12", 3);
    assert_string_equal(text, "hello");
}

static void test_round_trip(void **state)
{
    (void)state;
    uint8_t data[WHOLE];
    struct mv_writer writer = mv_writer_on(data, sizeof data);
    put_all(&writer);
    assert_true(mv_writer_ok(&writer));
    assert_int_equal(writer.used, WHOLE);
    for (size_t i = 0; i < 18; i++)
        assert_int_equal(data[i], i + 1); /* big-endian */
    struct mv_reader reader = mv_reader_on(data, sizeof data);
    get_all(&reader, true);
    assert_true(mv_reader_done(&reader));
}

/* Buffers from the heap and exactly as long as claimed, so that the address sanitizer sees any step over the end. */
static void test_every_shorter_buffer_fails(void **state)
{
    (void)state;
    uint8_t data[WHOLE];
    struct mv_writer all = mv_writer_on(data, sizeof data);
    put_all(&all);
    for (size_t size = 0; size < WHOLE; size++) {
        uint8_t *cut = malloc(size == 0 ? 1 : size);
        assert_non_null(cut);
        struct mv_writer writer = mv_writer_on(cut, size);
        put_all(&writer);
        assert_false(mv_writer_ok(&writer));
        assert_true(writer.used <= size);
        memcpy(cut, data, size);
        struct mv_reader reader = mv_reader_on(cut, size);
        get_all(&reader, false);
        assert_false(mv_reader_done(&reader));
        free(cut);
    }
}

static void test_failures_stick(void **state)
{
    (void)state;
    uint8_t data[4] = {1, 2, 3, 4};
    struct mv_writer writer = mv_writer_on(data, sizeof data);
    mv_put_u64(&writer, 0);
    mv_put_u8(&writer, 9);
    assert_false(mv_writer_ok(&writer));
    assert_int_equal(writer.used, 0);
    assert_int_equal(data[0], 1); /* nothing was written in part */

    uint8_t bytes[2] = {0xAA, 0xAA};
    char text[4] = "abc";
    struct mv_reader reader = mv_reader_on(data, sizeof data);
    assert_true(mv_get_u64(&reader) == 0);
    assert_int_equal(mv_get_u8(&reader), 0);
    assert_int_equal(mv_get_u16(&reader), 0);
    assert_int_equal(mv_get_u32(&reader), 0);
    mv_get_bytes(&reader, bytes, sizeof bytes);
    assert_int_equal(bytes[0] | bytes[1], 0);
    mv_get_text(&reader, text, sizeof text);
    assert_string_equal(text, "");
    assert_false(mv_reader_done(&reader));
}

static void test_what_is_left_over_is_no_success(void **state)
{
    (void)state;
    struct mv_reader reader = mv_reader_on("\x01\x02", 2);
    assert_false(mv_reader_done(&reader));
    assert_int_equal(mv_get_u8(&reader), 1);
    assert_false(mv_reader_done(&reader));
    assert_int_equal(mv_get_u8(&reader), 2);
    assert_true(mv_reader_done(&reader));
}

static void test_nothing_needs_no_buffer(void **state)
{
    (void)state;
    struct mv_writer writer = mv_writer_on(NULL, 0);
    mv_put_bytes(&writer, NULL, 0);
    assert_true(mv_writer_ok(&writer));
    mv_put_u8(&writer, 1);
    assert_false(mv_writer_ok(&writer));
    struct mv_reader reader = mv_reader_on(NULL, 0);
    assert_true(mv_reader_done(&reader));
    mv_get_bytes(&reader, NULL, 0);
    assert_true(mv_reader_done(&reader));
    assert_int_equal(mv_get_u8(&reader), 0);
    assert_false(mv_reader_done(&reader));
}

/* A size near the largest must not wrap round. */
static void test_huge_sizes_fail(void **state)
{
    (void)state;
    uint8_t data[8] = {0};
    struct mv_writer writer = mv_writer_on(data, sizeof data);
    mv_put_u32(&writer, 0);
    mv_put_bytes(&writer, data, SIZE_MAX - 2);
    assert_false(mv_writer_ok(&writer));
}

static void test_texts_that_do_not_fit(void **state)
{
    (void)state;
    static const uint8_t five[] = {0, 5, 'h', 'e', 'l', 'l', 'o'};
    char text[6];
    struct mv_reader reader = mv_reader_on(five, sizeof five);
    mv_get_text(&reader, text, 5); /* no room for the terminator */
    assert_string_equal(text, "");
    assert_false(mv_reader_done(&reader));
    reader = mv_reader_on(five, sizeof five);
    mv_get_text(&reader, text, 6);
    assert_true(mv_reader_done(&reader));
    reader = mv_reader_on("\x00\x00", 2);
    mv_get_text(&reader, text, 1);
    assert_string_equal(text, "");
    assert_true(mv_reader_done(&reader));
    reader = mv_reader_on("\x00\x03"
                          "a\0b",
                          5);
    mv_get_text(&reader, text, sizeof text);
    assert_string_equal(text, "");
    assert_false(mv_reader_done(&reader));
    reader = mv_reader_on("\xff\xff"
                          "a",
                          3);
    mv_get_text(&reader, text, sizeof text);
    assert_false(mv_reader_done(&reader));
}

static void test_longest_text(void **state)
{
    (void)state;
    enum { LONGEST = UINT16_MAX };
    char *text = malloc(LONGEST + 2);
    uint8_t *data = malloc(LONGEST + 8);
    assert_non_null(text);
    assert_non_null(data);
    memset(text, 'x', LONGEST + 1);
    text[LONGEST + 1] = '\0';
    struct mv_writer writer = mv_writer_on(data, LONGEST + 8);
    mv_put_text(&writer, text);
    assert_false(mv_writer_ok(&writer));
    text[LONGEST] = '\0';
    writer = mv_writer_on(data, LONGEST + 8);
    mv_put_text(&writer, text);
    assert_true(mv_writer_ok(&writer));
    assert_int_equal(writer.used, LONGEST + 2);
    memset(text, 0, LONGEST);
    struct mv_reader reader = mv_reader_on(data, writer.used);
    mv_get_text(&reader, text, LONGEST + 1);
    assert_true(mv_reader_done(&reader));
    assert_int_equal(strlen(text), LONGEST);
    free(text);
    free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_every_shorter_buffer_fails),
        cmocka_unit_test(test_failures_stick),
        cmocka_unit_test(test_what_is_left_over_is_no_success),
        cmocka_unit_test(test_nothing_needs_no_buffer),
        cmocka_unit_test(test_huge_sizes_fail),
        cmocka_unit_test(test_texts_that_do_not_fit),
        cmocka_unit_test(test_longest_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
