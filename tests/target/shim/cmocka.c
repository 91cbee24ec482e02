#include "cmocka.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static jmp_buf failed;
static char message[100];

void print_message(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
}

void target_fail(const char *file, int line, const char *what)
{
    printf("%s:%d: %s\n%s\n", file, line, what, message);
    longjmp(failed, 1);
}

void target_fail_values(const char *file, int line, uint64_t left, uint64_t right)
{
    char text[64];
    (void)snprintf(text, sizeof text, "%08lx%08lx against %08lx%08lx", (unsigned long)(left >> 32), (unsigned long)left,
                   (unsigned long)(right >> 32), (unsigned long)right);
    target_fail(file, line, text);
}

static bool run_one(const struct CMUnitTest *test, void **state)
{
    message[0] = '\0';
    if (setjmp(failed) != 0)
        return false;
    if (test->setup != NULL && test->setup(state) != 0)
        target_fail(__FILE__, __LINE__, "set-up");
    test->test(state);
    if (test->teardown != NULL && test->teardown(state) != 0)
        target_fail(__FILE__, __LINE__, "tear-down");
    return true;
}

int target_run(const char *group, const struct CMUnitTest *tests, size_t count, int (*setup)(void **state),
               int (*teardown)(void **state))
{
    void *group_state = NULL;
    int bad = 0;
    printf("%s\n", group);
    if (setup != NULL && setup(&group_state) != 0)
        return 1;
    for (size_t i = 0; i < count; i++) {
        void *state = group_state;
        bool good = run_one(&tests[i], &state);
        printf("[  %s ] %s\n", good ? "     OK" : "FAILED", tests[i].name);
        if (!good)
            bad++;
    }
    if (teardown != NULL && teardown(&group_state) != 0)
        bad++;
    return bad;
}
