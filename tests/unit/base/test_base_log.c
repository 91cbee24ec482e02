/* The log: one line per event, with a priority, and no way for a text to forge a line or drive a terminal. */
#include "base/log.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../support/status.h"

enum { ROOM = 4096 };

struct capture {
    int pipe[2];
    int saved;
};

static void begin(struct capture *capture)
{
    assert_int_equal(pipe2(capture->pipe, O_NONBLOCK), 0);
    capture->saved = dup(STDERR_FILENO);
    assert_true(capture->saved >= 0);
    assert_int_equal(dup2(capture->pipe[1], STDERR_FILENO), STDERR_FILENO);
}

static const char *end(struct capture *capture)
{
    static char text[ROOM + 1];
    assert_int_equal(dup2(capture->saved, STDERR_FILENO), STDERR_FILENO);
    ssize_t got = read(capture->pipe[0], text, ROOM);
    text[got < 0 ? 0 : got] = '\0';
    (void)close(capture->saved);
    (void)close(capture->pipe[0]);
    (void)close(capture->pipe[1]);
    return text;
}

static const char *logged(const char *text)
{
    struct capture capture;
    begin(&capture);
    mv_log(MV_LOG_NOTICE, "%s", text);
    return end(&capture);
}

static void test_a_line(void **state)
{
    (void)state;
    struct capture capture;
    begin(&capture);
    mv_log(MV_LOG_ERROR, "key %d of %s", 7, "token");
    assert_string_equal(end(&capture), "<3>key 7 of token\n");
    assert_string_equal(logged(""), "<5>\n");
}

static void test_levels(void **state)
{
    (void)state;
    static const enum mv_log_level levels[] = {MV_LOG_ERROR, MV_LOG_WARNING, MV_LOG_NOTICE, MV_LOG_INFO, MV_LOG_DEBUG};
    for (size_t shown = 0; shown < 5; shown++)
        for (size_t i = 0; i < 5; i++) {
            char expected[16] = "";
            struct capture capture;
            if (i <= shown)
                (void)snprintf(expected, sizeof expected, "<%d>x\n", (int)levels[i]);
            mv_log_set_level(levels[shown]);
            begin(&capture);
            mv_log(levels[i], "x");
            assert_string_equal(end(&capture), expected);
        }
    mv_log_set_level(MV_LOG_INFO);
}

static void test_control_characters_are_shown_as_marks(void **state)
{
    (void)state;
    assert_string_equal(logged("a\n<2>forged"), "<5>a?<2>forged\n");
    assert_string_equal(logged("\x1b[31mred\r\t\x7f"), "<5>?[31mred???\n");
    for (int control = 1; control < ' '; control++) {
        char text[4] = {'a', (char)control, 'b', '\0'};
        assert_string_equal(logged(text), "<5>a?b\n");
    }
    /* C1 controls in UTF-8, at both ends of their range, and the letters just outside it */
    assert_string_equal(logged("\xc2\x80 \xc2\x9b \xc2\x9f"), "<5>?? ?? ??\n");
    assert_string_equal(logged("\xc2\xa0\xc3\x9b"), "<5>\xc2\xa0\xc3\x9b\n");
    assert_string_equal(logged("\xe2\x82\xac \xc3\xa4"), "<5>\xe2\x82\xac \xc3\xa4\n");
    assert_string_equal(logged("cut \xc2"), "<5>cut \xc2\n");
}

static void test_long_texts_are_cut_to_one_line(void **state)
{
    (void)state;
    char text[3000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    const char *line = logged(text);
    size_t length = strlen(line);
    assert_in_range(length, 500, 1024);
    assert_ptr_equal(strchr(line, '\n'), line + length - 1);
}

static void test_a_closed_stderr_is_survived(void **state)
{
    (void)state;
    int saved = dup(STDERR_FILENO);
    assert_int_equal(close(STDERR_FILENO), 0);
    mv_log(MV_LOG_ERROR, "nobody hears this");
    assert_int_equal(dup2(saved, STDERR_FILENO), STDERR_FILENO);
    assert_int_equal(close(saved), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_line),
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_control_characters_are_shown_as_marks),
        cmocka_unit_test(test_long_texts_are_cut_to_one_line),
        cmocka_unit_test(test_a_closed_stderr_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
