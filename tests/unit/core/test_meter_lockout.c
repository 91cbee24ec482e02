/* Wrong entries: what counts as one, what they cost, and that a restart is no way round. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "meter_support.h"

/* Twenty digits of class 0 that the meter's key does not know. */
static const char *wrong(const struct fixture *f)
{
    static char digits[21];
    struct mv_meter_identity other = f->identity;
    other.key.bytes[0] ^= 0x80;
    test_kwh_token(&other, TEST_TID + 1, 5, digits);
    return digits;
}

static void doubles_up_to_a_limit(void **state)
{
    struct fixture *f = *state;
    static const uint32_t lockouts[] = {0, 0, 10, 20, 40, 80, 160, 320, 640, 1280, 1280, 1280};
    for (unsigned i = 0; i < sizeof lockouts / sizeof lockouts[0]; i++) {
        assert_int_equal(fixture_enter(f, wrong(f)), MV_CRC_ERROR);
        assert_int_equal(mv_meter_lockout_left(&f->meter), lockouts[i]);
        if (lockouts[i] == 0)
            continue;
        f->flash.now += lockouts[i] - 1;
        assert_int_equal(fixture_enter_kwh(f, TEST_TID + 1, 1), MV_LOCKOUT_ACTIVE);
        assert_int_equal(fixture_enter(f, wrong(f)), MV_LOCKOUT_ACTIVE); /* costs nothing */
        f->flash.now += 1;
        assert_int_equal(mv_meter_lockout_left(&f->meter), 0);
    }
    assert_int_equal(fixture_enter_kwh(f, TEST_TID + 1, 1), MV_ACCEPT);
    assert_int_equal(fixture_enter(f, wrong(f)), MV_CRC_ERROR); /* from the start */
    assert_int_equal(mv_meter_lockout_left(&f->meter), 0);
}

static void lock(struct fixture *f)
{
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(fixture_enter(f, wrong(f)), MV_CRC_ERROR);
    assert_int_equal(mv_meter_lockout_left(&f->meter), 10);
}

static void a_restart_starts_it_anew(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(fixture_enter(f, wrong(f)), MV_CRC_ERROR);
    assert_int_equal(fixture_enter(f, wrong(f)), MV_CRC_ERROR);
    fixture_reopen(f);
    assert_int_equal(f->meter.state.wrong, 2);
    assert_int_equal(fixture_enter(f, wrong(f)), MV_CRC_ERROR);
    f->flash.now += 9;
    fixture_reopen(f);
    assert_int_equal(mv_meter_lockout_left(&f->meter), 10);
    f->flash.now = 0; /* a clock that starts with the power */
    fixture_reopen(f);
    assert_int_equal(mv_meter_lockout_left(&f->meter), 10);
    assert_int_equal(fixture_enter_kwh(f, TEST_TID + 1, 1), MV_LOCKOUT_ACTIVE);
    f->flash.now = 10;
    assert_int_equal(fixture_enter_kwh(f, TEST_TID + 1, 1), MV_ACCEPT);
    fixture_reopen(f);
    assert_int_equal(f->meter.state.wrong, 0);
}

static void class_1_still_works(void **state)
{
    struct fixture *f = *state;
    char digits[21];
    lock(f);
    assert_int_equal(fixture_enter(f, "56493153725450313471"), MV_ACCEPT);
    assert_int_equal(mv_meter_lockout_left(&f->meter), 10); /* and clears nothing */
    assert_int_equal(fixture_enter_manage(f, MV_MANAGE_TARIFF_RATE, TEST_TID + 1, 1), MV_LOCKOUT_ACTIVE);
    struct mv_sts_key_change change = test_change(&f->identity, 2);
    char set[MV_KEY_SECTIONS][21];
    assert_int_equal(test_key_set(&f->identity, &change, set), 2);
    assert_int_equal(fixture_enter(f, set[0]), MV_LOCKOUT_ACTIVE);
    test_raw_token(&f->identity, 3, 0, 0, digits);
    assert_int_equal(fixture_enter(f, digits), MV_FUNCTION_ERROR);
    assert_int_equal(fixture_enter(f, "123"), MV_FORMAT_ERROR);
}

static void only_a_wrong_crc_counts(void **state)
{
    struct fixture *f = *state;
    char digits[21];
    uint32_t commits = f->meter.journal.commits;
    for (unsigned i = 0; i < 5; i++) {
        assert_int_equal(fixture_enter(f, "123"), MV_FORMAT_ERROR);
        assert_int_equal(fixture_enter(f, "99999999999999999999"), MV_FORMAT_ERROR);
        assert_int_equal(fixture_enter(f, "56493153725450313472"), MV_CRC_ERROR); /* class 1 tests no key */
        assert_int_equal(fixture_enter_kwh(f, TEST_TID, 1), MV_USED_ERROR);
        test_raw_token(&f->identity, 0, 9, 0, digits);
        assert_int_equal(fixture_enter(f, digits), MV_FUNCTION_ERROR);
    }
    assert_int_equal(f->meter.state.wrong, 0);
    assert_int_equal(f->meter.journal.commits, commits);
}

/* What can be entered again and again must not help a guesser. */
static void only_a_token_with_a_tid_clears(void **state)
{
    struct fixture *f = *state;
    lock(f);
    fixture_wait_out(f);
    struct mv_sts_key_change change = test_change(&f->identity, 2);
    char set[MV_KEY_SECTIONS][21];
    assert_int_equal(test_key_set(&f->identity, &change, set), 2);
    assert_int_equal(fixture_enter(f, set[0]), MV_KCT_1ST);
    assert_int_equal(f->meter.state.wrong, 3);
    assert_int_equal(fixture_enter_kwh(f, TEST_TID, 1), MV_USED_ERROR);
    assert_int_equal(f->meter.state.wrong, 3);
    assert_int_equal(fixture_enter(f, set[1]), MV_ACCEPT);
    assert_int_equal(f->meter.state.wrong, 3);
    assert_int_equal(fixture_enter_manage(f, MV_MANAGE_TARIFF_RATE, TEST_TID + 1, 1), MV_ACCEPT);
    assert_int_equal(f->meter.state.wrong, 0);
}

/* Guessing costs ten writes and no more until a token is accepted; the lockout does not need them. */
static void guessing_does_not_wear_the_memory_out(void **state)
{
    struct fixture *f = *state;
    uint32_t commits = f->meter.journal.commits;
    for (unsigned i = 0; i < 50; i++) {
        assert_int_equal(fixture_enter(f, wrong(f)), MV_CRC_ERROR);
        assert_int_equal(f->meter.journal.commits, commits + (i < 10 ? i + 1 : 10));
        fixture_wait_out(f);
    }
    assert_int_equal(fixture_enter(f, wrong(f)), MV_CRC_ERROR);
    f->flash.now += 1279;
    fixture_reopen(f);
    assert_int_equal(mv_meter_lockout_left(&f->meter), 1280);
}

/* The board's clock may pass its end. */
static void the_clock_wraps(void **state)
{
    struct fixture *f = *state;
    f->flash.now = UINT32_MAX - 4;
    lock(f);
    f->flash.now += 9; /* 4 */
    assert_int_equal(mv_meter_lockout_left(&f->meter), 1);
    assert_int_equal(fixture_enter_kwh(f, TEST_TID + 1, 1), MV_LOCKOUT_ACTIVE);
    f->flash.now++;
    assert_int_equal(mv_meter_lockout_left(&f->meter), 0);
    fixture_ready(state);
    f->flash.now = UINT32_MAX - 4;
    struct mv_sts_key_change change = test_change(&f->identity, 2);
    char set[MV_KEY_SECTIONS][21];
    assert_int_equal(test_key_set(&f->identity, &change, set), 2);
    assert_int_equal(fixture_enter(f, set[0]), MV_KCT_1ST);
    f->flash.now += MV_SECTION_TIMEOUT_S - 1;
    assert_int_equal(mv_meter_tick(&f->meter), MV_DONE);
    assert_int_equal(f->meter.state.sections.present, 1);
    f->flash.now++;
    assert_int_equal(mv_meter_tick(&f->meter), MV_DONE);
    assert_int_equal(f->meter.state.sections.present, 0);
}

/* Class 1 needs no write, also when something waits for one. */
static void displays_work_while_writes_fail(void **state)
{
    struct fixture *f = *state;
    struct mv_sts_key_change change = test_change(&f->identity, 2);
    char set[MV_KEY_SECTIONS][21];
    assert_int_equal(test_key_set(&f->identity, &change, set), 2);
    assert_int_equal(fixture_enter(f, set[0]), MV_KCT_1ST);
    f->flash.now += MV_SECTION_TIMEOUT_S;
    f->flash.deny_writes = true;
    assert_int_equal(fixture_enter(f, "56493153725450313471"), MV_ACCEPT);
    assert_int_equal(fixture_enter(f, set[1]), MV_STORAGE_ERROR);
    assert_int_equal(fixture_enter(f, "56493153725450313471"), MV_ACCEPT);
    f->flash.deny_writes = false;
    assert_int_equal(fixture_enter(f, "56493153725450313471"), MV_ACCEPT);
}

/* A wrong entry that cannot be kept is not answered. */
static void no_verdict_without_memory(void **state)
{
    struct fixture *f = *state;
    f->flash.energy = 5;
    assert_int_equal(fixture_enter(f, wrong(f)), MV_STORAGE_ERROR);
    flash_power_on(&f->flash);
    lock(f);
}

#define READY(test) cmocka_unit_test_setup(test, fixture_ready)

int main(void)
{
    const struct CMUnitTest tests[] = {
        READY(doubles_up_to_a_limit),
        READY(a_restart_starts_it_anew),
        READY(class_1_still_works),
        READY(only_a_wrong_crc_counts),
        READY(only_a_token_with_a_tid_clears),
        READY(no_verdict_without_memory),
        READY(guessing_does_not_wear_the_memory_out),
        READY(the_clock_wraps),
        READY(displays_work_while_writes_fail),
    };
    return cmocka_run_group_tests_name("meter: lockout", tests, NULL, NULL);
}
