/* Names: exactly the letters, digits and three signs that receipts, audit and certificates take. */
#include <string.h>

#include "../../support/status.h"
#include "base/name.h"

static void each_character(void **state)
{
    (void)state;
    static const char good[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    for (int c = 0; c < 256; c++) {
        const char text[2] = {(char)c, 'x'};
        bool expected = c != 0 && strchr(good, c) != NULL;
        assert_int_equal(mv_name_ok(text, 2, 2), expected);
        assert_int_equal(mv_name_ok(text, 1, 2), expected);
    }
}

static void lengths(void **state)
{
    (void)state;
    assert_false(mv_name_ok("", 0, 4));
    assert_true(mv_name_ok("abcd", 4, 4));
    assert_false(mv_name_ok("abcde", 5, 4));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_character), cmocka_unit_test(lengths)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
