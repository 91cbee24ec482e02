/* Power cuts at every byte while wrong entries are counted, sections of key changes come, time out and switch the key:
 * after each the meter is as it was before the step under way or as it is after it, and goes on to the same end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "meter_support.h"

/* What is entered, or what happens. */
enum action { ENTER, TIME_OUT, TAMPER };
struct step {
    enum action action;
    enum mv_result result;
    char digits[21];
};

enum { STEPS = 18, SECOND_CUT = 811 };

static struct mv_meter_identity identity;
static struct step steps[STEPS];
static unsigned step_count;
static struct mv_meter_state states[STEPS + 1]; /* after so many steps */

static void plan(enum action action, enum mv_result result, const char *digits)
{
    assert_true(step_count < STEPS);
    steps[step_count] = (struct step){.action = action, .result = result};
    if (digits != NULL)
        memcpy(steps[step_count].digits, digits, sizeof steps[step_count].digits);
    step_count++;
}

static void plan_wrong(const struct mv_meter_identity *at)
{
    struct mv_meter_identity other = *at;
    char digits[21];
    other.key.bytes[3] ^= 1;
    test_kwh_token(&other, TEST_TID + 1, 1, digits);
    plan(ENTER, MV_CRC_ERROR, digits);
}

static void plan_kwh(const struct mv_meter_identity *at, uint32_t tid)
{
    char digits[21];
    test_kwh_token(at, tid, 5, digits);
    plan(ENTER, MV_ACCEPT, digits);
}

/* Wrong entries up to a lockout, a section that times out, a set of three backwards, management, a rollover. */
static int plan_all(void **state)
{
    (void)state;
    char digits[21];
    char set[MV_KEY_SECTIONS][21];
    identity = test_identity();
    struct mv_sts_key_change change = test_change(&identity, 2);
    change.with_sgc = true;
    assert_int_equal(test_key_set(&identity, &change, set), 3);
    for (unsigned i = 0; i < 4; i++)
        plan_wrong(&identity);
    plan(ENTER, MV_KCT_1ST, set[0]);
    plan(TIME_OUT, MV_DONE, NULL);
    plan(ENTER, MV_KCT_3RD, set[2]);
    plan(ENTER, MV_KCT_2ND, set[1]);
    plan(ENTER, MV_ACCEPT, set[0]);
    struct mv_meter_identity second = test_changed(&identity, &change);
    plan_kwh(&second, TEST_TID + 1);
    plan(TAMPER, MV_DONE, NULL);
    test_manage_token(&second, MV_MANAGE_CLEAR_TAMPER, TEST_TID + 2, 0, digits);
    plan(ENTER, MV_ACCEPT, digits);
    plan_wrong(&second);
    change = test_change(&second, 3);
    change.rollover = true;
    assert_int_equal(test_key_set(&second, &change, set), 2);
    plan(ENTER, MV_KCT_1ST, set[0]);
    plan(ENTER, MV_ACCEPT, set[1]);
    struct mv_meter_identity third = test_changed(&second, &change);
    plan_kwh(&third, 1);
    assert_int_equal(step_count, 16);
    return 0;
}

static enum mv_result act(struct flash *flash, struct mv_meter *meter, const struct step *step)
{
    struct mv_meter_answer answer;
    flash->now += mv_meter_lockout_left(meter);
    if (step->action == TAMPER)
        return mv_meter_tamper(meter);
    if (step->action == ENTER)
        return mv_meter_enter(meter, step->digits, &answer);
    flash->now += MV_SECTION_TIMEOUT_S;
    return mv_meter_tick(meter);
}

/* Opens and goes on after `done` steps until the power goes. Returns the steps that were answered. */
static unsigned go_on(struct flash *flash, unsigned done)
{
    struct mv_meter_port port = flash_port(flash);
    struct mv_meter meter;
    enum mv_result result = mv_meter_open(&meter, &port, &mv_sta_public);
    if (result == MV_STORAGE_ERROR)
        return done;
    assert_int_equal(result, MV_DONE);
    for (; done < step_count; done++) {
        result = act(flash, &meter, &steps[done]);
        if (result == MV_STORAGE_ERROR)
            return done;
        assert_int_equal(result, steps[done].result);
    }
    return done;
}

/* How many steps the memory knows of: `done`, or one more when the cut came between the write and the answer. */
static unsigned steps_kept(struct flash *flash, unsigned done)
{
    struct mv_meter_port port = flash_port(flash);
    struct mv_meter meter;
    assert_int_equal(mv_meter_open(&meter, &port, &mv_sta_public), MV_DONE);
    if (same_state(&meter.state, &states[done]))
        return done;
    assert_true(done < step_count);
    assert_true(same_state(&meter.state, &states[done + 1]));
    return done + 1;
}

static void provision(struct flash *flash)
{
    struct mv_meter meter;
    flash_init(flash);
    struct mv_meter_port port = flash_port(flash);
    assert_int_equal(mv_meter_open(&meter, &port, &mv_sta_public), MV_NOT_PROVISIONED);
    assert_int_equal(mv_meter_provision(&meter, &identity, TEST_TID), MV_DONE);
    flash->spent = 0;
}

/* Without a cut; remembers every state. */
static uint32_t bytes_of_a_whole_run(void)
{
    struct flash flash;
    struct mv_meter meter;
    provision(&flash);
    struct mv_meter_port port = flash_port(&flash);
    assert_int_equal(mv_meter_open(&meter, &port, &mv_sta_public), MV_DONE);
    states[0] = meter.state;
    for (unsigned i = 0; i < step_count; i++) {
        assert_int_equal(act(&flash, &meter, &steps[i]), steps[i].result);
        states[i + 1] = meter.state;
        assert_false(same_state(&states[i + 1], &states[i]));
    }
    assert_int_equal(meter.state.wrong, 0);
    assert_int_equal(meter.state.tids[0], 1);
    assert_int_equal(meter.state.identity.key_revision, 3);
    return flash.spent;
}

/* Bits that a cut leaves as they were in the byte under way. */
static const uint8_t torn[] = {0xFF, 0x00, 0x0F, 0xA5};

static unsigned cut(struct flash *flash, uint32_t energy, unsigned done)
{
    flash->energy = energy;
    flash->last_byte = torn[energy % sizeof torn];
    done = go_on(flash, done);
    flash_power_on(flash);
    return steps_kept(flash, done);
}

static void finish(struct flash *flash, unsigned done)
{
    assert_int_equal(go_on(flash, done), step_count);
    assert_int_equal(steps_kept(flash, step_count), step_count);
    assert_false(flash->misused);
}

static void one_cut_anywhere(void **state)
{
    (void)state;
    uint32_t total = bytes_of_a_whole_run();
    unsigned cuts[STEPS + 1] = {0};
    for (uint32_t energy = 1; energy < total; energy += CUT_STEP) {
        struct flash flash;
        provision(&flash);
        unsigned done = cut(&flash, energy, 0);
        cuts[done]++;
        finish(&flash, done);
    }
    for (unsigned i = 0; i < step_count; i++)
        assert_true(cuts[i] > 0); /* none was left out */
}

static void a_second_cut(void **state)
{
    (void)state;
    uint32_t total = bytes_of_a_whole_run();
    for (uint32_t first = 1; first < total; first += SECOND_CUT) {
        for (uint32_t second = 1; second < total - first; second += SECOND_CUT / 2) {
            struct flash flash;
            provision(&flash);
            unsigned done = cut(&flash, first, 0);
            done = cut(&flash, second, done);
            finish(&flash, done);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(one_cut_anywhere), cmocka_unit_test(a_second_cut)};
    return cmocka_run_group_tests_name("power cut: changes", tests, plan_all, NULL);
}
