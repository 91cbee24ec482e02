/* Native records at the meter: what all kinds share, key update, read request and return. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "record_support.h"

/* Refused, and the state that records move is what it was. */
static void refused(struct record_fixture *f, enum mv_result result)
{
    static const struct mv_record_answer empty;
    struct mv_record_state before = f->p.records;
    uint64_t generation = f->flash.writes;
    assert_int_equal(record_give(f), result);
    assert_memory_equal(&f->answer, &empty, sizeof empty);
    assert_memory_equal(f->p.records.sequence, before.sequence, sizeof before.sequence);
    assert_memory_equal(&f->p.records.keys, &before.keys, sizeof before.keys);
    assert_int_equal(f->p.records.epoch, before.epoch);
    assert_int_equal(f->p.records.refused_result, result);
    assert_int_equal(f->flash.writes, generation); /* rubbish wears no memory out */
}

static void read_request(struct record_fixture *f, uint32_t sequence)
{
    mv_record_put(record_begin(f, MV_KIND_READ, sequence), MV_TAG_NONCE, "12345678", 8);
}

/* ---- what all kinds share ---- */

static void every_bit_of_a_record(void **state)
{
    struct record_fixture *f = *state;
    read_request(f, 1);
    record_seal(f);
    for (unsigned bit = 0; bit < 8U * f->record.size; bit++) {
        f->record.bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
        enum mv_result result = record_give(f);
        bool form = result == MV_RECORD_FILE || result == MV_RECORD_KIND || result == MV_RECORD_KEY_VERSION;
        assert_true(result == MV_RECORD_MAC_ERROR || (form && bit < 8U * (MV_RECORD_HEAD + 2)));
        f->record.bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    assert_int_equal(record_give(f), MV_ACCEPT);
}

static void not_this_meter(void **state)
{
    struct record_fixture *f = *state;
    read_request(f, 1);
    f->record.bytes[11] ^= 0x10; /* PAN: the key is right, so another meter's record under this key */
    record_seal(f);
    refused(f, MV_RECORD_METER);
    f->epoch = RECORD_EPOCH - 1;
    read_request(f, 1);
    record_seal(f);
    refused(f, MV_RECORD_EPOCH);
    f->epoch = RECORD_EPOCH + 1;
    read_request(f, 1);
    record_seal(f);
    refused(f, MV_RECORD_EPOCH);
    f->epoch = RECORD_EPOCH;
    f->keys.mac_version++;
    read_request(f, 1);
    record_seal(f);
    refused(f, MV_RECORD_KEY_VERSION);
    f->keys = record_new_keys(f, 99);
    f->keys.mac_version--;
    read_request(f, 1);
    record_seal(f);
    refused(f, MV_RECORD_MAC_ERROR);
    assert_int_equal(f->p.records.refused_kind, 0); /* nothing is told of what anybody may have written */
    assert_int_equal(f->p.records.refused_sequence, 0);
}

static void forms(void **state)
{
    struct record_fixture *f = *state;
    record_begin(f, MV_KIND_RETURN, 1);
    record_seal(f);
    refused(f, MV_RECORD_KIND);
    assert_int_equal(mv_prepay_record(&f->p, f->record.bytes, 0, &f->answer), MV_RECORD_FILE);
    assert_int_equal(mv_prepay_record(&f->p, f->record.bytes, (uint32_t)f->record.size - 1, &f->answer),
                     MV_RECORD_FILE);
    assert_int_equal(f->p.records.refused_kind, 0);
    read_request(f, 1);
    mv_record_put(&f->record, 0x7E, "", 0);
    record_seal(f);
    refused(f, MV_RECORD_TAG);
}

static void sequences(void **state)
{
    struct record_fixture *f = *state;
    read_request(f, 0);
    record_seal(f);
    refused(f, MV_RECORD_OLD);
    read_request(f, 100);
    assert_int_equal(record_hand(f), MV_ACCEPT);
    refused(f, MV_RECORD_AGAIN);
    read_request(f, 99);
    record_seal(f);
    refused(f, MV_RECORD_OLD);
    assert_int_equal(record_reopen(f), MV_DONE);
    refused(f, MV_RECORD_OLD);
    read_request(f, UINT32_MAX);
    assert_int_equal(record_hand(f), MV_ACCEPT);
    refused(f, MV_RECORD_AGAIN);
    /* each kind has its own */
    assert_int_equal(record_command(f, 1, MV_COMMAND_OPEN, 0, 0, 0), MV_ACCEPT);
}

static void meters_without_records(void **state)
{
    struct record_fixture *f = *state;
    uint8_t bytes[MV_RECORD_MAX];
    uint32_t size = 1;
    read_request(f, 1);
    record_seal(f);
    flash_init_as(&f->flash, 2, FLASH_BYTES / 2);
    assert_int_equal(record_reopen(f), MV_NOT_PROVISIONED);
    assert_int_equal(record_give(f), MV_NOT_PROVISIONED);
    assert_int_equal(mv_prepay_return(&f->p, bytes, &size), MV_NOT_PROVISIONED);
    assert_int_equal(size, 0);
    assert_int_equal(mv_prepay_provision(&f->p, &f->identity, RECORD_TID, NULL, NULL, 0), MV_DONE);
    assert_int_equal(record_give(f), MV_NOT_PROVISIONED);
    assert_int_equal(mv_prepay_return(&f->p, bytes, &size), MV_NOT_PROVISIONED);
}

static void memory_that_fails(void **state)
{
    struct record_fixture *f = *state;
    static const struct mv_record_answer empty;
    uint8_t bytes[MV_RECORD_MAX];
    uint32_t size = 1;
    read_request(f, 1);
    record_seal(f);
    f->flash.deny_writes = true;
    assert_int_equal(record_give(f), MV_STORAGE_ERROR);
    assert_memory_equal(&f->answer, &empty, sizeof empty);
    f->flash.deny_writes = false;
    enum mv_result again = record_give(f);
    assert_true(again == MV_ACCEPT || again == MV_RECORD_AGAIN);
    f->flash.deny_writes = true;
    assert_int_equal(mv_prepay_return(&f->p, bytes, &size), MV_STORAGE_ERROR);
    assert_int_equal(size, 0);
}

static void refusals_are_counted_up_to_the_most(void **state)
{
    struct record_fixture *f = *state;
    f->p.records.refusals = UINT16_MAX - 1;
    read_request(f, 1);
    assert_int_equal(record_hand(f), MV_ACCEPT);
    refused(f, MV_RECORD_AGAIN);
    refused(f, MV_RECORD_AGAIN);
    assert_int_equal(f->p.records.refusals, UINT16_MAX);
}

/* ---- key update ---- */

static void update_begin(struct record_fixture *f, uint32_t sequence, const struct mv_record_keys *keys)
{
    record_begin(f, MV_KIND_KEY_UPDATE, sequence);
    record_put_keys(f, keys);
}

static void new_keys_replace_the_old(void **state)
{
    struct record_fixture *f = *state;
    struct mv_record_keys old = f->keys;
    struct mv_record_keys keys = record_new_keys(f, 60);
    struct mv_record_head head;
    keys.mac_version = 9;
    keys.enc_version = 10;
    update_begin(f, 1, &keys);
    assert_int_equal(record_hand(f), MV_ACCEPT);
    assert_int_equal(f->answer.kind, MV_KIND_KEY_UPDATE);
    assert_int_equal(f->p.events.ring[0].code, MV_EVENT_KEY_CHANGED);
    assert_int_equal(record_reopen(f), MV_DONE);
    assert_memory_equal(&f->p.records.keys, &keys, sizeof keys);
    read_request(f, 1);
    record_seal(f);
    refused(f, MV_RECORD_KEY_VERSION);
    f->keys = keys;
    record_return(f, &head);
    read_request(f, 1);
    mv_record_put(&f->record, 0x80, "", 0);
    assert_int_equal(record_hand(f), MV_ACCEPT);
    /* the old wrapping key is gone */
    f->keys.mac_version = 9;
    memcpy(f->keys.enc, old.enc, sizeof old.enc);
    update_begin(f, 2, &keys);
    record_seal(f);
    refused(f, MV_RECORD_KEYS);
    assert_int_equal(f->p.records.sequence[MV_KIND_KEY_UPDATE], 1);
}

static void key_updates_that_are_wrong(void **state)
{
    struct record_fixture *f = *state;
    struct mv_record_keys keys = record_new_keys(f, 60);
    keys.mac_version = 0;
    update_begin(f, 1, &keys);
    record_seal(f);
    refused(f, MV_RECORD_VALUE);
    keys.mac_version = 1;
    keys.enc_version = 0;
    update_begin(f, 1, &keys);
    record_seal(f);
    refused(f, MV_RECORD_VALUE);
    keys.enc_version = 1;
    for (unsigned bit = 0; bit < 8 * MV_RECORD_KEYS_WRAPPED; bit += 7) {
        update_begin(f, 1, &keys);
        f->record.bytes[MV_RECORD_HEAD + 8 + bit / 8] ^= (uint8_t)(1U << bit % 8);
        record_seal(f);
        refused(f, MV_RECORD_KEYS);
    }
    static const uint8_t tags[] = {MV_TAG_MAC_VERSION, MV_TAG_ENC_VERSION, MV_TAG_KEYS};
    static const uint8_t zeros[MV_RECORD_KEYS_WRAPPED];
    for (unsigned without = 0; without < 3; without++) {
        record_begin(f, MV_KIND_KEY_UPDATE, 1);
        for (unsigned i = 0; i < 3; i++) {
            if (i != without)
                mv_record_put(&f->record, tags[i], zeros, tags[i] == MV_TAG_KEYS ? sizeof zeros : 1);
        }
        record_seal(f);
        refused(f, MV_RECORD_TAG);
    }
}

/* ---- read request and return ---- */

enum { RESERVED = 1024 }; /* sequence numbers that are kept ahead */

/* Whoever asks for returns without a session wears nothing out, and no sequence number comes twice. */
static void returns_that_nobody_asked_for(void **state)
{
    struct record_fixture *f = *state;
    struct mv_record_head head;
    uint32_t last = 0;
    uint32_t commits = f->p.meter.journal.commits;
    for (unsigned i = 0; i < 3 * RESERVED; i++) {
        record_return(f, &head);
        assert_int_equal(head.sequence, ++last);
    }
    assert_true(f->p.meter.journal.commits <= commits + 3);
    for (unsigned i = 0; i < 5; i++) {
        assert_int_equal(record_reopen(f), MV_DONE);
        record_return(f, &head);
        assert_true(head.sequence > last && head.sequence <= last + RESERVED + 1);
        last = head.sequence;
    }
}

static void echo_and_session(void **state)
{
    struct record_fixture *f = *state;
    struct mv_record_head head;
    struct mv_tlv tlv;
    record_return(f, &head);
    assert_int_equal(head.sequence, 1);
    assert_false(record_returned(f, MV_TAG_ECHO, &tlv));
    assert_int_equal(head.issued_min, (RECORD_NOW - 1388534400) / 60);
    assert_int_equal(record_read(f, 1, 0xA5, MV_WANT_NOTHING, 0), MV_ACCEPT);
    assert_true(f->answer.return_due);
    assert_int_equal(record_read(f, 2, 0xA6, MV_WANT_NOTHING, 0), MV_ACCEPT);
    assert_int_equal(record_reopen(f), MV_DONE);
    record_return(f, &head);
    assert_int_equal(head.sequence, RESERVED + 1);
    assert_true(record_returned_number(f, MV_TAG_ECHO) == 0xA6A6A6A6A6A6A6A6);
    record_return(f, &head);
    assert_int_equal(head.sequence, RESERVED + 2);
    assert_false(record_returned(f, MV_TAG_ECHO, &tlv));
    assert_int_equal(record_reopen(f), MV_DONE);
    assert_false(f->p.records.nonce_open);
    f->p.records.return_sequence = f->p.records.return_reserved = UINT32_MAX - 1;
    record_return(f, &head);
    assert_int_equal(head.sequence, UINT32_MAX);
    assert_int_equal(record_reopen(f), MV_DONE);
    assert_int_equal(mv_prepay_return(&f->p, f->returned, &f->returned_size), MV_OVERFLOW_ERROR);
}

static void what_every_return_has(void **state)
{
    struct record_fixture *f = *state;
    struct mv_record_head head;
    struct mv_tlv tlv;
    record_open_account(f, 5000);
    assert_int_equal(record_give(f), MV_RECORD_AGAIN);
    f->p.registers.total = 0x0102030405;
    f->p.registers.month = 77;
    f->p.account.taken[MV_REGISTER_ELECTRICITY] = 6000;
    f->p.account.arrears = 12;
    f->p.meter.state.settings.tampered = true;
    f->p.tariff.set_id = 5;
    f->p.next_tariff.set_id = 6;
    f->p.calendar.set_id = 7;
    assert_int_equal(record_read(f, 9, 1, MV_WANT_NOTHING, 0), MV_ACCEPT);
    record_return(f, &head);
    assert_int_equal(record_returned_number(f, MV_TAG_TIME), RECORD_NOW);
    uint64_t supplys = MV_STATUS_WARNED | MV_STATUS_AWAITS_KEY;
    assert_int_equal(record_returned_number(f, MV_TAG_STATUS) & ~supplys,
                     MV_CUT_CREDIT | MV_STATUS_TAMPERED | MV_STATUS_CLOCK | MV_STATUS_ACCOUNT_OPEN);
    assert_int_equal(record_returned_number(f, MV_TAG_RETURN_REGISTER), MV_REGISTER_ELECTRICITY);
    assert_int_equal((int64_t)record_returned_number(f, MV_TAG_REMAINING), -1000);
    assert_true(record_returned_number(f, MV_TAG_TOTAL) == 0x0102030405);
    assert_int_equal(record_returned_number(f, MV_TAG_MONTH), 77);
    assert_int_equal(record_returned_number(f, MV_TAG_TAKEN), 6000);
    assert_int_equal(record_returned_number(f, MV_TAG_TOTAL_PURCHASED), 5000);
    assert_int_equal(record_returned_number(f, MV_TAG_PURCHASE_SEQUENCE), 1);
    assert_int_equal(record_returned_number(f, MV_TAG_PURCHASES), 1);
    assert_int_equal(record_returned_number(f, MV_TAG_ARREARS), 12);
    assert_int_equal(record_returned_number(f, MV_TAG_VERSIONS), 4 << 8 | 5);
    assert_true(record_returned(f, MV_TAG_SEQUENCES, &tlv));
    assert_memory_equal(tlv.value, "\0\0\0\0\0\0\0\0\0\0\0\x09\0\0\0\0", 16);
    assert_true(record_returned(f, MV_TAG_SETS, &tlv));
    assert_memory_equal(tlv.value, "\0\0\0\x05\0\0\0\x06\0\0\0\x07", 12);
    assert_true(record_returned(f, MV_TAG_REFUSAL, &tlv));
    assert_memory_equal(tlv.value, "\0\x01\x01\0\0\0\x01\0\x84", 9);
}

static void every_status_bit(void **state)
{
    struct record_fixture *f = *state;
    struct mv_record_head head;
    f->p.supply.switch_fault = f->p.supply.awaits_key = f->p.supply.warned = true;
    f->p.supply.commanded_open = f->p.account.emergency_on = true;
    f->p.parts.set_id = 1;
    f->p.meter.state.wrong = 20;
    record_return(f, &head);
    uint64_t status = record_returned_number(f, MV_TAG_STATUS);
    static const uint32_t bits[] = {MV_STATUS_COMMANDED_OPEN, MV_STATUS_EMERGENCY, MV_STATUS_LOCKOUT, MV_STATUS_PARTS};
    for (unsigned i = 0; i < sizeof bits / sizeof bits[0]; i++)
        assert_true((status & bits[i]) != 0);
    assert_int_equal(status & MV_STATUS_CUT, f->p.supply.cut);
    assert_int_equal(status & (MV_STATUS_BYPASS | MV_STATUS_TAMPERED | MV_STATUS_ACCOUNT_OPEN), 0);
    assert_int_equal(mv_prepay_bypass(&f->p, true), MV_DONE);
    record_return(f, &head);
    assert_true((record_returned_number(f, MV_TAG_STATUS) & MV_STATUS_BYPASS) != 0);
}

static void return_without_a_clock(void **state)
{
    struct record_fixture *f = *state;
    struct mv_record_head head;
    f->clock = false;
    record_return(f, &head);
    assert_int_equal(head.issued_min, 0);
    assert_int_equal(record_returned_number(f, MV_TAG_TIME), 0);
    assert_int_equal(record_returned_number(f, MV_TAG_STATUS) & MV_STATUS_CLOCK, 0);
    f->clock = true;
    f->now = 5;
    assert_int_equal(record_reopen(f), MV_DONE);
    record_return(f, &head);
    assert_int_equal(head.issued_min, 0);
    assert_int_equal(record_returned_number(f, MV_TAG_TIME), 5);
}

static void return_of_a_damaged_state(void **state)
{
    struct record_fixture *f = *state;
    f->p.meter.state.identity.pan[3] = 'x';
    assert_int_equal(mv_prepay_return(&f->p, f->returned, &f->returned_size), MV_RANGE_ERROR);
    assert_int_equal(f->returned_size, 0);
    assert_int_equal(f->p.records.return_sequence, 0);
}

static void what_was_wanted(void **state)
{
    struct record_fixture *f = *state;
    struct mv_record_head head;
    struct mv_tlv tlv;
    uint32_t sequence = 1;
    for (unsigned i = 0; i < MV_RATES; i++)
        f->p.registers.by_rate[i] = 100 + i;
    f->p.registers.by_phase[2] = 55;
    f->p.freezes.months[11] =
        (struct mv_month){.ended = 0x11, .total = 0x22, .month = 0x33, .remaining = -1, .taken = 0x44};
    assert_int_equal(record_read(f, sequence++, 1, MV_WANT_RATES, 0), MV_ACCEPT);
    record_return(f, &head);
    assert_true(record_returned(f, MV_TAG_RATES, &tlv));
    assert_int_equal(tlv.value[63], 107);
    assert_false(record_returned(f, MV_TAG_PHASES, &tlv));
    assert_int_equal(record_read(f, sequence++, 1, MV_WANT_PHASES, 0), MV_ACCEPT);
    record_return(f, &head);
    assert_true(record_returned(f, MV_TAG_PHASES, &tlv));
    assert_int_equal(tlv.value[23], 55);
    assert_int_equal(record_read(f, sequence++, 1, MV_WANT_FROZEN, 11), MV_ACCEPT);
    record_return(f, &head);
    assert_true(record_returned(f, MV_TAG_FROZEN, &tlv));
    static const uint8_t frozen[37] = {11,   0,    0,    0, 0x11, 0, 0, 0,    0,    0,    0,    0,    0x22,
                                       0,    0,    0,    0, 0,    0, 0, 0x33, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                       0xFF, 0xFF, 0xFF, 0, 0,    0, 0, 0,    0,    0,    0x44};
    assert_memory_equal(tlv.value, frozen, sizeof frozen);
    record_return(f, &head); /* the session is over */
    assert_false(record_returned(f, MV_TAG_FROZEN, &tlv));
}

static void events_wanted(void **state)
{
    struct record_fixture *f = *state;
    struct mv_record_head head;
    struct mv_tlv tlv;
    memset(f->p.events.ring, 0, sizeof f->p.events.ring);
    for (unsigned i = 0; i < 10; i++)
        f->p.events.ring[i] =
            (struct mv_event){.when = 0x1000 + i, .code = MV_EVENT_TAMPER, .detail = (uint16_t)(0x200 + i)};
    static const struct {
        uint8_t from, count;
    } cases[] = {{0, 8}, {3, 7}, {10, 0}, {31, 0}};
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(record_read(f, 1 + i, 1, MV_WANT_EVENTS, cases[i].from), MV_ACCEPT);
        record_return(f, &head);
        assert_true(record_returned(f, MV_TAG_EVENTS, &tlv));
        assert_int_equal(tlv.length, 7 * cases[i].count);
        for (unsigned event = 0; event < cases[i].count; event++) {
            const uint8_t *at = tlv.value + (size_t)7 * event;
            assert_int_equal(at[3], cases[i].from + event);
            assert_int_equal(at[4], MV_EVENT_TAMPER);
            assert_int_equal(at[5], 2);
        }
    }
    for (unsigned i = 0; i < MV_EVENTS; i++)
        f->p.events.ring[i] = (struct mv_event){.code = MV_EVENT_TAMPER};
    assert_int_equal(record_read(f, 9, 1, MV_WANT_EVENTS, 31), MV_ACCEPT);
    record_return(f, &head);
    assert_true(record_returned(f, MV_TAG_EVENTS, &tlv));
    assert_int_equal(tlv.length, 7);
}

static void read_requests_that_are_wrong(void **state)
{
    struct record_fixture *f = *state;
    mv_record_put_number(record_begin(f, MV_KIND_READ, 1), MV_TAG_WANT, 0, 1);
    record_seal(f);
    refused(f, MV_RECORD_TAG);
    assert_int_equal(record_read(f, 1, 1, MV_WANT_FROZEN + 1, 0), MV_RECORD_VALUE);
    assert_int_equal(record_read(f, 1, 1, MV_WANT_FROZEN, MV_MONTHS), MV_RECORD_VALUE);
    assert_int_equal(record_read(f, 1, 1, MV_WANT_EVENTS, MV_EVENTS), MV_RECORD_VALUE);
    assert_false(f->p.records.nonce_open);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_bit_of_a_record, record_setup),
        cmocka_unit_test_setup(not_this_meter, record_setup),
        cmocka_unit_test_setup(forms, record_setup),
        cmocka_unit_test_setup(sequences, record_setup),
        cmocka_unit_test_setup(meters_without_records, record_setup),
        cmocka_unit_test_setup(memory_that_fails, record_setup),
        cmocka_unit_test_setup(refusals_are_counted_up_to_the_most, record_setup),
        cmocka_unit_test_setup(new_keys_replace_the_old, record_setup),
        cmocka_unit_test_setup(key_updates_that_are_wrong, record_setup),
        cmocka_unit_test_setup(returns_that_nobody_asked_for, record_setup),
        cmocka_unit_test_setup(echo_and_session, record_setup),
        cmocka_unit_test_setup(what_every_return_has, record_setup),
        cmocka_unit_test_setup(every_status_bit, record_setup),
        cmocka_unit_test_setup(return_without_a_clock, record_setup),
        cmocka_unit_test_setup(return_of_a_damaged_state, record_setup),
        cmocka_unit_test_setup(what_was_wanted, record_setup),
        cmocka_unit_test_setup(events_wanted, record_setup),
        cmocka_unit_test_setup(read_requests_that_are_wrong, record_setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
