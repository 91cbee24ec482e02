/* Which bytes are text: the ends of every range of RFC 3629, and one step beyond each. */
#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

#include "../../support/status.h"

static void utf8(void **state)
{
    (void)state;
    static const char *const good[] = {"",
                                       "abc",
                                       "\xc2\x80",
                                       "\xdf\xbf",
                                       "\xe0\xa0\x80",
                                       "\xed\x9f\xbf",
                                       "\xee\x80\x80",
                                       "\xef\xbf\xbf",
                                       "\xf0\x90\x80\x80",
                                       "\xf4\x8f\xbf\xbf"};
    static const char *const bad[] = {"\x80",
                                      "\xbf",
                                      "\xc0\x80",
                                      "\xc1\xbf",
                                      "\xc2",
                                      "\xc2\x41",
                                      "\xe0\x9f\xbf",
                                      "\xe1\x80",
                                      "\xed\xa0\x80",
                                      "\xf0\x8f\xbf\xbf",
                                      "\xf4\x90\x80\x80",
                                      "\xf5\x80\x80\x80",
                                      "\xf1\x80\x80",
                                      "\xff",
                                      "a\xe2\x28\xa1"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(mv_utf8_ok(good[i], strlen(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(mv_utf8_ok(bad[i], strlen(bad[i])));
}

/* C would end the text there. */
static void no_nul(void **state)
{
    (void)state;
    assert_true(mv_utf8_ok("ab", 2));
    assert_false(mv_utf8_ok("a\0b", 3));
    assert_false(mv_utf8_ok("", 1));
}

/* A character that the size cuts is not completed from the bytes behind it. */
static void the_size_is_the_end(void **state)
{
    (void)state;
    static const char text[] = "\xf0\x90\x80\x80";
    for (size_t size = 1; size < 4; size++)
        assert_false(mv_utf8_ok(text, size));
    assert_true(mv_utf8_ok(text, 4));
}

static void printable(void **state)
{
    (void)state;
    /* beside each range that is not */
    static const char *const good[] = {"",
                                       " ~",
                                       "\xc2\xa0",
                                       "\xd8\x9b\xd8\x9d",
                                       "\xe2\x80\x8d\xe2\x80\x90",
                                       "\xe2\x80\xa7\xe2\x80\xaf",
                                       "\xe2\x81\xa5\xe2\x81\xaa",
                                       "\xe2\x82\xa6\xe1\x80\xa8",
                                       "\xf0\x9f\x98\x80"};
    static const char *const bad[] = {"\t",           "\n",           "\x1b[2J",      "\x1f",         "\x7f",
                                      "\xc2\x80",     "\xc2\x9b",     "\xc2\x9f",     "\xd8\x9c",     "\xe2\x80\x8e",
                                      "\xe2\x80\x8f", "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xaa", "\xe2\x80\xae",
                                      "\xe2\x81\xa6", "\xe2\x81\xa9", "\xff"};
    char text[16];
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(mv_text_printable(good[i], strlen(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        (void)snprintf(text, sizeof text, "aü%sb", bad[i]);
        assert_false(mv_text_printable(text, strlen(text)));
        assert_int_equal(mv_text_printable_bytes(text, strlen(text)), strlen("aü"));
    }
    assert_false(mv_text_printable("", 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf8),
        cmocka_unit_test(no_nul),
        cmocka_unit_test(the_size_is_the_end),
        cmocka_unit_test(printable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
