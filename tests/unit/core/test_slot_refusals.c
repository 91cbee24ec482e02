/* Cards that the meter does not take: each says why, with a number of its own, and none changes anything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "slot_support.h"

enum { APDU_SELECT, APDU_HEAD, APDU_CHALLENGE, APDU_THIRD_PASS, APDU_UID, APDU_INDEX, APDU_SLOT, APDU_BUNDLE };

static void good_card(struct slot_fixture *f)
{
    slot_make(f, MV_CARD_USER);
    struct record_purchase opening = {.kind = MV_PURCHASE_OPEN, .sequence = 1, .amount = 10, .card = RECORD_CARD};
    slot_write_purchase(f, &opening);
}

static uint8_t *index_of(struct slot_fixture *f)
{
    return slot_file(f, MV_CARD_FILE_TO_METER) + MV_CARD_COUNT_BYTES;
}

static void expect_untouched(struct slot_fixture *f, enum mv_result result, const char *shown)
{
    slot_expect(f, result, shown);
    assert_int_equal(slot_credit(f), 0);
    assert_false(f->terminal.outcome.returned);
    assert_int_equal(f->terminal.outcome.taken, 0);
}

/* The card's n-th answer is this one. */
static void answer_with(struct slot_fixture *f, int at, const char *answer, uint16_t size)
{
    f->answer_at = at;
    memcpy(f->answer, answer, size);
    f->answer_size = size;
}

/* ---- what it is ---- */

static void a_card_without_our_application(void **state)
{
    struct slot_fixture *f = *state;
    expect_untouched(f, MV_SLOT_UNISSUED, "Err-32 07");
}

static void a_card_that_was_not_personalised(void **state)
{
    struct slot_fixture *f = *state;
    good_card(f);
    f->card.application.files[MV_CARD_FILE_HEAD].exists = false;
    expect_untouched(f, MV_SLOT_UNISSUED, "Err-32 07");
    f->card.application.files[MV_CARD_FILE_HEAD].exists = true; /* it is the fixture's to free */
}

static void a_card_of_another_make(void **state)
{
    struct slot_fixture *f = *state;
    good_card(f);
    answer_with(f, APDU_SELECT, "\x6D\x00", 2);
    expect_untouched(f, MV_RECORD_KIND, "Err-32 08");
    answer_with(f, APDU_SELECT, "\x91\x1C", 2);
    expect_untouched(f, MV_RECORD_KIND, "Err-32 08");
    answer_with(f, APDU_CHALLENGE, "\x91\x40", 2);
    expect_untouched(f, MV_SLOT_UNISSUED, "Err-32 07");
}

static void a_head_of_another_form(void **state)
{
    struct slot_fixture *f = *state;
    good_card(f);
    slot_file(f, MV_CARD_FILE_HEAD)[0] = 2;
    expect_untouched(f, MV_RECORD_FILE, "Err-34 14");
    slot_file(f, MV_CARD_FILE_HEAD)[0] = MV_CARD_LAYOUT_FORMAT;
    slot_file(f, MV_CARD_FILE_HEAD)[1] = MV_CARD_KEY_UPDATE + 1;
    expect_untouched(f, MV_RECORD_KIND, "Err-32 08");
    slot_file(f, MV_CARD_FILE_HEAD)[1] = MV_CARD_BLOCKED;
    expect_untouched(f, MV_SLOT_BLOCKED, "Err-32 39");
}

static void another_meters_card(void **state)
{
    struct slot_fixture *f = *state;
    good_card(f);
    slot_file(f, MV_CARD_FILE_HEAD)[3] ^= 1;
    expect_untouched(f, MV_RECORD_METER, "Err-33 11");
}

static void a_tool_of_another_area(void **state)
{
    struct slot_fixture *f = *state;
    slot_make(f, MV_CARD_RESET);
    slot_file(f, MV_CARD_FILE_HEAD)[11] ^= 1;
    expect_untouched(f, MV_SLOT_NOT_AUTHORISED, "Err-32 09");
}

/* ---- the three passes ---- */

static void a_card_with_another_key(void **state)
{
    struct slot_fixture *f = *state;
    good_card(f);
    f->card.application.keys[MV_CARD_SLOT_METER].bytes[0] ^= 1;
    expect_untouched(f, MV_SLOT_REFUSED, "Err-32 06");
}

static void a_card_that_cannot_prove_itself(void **state)
{
    struct slot_fixture *f = *state;
    good_card(f);
    f->card.wrong_cryptogram = true;
    expect_untouched(f, MV_RECORD_KEY_VERSION, "Err-32 05");
}

static void a_meter_without_random_numbers(void **state)
{
    struct slot_fixture *f = *state;
    good_card(f);
    f->no_random = true;
    expect_untouched(f, MV_SLOT_CIPHER, "Err-31 02");
}

/* ---- what is on it ---- */

static void nothing_on_it(void **state)
{
    struct slot_fixture *f = *state;
    slot_make(f, MV_CARD_USER);
    expect_untouched(f, MV_SLOT_EMPTY, "Err-34 40");
    slot_write(f); /* a bundle without a byte */
    expect_untouched(f, MV_SLOT_EMPTY, "Err-34 40");
}

static void an_index_that_is_none(void **state)
{
    struct slot_fixture *f = *state;
    good_card(f);
    slot_file(f, MV_CARD_FILE_TO_METER)[1] = 2;
    expect_untouched(f, MV_RECORD_FILE, "Err-34 14"); /* a user card has one entry */
    slot_file(f, MV_CARD_FILE_TO_METER)[1] = 1;
    index_of(f)[0] = 0xAA;
    expect_untouched(f, MV_RECORD_FILE, "Err-34 14");
    index_of(f)[0] = 0x11;
    expect_untouched(f, MV_RECORD_METER, "Err-33 11");
    slot_make(f, MV_CARD_CLEAR);
    slot_file(f, MV_CARD_FILE_TO_METER)[1] = MV_CARD_ENTRIES_MAX + 1;
    expect_untouched(f, MV_RECORD_FILE, "Err-34 14");
}

static void a_bundle_that_is_none(void **state)
{
    struct slot_fixture *f = *state;
    good_card(f);
    index_of(f)[9] = 0xFF; /* begins behind the end of the file */
    expect_untouched(f, MV_RECORD_FILE, "Err-34 14");
    good_card(f);
    index_of(f)[12] = 1; /* ends within its first record */
    expect_untouched(f, MV_RECORD_FILE, "Err-34 14");
    good_card(f);
    index_of(f)[MV_CARD_ENTRY_BYTES] = 0; /* a record of no bytes */
    expect_untouched(f, MV_RECORD_FILE, "Err-34 14");
}

/* ---- answers that are not as they should be ---- */

static void garbled_answers(void **state)
{
    struct slot_fixture *f = *state;
    good_card(f);
    answer_with(f, APDU_HEAD, "\x01\x01\x91\x00", 4);
    expect_untouched(f, MV_SLOT_CONTACT, "Err-35 19");
    answer_with(f, APDU_HEAD, "\x91", 1);
    expect_untouched(f, MV_SLOT_CONTACT, "Err-35 19");
    answer_with(f, APDU_UID, "12345678\x91\x00", 10);
    expect_untouched(f, MV_RECORD_MAC_ERROR, "Err-32 10");
    answer_with(f, APDU_INDEX, "\x91\x9D", 2);
    expect_untouched(f, MV_SLOT_NOT_AUTHORISED, "Err-32 09");
    answer_with(f, APDU_INDEX, "\x91\x1E", 2);
    expect_untouched(f, MV_RECORD_MAC_ERROR, "Err-32 10");
    answer_with(f, APDU_SLOT, "\x91\x7E", 2);
    expect_untouched(f, MV_RECORD_FILE, "Err-34 14");
    answer_with(f, APDU_SLOT, "\x91\x9E", 2);
    expect_untouched(f, MV_RECORD_FILE, "Err-34 14");
    answer_with(f, APDU_BUNDLE, "\x91\xCA", 2);
    expect_untouched(f, MV_SLOT_CONTACT, "Err-35 19");
    f->answer_at = SLOT_NEVER;
    slot_expect(f, MV_ACCEPT, "OK +0.010");
}

static void a_card_that_goes(void **state)
{
    struct slot_fixture *f = *state;
    good_card(f);
    f->cut_before = APDU_SELECT;
    expect_untouched(f, MV_SLOT_RESET, "Err-32 04");
    f->cut_before = APDU_BUNDLE;
    expect_untouched(f, MV_SLOT_REMOVED, "Err-35 20");
    /* What comes late is nothing to anybody. */
    assert_int_equal(mv_card_terminal_gone(&f->terminal), MV_CARD_OVER);
    assert_int_equal(mv_card_terminal_step(&f->terminal, (const uint8_t *)"\x91\x00", 2), MV_CARD_OVER);
    assert_int_equal(f->terminal.outcome.result, MV_SLOT_REMOVED);
}

/* ---- meters that take none ---- */

static void a_meter_without_keys_for_cards(void **state)
{
    struct slot_fixture *f = *state;
    struct mv_card_keys none = {.meter_version = 0};
    assert_int_equal(mv_prepay_provision_cards(&f->r.p, &f->keys), MV_ALREADY_PROVISIONED);
    record_provision(&f->r);
    good_card(f);
    expect_untouched(f, MV_NOT_PROVISIONED, "Err-31 35");
    assert_int_equal(f->apdus, 0);
    assert_int_equal(mv_prepay_provision_cards(&f->r.p, &none), MV_RANGE_ERROR);
    none.meter_version = 1;
    assert_int_equal(mv_prepay_provision_cards(&f->r.p, &none), MV_DONE);
    slot_make(f, MV_CARD_PRESET);
    expect_untouched(f, MV_SLOT_NOT_AUTHORISED, "Err-32 09"); /* users' cards only */
}

static void a_meter_that_takes_no_records(void **state)
{
    struct slot_fixture *f = *state;
    f->r.p.records.provisioned = false;
    assert_int_equal(mv_prepay_provision_cards(&f->r.p, &f->keys), MV_NOT_PROVISIONED);
}

static void a_memory_that_cannot_be_read(void **state)
{
    struct slot_fixture *f = *state;
    good_card(f);
    mv_prepay_close(&f->r.p);
    f->r.flash.fail_reads = true;
    assert_int_equal(mv_prepay_provision_cards(&f->r.p, &f->keys), MV_STORAGE_ERROR);
    assert_int_equal(slot_insert(f), MV_STORAGE_ERROR);
    assert_int_equal(f->apdus, 0);
}

/* The keys come back with the power, stay through a reset, and go with the meter. */
static void keys_are_kept(void **state)
{
    struct slot_fixture *f = *state;
    static const struct mv_card_keys none;
    assert_int_equal(record_reopen(&f->r), MV_DONE);
    assert_memory_equal(&f->r.p.card_keys, &f->keys, sizeof f->keys);
    mv_prepay_close(&f->r.p);
    assert_memory_equal(&f->r.p.card_keys, &none, sizeof none);
    assert_int_equal(record_reopen(&f->r), MV_DONE);
    assert_int_equal(record_command(&f->r, 1, MV_COMMAND_RETIRE, 0, 0, 0), MV_ACCEPT);
    assert_memory_equal(&f->r.p.card_keys, &none, sizeof none);
    assert_int_equal(record_reopen(&f->r), MV_DONE);
    assert_memory_equal(&f->r.p.card_keys, &none, sizeof none);
    good_card(f);
    expect_untouched(f, MV_NOT_PROVISIONED, "Err-31 35");
}

int main(void)
{
#define SLOT_TEST(name) cmocka_unit_test_setup_teardown(name, slot_setup, slot_teardown)
    const struct CMUnitTest tests[] = {
        SLOT_TEST(a_card_without_our_application),
        SLOT_TEST(a_card_that_was_not_personalised),
        SLOT_TEST(a_card_of_another_make),
        SLOT_TEST(a_head_of_another_form),
        SLOT_TEST(another_meters_card),
        SLOT_TEST(a_tool_of_another_area),
        SLOT_TEST(a_card_with_another_key),
        SLOT_TEST(a_card_that_cannot_prove_itself),
        SLOT_TEST(a_meter_without_random_numbers),
        SLOT_TEST(nothing_on_it),
        SLOT_TEST(an_index_that_is_none),
        SLOT_TEST(a_bundle_that_is_none),
        SLOT_TEST(garbled_answers),
        SLOT_TEST(a_card_that_goes),
        SLOT_TEST(a_meter_without_keys_for_cards),
        SLOT_TEST(a_meter_that_takes_no_records),
        SLOT_TEST(a_memory_that_cannot_be_read),
        SLOT_TEST(keys_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
