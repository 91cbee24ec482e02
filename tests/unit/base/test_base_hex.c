#include "../../support/status.h"
#include "base/hex.h"

#include <string.h>

static void digits_of_either_case_are_read(void **state)
{
    static const uint8_t expected[] = {0x00, 0x19, 0xAF, 0xaf, 0x9a, 0xF0};
    uint8_t bytes[sizeof expected];
    size_t size = 0;
    (void)state;
    assert_true(mv_hex_read("0019AFaf9aF0", bytes, sizeof bytes, &size));
    assert_int_equal(sizeof expected, size);
    assert_memory_equal(expected, bytes, sizeof expected);
    assert_true(mv_hex_read("7f", bytes, sizeof bytes, &size));
    assert_int_equal(1, size);
    assert_int_equal(0x7f, bytes[0]);
}

static void all_else_is_refused(void **state)
{
    static const char *const wrong[] = {"",   "0",  "123", "00 1", "0x12",  "g0",      "0G",
                                        "/0", ":0", "@0",  "`0",   "0\xff", "12345678"};
    uint8_t bytes[4] = {0};
    size_t size = 77;
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        if (mv_hex_read(wrong[i], bytes, 3, &size))
            fail_msg("%s", wrong[i]);
    assert_int_equal(77, size);
    assert_int_equal(0, bytes[3]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digits_of_either_case_are_read),
        cmocka_unit_test(all_else_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
