/* A payment meter's state in RAM with a clock of the test's; nothing is written to a memory. */
#ifndef MV_TEST_PREPAY_SUPPORT_H
#define MV_TEST_PREPAY_SUPPORT_H

#include "metervault/prepay.h"

enum { TEST_2026 = 1767225600 /* 2026-01-01 00:00 UTC, a Thursday */, TEST_DAY = 86400 };

struct prepay_fixture {
    struct mv_prepay p; /* default parameters, tariff and calendar; measures everything */
    uint32_t now;       /* TEST_2026 at first */
    bool no_clock, deny_clock;
};
/* cmocka's set-up: *state is a struct prepay_fixture. */
int prepay_setup(void **state);
/* Tests with a fresh one. */
#define PREPAY(test) cmocka_unit_test_setup(test, prepay_setup)

/* Forgets what was touched. */
void prepay_saved(struct mv_prepay *p);
bool prepay_dirty(const struct mv_prepay *p, enum mv_object object);
bool prepay_urgent(const struct mv_prepay *p, enum mv_object object);
/* Credit in the register that supply lives on. */
void prepay_credit(struct mv_prepay *p, int64_t amount);
/* Credit from here on is electricity in currency, under a single price. */
void prepay_currency(struct mv_prepay *p, uint32_t price);

#endif
