/* A user's card at the meter: what each rule of purchases says on the display, and the return that it takes away. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "slot_support.h"

enum { OPENING = 5000, MORE = 1250, LOST = 7, NEW = 8 };

static void open_account(struct slot_fixture *f)
{
    struct record_purchase opening = {.kind = MV_PURCHASE_OPEN, .sequence = 1, .amount = OPENING, .card = RECORD_CARD};
    slot_make(f, MV_CARD_USER);
    slot_write_purchase(f, &opening);
    assert_int_equal(slot_insert(f), MV_ACCEPT);
}

static void buy(struct slot_fixture *f, uint32_t sequence)
{
    struct record_purchase purchase = {.sequence = sequence, .amount = MORE, .card = RECORD_CARD};
    slot_write_purchase(f, &purchase);
}

static void brings_settings_and_first_credit_at_once(void **state)
{
    struct slot_fixture *f = *state;
    struct mv_record_head head;
    struct mv_tlv echo;
    struct record_purchase opening = {.kind = MV_PURCHASE_OPEN, .sequence = 1, .amount = OPENING, .card = RECORD_CARD};
    slot_make(f, MV_CARD_USER);
    record_purchase_begin(&f->r, &opening);
    slot_put(f);
    mv_record_put_number(record_begin(&f->r, MV_KIND_PARAMETERS, 1), MV_TAG_WARNING_CUT, 40, 2);
    slot_put(f);
    slot_put_read(f, 9);
    slot_write(f);
    slot_expect(f, MV_ACCEPT, "OK +5.000");
    assert_int_equal(f->terminal.outcome.kind, MV_CARD_USER);
    assert_int_equal(f->terminal.outcome.taken, 3);
    assert_int_equal(f->terminal.outcome.credited, OPENING);
    assert_int_equal(f->terminal.outcome.remaining, OPENING);
    assert_true(f->terminal.outcome.returned);
    assert_int_equal(slot_credit(f), OPENING);
    assert_int_equal(f->r.p.parameters.warning_cut_s, 40);
    assert_true(slot_has_return(f, &head));
    assert_true(record_returned(&f->r, MV_TAG_ECHO, &echo));
    assert_int_equal(echo.value[0], 9);
    assert_int_equal(record_returned_number(&f->r, MV_TAG_PURCHASE_SEQUENCE), 1);
    slot_expect(f, MV_RECORD_AGAIN, "Err-34 32");
    assert_int_equal(slot_credit(f), OPENING);
}

static void a_purchase_is_taken_once(void **state)
{
    struct slot_fixture *f = *state;
    struct mv_record_head head;
    open_account(f);
    buy(f, 2);
    slot_expect(f, MV_ACCEPT, "OK +1.250");
    assert_true(slot_has_return(f, &head));
    slot_expect(f, MV_RECORD_AGAIN, "Err-34 32");
    assert_int_equal(slot_credit(f), OPENING + MORE);
}

/* The office wrote it without taking off the return before. */
static void not_cleared(void **state)
{
    struct slot_fixture *f = *state;
    open_account(f);
    buy(f, 2);
    slot_file(f, MV_CARD_FILE_FROM_METER)[0] = 200;
    slot_expect(f, MV_SLOT_NOT_CLEARED, "Err-34 18");
    assert_int_equal(slot_credit(f), OPENING);
    assert_false(f->terminal.outcome.returned);
}

static void without_its_return_a_taken_purchase_brings_that(void **state)
{
    struct slot_fixture *f = *state;
    struct mv_record_head head;
    struct mv_tlv echo;
    open_account(f);
    buy(f, 2);
    assert_int_equal(slot_insert(f), MV_ACCEPT);
    slot_file(f, MV_CARD_FILE_FROM_METER)[0] = 0;
    slot_expect(f, MV_ACCEPT, "OK");
    assert_int_equal(f->terminal.outcome.taken, 0);
    assert_int_equal(slot_credit(f), OPENING + MORE);
    assert_true(slot_has_return(f, &head));
    assert_true(record_returned(&f->r, MV_TAG_ECHO, &echo));
    assert_int_equal(echo.value[0], 2);
}

/* A read request of which one bit is another does not open the session again. */
static void a_forged_read_request_is_not_echoed(void **state)
{
    struct slot_fixture *f = *state;
    struct mv_record_head head;
    struct mv_tlv echo;
    open_account(f);
    buy(f, 2);
    assert_int_equal(slot_insert(f), MV_ACCEPT);
    slot_file(f, MV_CARD_FILE_TO_METER)[MV_CARD_COUNT_BYTES + MV_CARD_ENTRY_BYTES + f->bundle_size - 1] ^= 1;
    slot_file(f, MV_CARD_FILE_FROM_METER)[0] = 0;
    slot_expect(f, MV_ACCEPT, "OK");
    assert_true(slot_has_return(f, &head));
    assert_false(record_returned(&f->r, MV_TAG_ECHO, &echo));
}

/* ---- 4.7: each rule its own number ---- */

static void unopened(void **state)
{
    struct slot_fixture *f = *state;
    slot_make(f, MV_CARD_USER);
    buy(f, 1);
    slot_expect(f, MV_RECORD_NOT_OPEN, "Err-34 15");
    struct record_purchase replacement = {.kind = MV_PURCHASE_REPLACEMENT, .sequence = 1, .card = RECORD_CARD};
    slot_write_purchase(f, &replacement);
    slot_expect(f, MV_RECORD_NOT_OPEN_REPLACEMENT, "Err-34 16");
    assert_int_equal(slot_credit(f), 0);
}

static void purchases_are_missing(void **state)
{
    struct slot_fixture *f = *state;
    struct mv_record_head head;
    open_account(f);
    buy(f, 3);
    slot_expect(f, MV_RECORD_COUNT, "Err-34 17");
    assert_true(slot_has_return(f, &head)); /* the office reads why */
    assert_int_equal(slot_credit(f), OPENING);
}

static void purchases_from_before(void **state)
{
    struct slot_fixture *f = *state;
    open_account(f);
    buy(f, 2);
    assert_int_equal(slot_insert(f), MV_ACCEPT);
    buy(f, 1);
    slot_expect(f, MV_RECORD_OLD, "Err-34 33");
    assert_int_equal(slot_credit(f), OPENING + MORE);
    assert_false(f->terminal.outcome.returned);
}

static void another_client(void **state)
{
    struct slot_fixture *f = *state;
    struct record_purchase purchase = {.sequence = 2, .amount = MORE, .card = RECORD_CARD, .client = RECORD_CLIENT + 1};
    open_account(f);
    slot_write_purchase(f, &purchase);
    slot_expect(f, MV_RECORD_CLIENT, "Err-33 12");
}

/* What was written for one card is no good on another, whoever copied it. */
static void another_cards_purchase(void **state)
{
    struct slot_fixture *f = *state;
    open_account(f);
    buy(f, 2);
    slot_is(f, NEW);
    slot_expect(f, MV_RECORD_CARD, "Err-33 13");
    struct record_purchase untied = {.sequence = 2, .amount = MORE};
    slot_write_purchase(f, &untied);
    slot_expect(f, MV_RECORD_CARD, "Err-33 13");
    slot_is(f, RECORD_CARD);
    slot_expect(f, MV_ACCEPT, "OK +1.250");
}

/* An account that was opened without a card: any card of the meter may bring what is tied to it or to none. */
static void an_account_without_a_card(void **state)
{
    struct slot_fixture *f = *state;
    struct record_purchase opening = {.kind = MV_PURCHASE_OPEN, .sequence = 1, .amount = OPENING};
    assert_int_equal(record_purchase(&f->r, &opening), MV_ACCEPT);
    slot_make(f, MV_CARD_USER);
    buy(f, 2);
    slot_expect(f, MV_ACCEPT, "OK +1.250");
}

/* Records of all lengths, across the pieces in which they are read. */
static void long_records(void **state)
{
    struct slot_fixture *f = *state;
    uint8_t bytes[MV_PART_BYTES];
    memset(bytes, 1, sizeof bytes);
    open_account(f);
    slot_begin(f);
    record_purchase_begin(&f->r, &(struct record_purchase){.sequence = 2, .amount = MORE, .card = RECORD_CARD});
    slot_put(f);
    for (uint8_t number = 1; number <= 3; number++) {
        struct record_part part = {
            .set_id = 5, .what = MV_SET_CALENDAR, .number = number, .total = 4, .bytes = bytes, .size = sizeof bytes};
        record_begin(&f->r, MV_KIND_PARAMETERS, number);
        record_put_part(&f->r, &part);
        slot_put(f);
    }
    slot_put_read(f, 2);
    slot_write(f);
    slot_expect(f, MV_ACCEPT, "OK +1.250");
    assert_int_equal(f->terminal.outcome.taken, 5);
    assert_int_equal(f->r.p.parts.present, 7);
}

static void a_malformed_serial(void **state)
{
    struct slot_fixture *f = *state;
    open_account(f);
    slot_begin(f);
    mv_record_put_number(record_begin(&f->r, MV_KIND_PURCHASE, 2), MV_TAG_CARD, RECORD_CARD, 7);
    slot_put(f);
    slot_write(f);
    slot_expect(f, MV_RECORD_CARD, "Err-33 13");
}

static void the_lost_card_is_refused_behind_its_replacement(void **state)
{
    struct slot_fixture *f = *state;
    uint64_t unread[] = {MORE};
    struct record_purchase replacement = {
        .kind = MV_PURCHASE_REPLACEMENT, .sequence = 3, .amount = 10, .card = NEW, .unread = unread, .unread_count = 1};
    open_account(f);
    slot_is(f, NEW);
    slot_write_purchase(f, &replacement);
    slot_expect(f, MV_ACCEPT, "OK +1.260");
    assert_int_equal(slot_credit(f), OPENING + MORE + 10);

    slot_is(f, LOST);
    buy(f, 2);
    slot_expect(f, MV_RECORD_CARD, "Err-33 13");
    replacement.kind = MV_PURCHASE_OPEN;
    replacement.sequence = 1;
    replacement.card = LOST;
    replacement.unread_count = 0;
    slot_write_purchase(f, &replacement);
    slot_expect(f, MV_RECORD_CARD, "Err-33 13");
    assert_int_equal(slot_credit(f), OPENING + MORE + 10);
}

/* Credit that would be too much now may come when there is less, though the return says that it was refused. */
static void over_the_limit_it_may_be_tried_again(void **state)
{
    struct slot_fixture *f = *state;
    struct mv_record_head head;
    open_account(f);
    f->r.p.parameters.hoard_limit = OPENING + MORE - 1;
    buy(f, 2);
    for (unsigned i = 0; i < 2; i++) {
        slot_expect(f, MV_RECORD_HOARD, "Err-36 21");
        assert_int_equal(slot_credit(f), OPENING);
        assert_true(slot_has_return(f, &head));
        assert_int_equal(record_returned_number(&f->r, MV_TAG_PURCHASE_SEQUENCE), 1);
    }
    struct flash keep = f->r.flash;
    buy(f, 3); /* another one is not what was refused */
    slot_file(f, MV_CARD_FILE_FROM_METER)[0] = 1;
    slot_expect(f, MV_SLOT_NOT_CLEARED, "Err-34 18");
    assert_memory_equal(&keep, &f->r.flash, sizeof keep);
    buy(f, 2);
    f->r.p.parameters.hoard_limit = OPENING + MORE;
    slot_expect(f, MV_ACCEPT, "OK +1.250");
    assert_true(slot_has_return(f, &head));
    assert_int_equal(record_returned_number(&f->r, MV_TAG_PURCHASE_SEQUENCE), 2);
    slot_expect(f, MV_RECORD_AGAIN, "Err-34 32");
}

/* The purchase counts though what follows it does not; the first that was refused is shown. */
static void settings_that_do_not_fit(void **state)
{
    struct slot_fixture *f = *state;
    struct mv_record_head head;
    open_account(f);
    slot_begin(f);
    record_purchase_begin(&f->r, &(struct record_purchase){.sequence = 2, .amount = MORE, .card = RECORD_CARD});
    slot_put(f);
    mv_record_put_number(record_begin(&f->r, MV_KIND_PARAMETERS, 1), MV_TAG_ARREARS_PERCENT, 101, 1);
    slot_put(f);
    mv_record_put_number(record_begin(&f->r, MV_KIND_PARAMETERS, 2), MV_TAG_CREDIT_REGISTER, 99, 1);
    slot_put(f);
    slot_write(f);
    slot_expect(f, MV_RECORD_VALUE, "Err-34 35");
    assert_int_equal(f->terminal.outcome.credited, MORE);
    assert_int_equal(slot_credit(f), OPENING + MORE);
    assert_true(slot_has_return(f, &head));
}

/* What the engine refuses by its MAC, and what is no record at all. */
static void forged_and_malformed_records(void **state)
{
    struct slot_fixture *f = *state;
    open_account(f);
    buy(f, 2);
    uint8_t *bundle = slot_file(f, MV_CARD_FILE_TO_METER) + MV_CARD_COUNT_BYTES + MV_CARD_ENTRY_BYTES;
    bundle[1 + MV_RECORD_HEAD + 9] ^= 1;
    slot_expect(f, MV_RECORD_MAC_ERROR, "Err-32 10");
    slot_expect(f, MV_SLOT_NOT_CLEARED, "Err-34 18");
    buy(f, 2);
    bundle[1] = 9;
    slot_expect(f, MV_RECORD_FILE, "Err-34 14");
    slot_expect(f, MV_SLOT_NOT_CLEARED, "Err-34 18"); /* such a record has no number that was refused */
    buy(f, 2);
    bundle[2] = MV_KIND_RETURN;
    slot_expect(f, MV_RECORD_KIND, "Err-32 08");
    assert_int_equal(slot_credit(f), OPENING);
}

/* A card whose bundle has no purchase. */
static void settings_alone(void **state)
{
    struct slot_fixture *f = *state;
    slot_make(f, MV_CARD_USER);
    mv_record_put_number(record_begin(&f->r, MV_KIND_PARAMETERS, 4), MV_TAG_WARNING_CUT, 77, 2);
    slot_put(f);
    slot_write(f);
    slot_expect(f, MV_ACCEPT, "OK");
    slot_expect(f, MV_RECORD_AGAIN, "Err-34 32");
    slot_begin(f);
    mv_record_put_number(record_begin(&f->r, MV_KIND_PARAMETERS, 3), MV_TAG_WARNING_CUT, 78, 2);
    slot_put(f);
    slot_write(f);
    slot_expect(f, MV_RECORD_OLD, "Err-34 33");
    assert_int_equal(f->r.p.parameters.warning_cut_s, 77);
}

int main(void)
{
#define SLOT_TEST(name) cmocka_unit_test_setup_teardown(name, slot_setup, slot_teardown)
    const struct CMUnitTest tests[] = {
        SLOT_TEST(brings_settings_and_first_credit_at_once),
        SLOT_TEST(a_purchase_is_taken_once),
        SLOT_TEST(not_cleared),
        SLOT_TEST(without_its_return_a_taken_purchase_brings_that),
        SLOT_TEST(a_forged_read_request_is_not_echoed),
        SLOT_TEST(unopened),
        SLOT_TEST(purchases_are_missing),
        SLOT_TEST(purchases_from_before),
        SLOT_TEST(another_client),
        SLOT_TEST(another_cards_purchase),
        SLOT_TEST(an_account_without_a_card),
        SLOT_TEST(long_records),
        SLOT_TEST(a_malformed_serial),
        SLOT_TEST(the_lost_card_is_refused_behind_its_replacement),
        SLOT_TEST(over_the_limit_it_may_be_tried_again),
        SLOT_TEST(settings_that_do_not_fit),
        SLOT_TEST(forged_and_malformed_records),
        SLOT_TEST(settings_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
