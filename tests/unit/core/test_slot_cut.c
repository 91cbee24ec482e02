/* A card pulled out at every APDU, before it was handled and behind it, and the meter's power cut in all that it writes
 * meanwhile: the next insertions end at the same state. What was bought counts exactly once, and the return is on the
 * card. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "slot_support.h"

#ifndef CUT_STEP
#define CUT_STEP 1
#endif

enum { OPENING = 5000, MORE = 1250, WARNING_S = 33 };
static struct slot_fixture f;
static unsigned cases;

/* ---- what is inserted ---- */

static void user_card(void)
{
    slot_make(&f, MV_CARD_USER);
    record_purchase_begin(&f.r, &(struct record_purchase){.sequence = 2, .amount = MORE, .card = RECORD_CARD});
    slot_put(&f);
    mv_record_put_number(record_begin(&f.r, MV_KIND_PARAMETERS, 1), MV_TAG_WARNING_CUT, WARNING_S, 2);
    slot_put(&f);
    slot_put_read(&f, 7);
    slot_write(&f);
}

static void tool_card(void)
{
    slot_make(&f, MV_CARD_PRESET);
    mv_record_put_number(record_begin(&f.r, MV_KIND_PARAMETERS, 1), MV_TAG_WARNING_CUT, WARNING_S, 2);
    slot_put(&f);
    slot_put_read(&f, 7);
    slot_write_many(&f, MV_CARD_ENTRIES_MAX, 70);
}

static void reset_card(void)
{
    struct mv_record_keys old = f.r.keys;
    struct mv_record_keys keys = record_new_keys(&f.r, 50);
    slot_make(&f, MV_CARD_RESET);
    record_begin(&f.r, MV_KIND_CONTROL, 1);
    mv_record_put_number(&f.r.record, MV_TAG_COMMAND, MV_COMMAND_RESET, 1);
    mv_record_put_number(&f.r.record, MV_TAG_NEW_EPOCH, RECORD_EPOCH + 1, 2);
    record_put_keys(&f.r, &keys);
    slot_put(&f);
    f.r.keys = keys;
    f.r.epoch++;
    slot_put_read(&f, 7);
    slot_write(&f);
    f.r.keys = old;
    f.r.epoch--;
}

static const struct {
    void (*make)(void);
    int64_t credit;
    uint16_t warning_s, epoch;
} cards[] = {{user_card, OPENING + MORE, WARNING_S, RECORD_EPOCH},
             {tool_card, OPENING, WARNING_S, RECORD_EPOCH},
             {reset_card, OPENING, 0, RECORD_EPOCH + 1}};

/* ---- before and afterwards ---- */

static struct flash base;

static void make_base(void)
{
    slot_provision(&f);
    record_open_account(&f.r, OPENING);
    base = f.r.flash;
}

static void start_from_base(void)
{
    f.r.flash = base;
    f.r.now = RECORD_NOW;
    assert_int_equal(record_reopen(&f.r), MV_DONE);
    f.cut_before = f.cut_after = SLOT_NEVER;
}

static void check_end(unsigned card)
{
    struct mv_record_head head;
    struct mv_tlv echo;
    assert_int_equal(slot_credit(&f), cards[card].credit);
    assert_int_equal(f.r.p.parameters.warning_cut_s, cards[card].warning_s);
    assert_int_equal(f.r.p.records.epoch, cards[card].epoch);
    assert_true(slot_has_return(&f, &head));
    assert_true(record_returned(&f.r, MV_TAG_ECHO, &echo));
    assert_int_equal(echo.value[0], 7);
}

/* Until the card was here before: that takes one insertion, or none. */
static void insert_again(unsigned card)
{
    f.cut_before = f.cut_after = SLOT_NEVER;
    enum mv_result result = slot_insert(&f);
    assert_true(result == MV_ACCEPT || result == MV_RECORD_AGAIN);
    check_end(card);
    assert_int_equal(slot_insert(&f), MV_RECORD_AGAIN);
    check_end(card);
}

static unsigned whole_insertion(unsigned card)
{
    start_from_base();
    cards[card].make();
    assert_int_equal(slot_insert(&f), MV_ACCEPT);
    check_end(card);
    return f.apdus;
}

/* ---- the card goes ---- */

static void pull_out(unsigned card, unsigned apdu, bool handled, bool power_too)
{
    start_from_base();
    cards[card].make();
    *(handled ? &f.cut_after : &f.cut_before) = (int)apdu;
    assert_int_equal(slot_insert(&f), apdu == 0 ? MV_SLOT_RESET : MV_SLOT_REMOVED);
    if (power_too)
        assert_int_equal(record_reopen(&f.r), MV_DONE);
    insert_again(card);
    cases++;
}

static void the_card_is_pulled_out_at_every_apdu(void **state)
{
    (void)state;
    make_base();
    for (unsigned card = 0; card < sizeof cards / sizeof cards[0]; card++) {
        unsigned apdus = whole_insertion(card);
        assert_true(apdus >= 10);
        for (unsigned apdu = 0; apdu < apdus; apdu++) {
            for (unsigned how = 0; how < 4; how++)
                pull_out(card, apdu, (how & 1) != 0, (how & 2) != 0);
        }
    }
    printf("%u insertions cut\n", cases);
    vcard_free(&f.card);
}

/* Pulled out again and again, wherever. */
static void a_card_that_slips_many_times(void **state)
{
    (void)state;
    make_base();
    for (unsigned card = 0; card < sizeof cards / sizeof cards[0]; card++) {
        unsigned apdus = whole_insertion(card);
        start_from_base();
        cards[card].make();
        for (unsigned i = 0; i < 2 * apdus; i++) {
            unsigned apdu = i * 7 % (apdus - 1);
            f.cut_before = (i & 1) != 0 ? (int)apdu : SLOT_NEVER;
            f.cut_after = (i & 1) == 0 ? (int)apdu : SLOT_NEVER;
            (void)slot_insert(&f);
            f.cut_before = f.cut_after = SLOT_NEVER;
        }
        insert_again(card);
    }
    vcard_free(&f.card);
}

/* ---- the power goes ---- */

static void cut_power(unsigned card, uint32_t energy)
{
    start_from_base();
    cards[card].make();
    f.r.flash.energy = energy;
    f.r.flash.last_byte = (uint8_t)(energy * 37);
    enum mv_result result = slot_insert(&f);
    assert_true(result == MV_STORAGE_ERROR || result == MV_ACCEPT); /* what is erased at the end is not needed */
    assert_int_equal(record_reopen(&f.r), MV_DONE);
    insert_again(card);
    cases++;
}

static void power_is_cut_in_all_that_the_meter_writes(void **state)
{
    (void)state;
    make_base();
    cases = 0;
    for (unsigned card = 0; card < sizeof cards / sizeof cards[0]; card++) {
        start_from_base();
        cards[card].make();
        uint32_t spent = f.r.flash.spent;
        assert_int_equal(slot_insert(&f), MV_ACCEPT);
        spent = f.r.flash.spent - spent;
        assert_true(spent > 0);
        for (uint32_t energy = 0; energy < spent; energy += CUT_STEP)
            cut_power(card, energy);
    }
    printf("%u power cuts\n", cases);
    vcard_free(&f.card);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_card_is_pulled_out_at_every_apdu),
        cmocka_unit_test(a_card_that_slips_many_times),
        cmocka_unit_test(power_is_cut_in_all_that_the_meter_writes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
