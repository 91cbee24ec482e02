/* The meter and key changes: sections in any order, time-out, abandonment, the switch and what it leaves alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "meter_support.h"

static const enum mv_result section_results[MV_KEY_SECTIONS] = {MV_KCT_1ST, MV_KCT_2ND, MV_KCT_3RD, MV_KCT_4TH};

struct set {
    struct mv_sts_key_change change;
    char digits[MV_KEY_SECTIONS][21];
    unsigned count;
};

static struct set make_set(const struct fixture *f, uint8_t krn, bool with_sgc, bool rollover)
{
    struct set set = {.change = test_change(&f->identity, krn)};
    set.change.with_sgc = with_sgc;
    set.change.rollover = rollover;
    set.count = test_key_set(&f->identity, &set.change, set.digits);
    return set;
}

static void provision(void **state, bool misty1)
{
    fixture_blank(state);
    struct fixture *f = *state;
    if (misty1)
        f->identity = test_identity_misty1();
    assert_int_equal(mv_meter_provision(&f->meter, &f->identity, TEST_TID), MV_DONE);
}

/* Restarts between any two sections too. */
static void enter_in_order(struct fixture *f, const struct set *set, const unsigned *order)
{
    uint8_t there = 0;
    for (unsigned i = 0; i < set->count; i++) {
        bool last = i == set->count - 1;
        assert_int_equal(fixture_enter(f, set->digits[order[i]]), last ? MV_ACCEPT : section_results[order[i]]);
        there = (uint8_t)(there | 1U << order[i]);
        assert_int_equal(f->answer.kind, last ? MV_ANSWER_KEY_CHANGED : MV_ANSWER_KEY_SECTION);
        assert_int_equal(f->answer.section, order[i] + 1);
        assert_int_equal(f->answer.sections, last ? 0 : there);
        if (!last)
            check_identity(&f->meter.state.identity, &f->identity);
        fixture_reopen(f);
        assert_int_equal(f->meter.state.sections.present, last ? 0 : there);
    }
    struct mv_meter_identity changed = test_changed(&f->identity, &set->change);
    check_identity(&f->meter.state.identity, &changed);
}

static unsigned all_orders(void **state, bool misty1, bool with_sgc)
{
    unsigned tried = 0;
    for (unsigned code = 0; code < 256; code++) {
        unsigned order[MV_KEY_SECTIONS] = {code & 3, code >> 2 & 3, code >> 4 & 3, code >> 6};
        unsigned seen = 0;
        provision(state, misty1);
        struct fixture *f = *state;
        struct set set = make_set(f, 2, with_sgc, false);
        for (unsigned i = 0; i < set.count; i++)
            seen |= 1U << order[i];
        if (seen != (1U << set.count) - 1 || code >> (2 * set.count) != 0)
            continue;
        enter_in_order(f, &set, order);
        tried++;
    }
    return tried;
}

static void any_order(void **state)
{
    assert_int_equal(all_orders(state, false, false), 2);
    assert_int_equal(all_orders(state, false, true), 6);
    assert_int_equal(all_orders(state, true, false), 24);
}

static void the_switch_keeps_credit_and_tids(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(fixture_enter_kwh(f, TEST_TID + 5, 50), MV_ACCEPT);
    assert_int_equal(fixture_enter_manage(f, MV_MANAGE_MAXIMUM_POWER, TEST_TID + 6, 77), MV_ACCEPT);
    struct set set = make_set(f, 2, false, false);
    assert_int_equal(fixture_enter(f, set.digits[1]), MV_KCT_2ND);
    assert_int_equal(fixture_enter(f, set.digits[0]), MV_ACCEPT);
    assert_int_equal(f->meter.state.credit[0], 5000);
    assert_int_equal(f->meter.state.settings.maximum_power_w, 77);
    assert_int_equal(f->meter.state.identity.supply_group, MV_SGC_UNKNOWN);
    assert_int_equal(fixture_enter_kwh(f, TEST_TID + 5, 50), MV_USED_ERROR);
    assert_int_equal(fixture_enter_kwh(f, TEST_TID - 1, 50), MV_OLD_ERROR);
    assert_int_equal(fixture_enter_kwh(f, TEST_TID + 7, 50), MV_ACCEPT);
    assert_int_equal(fixture_enter(f, set.digits[0]), MV_CRC_ERROR); /* the old set is useless now */
    char old_key[21];
    test_kwh_token(&f->identity, TEST_TID + 8, 1, old_key);
    assert_int_equal(fixture_enter(f, old_key), MV_CRC_ERROR);
    assert_int_equal(fixture_enter_kwh(f, (UINT32_C(0xB7) << 16) + 0x10000, 1), MV_KEY_EXPIRED_ERROR); /* new KEN */
    assert_int_equal(fixture_enter_kwh(f, (UINT32_C(0xB7) << 16), 1), MV_ACCEPT);
}

static void rollover_forgets_the_tids(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(fixture_enter_kwh(f, TEST_TID + 5, 50), MV_ACCEPT);
    struct set set = make_set(f, 2, false, true);
    assert_int_equal(fixture_enter(f, set.digits[0]), MV_KCT_1ST);
    assert_int_equal(f->meter.state.tids[0], TEST_TID + 5); /* not before the set is whole */
    assert_int_equal(fixture_enter(f, set.digits[1]), MV_ACCEPT);
    fixture_reopen(f);
    for (unsigned i = 0; i < MV_TID_MEMORY; i++)
        assert_int_equal(f->meter.state.tids[i], 0);
    assert_int_equal(f->meter.state.credit[0], 5000);
    assert_int_equal(fixture_enter_kwh(f, 0, 1), MV_USED_ERROR);
    assert_int_equal(fixture_enter_kwh(f, 1, 1), MV_ACCEPT);
    assert_int_equal(fixture_enter_kwh(f, 1, 1), MV_USED_ERROR);
}

static void sections_time_out(void **state)
{
    struct fixture *f = *state;
    struct set set = make_set(f, 2, true, false);
    assert_int_equal(fixture_enter(f, set.digits[0]), MV_KCT_1ST);
    f->flash.now += MV_SECTION_TIMEOUT_S - 1;
    assert_int_equal(fixture_enter(f, set.digits[1]), MV_KCT_2ND); /* gives the others their time again */
    f->flash.now += MV_SECTION_TIMEOUT_S - 1;
    assert_int_equal(mv_meter_tick(&f->meter), MV_DONE);
    assert_int_equal(f->meter.state.sections.present, 3);
    f->flash.now += 1;
    assert_int_equal(mv_meter_tick(&f->meter), MV_DONE);
    assert_int_equal(f->meter.state.sections.present, 0);
    fixture_reopen(f);
    assert_int_equal(f->meter.state.sections.present, 0);
    assert_int_equal(f->meter.state.sections.content[0], 0); /* no key bits left */
    assert_int_equal(fixture_enter(f, set.digits[2]), MV_KCT_3RD);
    f->flash.now += MV_SECTION_TIMEOUT_S;
    assert_int_equal(fixture_enter(f, set.digits[0]), MV_KCT_1ST); /* entering looks at the clock itself */
    assert_int_equal(f->answer.sections, 1);
}

/* The clock starts anew with the power: the sections are there and have their whole time. */
static void restart_gives_sections_their_time(void **state)
{
    struct fixture *f = *state;
    struct set set = make_set(f, 2, false, false);
    assert_int_equal(fixture_enter(f, set.digits[0]), MV_KCT_1ST);
    f->flash.now += MV_SECTION_TIMEOUT_S - 1;
    fixture_reopen(f);
    f->flash.now += MV_SECTION_TIMEOUT_S - 1;
    assert_int_equal(fixture_enter(f, set.digits[1]), MV_ACCEPT);
}

static void other_tokens_abandon_a_set(void **state)
{
    struct fixture *f = *state;
    struct set set = make_set(f, 2, false, false);
    assert_int_equal(fixture_enter(f, set.digits[0]), MV_KCT_1ST);
    assert_int_equal(fixture_enter(f, "56493153725450313471"), MV_ACCEPT); /* a display is no other business */
    assert_int_equal(fixture_enter_kwh(f, TEST_TID, 1), MV_USED_ERROR);    /* nor is what is refused */
    assert_int_equal(f->meter.state.sections.present, 1);
    assert_int_equal(fixture_enter_kwh(f, TEST_TID + 1, 1), MV_ACCEPT);
    assert_int_equal(f->meter.state.sections.present, 0);
    assert_int_equal(fixture_enter(f, set.digits[1]), MV_KCT_2ND);
    assert_int_equal(fixture_enter_manage(f, MV_MANAGE_TARIFF_RATE, TEST_TID + 2, 1), MV_ACCEPT);
    fixture_reopen(f);
    assert_int_equal(f->meter.state.sections.present, 0);
}

static void another_set_replaces_the_first(void **state)
{
    struct fixture *f = *state;
    struct set first = make_set(f, 2, true, false);
    struct set second = make_set(f, 3, true, false);
    assert_int_equal(fixture_enter(f, first.digits[0]), MV_KCT_1ST);
    assert_int_equal(fixture_enter(f, first.digits[0]), MV_KCT_1ST); /* again: nothing lost */
    assert_int_equal(fixture_enter(f, first.digits[1]), MV_KCT_2ND);
    assert_int_equal(f->answer.sections, 3);
    assert_int_equal(fixture_enter(f, second.digits[0]), MV_KCT_1ST);
    assert_int_equal(f->answer.sections, 1); /* the second section was of the other set */
    assert_int_equal(fixture_enter(f, second.digits[2]), MV_KCT_3RD);
    assert_int_equal(fixture_enter(f, second.digits[1]), MV_ACCEPT);
    struct mv_meter_identity changed = test_changed(&f->identity, &second.change);
    check_identity(&f->meter.state.identity, &changed);
}

/* The same section of another set, and nothing else there: it is kept in place of the first, also through a restart. */
static void a_section_of_another_set_is_kept(void **state)
{
    struct fixture *f = *state;
    struct set first = make_set(f, 2, false, false);
    struct set second = make_set(f, 3, false, false);
    assert_int_equal(fixture_enter(f, first.digits[0]), MV_KCT_1ST);
    assert_int_equal(fixture_enter(f, second.digits[0]), MV_KCT_1ST);
    fixture_reopen(f);
    assert_int_equal(f->meter.state.sections.present, 1);
    assert_int_equal(fixture_enter(f, second.digits[1]), MV_ACCEPT);
    struct mv_meter_identity changed = test_changed(&f->identity, &second.change);
    check_identity(&f->meter.state.identity, &changed);
}

/* A printed section must neither wear the memory out nor hold the time-out off. */
static void a_section_again_costs_nothing(void **state)
{
    struct fixture *f = *state;
    struct set set = make_set(f, 2, true, false);
    assert_int_equal(fixture_enter(f, set.digits[0]), MV_KCT_1ST);
    assert_int_equal(fixture_enter(f, set.digits[2]), MV_KCT_3RD);
    uint32_t commits = f->meter.journal.commits;
    uint32_t spent = f->flash.spent;
    f->flash.now += MV_SECTION_TIMEOUT_S - 1;
    for (unsigned i = 0; i < 100; i++) {
        assert_int_equal(fixture_enter(f, set.digits[0]), MV_KCT_1ST);
        assert_int_equal(f->answer.kind, MV_ANSWER_KEY_SECTION);
        assert_int_equal(f->answer.sections, 5);
    }
    assert_int_equal(f->meter.journal.commits, commits);
    assert_int_equal(f->flash.spent, spent);
    f->flash.now += 1;
    assert_int_equal(mv_meter_tick(&f->meter), MV_DONE);
    assert_int_equal(f->meter.state.sections.present, 0);
}

/* A set under the same key is obeyed each time, and each time written. */
static void a_whole_set_again_is_obeyed_again(void **state)
{
    struct fixture *f = *state;
    struct set set = {.change = test_change(&f->identity, 1)};
    set.change.key = f->identity.key;
    set.count = test_key_set(&f->identity, &set.change, set.digits);
    for (unsigned i = 1; i <= 5; i++) {
        uint32_t commits = f->meter.journal.commits;
        assert_int_equal(fixture_enter(f, set.digits[0]), MV_KCT_1ST);
        assert_int_equal(fixture_enter(f, set.digits[1]), MV_ACCEPT);
        assert_int_equal(f->meter.journal.commits, commits + 2);
    }
}

/* Obeyed, such a set would free the memory of TIDs as often as it is entered: used tokens would count again. */
static void no_rollover_under_the_same_key(void **state)
{
    for (unsigned misty1 = 0; misty1 < 2; misty1++) {
        provision(state, misty1 == 1);
        struct fixture *f = *state;
        struct set set = {.change = test_change(&f->identity, 1)};
        set.change.key = f->identity.key;
        set.change.rollover = true;
        set.count = test_key_set(&f->identity, &set.change, set.digits);
        assert_int_equal(fixture_enter_kwh(f, TEST_TID + 1, 1), MV_ACCEPT);
        for (unsigned i = 0; i + 1 < set.count; i++)
            assert_int_equal(fixture_enter(f, set.digits[i]), section_results[i]);
        uint32_t commits = f->meter.journal.commits;
        assert_int_equal(fixture_enter(f, set.digits[set.count - 1]), MV_RANGE_ERROR);
        assert_int_equal(f->meter.journal.commits, commits);
        check_identity(&f->meter.state.identity, &f->identity);
        assert_int_equal(fixture_enter_kwh(f, TEST_TID + 1, 1), MV_USED_ERROR);
        set.change.key.bytes[misty1 == 1 ? 8 : 7] ^= 1; /* any other key will do */
        set.count = test_key_set(&f->identity, &set.change, set.digits);
        for (unsigned i = 0; i + 1 < set.count; i++)
            assert_int_equal(fixture_enter(f, set.digits[i]), section_results[i]);
        assert_int_equal(fixture_enter(f, set.digits[set.count - 1]), MV_ACCEPT);
        assert_int_equal(f->meter.state.tids[0], 0);
    }
}

/* The last 8 bytes of a 64-bit key are nobody's. */
static void no_rollover_whatever_follows_the_key(void **state)
{
    fixture_blank(state);
    struct fixture *f = *state;
    f->identity.key.bytes[15] = 1;
    assert_int_equal(mv_meter_provision(&f->meter, &f->identity, TEST_TID), MV_DONE);
    struct set set = {.change = test_change(&f->identity, 1)};
    set.change.key = f->identity.key;
    set.change.rollover = true;
    set.count = test_key_set(&f->identity, &set.change, set.digits);
    assert_int_equal(fixture_enter(f, set.digits[0]), MV_KCT_1ST);
    assert_int_equal(fixture_enter(f, set.digits[1]), MV_RANGE_ERROR);
}

/* Sets that differ in nothing but KEN mix, because no section names its set. So a KEN is lowered together with KRN. */
static void sets_of_one_key_mix(void **state)
{
    struct fixture *f = *state;
    struct set sets[2] = {{.change = test_change(&f->identity, 1)}, {.change = test_change(&f->identity, 1)}};
    for (unsigned i = 0; i < 2; i++) {
        sets[i].change.key = f->identity.key;
        sets[i].change.ken = i == 0 ? 0xC9 : 0x81;
        assert_int_equal(test_key_set(&f->identity, &sets[i].change, sets[i].digits), 2);
    }
    static const uint8_t kens[2][2] = {{0xC9, 0xC1}, {0x89, 0x81}};
    for (unsigned first = 0; first < 2; first++) {
        for (unsigned second = 0; second < 2; second++) {
            assert_int_equal(fixture_enter(f, sets[first].digits[0]), MV_KCT_1ST);
            assert_int_equal(fixture_enter(f, sets[second].digits[1]), MV_ACCEPT);
            assert_int_equal(f->meter.state.identity.key_expiry, kens[first][second]);
            assert_memory_equal(f->meter.state.identity.key.bytes, f->identity.key.bytes, 8);
        }
    }
}

/* From each key type to each, by the first section. */
static void key_type_transitions(void **state)
{
    static const bool allowed[3][4] = {
        {true, true, true, false}, {false, true, true, false}, {false, true, true, false}};
    for (uint8_t from = 0; from < 3; from++) {
        for (uint8_t to = 0; to < 4; to++) {
            fixture_blank(state);
            struct fixture *f = *state;
            f->identity.key_type = from;
            assert_int_equal(mv_meter_provision(&f->meter, &f->identity, TEST_TID), MV_DONE);
            struct mv_sts_key_change change = test_change(&f->identity, 2);
            char digits[MV_KEY_SECTIONS][21];
            change.kt = to;
            assert_int_equal(test_key_set(&f->identity, &change, digits), 2);
            assert_int_equal(fixture_enter(f, digits[1]), MV_KCT_2ND);
            assert_int_equal(fixture_enter(f, digits[0]), allowed[from][to] ? MV_ACCEPT : MV_KEY_TYPE_ERROR);
            assert_int_equal(f->meter.state.identity.key_type, allowed[from][to] ? to : from);
            assert_int_equal(f->meter.state.sections.present, allowed[from][to] ? 0 : 2);
        }
    }
}

static void section_refusals(void **state)
{
    struct fixture *f = *state;
    char digits[21];
    test_raw_token(&f->identity, 2, 9, 0, digits);
    assert_int_equal(fixture_enter(f, digits), MV_FUNCTION_ERROR); /* no fourth one of a 64-bit key */
    test_raw_token(&f->identity, 2, 3, UINT64_C(2) << 32, digits);
    assert_int_equal(fixture_enter(f, digits), MV_RANGE_ERROR); /* KRN 0 */
    test_raw_token(&f->identity, 2, 4, UINT64_C(100) << 32, digits);
    assert_int_equal(fixture_enter(f, digits), MV_RANGE_ERROR); /* TI 100 */
    assert_int_equal(f->meter.state.sections.present, 0);
    assert_int_equal(f->meter.state.wrong, 0);
}

/* An SGC beyond 999999 shows only when both halves are there. */
static void supply_group_of_two_halves(void **state)
{
    provision(state, true);
    struct fixture *f = *state;
    struct set set = make_set(f, 2, false, false);
    char digits[21];
    assert_int_equal(fixture_enter(f, set.digits[0]), MV_KCT_1ST);
    assert_int_equal(fixture_enter(f, set.digits[1]), MV_KCT_2ND);
    assert_int_equal(fixture_enter(f, set.digits[2]), MV_KCT_3RD);
    test_raw_token(&f->identity, 2, 9, UINT64_C(0xFFF) << 32, digits);
    assert_int_equal(fixture_enter(f, digits), MV_RANGE_ERROR);
    assert_int_equal(f->meter.state.sections.present, 7);
    check_identity(&f->meter.state.identity, &f->identity);
    assert_int_equal(fixture_enter(f, set.digits[3]), MV_ACCEPT);
}

static void expired_keys_can_be_changed(void **state)
{
    struct fixture *f = *state;
    f->meter.state.identity.key_expiry = 1;
    assert_int_equal(fixture_enter_kwh(f, TEST_TID + 1, 1), MV_KEY_EXPIRED_ERROR);
    struct set set = make_set(f, 2, false, false);
    assert_int_equal(fixture_enter(f, set.digits[0]), MV_KCT_1ST);
    assert_int_equal(fixture_enter(f, set.digits[1]), MV_ACCEPT);
    assert_int_equal(fixture_enter_kwh(f, TEST_TID + 1, 1), MV_ACCEPT);
}

static void there_and_back(void **state)
{
    struct fixture *f = *state;
    struct mv_meter_identity at = f->identity;
    for (uint8_t krn = 1; krn <= 9; krn++) {
        struct mv_sts_key_change change = test_change(&at, krn);
        char digits[MV_KEY_SECTIONS][21];
        change.with_sgc = krn % 2 == 0;
        unsigned count = test_key_set(&at, &change, digits);
        for (unsigned i = 0; i + 1 < count; i++)
            assert_int_equal(fixture_enter(f, digits[i]), section_results[i]);
        assert_int_equal(fixture_enter(f, digits[count - 1]), MV_ACCEPT);
        at = test_changed(&at, &change);
        check_identity(&f->meter.state.identity, &at);
        assert_int_equal(fixture_enter_kwh(f, TEST_TID + krn, 1), MV_ACCEPT);
    }
}

#define READY(test) cmocka_unit_test_setup(test, fixture_ready)

int main(void)
{
    const struct CMUnitTest tests[] = {
        READY(any_order),
        READY(the_switch_keeps_credit_and_tids),
        READY(rollover_forgets_the_tids),
        READY(sections_time_out),
        READY(restart_gives_sections_their_time),
        READY(other_tokens_abandon_a_set),
        READY(another_set_replaces_the_first),
        READY(a_section_of_another_set_is_kept),
        READY(a_section_again_costs_nothing),
        READY(a_whole_set_again_is_obeyed_again),
        READY(no_rollover_under_the_same_key),
        READY(no_rollover_whatever_follows_the_key),
        READY(sets_of_one_key_mix),
        READY(key_type_transitions),
        READY(section_refusals),
        READY(supply_group_of_two_halves),
        READY(expired_keys_can_be_changed),
        READY(there_and_back),
    };
    return cmocka_run_group_tests_name("meter: key change", tests, NULL, NULL);
}
