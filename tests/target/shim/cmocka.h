/* As much of cmocka as the tests of meter-core use, for a target of some kilobytes: the same test programs run there.
 * A test that fails ends by longjmp; its messages are shown only then. */
#ifndef MV_TARGET_CMOCKA_H
#define MV_TARGET_CMOCKA_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct CMUnitTest {
    const char *name;
    void (*test)(void **state);
    int (*setup)(void **state);
    int (*teardown)(void **state);
};
#define cmocka_unit_test(f)                                                                                            \
    {                                                                                                                  \
        .name = #f, .test = (f)                                                                                        \
    }
#define cmocka_unit_test_setup(f, s)                                                                                   \
    {                                                                                                                  \
        .name = #f, .test = (f), .setup = (s)                                                                          \
    }
#define cmocka_unit_test_setup_teardown(f, s, t)                                                                       \
    {                                                                                                                  \
        .name = #f, .test = (f), .setup = (s), .teardown = (t)                                                         \
    }

/* Returns the count of tests that failed. */
int target_run(const char *group, const struct CMUnitTest *tests, size_t count, int (*setup)(void **state),
               int (*teardown)(void **state));
#define cmocka_run_group_tests_name(group, tests, setup, teardown)                                                     \
    target_run(group, tests, sizeof(tests) / sizeof((tests)[0]), setup, teardown)
#define cmocka_run_group_tests(tests, setup, teardown) cmocka_run_group_tests_name(#tests, tests, setup, teardown)

/* Keeps one line, to be shown if the test fails. */
void print_message(const char *format, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void target_fail(const char *file, int line, const char *what);
_Noreturn void target_fail_values(const char *file, int line, uint64_t left, uint64_t right);

/* A function, so that a range which begins at 0 is no comparison that is always true. */
static inline bool target_in_range(uint64_t value, uint64_t low, uint64_t high)
{
    return value >= low && value <= high;
}

#define target_check(good, what) ((good) ? (void)0 : target_fail(__FILE__, __LINE__, what))
static inline void target_equal(const char *file, int line, uint64_t left, uint64_t right, bool equal)
{
    if ((left == right) != equal)
        target_fail_values(file, line, left, right);
}
/* As cmocka, everything is compared as an unsigned number of 64 bits. */
#define assert_int_equal(a, b)           target_equal(__FILE__, __LINE__, (uint64_t)(a), (uint64_t)(b), true)
#define assert_int_not_equal(a, b)       target_equal(__FILE__, __LINE__, (uint64_t)(a), (uint64_t)(b), false)
#define assert_true(c)                   target_check((c), #c)
#define assert_false(c)                  target_check(!(c), "not: " #c)
#define assert_non_null(p)               target_check((p) != NULL, #p)
#define assert_null(p)                   target_check((p) == NULL, "no " #p)
#define assert_ptr_equal(a, b)           target_check((const void *)(a) == (const void *)(b), #a " is " #b)
#define assert_memory_equal(a, b, n)     target_check(memcmp(a, b, n) == 0, #a " equals " #b)
#define assert_memory_not_equal(a, b, n) target_check(memcmp(a, b, n) != 0, #a " differs from " #b)
#define assert_string_equal(a, b)        target_check(strcmp(a, b) == 0, #a " equals " #b)
#define assert_string_not_equal(a, b)    target_check(strcmp(a, b) != 0, #a " differs from " #b)
#define assert_in_range(v, low, high)                                                                                  \
    target_check(target_in_range((uint64_t)(v), (uint64_t)(low), (uint64_t)(high)), #v " in range")
#define fail_msg(...) (print_message(__VA_ARGS__), target_fail(__FILE__, __LINE__, "fail_msg"))
#define fail()        target_fail(__FILE__, __LINE__, "fail")

#endif
