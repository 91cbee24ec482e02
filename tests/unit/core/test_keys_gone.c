/* Keys that were replaced or given up are nowhere in the memory, whatever it looked like before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "meter_support.h"
#include "record_support.h"

enum { COMMITS = 40, STEP = 29, NEW_REVISION = 2 };

static struct record_fixture fixture, start;

static bool holds(const struct flash *flash, const uint8_t *key, size_t size)
{
    for (size_t at = 0; at + size <= sizeof flash->bytes; at++) {
        if (memcmp(flash->bytes + at, key, size) == 0)
            return true;
    }
    return false;
}

static bool holds_record_keys(const struct record_fixture *f, const struct record_fixture *before)
{
    return holds(&f->flash, before->keys.mac_in, 16) || holds(&f->flash, before->keys.mac_out, 16) ||
           holds(&f->flash, before->keys.enc, 16);
}

static bool holds_token_key(const struct record_fixture *f, const struct record_fixture *before)
{
    return holds(&f->flash, before->identity.key.bytes, 8);
}

/* Of the card slot; they go with a meter that is retired, and with it alone. */
static const struct mv_card_keys card_keys = {
    .meter_version = 1,
    .area_version = 1,
    .meter = {0xC1, 0xC2, 0xC3, 0xC4, 0xC5, 0xC6, 0xC7, 0xC8, 0xC9, 0xCA, 0xCB, 0xCC, 0xCD, 0xCE, 0xCF, 0xC0},
    .area = {0xD1, 0xD2, 0xD3, 0xD4, 0xD5, 0xD6, 0xD7, 0xD8, 0xD9, 0xDA, 0xDB, 0xDC, 0xDD, 0xDE, 0xDF, 0xD0}};

static bool holds_card_keys(const struct record_fixture *f)
{
    return holds(&f->flash, card_keys.meter, 16) || holds(&f->flash, card_keys.area, 16);
}

/* Copies in every sector, and in entries behind one another. */
static void have_written(struct record_fixture *f, uint32_t sectors, uint32_t sector_size)
{
    record_provision_as(f, sectors, sector_size);
    assert_int_equal(mv_prepay_provision_cards(&f->p, &card_keys), MV_DONE);
    for (uint32_t n = 0; n < COMMITS; n++)
        assert_int_equal(mv_prepay_bypass(&f->p, n % 2 == 0), MV_DONE);
    assert_int_equal(mv_prepay_tamper(&f->p), MV_DONE);
    assert_true(holds_record_keys(f, f) && holds_token_key(f, f) && holds_card_keys(f));
}

/* ---- what replaces them ---- */

static enum mv_result retire(struct record_fixture *f)
{
    return record_command(f, 1, MV_COMMAND_RETIRE, 0, 0, 0);
}

static enum mv_result update(struct record_fixture *f)
{
    struct mv_record_keys keys = record_new_keys(f, 9);
    record_begin(f, MV_KIND_KEY_UPDATE, 1);
    record_put_keys(f, &keys);
    return record_hand(f);
}

static enum mv_result reset(struct record_fixture *f)
{
    struct mv_record_keys keys = record_new_keys(f, 10);
    struct mv_record_writer *to = record_begin(f, MV_KIND_CONTROL, 1);
    mv_record_put_number(to, MV_TAG_COMMAND, MV_COMMAND_RESET, 1);
    mv_record_put_number(to, MV_TAG_NEW_EPOCH, RECORD_EPOCH + 1, 2);
    record_put_keys(f, &keys);
    return record_hand(f);
}

static enum mv_result change_token_key(struct record_fixture *f)
{
    struct mv_meter_answer answer;
    char digits[MV_KEY_SECTIONS][21];
    struct mv_sts_key_change change = test_change(&f->identity, NEW_REVISION);
    unsigned count = test_key_set(&f->identity, &change, digits);
    enum mv_result result = MV_DONE;
    for (unsigned i = 0; i < count; i++)
        result = mv_prepay_enter(&f->p, digits[i], &answer);
    return result;
}

static const struct {
    enum mv_result (*act)(struct record_fixture *f);
    bool record_keys, token_key; /* that go */
} acts[] = {{retire, true, true}, {update, true, false}, {reset, true, false}, {change_token_key, false, true}};
enum { ACTS = sizeof acts / sizeof acts[0] };

static void nothing_is_left(void **state)
{
    static const struct {
        uint32_t sectors, size;
    } shapes[] = {{2, 4096}, {2, 8192}, {3, 8192}, {2, 16384}};
    struct record_fixture *f = &fixture;
    (void)state;
    for (unsigned shape = 0; shape < sizeof shapes / sizeof shapes[0]; shape++) {
        for (unsigned act = 0; act < ACTS; act++) {
            have_written(f, shapes[shape].sectors, shapes[shape].size);
            start = *f;
            assert_int_equal(acts[act].act(f), MV_ACCEPT);
            assert_int_equal(holds_record_keys(f, &start), !acts[act].record_keys);
            assert_int_equal(holds_token_key(f, &start), !acts[act].token_key);
            assert_int_equal(holds_card_keys(f), acts[act].act != retire);
            for (uint32_t i = 0; i < shapes[shape].sectors; i++) /* each one once */
                assert_true(f->flash.erases[i] <= start.flash.erases[i] + 1 + (act == ACTS - 1));
            assert_int_equal(record_reopen(f), MV_DONE);
            assert_false(f->flash.misused);
        }
    }
}

/* Also where cells are bad, in the sector to come and in the one in use. */
static void nothing_is_left_in_a_bad_memory(void **state)
{
    struct record_fixture *f = &fixture;
    (void)state;
    for (unsigned act = 0; act < ACTS; act++) {
        for (uint32_t sector = 0; sector < 2; sector++) {
            have_written(f, 2, 16384);
            flash_stick(&f->flash, (struct stuck){.sector = sector, .at = 1500, .zeros = 0xFF});
            start = *f;
            assert_int_equal(acts[act].act(f), MV_ACCEPT);
            assert_int_equal(holds_record_keys(f, &start), !acts[act].record_keys);
            assert_int_equal(holds_token_key(f, &start), !acts[act].token_key);
            assert_int_equal(holds_card_keys(f), acts[act].act != retire);
            assert_int_equal(record_reopen(f), MV_DONE);
        }
    }
}

/* A memory of which no other sector takes anything, or does not erase, is obeyed in all the same. */
static void a_memory_that_does_not_erase(void **state)
{
    struct record_fixture *f = &fixture;
    (void)state;
    for (unsigned act = 0; act < ACTS; act++) {
        have_written(f, 2, 16384);
        uint32_t other = 1 - f->p.meter.journal.sector;
        f->flash.deny_erases = 1U << other;
        assert_int_equal(acts[act].act(f), MV_ACCEPT);
        assert_int_equal(record_reopen(f), MV_DONE);
        if (acts[act].act == retire)
            assert_true(f->p.supply.retired);
        f->flash.deny_erases = 0;
        assert_int_equal(record_reopen(f), MV_DONE);
    }
}

/* Power that goes under way: done whole or not at all; and who is retired forgets the rest at the next start. */
static void cut_under_way(void **state)
{
    static struct record_fixture before;
    struct record_fixture *f = &fixture;
    unsigned retired = 0;
    unsigned in_force = 0;
    (void)state;
    have_written(f, 2, 8192);
    before = *f;
    assert_int_equal(retire(f), MV_ACCEPT);
    uint32_t spent = f->flash.spent - before.flash.spent;
    for (uint32_t energy = 0; energy < spent; energy += STEP) {
        *f = before;
        f->flash.energy = energy;
        (void)retire(f);
        assert_int_equal(record_reopen(f), MV_DONE);
        retired += f->p.supply.retired;
        in_force += !f->p.supply.retired;
        assert_int_equal(holds_record_keys(f, &before), !f->p.supply.retired);
        assert_int_equal(holds_token_key(f, &before), !f->p.supply.retired);
        assert_int_equal(holds_card_keys(f), !f->p.supply.retired);
        if (!f->p.supply.retired)
            assert_int_equal(retire(f), MV_ACCEPT);
    }
    assert_true(retired > 10 && in_force > 10);
}

/* A set whose key is the meter's already may come as often as somebody likes. */
static void the_same_key_wears_nothing_out(void **state)
{
    struct record_fixture *f = &fixture;
    char digits[MV_KEY_SECTIONS][21];
    struct mv_meter_answer answer;
    (void)state;
    have_written(f, 2, 16384);
    struct mv_sts_key_change same = test_change(&f->identity, NEW_REVISION);
    same.key = f->identity.key;
    unsigned count = test_key_set(&f->identity, &same, digits);
    uint32_t erases = f->flash.erases[0] + f->flash.erases[1];
    for (unsigned n = 0; n < 10; n++) {
        enum mv_result result = MV_DONE;
        for (unsigned i = 0; i < count; i++)
            result = mv_prepay_enter(&f->p, digits[i], &answer);
        assert_int_equal(result, MV_ACCEPT);
    }
    assert_true(f->flash.erases[0] + f->flash.erases[1] <= erases + 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_left),
        cmocka_unit_test(nothing_is_left_in_a_bad_memory),
        cmocka_unit_test(a_memory_that_does_not_erase),
        cmocka_unit_test(cut_under_way),
        cmocka_unit_test(the_same_key_wears_nothing_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
