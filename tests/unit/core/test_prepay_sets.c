/* Parameter records at the meter: single values, and sets that come in parts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "metervault/record_sets.h"
#include "record_support.h"

/* ---- single values ---- */

static uint32_t next_sequence(const struct record_fixture *f)
{
    return f->p.records.sequence[MV_KIND_PARAMETERS] + 1;
}

static enum mv_result set_one(struct record_fixture *f, uint8_t tag, uint64_t value, uint8_t length)
{
    mv_record_put_number(record_begin(f, MV_KIND_PARAMETERS, next_sequence(f)), tag, value, length);
    return record_hand(f);
}

static void every_value_finds_its_member(void **state)
{
    struct record_fixture *f = *state;
    static const struct {
        uint8_t tag, length;
        uint64_t value;
    } values[] = {
        {MV_TAG_CREDIT_REGISTER, 1, MV_REGISTER_ELECTRICITY_CURRENCY},
        {MV_TAG_ALARM_1, 8, 1001},
        {MV_TAG_ALARM_2, 8, (uint64_t)-5},
        {MV_TAG_WARNING_CUT, 2, 1003},
        {MV_TAG_OVERDRAFT, 8, 1004},
        {MV_TAG_EMERGENCY, 8, 1005},
        {MV_TAG_HOARD_LIMIT, 8, 1006},
        {MV_TAG_POWER_LIMIT, 4, 1007},
        {MV_TAG_POWER_DELAY, 2, 1008},
        {MV_TAG_POWER_WAIT, 2, 1009},
        {MV_TAG_POWER_TRIES, 1, 10},
        {MV_TAG_POWER_LOCKOUT, 2, 1011},
        {MV_TAG_UNBALANCE_DELAY, 2, 1012},
        {MV_TAG_CT_RATIO, 2, 40},
        {MV_TAG_PT_RATIO, 2, 100},
        {MV_TAG_PULSES_PER_UNIT, 4, 1013},
        {MV_TAG_UTC_OFFSET, 2, (uint16_t)-300},
        {MV_TAG_FREEZE_DAY, 1, 14},
        {MV_TAG_FREEZE_HOUR, 1, 15},
        {MV_TAG_ARREARS_PERCENT, 1, 16},
        {MV_TAG_ARREARS_PER_PURCHASE, 8, 1017},
        {MV_TAG_ARREARS_PER_DAY, 8, 1018},
        {MV_TAG_KEY_PRESS_TO_CLOSE, 1, 1},
        {MV_TAG_UNBALANCE_LIMIT, 4, 1019},
        {MV_TAG_WATER_FACTOR, 2, 1020},
    };
    record_begin(f, MV_KIND_PARAMETERS, 1);
    for (unsigned i = 0; i < sizeof values / sizeof values[0]; i++)
        mv_record_put_number(&f->record, values[i].tag, values[i].value, values[i].length);
    assert_int_equal(record_hand(f), MV_ACCEPT);
    assert_int_equal(f->answer.kind, MV_KIND_PARAMETERS);
    assert_false(f->answer.set_whole);
    assert_int_equal(record_reopen(f), MV_DONE);
    const struct mv_parameters *p = &f->p.parameters;
    assert_int_equal(p->credit_register, MV_REGISTER_ELECTRICITY_CURRENCY);
    assert_int_equal(p->alarm_1, 1001);
    assert_int_equal(p->alarm_2, -5);
    assert_int_equal(p->warning_cut_s, 1003);
    assert_int_equal(p->overdraft, 1004);
    assert_int_equal(p->emergency, 1005);
    assert_int_equal(p->hoard_limit, 1006);
    assert_int_equal(p->power_limit_w, 1007);
    assert_int_equal(p->power_delay_s, 1008);
    assert_int_equal(p->power_wait_s, 1009);
    assert_int_equal(p->power_tries, 10);
    assert_int_equal(p->power_lockout_s, 1011);
    assert_int_equal(p->unbalance_delay_s, 1012);
    assert_int_equal(p->ct_ratio, 40);
    assert_int_equal(p->pt_ratio, 100);
    assert_int_equal(p->pulses_per_unit, 1013);
    assert_int_equal(p->utc_offset_min, -300);
    assert_int_equal(p->freeze_day, 14);
    assert_int_equal(p->freeze_hour, 15);
    assert_int_equal(p->arrears_percent, 16);
    assert_int_equal(p->arrears_per_purchase, 1017);
    assert_int_equal(p->arrears_per_day, 1018);
    assert_true(p->key_press_to_close);
    assert_int_equal(f->p.meter.state.settings.phase_unbalance_w, 1019);
    assert_int_equal(f->p.meter.state.settings.water_factor, 1020);
    assert_int_equal(set_one(f, MV_TAG_KEY_PRESS_TO_CLOSE, 0, 1), MV_ACCEPT);
    assert_false(f->p.parameters.key_press_to_close);
}

static void all_or_none(void **state)
{
    struct record_fixture *f = *state;
    struct mv_parameters before = f->p.parameters;
    record_begin(f, MV_KIND_PARAMETERS, 1);
    mv_record_put_number(&f->record, MV_TAG_WARNING_CUT, 99, 2);
    mv_record_put_number(&f->record, MV_TAG_FREEZE_DAY, 29, 1);
    mv_record_put_number(&f->record, MV_TAG_UNBALANCE_LIMIT, 5, 4);
    assert_int_equal(record_hand(f), MV_RECORD_VALUE);
    assert_memory_equal(&f->p.parameters, &before, sizeof before);
    assert_int_equal(f->p.meter.state.settings.phase_unbalance_w, MV_LIMIT_NONE);
    assert_int_equal(set_one(f, MV_TAG_CREDIT_REGISTER, MV_REGISTER_GAS, 1), MV_RECORD_VALUE);
    assert_int_equal(set_one(f, MV_TAG_KEY_PRESS_TO_CLOSE, 2, 1), MV_RECORD_VALUE);
    assert_int_equal(set_one(f, MV_TAG_HOARD_LIMIT, UINT64_MAX, 8), MV_RECORD_VALUE);
    f->p.meter.state.identity.measures = 1;
    assert_int_equal(set_one(f, MV_TAG_WATER_FACTOR, 5, 2), MV_RECORD_VALUE);
}

static void values_and_parts_do_not_mix(void **state)
{
    struct record_fixture *f = *state;
    record_begin(f, MV_KIND_PARAMETERS, 1);
    assert_int_equal(record_hand(f), MV_RECORD_TAG);
    record_begin(f, MV_KIND_PARAMETERS, 1);
    mv_record_put_number(&f->record, 0x90, 1, 1);
    assert_int_equal(record_hand(f), MV_RECORD_TAG);
    static const uint8_t tags[] = {MV_TAG_WARNING_CUT, MV_TAG_SET_ID,    MV_TAG_SET_WHAT,
                                   MV_TAG_SET_PART,    MV_TAG_SET_PARTS, MV_TAG_SET_BYTES};
    static const uint8_t lengths[] = {2, 4, 1, 1, 1, 5};
    for (unsigned without = 1; without <= sizeof tags; without++) {
        record_begin(f, MV_KIND_PARAMETERS, 1);
        for (unsigned i = 0; i < sizeof tags; i++) {
            if (i != without)
                mv_record_put(&f->record, tags[i], "\0\0\0\1\1", lengths[i]);
        }
        assert_int_equal(record_hand(f), MV_RECORD_TAG);
    }
}

/* ---- sets ---- */

static enum mv_result give_part(struct record_fixture *f, const struct record_part *part)
{
    record_begin(f, MV_KIND_PARAMETERS, next_sequence(f));
    record_put_part(f, part);
    return record_hand(f);
}

/* Piece `number` of the bytes. */
static enum mv_result give_piece(struct record_fixture *f, uint32_t set_id, uint8_t number, const uint8_t *bytes,
                                 uint32_t size)
{
    uint32_t from = (number - 1U) * (uint32_t)MV_SET_BYTES_MAX;
    struct record_part part = {.set_id = set_id,
                               .what = MV_SET_CALENDAR,
                               .number = number,
                               .total = (uint8_t)((size + MV_SET_BYTES_MAX - 1) / MV_SET_BYTES_MAX),
                               .bytes = bytes + from,
                               .size = size - from < MV_SET_BYTES_MAX ? size - from : (uint32_t)MV_SET_BYTES_MAX};
    return give_part(f, &part);
}

/* A good calendar of four parts. */
static uint32_t long_calendar(uint8_t bytes[MV_SET_MAX])
{
    struct mv_calendar calendar;
    uint32_t size = 0;
    memset(&calendar, 0, sizeof calendar);
    for (unsigned table = 0; table < MV_DAY_TABLES; table++) {
        calendar.switchings[table] = MV_SWITCHINGS;
        for (unsigned i = 0; i < MV_SWITCHINGS; i++)
            calendar.day_tables[table][i] = (struct mv_switching){.minute = (uint16_t)(i * 100), .rate = i % 2};
    }
    calendar.holiday_count = MV_HOLIDAYS;
    for (unsigned i = 0; i < MV_HOLIDAYS; i++)
        calendar.holidays[i] = (struct mv_holiday){.month = (uint8_t)(1 + i % 12), .day = (uint8_t)(1 + i / 12)};
    assert_int_equal(mv_calendar_write(&calendar, bytes, &size), MV_DONE);
    assert_true(size > 3 * MV_SET_BYTES_MAX);
    return size;
}

static void parts_in_any_order_take_effect_together(void **state)
{
    struct record_fixture *f = *state;
    static const uint8_t order[] = {3, 1, 4, 3, 2};
    uint8_t bytes[MV_SET_MAX];
    uint32_t size = long_calendar(bytes);
    for (unsigned i = 0; i < sizeof order; i++) {
        assert_int_equal(f->p.calendar.holiday_count, 0);
        assert_int_equal(give_piece(f, 77, order[i], bytes, size), MV_ACCEPT);
        assert_int_equal(f->answer.set_whole, order[i] == 2);
        assert_int_equal(record_reopen(f), MV_DONE);
    }
    assert_int_equal(f->p.calendar.holiday_count, MV_HOLIDAYS);
    assert_int_equal(f->p.calendar.set_id, 77);
    assert_int_equal(f->p.parts.set_id, 0);
    assert_int_equal(f->p.calendar.day_tables[7][11].minute, 1100);
}

static void another_set_gives_up_the_first(void **state)
{
    struct record_fixture *f = *state;
    uint8_t bytes[MV_SET_MAX];
    uint32_t size = long_calendar(bytes);
    assert_int_equal(give_piece(f, 77, 1, bytes, size), MV_ACCEPT);
    assert_int_equal(give_piece(f, 78, 2, bytes, size), MV_ACCEPT);
    assert_int_equal(f->p.parts.set_id, 78);
    assert_int_equal(f->p.parts.present, 2);
    assert_int_equal(f->p.parts.length[0], 0);
    /* the same id for another set */
    struct record_part other = {
        .set_id = 78, .what = MV_SET_TARIFF, .number = 1, .total = 4, .bytes = bytes, .size = MV_SET_BYTES_MAX};
    assert_int_equal(give_part(f, &other), MV_RECORD_PARTS);
    other.what = MV_SET_CALENDAR;
    other.total = 3;
    assert_int_equal(give_part(f, &other), MV_RECORD_PARTS);
    other.total = other.number = 1;
    assert_int_equal(give_part(f, &other), MV_RECORD_PARTS);
    assert_int_equal(f->p.parts.present, 2);
}

static void parts_that_are_wrong(void **state)
{
    struct record_fixture *f = *state;
    uint8_t bytes[MV_SET_MAX];
    (void)long_calendar(bytes);
    static const struct record_part cases[] = {
        {0, MV_SET_CALENDAR, 1, 2, NULL, 128},     {1, 0, 1, 2, NULL, 128},
        {1, MV_SET_CALENDAR + 1, 1, 2, NULL, 128}, {1, MV_SET_CALENDAR, 0, 2, NULL, 128},
        {1, MV_SET_CALENDAR, 3, 2, NULL, 128},     {1, MV_SET_CALENDAR, 1, 5, NULL, 128},
        {1, MV_SET_CALENDAR, 1, 0, NULL, 128},     {1, MV_SET_CALENDAR, 1, 2, NULL, 127},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct record_part part = cases[i];
        part.bytes = bytes;
        assert_int_equal(give_part(f, &part), MV_RECORD_VALUE);
    }
    assert_int_equal(f->p.parts.set_id, 0);
}

/* The last part makes a set whole that is none: it is refused, the others stay, another last part may come. */
static void a_set_that_is_no_good(void **state)
{
    struct record_fixture *f = *state;
    uint8_t bytes[MV_SET_MAX];
    uint32_t size = long_calendar(bytes);
    for (uint8_t number = 1; number <= 3; number++)
        assert_int_equal(give_piece(f, 77, number, bytes, size), MV_ACCEPT);
    struct mv_parts before = f->p.parts;
    bytes[size - 4] = 13; /* month of the last holiday */
    assert_int_equal(give_piece(f, 77, 4, bytes, size), MV_RECORD_VALUE);
    assert_memory_equal(&f->p.parts, &before, sizeof before);
    assert_int_equal(f->p.calendar.holiday_count, 0);
    bytes[size - 4] = 12;
    assert_int_equal(give_piece(f, 77, 4, bytes, size - 1), MV_RECORD_VALUE);
    bytes[size - 3] = 9; /* a day that no other has */
    assert_int_equal(give_piece(f, 77, 4, bytes, size), MV_ACCEPT);
    assert_true(f->answer.set_whole);
}

static enum mv_result give_tariff(struct record_fixture *f, uint32_t set_id, const struct mv_tariff *tariff)
{
    uint8_t bytes[MV_SET_MAX];
    struct record_part part = {.set_id = set_id, .what = MV_SET_TARIFF, .number = 1, .total = 1, .bytes = bytes};
    assert_int_equal(mv_tariff_write(tariff, bytes, &part.size), MV_DONE);
    return give_part(f, &part);
}

static void tariffs_wait_for_their_time(void **state)
{
    struct record_fixture *f = *state;
    struct mv_tariff tariff = {.kind = MV_TARIFF_SINGLE, .rates = 1, .price = {500}, .valid_from = RECORD_NOW + 100};
    uint8_t bytes[MV_SET_MAX];
    uint32_t size = long_calendar(bytes);
    assert_int_equal(give_piece(f, 3, 1, bytes, size), MV_ACCEPT);
    assert_int_equal(give_tariff(f, 11, &tariff), MV_ACCEPT);
    assert_true(f->answer.set_whole);
    assert_int_equal(f->p.parts.set_id, 0); /* of another id: given up */
    assert_int_equal(record_reopen(f), MV_DONE);
    assert_int_equal(f->p.next_tariff.set_id, 11);
    assert_int_equal(f->p.next_tariff.price[0], 500);
    assert_int_equal(f->p.tariff.set_id, 0);
    tariff.price[0] = 600;
    assert_int_equal(give_tariff(f, 12, &tariff), MV_ACCEPT);
    assert_int_equal(f->p.next_tariff.set_id, 12);
    f->now += 101;
    assert_int_equal(mv_prepay_tick(&f->p), MV_DONE);
    assert_int_equal(f->p.tariff.set_id, 12);
    tariff.valid_from = 0;
    tariff.price[0] = 700;
    f->clock = false;
    assert_int_equal(give_tariff(f, 13, &tariff), MV_ACCEPT);
    assert_int_equal(record_reopen(f), MV_DONE);
    assert_int_equal(f->p.tariff.set_id, 13);
    assert_int_equal(f->p.tariff.price[0], 700);
    tariff.kind = 9;
    assert_int_equal(give_tariff(f, 14, &tariff), MV_RECORD_VALUE);
    struct record_part broken = {
        .set_id = 15, .what = MV_SET_TARIFF, .number = 1, .total = 1, .bytes = bytes, .size = 3};
    assert_int_equal(give_part(f, &broken), MV_RECORD_VALUE);
    assert_int_equal(f->p.tariff.set_id, 13);
}

static enum mv_result live_on(struct record_fixture *f, uint32_t sequence, uint8_t which)
{
    mv_record_put_number(record_begin(f, MV_KIND_PARAMETERS, sequence), MV_TAG_CREDIT_REGISTER, which, 1);
    return record_hand(f);
}

/* Debt and credit in one unit are not taken for another, nor one service for another. */
static void credit_register_changes_when_nothing_lives_on_it(void **state)
{
    struct record_fixture *f = *state;
    enum { HERE = MV_REGISTER_ELECTRICITY, THERE = MV_REGISTER_ELECTRICITY_CURRENCY };
    assert_int_equal(live_on(f, 1, MV_REGISTER_WATER), MV_RECORD_VALUE);
    record_open_account(f, 1000);
    assert_int_equal(live_on(f, 1, THERE), MV_RECORD_VALUE);
    f->p.account.taken[HERE] = 1000;
    f->p.account.arrears = 1;
    assert_int_equal(live_on(f, 1, THERE), MV_RECORD_VALUE);
    f->p.account.arrears = 0;
    f->p.account.emergency_on = true;
    assert_int_equal(live_on(f, 1, THERE), MV_RECORD_VALUE);
    f->p.account.taken[HERE] = 1001;
    f->p.account.emergency_on = false;
    assert_int_equal(live_on(f, 1, THERE), MV_RECORD_VALUE);
    assert_int_equal(live_on(f, 1, HERE), MV_ACCEPT); /* no change */
    assert_int_equal(record_command(f, 1, MV_COMMAND_CLEAR, MV_TAG_CLEAR, MV_CLEAR_CREDIT, 1), MV_ACCEPT);
    assert_int_equal(live_on(f, 2, THERE), MV_ACCEPT);
    assert_int_equal(f->p.parameters.credit_register, THERE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(credit_register_changes_when_nothing_lives_on_it, record_setup),
        cmocka_unit_test_setup(every_value_finds_its_member, record_setup),
        cmocka_unit_test_setup(all_or_none, record_setup),
        cmocka_unit_test_setup(values_and_parts_do_not_mix, record_setup),
        cmocka_unit_test_setup(parts_in_any_order_take_effect_together, record_setup),
        cmocka_unit_test_setup(another_set_gives_up_the_first, record_setup),
        cmocka_unit_test_setup(parts_that_are_wrong, record_setup),
        cmocka_unit_test_setup(a_set_that_is_no_good, record_setup),
        cmocka_unit_test_setup(tariffs_wait_for_their_time, record_setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
