/* The office's tools at the meter, as an installer uses them: preset, inspection, reset, clear, relay test, key update;
 * each for up to 100 meters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "slot_support.h"

static void preset(void **state)
{
    struct slot_fixture *f = *state;
    struct mv_record_head head;
    slot_make(f, MV_CARD_PRESET);
    mv_record_put_number(record_begin(&f->r, MV_KIND_PARAMETERS, 1), MV_TAG_WARNING_CUT, 30, 2);
    slot_put(f);
    mv_record_put_number(record_begin(&f->r, MV_KIND_PARAMETERS, 2), MV_TAG_FREEZE_DAY, 28, 1);
    slot_put(f);
    slot_write(f);
    slot_expect(f, MV_ACCEPT, "OK");
    assert_int_equal(f->terminal.outcome.kind, MV_CARD_PRESET);
    assert_int_equal(f->terminal.outcome.taken, 2);
    assert_int_equal(f->r.p.parameters.warning_cut_s, 30);
    assert_int_equal(f->r.p.parameters.freeze_day, 28);
    assert_true(slot_has_return(f, &head));
    slot_expect(f, MV_RECORD_AGAIN, "Err-34 32"); /* though the first of them is below the last */
}

/* Wherever the meter stands in the index, it reads its own entry and writes its own slot. */
static void inspection_of_100_meters(void **state)
{
    struct slot_fixture *f = *state;
    static const uint16_t entries[] = {0, 1, 8, 9, 10, 17, 18, 57, 98, 99};
    struct mv_record_head head;
    struct mv_tlv echo;
    slot_make(f, MV_CARD_INSPECTION);
    for (uint32_t i = 0; i < sizeof entries / sizeof entries[0]; i++) {
        const uint8_t *from = slot_file(f, MV_CARD_FILE_FROM_METER);
        memset(slot_file(f, MV_CARD_FILE_FROM_METER), 0, MV_CARD_TOOL_FROM_BYTES);
        slot_begin(f);
        slot_put_read(f, i + 1);
        slot_write_many(f, MV_CARD_ENTRIES_MAX, entries[i]);
        slot_expect(f, MV_ACCEPT, "OK");
        assert_true(slot_has_return(f, &head));
        assert_true(record_returned(&f->r, MV_TAG_ECHO, &echo));
        assert_int_equal(echo.value[7], i + 1);
        for (unsigned other = 0; other < MV_CARD_ENTRIES_MAX; other++)
            assert_int_equal(from[(size_t)other * MV_CARD_FROM_SLOT_BYTES] != 0, other == entries[i]);
        slot_expect(f, MV_RECORD_AGAIN, "Err-34 32");
    }
    memcpy(f->r.identity.pan, "600727000000000017", sizeof f->r.identity.pan);
    slot_begin(f);
    slot_put_read(f, 99);
    slot_write_many(f, MV_CARD_ENTRIES_MAX, 50);
    slot_expect(f, MV_RECORD_METER, "Err-33 11");
}

/* A round that the office did not collect yet. */
static void a_slot_that_was_not_cleared(void **state)
{
    struct slot_fixture *f = *state;
    slot_make(f, MV_CARD_INSPECTION);
    slot_put_read(f, 1);
    slot_write(f);
    slot_file(f, MV_CARD_FILE_FROM_METER)[0] = 1;
    slot_expect(f, MV_SLOT_NOT_CLEARED, "Err-34 18");
}

static void put_reset(struct slot_fixture *f)
{
    struct mv_record_keys keys = record_new_keys(&f->r, 50);
    record_begin(&f->r, MV_KIND_CONTROL, 1);
    mv_record_put_number(&f->r.record, MV_TAG_COMMAND, MV_COMMAND_RESET, 1);
    mv_record_put_number(&f->r.record, MV_TAG_NEW_EPOCH, RECORD_EPOCH + 1, 2);
    record_put_keys(&f->r, &keys);
    slot_put(f);
    f->r.keys = keys; /* what follows is of the new installation */
    f->r.epoch++;
}

/* Reset, clear, the user card that brings settings and the first credit at once, inspection. */
static void an_installers_round(void **state)
{
    struct slot_fixture *f = *state;
    struct mv_record_head head;
    record_open_account(&f->r, 999);
    slot_make(f, MV_CARD_RESET);
    put_reset(f);
    slot_put_read(f, 1);
    slot_write(f);
    slot_expect(f, MV_ACCEPT, "OK");
    assert_int_equal(f->r.p.records.epoch, RECORD_EPOCH + 1);
    assert_memory_equal(&f->r.p.card_keys, &f->keys, sizeof f->keys);
    assert_true(slot_has_return(f, &head));
    assert_int_equal(head.epoch, RECORD_EPOCH + 1);
    slot_expect(f, MV_RECORD_AGAIN, "Err-34 32");

    slot_make(f, MV_CARD_CLEAR);
    slot_put_command(f, 1, MV_COMMAND_CLEAR, MV_TAG_CLEAR, MV_CLEAR_CREDIT | MV_CLEAR_CURRENT, 1);
    slot_write(f);
    slot_expect(f, MV_ACCEPT, "OK");
    assert_int_equal(slot_credit(f), 0);

    slot_make(f, MV_CARD_USER);
    record_purchase_begin(
        &f->r, &(struct record_purchase){.kind = MV_PURCHASE_OPEN, .sequence = 1, .amount = 2000, .card = RECORD_CARD});
    slot_put(f);
    mv_record_put_number(record_begin(&f->r, MV_KIND_PARAMETERS, 1), MV_TAG_WARNING_CUT, 11, 2);
    slot_put(f);
    slot_put_read(f, 2);
    slot_write(f);
    slot_expect(f, MV_ACCEPT, "OK +2.000");
    assert_int_equal(f->r.p.parameters.warning_cut_s, 11);

    slot_make(f, MV_CARD_INSPECTION);
    slot_put_read(f, 3);
    slot_write_many(f, 3, 1);
    slot_expect(f, MV_ACCEPT, "OK");
    assert_true(slot_has_return(f, &head));
    assert_int_equal(record_returned_number(&f->r, MV_TAG_REMAINING), 2000);
}

/* The reset was done and its return got lost: it is not done twice, and does not look wrong. */
static void a_reset_without_its_return(void **state)
{
    struct slot_fixture *f = *state;
    struct mv_record_head head;
    slot_make(f, MV_CARD_RESET);
    put_reset(f);
    slot_write(f);
    slot_expect(f, MV_ACCEPT, "OK");
    slot_file(f, MV_CARD_FILE_FROM_METER)[0] = 0;
    slot_expect(f, MV_ACCEPT, "OK");
    assert_int_equal(f->terminal.outcome.taken, 0);
    assert_true(slot_has_return(f, &head));
    assert_int_equal(f->r.p.records.epoch, RECORD_EPOCH + 1);
}

/* What was made for the installation before, whatever it is. */
static void records_of_another_installation(void **state)
{
    struct slot_fixture *f = *state;
    slot_make(f, MV_CARD_CLEAR);
    f->r.epoch--;
    slot_put_command(f, 1, MV_COMMAND_CLEAR, MV_TAG_CLEAR, MV_CLEAR_CREDIT, 1);
    slot_put_command(f, 2, MV_COMMAND_RESET, MV_TAG_NEW_EPOCH, RECORD_EPOCH + 9, 2);
    slot_put_read(f, 1);
    slot_write(f);
    struct mv_record_head head;
    for (unsigned i = 0; i < 2; i++) { /* nothing on it has a MAC that the meter knows: there is no return */
        slot_expect(f, MV_RECORD_EPOCH, "Err-33 31");
        assert_int_equal(f->terminal.outcome.taken, 0);
        assert_false(f->terminal.outcome.returned);
    }
    slot_make(f, MV_CARD_CLEAR);
    slot_put_command(f, 1, MV_COMMAND_CLEAR, MV_TAG_CLEAR, MV_CLEAR_CREDIT, 1);
    f->r.epoch++; /* and with one of the present installation there is */
    slot_put_read(f, 1);
    slot_write(f);
    slot_expect(f, MV_RECORD_EPOCH, "Err-33 31");
    assert_true(slot_has_return(f, &head));
}

/* Somebody has a tool card of the area, and not the keys of records. */
static void records_that_the_office_did_not_make(void **state)
{
    struct slot_fixture *f = *state;
    slot_make(f, MV_CARD_INSPECTION);
    slot_put_read(f, 1);
    slot_write(f);
    slot_expect(f, MV_ACCEPT, "OK");
    for (uint32_t sequence = 1; sequence <= 2; sequence++) { /* one that was taken, made up again; a new one */
        struct mv_record_keys keys = f->r.keys;
        slot_begin(f);
        f->r.keys.mac_in[0] ^= 1;
        slot_put_read(f, sequence);
        f->r.keys = keys;
        slot_write(f);
        (void)slot_insert(f);
        assert_false(f->terminal.outcome.returned);
        assert_int_equal(slot_file(f, MV_CARD_FILE_FROM_METER)[0], 0);
    }
}

static void relay_test(void **state)
{
    struct slot_fixture *f = *state;
    record_open_account(&f->r, 500);
    assert_true(f->r.closed);
    slot_make(f, MV_CARD_RELAY_TEST);
    slot_put_command(f, 1, MV_COMMAND_OPEN, 0, 0, 0);
    slot_write(f);
    slot_expect(f, MV_ACCEPT, "OK");
    assert_false(f->r.closed);
    slot_begin(f);
    slot_put_command(f, 2, MV_COMMAND_CLOSE, 0, 0, 0);
    slot_write(f);
    slot_expect(f, MV_ACCEPT, "OK");
    assert_true(f->r.closed);
}

static void key_update(void **state)
{
    struct slot_fixture *f = *state;
    struct mv_record_keys keys = record_new_keys(&f->r, 60);
    struct mv_record_head head;
    keys.mac_version++;
    slot_make(f, MV_CARD_KEY_UPDATE);
    record_begin(&f->r, MV_KIND_KEY_UPDATE, 1);
    record_put_keys(&f->r, &keys);
    slot_put(f);
    f->r.keys = keys;
    slot_put_read(f, 1);
    slot_write(f);
    slot_expect(f, MV_ACCEPT, "OK");
    assert_memory_equal(&f->r.p.records.keys, &keys, sizeof keys);
    assert_true(slot_has_return(f, &head));
    assert_int_equal(head.key_version, keys.mac_version);
    slot_expect(f, MV_RECORD_AGAIN, "Err-34 32");
}

/* No key is left to sign a return with. */
static void retiring(void **state)
{
    struct slot_fixture *f = *state;
    slot_make(f, MV_CARD_CLEAR);
    slot_put_command(f, 1, MV_COMMAND_RETIRE, 0, 0, 0);
    slot_write(f);
    slot_expect(f, MV_ACCEPT, "OK");
    assert_false(f->terminal.outcome.returned);
    assert_true(f->r.p.supply.retired);
    slot_expect(f, MV_NOT_PROVISIONED, "Err-31 35");
}

/* All sequence numbers of returns were used: the records count all the same. */
static void no_more_returns(void **state)
{
    struct slot_fixture *f = *state;
    f->r.p.records.return_sequence = f->r.p.records.return_reserved = UINT32_MAX;
    slot_make(f, MV_CARD_CLEAR);
    slot_put_command(f, 1, MV_COMMAND_CLEAR_TAMPER, 0, 0, 0);
    slot_write(f);
    slot_expect(f, MV_OVERFLOW_ERROR, "Err-04");
    assert_int_equal(f->terminal.outcome.taken, 1);
}

/* A purchase needs its user's card: on a tool it is a record like any other, which the engine judges. */
static void a_purchase_on_a_tool(void **state)
{
    struct slot_fixture *f = *state;
    record_open_account(&f->r, 100);
    slot_make(f, MV_CARD_PRESET);
    record_purchase_begin(&f->r, &(struct record_purchase){.sequence = 2, .amount = 5});
    slot_put(f);
    slot_write(f);
    slot_expect(f, MV_ACCEPT, "OK +0.005");
}

int main(void)
{
#define SLOT_TEST(name) cmocka_unit_test_setup_teardown(name, slot_setup, slot_teardown)
    const struct CMUnitTest tests[] = {
        SLOT_TEST(preset),
        SLOT_TEST(inspection_of_100_meters),
        SLOT_TEST(a_slot_that_was_not_cleared),
        SLOT_TEST(an_installers_round),
        SLOT_TEST(a_reset_without_its_return),
        SLOT_TEST(records_of_another_installation),
        SLOT_TEST(records_that_the_office_did_not_make),
        SLOT_TEST(relay_test),
        SLOT_TEST(key_update),
        SLOT_TEST(retiring),
        SLOT_TEST(no_more_returns),
        SLOT_TEST(a_purchase_on_a_tool),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
