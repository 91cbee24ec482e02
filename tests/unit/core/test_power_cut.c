/* Power cuts at every byte that is written or erased: no token is credited twice, none is lost once it was accepted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "meter_support.h"

/* Bytes of an entry, and of its seal. */
enum { ENTRY = 512, SEAL = 8 };
enum { TOKENS = 5, FIRST_STEP = 61 };

/* Token i is worth 2^i units, so that the balance shows which tokens counted. */
static char tokens[TOKENS][21];
static struct mv_meter_identity identity;

static int make_tokens(void **state)
{
    (void)state;
    identity = test_identity();
    for (uint32_t i = 0; i < TOKENS; i++)
        test_kwh_token(&identity, TEST_TID + 1 + i, 1U << i, tokens[i]);
    return 0;
}

/* Opens, provisions where needed, and enters all tokens until the power goes. Adds the tokens that were accepted to
 * `accepted`, the one under way to `unsure`. */
static void run(struct flash *flash, uint32_t *accepted, uint32_t *unsure)
{
    struct mv_meter_port port = flash_port(flash);
    struct mv_meter meter;
    struct mv_meter_answer answer;
    enum mv_result result = mv_meter_open(&meter, &port, &mv_sta_public);
    if (result == MV_NOT_PROVISIONED)
        result = mv_meter_provision(&meter, &identity, TEST_TID);
    if (result == MV_STORAGE_ERROR)
        return;
    assert_int_equal(result, MV_DONE);
    for (uint32_t i = 0; i < TOKENS; i++) {
        result = mv_meter_enter(&meter, tokens[i], &answer);
        if (result == MV_STORAGE_ERROR) {
            *unsure |= 1U << i;
            return;
        }
        if (result == MV_ACCEPT) {
            assert_false(*accepted & 1U << i); /* credited twice */
            *accepted |= 1U << i;
        } else {
            assert_int_equal(result, MV_USED_ERROR);
            assert_true((*accepted | *unsure) & 1U << i);
        }
    }
}

/* The state after a restart: every accepted token counts, and besides those only ones that were under way. */
static void check(struct flash *flash, uint32_t accepted, uint32_t unsure)
{
    struct mv_meter_port port = flash_port(flash);
    struct mv_meter meter;
    enum mv_result result = mv_meter_open(&meter, &port, &mv_sta_public);
    if (result == MV_NOT_PROVISIONED) {
        assert_int_equal(accepted | unsure, 0);
        return;
    }
    assert_int_equal(result, MV_DONE);
    uint32_t counted = (uint32_t)(meter.state.credit[MV_REGISTER_ELECTRICITY] / 100);
    assert_int_equal(counted & accepted, accepted);
    assert_int_equal(counted & ~(accepted | unsure), 0);
}

static void finish(struct flash *flash, uint32_t accepted, uint32_t unsure)
{
    struct mv_meter_port port = flash_port(flash);
    struct mv_meter meter;
    flash_power_on(flash);
    check(flash, accepted, unsure);
    run(flash, &accepted, &unsure);
    assert_int_equal(mv_meter_open(&meter, &port, &mv_sta_public), MV_DONE);
    assert_int_equal(meter.state.credit[MV_REGISTER_ELECTRICITY], 100 * ((1 << TOKENS) - 1));
    assert_false(flash->misused);
}

static uint32_t bytes_of_a_whole_run(void)
{
    struct flash flash;
    uint32_t accepted = 0;
    uint32_t unsure = 0;
    flash_init(&flash);
    run(&flash, &accepted, &unsure);
    assert_int_equal(accepted, (1 << TOKENS) - 1);
    assert_int_equal(unsure, 0);
    return flash.spent;
}

/* Bits that a cut leaves as they were in the byte under way. */
static const uint8_t torn[] = {0xFF, 0x00, 0x0F, 0xA5};

static void one_cut_anywhere(void **state)
{
    (void)state;
    uint32_t total = bytes_of_a_whole_run();
    uint32_t cuts_in_a_token = 0;
    assert_true(total > TOKENS * ENTRY);
    for (uint32_t cut = 1; cut < total; cut += CUT_STEP) {
        for (unsigned t = 0; t <= sizeof torn; t++) {
            struct flash flash;
            uint32_t accepted = 0;
            uint32_t unsure = 0;
            flash_init(&flash);
            flash.ecc = t == sizeof torn;
            flash.energy = cut;
            flash.last_byte = torn[t % sizeof torn];
            run(&flash, &accepted, &unsure);
            cuts_in_a_token += unsure != 0;
            finish(&flash, accepted, unsure);
        }
    }
    assert_true(cuts_in_a_token > TOKENS * ENTRY / CUT_STEP);
}

/* The power goes again during the first run after a cut. */
static void a_second_cut(void **state)
{
    (void)state;
    uint32_t total = bytes_of_a_whole_run();
    for (uint32_t first = 1; first < total; first += FIRST_STEP) {
        for (uint32_t second = 1; second < total; second += SECOND_STEP) {
            struct flash flash;
            uint32_t accepted = 0;
            uint32_t unsure = 0;
            flash_init(&flash);
            flash.energy = first;
            flash.last_byte = torn[(first + second) % sizeof torn];
            flash.ecc = (first + second) / 2 % 2 == 0;
            run(&flash, &accepted, &unsure);
            flash.energy = second;
            run(&flash, &accepted, &unsure);
            finish(&flash, accepted, unsure);
        }
    }
}

/* Half a seal counts or does not, but for good: with every mixture of bits in every byte of it. */
static void a_torn_seal(void **state)
{
    unsigned seen[2] = {0, 0};
    for (uint32_t cut = 0; cut < SEAL; cut++) {
        for (unsigned last_byte = 0; last_byte < 256; last_byte++) {
            fixture_ready(state);
            struct fixture *f = *state;
            f->flash.energy = ENTRY - SEAL + cut;
            f->flash.last_byte = (uint8_t)last_byte;
            assert_int_equal(fixture_enter(f, tokens[0]), MV_STORAGE_ERROR);
            flash_power_on(&f->flash);
            fixture_reopen(f);
            bool counted = f->meter.state.credit[0] == 100;
            seen[counted]++;
            assert_int_equal(fixture_enter(f, tokens[1]), MV_ACCEPT);
            fixture_reopen(f);
            assert_int_equal(fixture_enter(f, tokens[0]), counted ? MV_USED_ERROR : MV_ACCEPT);
            fixture_reopen(f);
            assert_int_equal(f->meter.state.credit[0], 300);
            assert_false(f->flash.misused);
        }
    }
    assert_true(seen[0] > 0 && seen[1] > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(one_cut_anywhere), cmocka_unit_test(a_second_cut),
                                       cmocka_unit_test(a_torn_seal)};
    return cmocka_run_group_tests_name("power cut", tests, make_tokens, NULL);
}
