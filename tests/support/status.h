/* cmocka, with what it wants before it, and what a status should be. */
#ifndef MV_TESTS_STATUS_H
#define MV_TESTS_STATUS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/status.h"

#define assert_ok(expression)               status_is_ok((expression), #expression, __FILE__, __LINE__)
#define assert_reason(expression, expected) status_is_refusal((expression), (expected), NULL, __FILE__, __LINE__)
/* Refused there; `where` NULL: anywhere. */
#define assert_reason_at(expression, expected, where)                                                                  \
    status_is_refusal((expression), (expected), (where), __FILE__, __LINE__)

static inline void status_is_ok(mv_status status, const char *expression, const char *file, int line)
{
    char text[512];
    if (status.ok)
        return;
    print_error("%s: %s\n", expression, mv_status_text(status, text, sizeof text));
    _fail(file, line);
}

static inline void status_is_refusal(mv_status status, enum mv_reason expected, const char *where, const char *file,
                                     int line)
{
    char text[512];
    bool there = where == NULL || (status.where != NULL && strcmp(status.where, where) == 0);
    if (!status.ok && status.reason == expected && there)
        return;
    print_error("expected %s (%s), got %s\n", mv_reason_info(expected)->name, where == NULL ? "anywhere" : where,
                mv_status_text(status, text, sizeof text));
    _fail(file, line);
}

#endif
