/* Supply decided: every combination of what can hold, against a list of rules that is written another way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "supply.h"

enum {
    RETIRED = 1,
    COMMANDED = 2,
    BYPASS = 4,
    OUT = 8,
    FRIENDLY = 16,
    AWAITS = 32,
    WARNING = 64,
    TEST = 128,
    ALL_FACTS = 256,
};

/* A rule holds when all of `with` hold and none of `without`, and the cut before is in `before`. The first wins. */
#define ANY       0x3FFU
#define BIT(cut)  (1U << (cut))
#define NO_SUPPLY (BIT(MV_CUT_RETIRED) | BIT(MV_CUT_COMMAND) | BIT(MV_CUT_CREDIT) | BIT(MV_CUT_KEY))
static const struct {
    enum mv_cut cut;
    unsigned with, without, before;
} rules[] = {
    {MV_CUT_RETIRED, RETIRED, 0, ANY},
    {MV_CUT_COMMAND, COMMANDED, BYPASS, ANY},
    {MV_CUT_CREDIT, OUT, BYPASS | FRIENDLY, ANY},
    {MV_CUT_CREDIT, OUT | FRIENDLY, BYPASS, NO_SUPPLY},
    {MV_CUT_CREDIT, OUT | FRIENDLY | AWAITS, BYPASS, ANY},
    {MV_CUT_KEY, AWAITS, BYPASS, ANY},
    {MV_CUT_WARNING, WARNING, BYPASS, ANY},
};

static enum mv_cut expected(unsigned facts, enum mv_cut limit, unsigned before)
{
    for (unsigned i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if ((facts & rules[i].with) == rules[i].with && (facts & rules[i].without) == 0 &&
            (BIT(before) & rules[i].before) != 0)
            return rules[i].cut;
    }
    if (limit != MV_CUT_NONE)
        return limit;
    return (facts & TEST) != 0 ? MV_CUT_TEST : MV_CUT_NONE;
}

static enum mv_cut decided(unsigned facts, enum mv_cut limit, unsigned before)
{
    struct mv_supply_facts f = {.retired = (facts & RETIRED) != 0,
                                .commanded_open = (facts & COMMANDED) != 0,
                                .bypass = (facts & BYPASS) != 0,
                                .out = (facts & OUT) != 0,
                                .friendly = (facts & FRIENDLY) != 0,
                                .awaits_key = (facts & AWAITS) != 0,
                                .warning = (facts & WARNING) != 0,
                                .limit = limit,
                                .test = (facts & TEST) != 0};
    return mv_supply_decide((enum mv_cut)before, &f);
}

static void decides_by_the_rules_in_every_case(void **state)
{
    static const enum mv_cut limits[] = {MV_CUT_NONE, MV_CUT_POWER, MV_CUT_POWER_LOCK, MV_CUT_UNBALANCE};
    unsigned cases = 0;
    unsigned seen = 0;
    (void)state;
    for (unsigned facts = 0; facts < ALL_FACTS; facts++) {
        for (unsigned before = MV_CUT_NONE; before <= MV_CUT_TEST; before++) {
            for (unsigned i = 0; i < sizeof limits / sizeof limits[0]; i++) {
                enum mv_cut cut = decided(facts, limits[i], before);
                if (cut != expected(facts, limits[i], before))
                    fail_msg("facts %x limit %d before %u: %d", facts, limits[i], before, cut);
                seen |= BIT(cut);
                cases++;
            }
        }
    }
    print_message("%u combinations\n", cases);
    assert_int_equal(cases, 256 * 10 * 4);
    assert_int_equal(seen, ANY);
}

/* What must hold whatever the rules say. */
static void closes_for_nobody_without_credit(void **state)
{
    (void)state;
    for (unsigned facts = 0; facts < ALL_FACTS; facts++) {
        for (unsigned before = MV_CUT_NONE; before <= MV_CUT_TEST; before++) {
            enum mv_cut cut = decided(facts, MV_CUT_NONE, before);
            bool excused = (facts & (BYPASS | FRIENDLY)) != 0;
            if ((facts & OUT) != 0 && !excused)
                assert_int_not_equal(cut, MV_CUT_NONE);
            if ((facts & RETIRED) != 0)
                assert_int_equal(cut, MV_CUT_RETIRED);
            if (facts == 0)
                assert_int_equal(cut, MV_CUT_NONE);
            if ((facts & OUT) != 0 && (facts & BYPASS) == 0 && before == MV_CUT_CREDIT)
                assert_int_not_equal(cut, MV_CUT_NONE);
        }
    }
}

/* Deciding again from what was decided gives the same: a restart in between changes nothing. */
static void decides_the_same_twice(void **state)
{
    (void)state;
    for (unsigned facts = 0; facts < ALL_FACTS; facts++) {
        for (unsigned before = MV_CUT_NONE; before <= MV_CUT_TEST; before++) {
            enum mv_cut cut = decided(facts, MV_CUT_NONE, before);
            assert_int_equal(decided(facts, MV_CUT_NONE, cut), cut);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decides_by_the_rules_in_every_case),
        cmocka_unit_test(closes_for_nobody_without_credit),
        cmocka_unit_test(decides_the_same_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
