/* Control records at the meter: every command, its operands, set time, reset, retire. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "record_support.h"

enum { DAY = 86400 };

static enum mv_result command(struct record_fixture *f, uint8_t command)
{
    return record_command(f, f->p.records.sequence[MV_KIND_CONTROL] + 1, command, 0, 0, 0);
}

static enum mv_result command_with(struct record_fixture *f, uint8_t command, uint8_t tag, uint64_t value,
                                   uint8_t length)
{
    return record_command(f, f->p.records.sequence[MV_KIND_CONTROL] + 1, command, tag, value, length);
}

static bool logged(const struct record_fixture *f, enum mv_event_code code)
{
    for (unsigned i = 0; i < MV_EVENTS; i++) {
        if (f->p.events.ring[i].code == code)
            return true;
    }
    return false;
}

static void opens_and_closes(void **state)
{
    struct record_fixture *f = *state;
    record_open_account(f, 50000);
    assert_true(f->closed);
    assert_int_equal(command(f, MV_COMMAND_OPEN), MV_ACCEPT);
    assert_int_equal(f->answer.kind, MV_KIND_CONTROL);
    assert_int_equal(f->answer.command, MV_COMMAND_OPEN);
    assert_false(f->closed);
    assert_int_equal(record_reopen(f), MV_DONE);
    assert_true(f->p.supply.commanded_open);
    assert_int_equal(f->p.supply.cut, MV_CUT_COMMAND);
    assert_int_equal(command(f, MV_COMMAND_CLOSE), MV_ACCEPT);
    assert_true(f->closed);
}

static void leaves_and_enters_control(void **state)
{
    struct record_fixture *f = *state;
    assert_false(f->closed);
    assert_int_equal(command(f, MV_COMMAND_LEAVE_CONTROL), MV_ACCEPT);
    assert_true(f->closed);
    assert_true(logged(f, MV_EVENT_BYPASS));
    assert_int_equal(record_reopen(f), MV_DONE);
    assert_true(f->p.supply.bypass);
    assert_int_equal(command(f, MV_COMMAND_ENTER_CONTROL), MV_ACCEPT);
    assert_false(f->p.supply.bypass);
    assert_true(logged(f, MV_EVENT_BYPASS_END));
    assert_false(f->closed);
}

static void clears_tamper(void **state)
{
    struct record_fixture *f = *state;
    assert_int_equal(mv_prepay_tamper(&f->p), MV_DONE);
    assert_int_equal(command(f, MV_COMMAND_CLEAR_TAMPER), MV_ACCEPT);
    assert_true(logged(f, MV_EVENT_TAMPER_CLEARED));
    assert_int_equal(record_reopen(f), MV_DONE);
    assert_false(f->p.meter.state.settings.tampered);
}

/* ---- clear ---- */

static void fill(struct record_fixture *f)
{
    record_open_account(f, 5000);
    f->p.registers.total = 900;
    f->p.registers.by_rate[0] = 900;
    f->p.registers.month = 9;
    f->p.freezes.months[0] = (struct mv_month){.ended = RECORD_NOW - 1, .total = 5};
    f->p.freezes.last = RECORD_NOW - 1;
    f->p.account.taken[MV_REGISTER_ELECTRICITY] = 100;
    f->p.account.arrears = 44;
}

static void clears_what_it_says_and_no_more(void **state)
{
    for (unsigned bit = 1; bit <= MV_CLEAR_EVENTS; bit <<= 1) {
        assert_int_equal(record_setup(state), 0);
        struct record_fixture *f = *state;
        fill(f);
        assert_int_equal(command_with(f, MV_COMMAND_CLEAR, MV_TAG_CLEAR, bit, 1), MV_ACCEPT);
        assert_int_equal(mv_prepay_power_fails(&f->p), MV_DONE);
        if (bit == MV_CLEAR_CURRENT || bit == MV_CLEAR_CREDIT || bit == MV_CLEAR_EVENTS)
            assert_int_equal(f->p.events.ring[0].code, bit == MV_CLEAR_CREDIT ? MV_EVENT_CUT : MV_EVENT_CLEARED);
        assert_int_equal(f->p.registers.total, bit == MV_CLEAR_CURRENT ? 0 : 900);
        assert_int_equal(f->p.registers.by_rate[0], bit == MV_CLEAR_CURRENT ? 0 : 900);
        assert_int_equal(f->p.freezes.months[0].ended, bit == MV_CLEAR_MONTHS ? 0 : RECORD_NOW - 1);
        assert_int_equal(f->p.freezes.last, bit == MV_CLEAR_MONTHS ? 0 : RECORD_NOW - 1);
        assert_int_equal(f->p.records.total_purchased, bit == MV_CLEAR_PURCHASES ? 0 : 5000);
        assert_int_equal(f->p.account.purchases, bit == MV_CLEAR_PURCHASES ? 0 : 1);
        assert_int_equal(f->p.meter.state.credit[0], bit == MV_CLEAR_CREDIT ? 0 : 5000);
        assert_int_equal(f->p.account.taken[0], bit == MV_CLEAR_CREDIT ? 0 : 100);
        assert_int_equal(f->p.account.arrears, bit == MV_CLEAR_CREDIT ? 0 : 44);
        assert_int_equal(logged(f, MV_EVENT_POWER_UP) || logged(f, MV_EVENT_CREDIT), bit != MV_CLEAR_EVENTS);
        assert_int_equal(f->p.records.sequence[MV_KIND_PURCHASE], 1);
        assert_true(f->p.records.account_open);
    }
}

/* What was counted up to then is there again, and the same record clears it later. */
static void a_clearing_that_is_not_kept_clears_nothing(void **state)
{
    struct record_fixture *f = *state;
    record_open_account(f, 5000);
    mv_prepay_pulses(&f->p, 0, f->p.parameters.pulses_per_unit);
    assert_int_equal(mv_prepay_power_fails(&f->p), MV_DONE);
    f->flash.energy = 0;
    assert_int_equal(command_with(f, MV_COMMAND_CLEAR, MV_TAG_CLEAR, MV_CLEAR_CURRENT, 1), MV_STORAGE_ERROR);
    flash_power_on(&f->flash);
    f->flash.now++;
    f->now++;
    assert_int_equal(mv_prepay_tick(&f->p), MV_DONE);
    assert_int_equal(f->p.registers.total, 1000);
    assert_int_equal(f->p.registers.by_phase[0], 1000);
    assert_int_equal(f->p.account.taken[0], 1000);
    assert_false(logged(f, MV_EVENT_CLEARED));
    assert_int_equal(record_give(f), MV_ACCEPT);
    assert_int_equal(f->p.registers.total, 0);
    assert_int_equal(f->p.account.taken[0], 1000);
}

static void clears_that_are_wrong(void **state)
{
    struct record_fixture *f = *state;
    assert_int_equal(command_with(f, MV_COMMAND_CLEAR, MV_TAG_CLEAR, 0, 1), MV_RECORD_VALUE);
    assert_int_equal(command_with(f, MV_COMMAND_CLEAR, MV_TAG_CLEAR, 0x20, 1), MV_RECORD_VALUE);
    assert_int_equal(command(f, MV_COMMAND_CLEAR), MV_RECORD_TAG);
}

/* ---- operands ---- */

static void operands_and_commands(void **state)
{
    struct record_fixture *f = *state;
    assert_int_equal(command(f, 0), MV_RECORD_VALUE);
    assert_int_equal(command(f, MV_COMMAND_SET_TIME + 1), MV_RECORD_VALUE);
    assert_int_equal(command(f, 0xFF), MV_RECORD_VALUE);
    assert_int_equal(command(f, MV_COMMAND_SET_TIME), MV_RECORD_TAG);
    assert_int_equal(command(f, MV_COMMAND_RESET), MV_RECORD_TAG);
    for (unsigned which = MV_COMMAND_RESET; which <= MV_COMMAND_RETIRE; which++)
        assert_int_equal(command_with(f, (uint8_t)which, MV_TAG_SET_TIME, RECORD_NOW, 4), MV_RECORD_TAG);
    assert_int_equal(command_with(f, MV_COMMAND_OPEN, MV_TAG_CLEAR, 1, 1), MV_RECORD_TAG);
    assert_int_equal(command_with(f, MV_COMMAND_RETIRE, MV_TAG_NONCE, 1, 8), MV_RECORD_TAG);
    mv_record_put_number(record_begin(f, MV_KIND_CONTROL, 1), MV_TAG_CLEAR, 1, 1);
    assert_int_equal(record_hand(f), MV_RECORD_TAG);
    assert_int_equal(f->p.records.sequence[MV_KIND_CONTROL], 0);
}

/* ---- reset ---- */

static enum mv_result reset(struct record_fixture *f, uint16_t epoch, const struct mv_record_keys *keys, uint8_t clear)
{
    record_begin(f, MV_KIND_CONTROL, f->p.records.sequence[MV_KIND_CONTROL] + 1);
    mv_record_put_number(&f->record, MV_TAG_COMMAND, MV_COMMAND_RESET, 1);
    mv_record_put_number(&f->record, MV_TAG_NEW_EPOCH, epoch, 2);
    if (clear != 0)
        mv_record_put_number(&f->record, MV_TAG_CLEAR, clear, 1);
    record_put_keys(f, keys);
    return record_hand(f);
}

/* The first of two parts of a calendar. */
static void give_half_a_set(struct record_fixture *f)
{
    static const uint8_t bytes[MV_SET_BYTES_MAX];
    static const struct record_part half = {
        .set_id = 1, .what = MV_SET_CALENDAR, .number = 1, .total = 2, .bytes = bytes, .size = sizeof bytes};
    record_begin(f, MV_KIND_PARAMETERS, 1);
    record_put_part(f, &half);
    assert_int_equal(record_hand(f), MV_ACCEPT);
}

static void reset_begins_a_new_epoch(void **state)
{
    struct record_fixture *f = *state;
    struct mv_record_keys keys = record_new_keys(f, 80);
    struct mv_record_head head;
    uint32_t tids[MV_TID_MEMORY];
    fill(f);
    assert_int_equal(record_read(f, 5, 1, 0, 0), MV_ACCEPT);
    give_half_a_set(f);
    assert_int_equal(record_reopen(f), MV_DONE);
    assert_int_equal(f->p.parts.set_id, 1);
    memcpy(tids, f->p.meter.state.tids, sizeof tids);
    assert_int_equal(reset(f, RECORD_EPOCH + 7, &keys, MV_CLEAR_PURCHASES), MV_ACCEPT);
    assert_false(f->answer.return_due);
    assert_int_equal(f->p.events.ring[0].code, MV_EVENT_RESET);
    assert_int_equal(record_reopen(f), MV_DONE);
    assert_int_equal(f->p.records.epoch, RECORD_EPOCH + 7);
    assert_memory_equal(&f->p.records.keys, &keys, sizeof keys);
    for (unsigned kind = 0; kind < MV_RECORD_KINDS; kind++)
        assert_int_equal(f->p.records.sequence[kind], 0);
    assert_false(f->p.records.account_open);
    assert_false(f->p.records.nonce_open);
    assert_int_equal(f->p.parts.set_id, 0);
    assert_int_equal(f->p.records.total_purchased, 0);
    assert_int_equal(f->p.meter.state.credit[0], 5000); /* what tag CLEAR does not name stays */
    assert_memory_equal(f->p.meter.state.tids, tids, sizeof tids);
    /* what was signed before is of another epoch */
    memcpy(f->keys.mac_in, keys.mac_in, sizeof keys.mac_in);
    assert_int_equal(command(f, MV_COMMAND_OPEN), MV_RECORD_EPOCH);
    f->keys = keys;
    f->epoch = RECORD_EPOCH + 7;
    record_return(f, &head);
    assert_int_equal(head.sequence, 1);
    record_open_account(f, 1);
}

static void resets_that_are_wrong(void **state)
{
    struct record_fixture *f = *state;
    struct mv_record_keys keys = record_new_keys(f, 80);
    assert_int_equal(reset(f, RECORD_EPOCH, &keys, 0), MV_RECORD_VALUE);
    assert_int_equal(reset(f, RECORD_EPOCH - 1, &keys, 0), MV_RECORD_VALUE);
    assert_int_equal(reset(f, RECORD_EPOCH + 1, &keys, 0x40), MV_RECORD_VALUE);
    keys.mac_version = 0;
    assert_int_equal(reset(f, RECORD_EPOCH + 1, &keys, 0), MV_RECORD_VALUE);
    keys.mac_version = 1;
    struct mv_record_keys good = f->keys;
    f->keys.enc[0] ^= 1;
    assert_int_equal(reset(f, RECORD_EPOCH + 1, &keys, 0), MV_RECORD_KEYS);
    assert_memory_equal(&f->p.records.keys, &good, sizeof good);
    assert_int_equal(f->p.records.epoch, RECORD_EPOCH);
    f->keys = good;
    assert_int_equal(reset(f, RECORD_EPOCH + 1, &keys, 0), MV_ACCEPT);
}

/* ---- set time ---- */

static enum mv_result set_time(struct record_fixture *f, uint32_t time)
{
    return command_with(f, MV_COMMAND_SET_TIME, MV_TAG_SET_TIME, time, 4);
}

static enum mv_result set_time_in(struct record_fixture *f, uint32_t time, uint64_t nonce)
{
    record_begin(f, MV_KIND_CONTROL, f->p.records.sequence[MV_KIND_CONTROL] + 1);
    mv_record_put_number(&f->record, MV_TAG_COMMAND, MV_COMMAND_SET_TIME, 1);
    mv_record_put_number(&f->record, MV_TAG_SET_TIME, time, 4);
    mv_record_put_number(&f->record, MV_TAG_NONCE, nonce, 8);
    return record_hand(f);
}

static void time_within_a_day(void **state)
{
    struct record_fixture *f = *state;
    assert_int_equal(set_time(f, RECORD_NOW + DAY + 1), MV_RECORD_TIME);
    assert_int_equal(set_time(f, RECORD_NOW - DAY - 1), MV_RECORD_TIME);
    assert_int_equal(f->now, RECORD_NOW);
    assert_int_equal(set_time(f, RECORD_NOW - DAY), MV_ACCEPT);
    assert_int_equal(f->now, RECORD_NOW - DAY);
    assert_true(logged(f, MV_EVENT_CLOCK_SET));
    assert_int_equal(set_time(f, RECORD_NOW), MV_ACCEPT);
    assert_int_equal(f->now, RECORD_NOW);
    assert_int_equal(set_time(f, 0), MV_RECORD_TIME);
}

static void time_further_off_needs_the_session(void **state)
{
    struct record_fixture *f = *state;
    struct mv_record_head head;
    uint32_t later = RECORD_NOW + 100 * (uint32_t)DAY;
    assert_int_equal(set_time_in(f, later, 0x0505050505050505), MV_RECORD_TIME);
    assert_int_equal(record_read(f, 1, 5, 0, 0), MV_ACCEPT);
    assert_int_equal(set_time_in(f, later, 0x0505050505050506), MV_RECORD_TIME);
    assert_int_equal(set_time(f, later), MV_RECORD_TIME);
    f->deny_clock = true;
    assert_int_equal(set_time_in(f, later, 0x0505050505050505), MV_RECORD_TIME);
    f->deny_clock = false;
    assert_int_equal(set_time_in(f, later, 0x0505050505050505), MV_ACCEPT);
    assert_int_equal(f->now, later);
    record_return(f, &head);
    assert_int_equal(set_time_in(f, RECORD_NOW + 1, 0x0505050505050505), MV_RECORD_TIME);
}

static void clock_that_is_not_set(void **state)
{
    struct record_fixture *f = *state;
    f->clock = false;
    assert_int_equal(set_time(f, RECORD_NOW), MV_RECORD_TIME);
    assert_int_equal(record_read(f, 1, 5, 0, 0), MV_ACCEPT);
    assert_int_equal(set_time_in(f, RECORD_NOW, 0x0505050505050505), MV_ACCEPT);
    assert_true(f->clock);
}

static void never_back_across_a_freeze(void **state)
{
    struct record_fixture *f = *state;
    f->p.freezes.last = RECORD_NOW - 10;
    assert_int_equal(set_time(f, RECORD_NOW - 10), MV_RECORD_TIME);
    assert_int_equal(record_read(f, 1, 5, 0, 0), MV_ACCEPT);
    assert_int_equal(set_time_in(f, RECORD_NOW - 11, 0x0505050505050505), MV_RECORD_TIME);
    assert_int_equal(set_time(f, RECORD_NOW - 9), MV_ACCEPT);
}

static void ticks(struct record_fixture *f, unsigned count)
{
    for (; count > 0; count--) {
        f->now++;
        f->flash.now++;
        assert_int_equal(mv_prepay_tick(&f->p), MV_DONE);
    }
}

/* A meter that owes by the day, and begins with the clock at `now`. */
static void owe_by_the_day(struct record_fixture *f, uint32_t now)
{
    record_open_account(f, 1000000);
    f->p.account.arrears = 1000000;
    f->p.parameters.arrears_per_day = 100;
    f->p.account.day = 0;
    f->p.freezes.next_month = 0;
    f->now = now;
    assert_int_equal(record_reopen(f), MV_DONE);
    f->p.account.arrears = 1000000;
    f->p.parameters.arrears_per_day = 100;
    ticks(f, 3);
    assert_int_equal(f->p.account.arrears, 1000000);
}

/* The installer's first time: the years before it are nobody's. */
static void the_first_time_that_is_set_charges_nothing(void **state)
{
    struct record_fixture *f = *state;
    enum { YEAR_2000 = 946684800 };
    owe_by_the_day(f, YEAR_2000);
    assert_int_equal(record_read(f, 1, 5, 0, 0), MV_ACCEPT);
    assert_int_equal(set_time_in(f, RECORD_NOW, 0x0505050505050505), MV_ACCEPT);
    ticks(f, 100);
    assert_int_equal(f->p.account.arrears, 1000000);
    assert_int_equal(f->p.freezes.months[0].ended, 0);
    f->p.clock_seen += DAY;
    f->now += DAY;
    ticks(f, 1);
    assert_int_equal(f->p.account.arrears, 1000000 - 100);
}

static void a_few_days_ahead_are_made_up_for(void **state)
{
    struct record_fixture *f = *state;
    owe_by_the_day(f, RECORD_NOW);
    assert_int_equal(record_read(f, 1, 5, 0, 0), MV_ACCEPT);
    assert_int_equal(set_time_in(f, RECORD_NOW + 7 * DAY, 0x0505050505050505), MV_ACCEPT);
    ticks(f, 20);
    assert_int_equal(f->p.account.arrears, 1000000 - 700);
}

/* A clock that is put right by a little: nothing begins anew, and no midnight is paid for twice. */
static void a_small_correction_leaves_days_alone(void **state)
{
    struct record_fixture *f = *state;
    owe_by_the_day(f, RECORD_NOW + 100);
    uint32_t day = f->p.account.day;
    uint16_t next_month = f->p.freezes.next_month;
    assert_int_equal(set_time(f, RECORD_NOW + 200), MV_ACCEPT);
    assert_int_equal(f->p.account.day, day);
    assert_int_equal(f->p.freezes.next_month, next_month);
    f->p.freezes.last = RECORD_NOW - 10;
    assert_int_equal(set_time(f, RECORD_NOW - 5), MV_ACCEPT);
    assert_int_equal(f->p.account.day, day);
    ticks(f, 10);
    assert_int_equal(f->p.account.arrears, 1000000);
    assert_int_equal(f->p.account.day, day);
}

/* Once months are cleared, or the meter is reset, a time that was wrong can be put right, and days go on from it. */
static void a_wrong_time_can_be_put_right(void **state)
{
    struct record_fixture *f = *state;
    const uint32_t wrong = RECORD_NOW + 1000 * (uint32_t)DAY;
    owe_by_the_day(f, wrong);
    f->p.freezes.last = wrong - 10;
    assert_int_equal(record_read(f, 1, 5, 0, 0), MV_ACCEPT);
    assert_int_equal(set_time_in(f, RECORD_NOW, 0x0505050505050505), MV_RECORD_TIME);
    assert_int_equal(command_with(f, MV_COMMAND_CLEAR, MV_TAG_CLEAR, MV_CLEAR_MONTHS, 1), MV_ACCEPT);
    ticks(f, 5);
    assert_int_equal(set_time_in(f, RECORD_NOW, 0x0505050505050505), MV_ACCEPT);
    ticks(f, 5);
    assert_int_equal(f->p.account.arrears, 1000000);
    f->p.clock_seen += DAY;
    f->now += DAY;
    ticks(f, 1);
    assert_int_equal(f->p.account.arrears, 1000000 - 100);
    assert_true(f->p.freezes.next_month < 2100 * 12);
}

/* The clock moves when the record is in the journal, not before. */
static void a_time_that_is_not_kept_is_not_set(void **state)
{
    struct record_fixture *f = *state;
    ticks(f, 1);
    uint32_t before = f->now;
    f->flash.energy = 0;
    assert_int_equal(set_time(f, before + 100), MV_STORAGE_ERROR);
    assert_int_equal(f->now, before);
    assert_int_equal(record_reopen(f), MV_DONE);
    ticks(f, 1);
    assert_int_equal(f->now, before + 1);
    assert_int_equal(set_time(f, before + 100), MV_ACCEPT);
    assert_int_equal(f->now, before + 100);
    assert_true(logged(f, MV_EVENT_CLOCK_SET));
    assert_int_equal(record_reopen(f), MV_DONE);
    assert_true(logged(f, MV_EVENT_CLOCK_SET));
}

/* ---- retire ---- */

static void retire_is_for_good(void **state)
{
    struct record_fixture *f = *state;
    static const uint8_t zeros[16];
    struct mv_meter_answer answer;
    uint8_t bytes[MV_RECORD_MAX];
    uint32_t size = 0;
    record_open_account(f, 50000);
    assert_int_equal(command(f, MV_COMMAND_RETIRE), MV_ACCEPT);
    assert_false(f->closed);
    assert_true(logged(f, MV_EVENT_RETIRED));
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(f->p.supply.cut, MV_CUT_RETIRED);
        assert_memory_equal(f->p.records.keys.mac_in, zeros, 16);
        assert_memory_equal(f->p.records.keys.mac_out, zeros, 16);
        assert_memory_equal(f->p.records.keys.enc, zeros, 16);
        assert_memory_equal(f->p.meter.state.identity.key.bytes, zeros, 16);
        assert_int_equal(command(f, MV_COMMAND_CLOSE), MV_NOT_PROVISIONED);
        assert_int_equal(mv_prepay_return(&f->p, bytes, &size), MV_NOT_PROVISIONED);
        assert_int_equal(mv_prepay_enter(&f->p, "12345678901234567890", &answer), MV_NOT_PROVISIONED);
        assert_int_equal(record_reopen(f), MV_DONE);
    }
}

static bool flash_holds(const struct flash *flash, const uint8_t *key, size_t size)
{
    for (size_t at = 0; at + size <= sizeof flash->bytes; at++) {
        if (memcmp(flash->bytes + at, key, size) == 0)
            return true;
    }
    return false;
}

/* Of the next key, of which some sections are there. */
static void retire_forgets_key_sections(void **state)
{
    struct record_fixture *f = *state;
    f->p.meter.state.sections.present = 1;
    f->p.meter.state.sections.content[0] = 0x123456789AB;
    assert_int_equal(command(f, MV_COMMAND_RETIRE), MV_ACCEPT);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(f->p.meter.state.sections.present, 0);
        assert_int_equal(f->p.meter.state.sections.content[0], 0);
        assert_int_equal(record_reopen(f), MV_DONE);
    }
}

static void retire_leaves_no_key_in_the_memory(void **state)
{
    struct record_fixture *f = *state;
    assert_true(flash_holds(&f->flash, f->keys.mac_in, 16));
    assert_true(flash_holds(&f->flash, f->identity.key.bytes, 8));
    assert_int_equal(command(f, MV_COMMAND_RETIRE), MV_ACCEPT);
    assert_false(flash_holds(&f->flash, f->keys.mac_in, 16));
    assert_false(flash_holds(&f->flash, f->keys.mac_out, 16));
    assert_false(flash_holds(&f->flash, f->keys.enc, 16));
    assert_false(flash_holds(&f->flash, f->identity.key.bytes, 8));
    assert_int_equal(record_reopen(f), MV_DONE);
    assert_true(f->p.supply.retired);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(opens_and_closes, record_setup),
        cmocka_unit_test_setup(leaves_and_enters_control, record_setup),
        cmocka_unit_test_setup(clears_tamper, record_setup),
        cmocka_unit_test_setup(clears_what_it_says_and_no_more, record_setup),
        cmocka_unit_test_setup(a_clearing_that_is_not_kept_clears_nothing, record_setup),
        cmocka_unit_test_setup(clears_that_are_wrong, record_setup),
        cmocka_unit_test_setup(operands_and_commands, record_setup),
        cmocka_unit_test_setup(reset_begins_a_new_epoch, record_setup),
        cmocka_unit_test_setup(resets_that_are_wrong, record_setup),
        cmocka_unit_test_setup(time_within_a_day, record_setup),
        cmocka_unit_test_setup(time_further_off_needs_the_session, record_setup),
        cmocka_unit_test_setup(clock_that_is_not_set, record_setup),
        cmocka_unit_test_setup(never_back_across_a_freeze, record_setup),
        cmocka_unit_test_setup(the_first_time_that_is_set_charges_nothing, record_setup),
        cmocka_unit_test_setup(a_few_days_ahead_are_made_up_for, record_setup),
        cmocka_unit_test_setup(a_small_correction_leaves_days_alone, record_setup),
        cmocka_unit_test_setup(a_wrong_time_can_be_put_right, record_setup),
        cmocka_unit_test_setup(a_time_that_is_not_kept_is_not_set, record_setup),
        cmocka_unit_test_setup(retire_is_for_good, record_setup),
        cmocka_unit_test_setup(retire_forgets_key_sections, record_setup),
        cmocka_unit_test_setup(retire_leaves_no_key_in_the_memory, record_setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
