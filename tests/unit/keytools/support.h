/* What the tests of keytools share. */
#ifndef MV_TESTS_KEYTOOLS_SUPPORT_H
#define MV_TESTS_KEYTOOLS_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/status.h"

#define assert_ok(expression) assert_true((expression).ok)
#define assert_reason(expression, expected)                                                                            \
    do {                                                                                                               \
        mv_status status_ = (expression);                                                                              \
        assert_false(status_.ok);                                                                                      \
        assert_int_equal(status_.reason, expected);                                                                    \
    } while (0)

#endif
