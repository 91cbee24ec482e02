/* The text of an act: one form, and what a comparison finds. */
#include "../../support/status.h"

#include <stdio.h>
#include <string.h>

#include "base/act.h"

static struct mv_act sample(void)
{
    struct mv_act act = {.action = "generate", .token = "0123456789abcdef", .expires_unix_s = 1893456000};
    for (size_t i = 0; i < MV_ACT_NONCE; i++)
        act.nonce[i] = (uint8_t)(i * 17);
    assert_true(mv_act_add(&act, "sgc", "123456").ok);
    assert_true(mv_act_add(&act, "krn", "2").ok);
    assert_true(mv_act_add(&act, "set", "b").ok);
    assert_true(mv_act_add(&act, "set", "a b").ok);
    return act;
}

static const char TEXT[] = "metervault-act 1\naction generate\ntoken 0123456789abcdef\noption krn 2\noption set a b\n"
                           "option set b\noption sgc 123456\nexpires 1893456000\n"
                           "nonce 00112233445566778899aabbccddeeff\n";

static void has_one_form(void **state)
{
    (void)state;
    char text[MV_ACT_TEXT];
    struct mv_act read;
    struct mv_act act = sample();
    assert_true(mv_act_write(&act, text).ok);
    assert_string_equal(text, TEXT);
    assert_true(mv_act_read(text, &read).ok);
    assert_memory_equal(&read, &act, sizeof act);
}

/* Every byte matters: no other text is read, except one that says something else in the same form. */
static void nothing_else_is_read(void **state)
{
    (void)state;
    struct mv_act read;
    char text[MV_ACT_TEXT];
    static const char *const others[][2] = {
        {"krn 2\noption set a b", "set a b\noption krn 2"},
        {"act 1", "act 2"},
        {"generate", "explode"},
        {"expires 1893456000", "expires 01893456000"},
        {"expires 1", "expires -1"},
        {"aabb", "AABB"},
        {"token 0123456789abcdef", "token "},
        {"option krn 2", "option krn"},
        {"option krn 2", "option krn "},
        {"option krn 2", "option krn 2\t"},
        {"option krn 2", "option krn \xc2\x9b"
                         "2J"},
        {"option krn 2", "option krn \xe2\x80\xae"
                         "2"},
        {"1893456000", "99999999999999999999"},
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        const char *at = strstr(TEXT, others[i][0]);
        assert_non_null(at);
        (void)snprintf(text, sizeof text, "%.*s%s%s", (int)(at - TEXT), TEXT, others[i][1], at + strlen(others[i][0]));
        assert_int_equal(mv_act_read(text, &read).reason, MV_APPROVAL_INVALID);
        assert_int_equal(read.option_count, 0);
    }
    for (size_t cut = 0; cut < strlen(TEXT); cut++) {
        (void)snprintf(text, sizeof text, "%.*s", (int)cut, TEXT);
        assert_false(mv_act_read(text, &read).ok);
    }
    (void)snprintf(text, sizeof text, "%s\n", TEXT);
    assert_false(mv_act_read(text, &read).ok);
    (void)snprintf(text, sizeof text, "%s", TEXT);
    for (size_t i = 0; i < strlen(TEXT); i++) {
        text[i] = (char)(text[i] ^ 0x80); /* no UTF-8 */
        assert_false(mv_act_read(text, &read).ok);
        text[i] = (char)(text[i] ^ 0x80);
    }
}

static void options_are_lines(void **state)
{
    (void)state;
    char value[MV_ACT_VALUE + 1];
    struct mv_act act = sample();
    memset(value, 'x', sizeof value - 1);
    value[sizeof value - 1] = '\0';
    assert_int_equal(mv_act_add(&act, "sgc", value).reason, MV_INVALID_FIELD);
    assert_int_equal(mv_act_add(&act, "sgc", "").reason, MV_INVALID_FIELD);
    assert_int_equal(mv_act_add(&act, "sgc", "1\noption krn 3").reason, MV_INVALID_FIELD);
    assert_int_equal(mv_act_add(&act, "sgc", "1\x1b[2J").reason, MV_INVALID_FIELD);
    assert_int_equal(mv_act_add(&act, "two words", "1").reason, MV_INVALID_FIELD);
    assert_int_equal(act.option_count, 4);
    value[MV_ACT_VALUE - 1] = '\0';
    while (act.option_count < MV_ACT_OPTIONS)
        assert_true(mv_act_add(&act, "sgc", value).ok);
    assert_int_equal(mv_act_add(&act, "sgc", "1").reason, MV_INVALID_FIELD);
    char text[MV_ACT_TEXT];
    assert_int_equal(mv_act_write(&act, text).reason, MV_INVALID_FIELD);
}

static void a_comparison_names_the_difference(void **state)
{
    (void)state;
    const char *option = NULL;
    const struct mv_act act = sample();
    struct mv_act other = sample();
    other.expires_unix_s++;
    other.nonce[0]++;
    assert_true(mv_act_compare(&act, &other, &option).ok);
    assert_true(mv_act_add(&other, "aaa", "1").ok);
    assert_int_equal(mv_act_compare(&act, &other, &option).reason, MV_APPROVAL_OTHER_ACT);
    assert_string_equal(option, "aaa");
    assert_int_equal(mv_act_compare(&other, &act, &option).reason, MV_APPROVAL_OTHER_ACT);
    assert_string_equal(option, "aaa");
    other = sample();
    assert_true(mv_act_add(&other, "zzz", "1").ok);
    assert_int_equal(mv_act_compare(&act, &other, &option).reason, MV_APPROVAL_OTHER_ACT);
    assert_string_equal(option, "zzz");
    other = sample();
    other.options[0].value[0] = '3';
    assert_int_equal(mv_act_compare(&act, &other, &option).reason, MV_APPROVAL_OTHER_ACT);
    assert_string_equal(option, "krn");
    other = sample();
    memcpy(other.action, "import", sizeof "import");
    assert_string_equal(mv_act_compare(&act, &other, &option).where, "action");
    other = sample();
    other.token[0] = 'f';
    assert_string_equal(mv_act_compare(&act, &other, &option).where, "token");
    assert_null(option);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_one_form),
        cmocka_unit_test(nothing_else_is_read),
        cmocka_unit_test(options_are_lines),
        cmocka_unit_test(a_comparison_names_the_difference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
