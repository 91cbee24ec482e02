/* Clock, prices and account in the journal: every field comes back, and what no encoder wrote is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "account.h"
#include "calendar.h"
#include "freeze.h"
#include "keep_support.h"
#include "measure.h"
#include "parameters.h"
#include "random64.h"
#include "tariff.h"

static const struct mv_nv_object *const kept[] = {
    &mv_object_account, &mv_object_registers,   &mv_object_freezes,  &mv_object_parameters,
    &mv_object_tariff,  &mv_object_next_tariff, &mv_object_calendar,
};
static const struct keep_objects objects = {kept, sizeof kept / sizeof kept[0]};

static uint64_t seed = 42;

/* Of what has no field that is a truth. */
static void scramble(void *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        ((uint8_t *)data)[i] = (uint8_t)(random64(&seed) >> 32);
}

static void fill_use(struct mv_prepay *p)
{
    scramble(p->registers.by_rate, sizeof p->registers.by_rate);
    scramble(p->registers.by_phase, sizeof p->registers.by_phase);
    scramble(p->registers.pulse_rest, sizeof p->registers.pulse_rest);
    scramble(p->registers.energy_rest, sizeof p->registers.energy_rest);
    p->registers.total = random64(&seed);
    p->registers.month = random64(&seed);
    scramble(p->account.taken, sizeof p->account.taken);
    p->account.price_rest = 3599;
    p->account.arrears = (int64_t)random64(&seed);
    p->account.fixed_today_taken = -5;
    p->account.day = 20454;
    p->account.emergency_on = true;
    p->account.purchases = 0xFEDCBA98;
    for (unsigned i = 0; i < MV_MONTHS; i++) {
        struct mv_month *month = &p->freezes.months[i];
        month->ended = (uint32_t)random64(&seed);
        month->total = random64(&seed);
        month->month = random64(&seed);
        month->remaining = (int64_t)random64(&seed);
        month->taken = (int64_t)random64(&seed);
    }
    p->freezes.last = 0x89ABCDEF;
    p->freezes.next_month = 24313;
}

static void fill_parameters(struct mv_parameters *parameters)
{
    parameters->credit_register = MV_REGISTER_ELECTRICITY_CURRENCY;
    parameters->alarm_1 = INT64_C(0x1234567890AB);
    parameters->alarm_2 = -INT64_C(0x34567890ABCD);
    parameters->warning_cut_s = 0x4567;
    parameters->overdraft = INT64_C(0x0567890ABCDE);
    parameters->emergency = INT64_C(0x067890ABCDEF);
    parameters->hoard_limit = INT64_C(0x223456789ABC);
    parameters->power_limit_w = 0x789ABCDE;
    parameters->power_delay_s = 0x89AB;
    parameters->power_wait_s = 0x9ABC;
    parameters->power_tries = 0xAB;
    parameters->power_lockout_s = 0xBCDE;
    parameters->unbalance_delay_s = 0xCDEF;
    parameters->ct_ratio = 0x0123;
    parameters->pt_ratio = 0x1234;
    parameters->pulses_per_unit = 0xDEF01234;
    parameters->utc_offset_min = -333;
    parameters->freeze_day = 27;
    parameters->freeze_hour = 22;
    parameters->arrears_percent = 99;
    parameters->arrears_per_purchase = INT64_C(0x1EF012345678);
    parameters->arrears_per_day = INT64_C(0x1F0123456789);
    parameters->key_press_to_close = true;
}

static void fill_tariff(struct mv_tariff *tariff)
{
    tariff->set_id = (uint32_t)random64(&seed) | 1U;
    tariff->valid_from = (uint32_t)random64(&seed);
    tariff->kind = MV_TARIFF_TIME_OF_USE;
    tariff->rates = 7;
    tariff->steps = 6;
    scramble(tariff->price, sizeof tariff->price);
    scramble(tariff->step_price, sizeof tariff->step_price);
    for (unsigned i = 0; i < MV_STEPS; i++)
        tariff->step_from[i] = i * 0x12345678U;
    tariff->fixed_per_day = (uint32_t)random64(&seed);
}

static void fill_calendar(struct mv_calendar *calendar)
{
    calendar->set_id = 0xA1B2C3D4;
    for (unsigned table = 0; table < MV_DAY_TABLES; table++) {
        calendar->switchings[table] = (uint8_t)(table + 1);
        for (unsigned i = 0; i < MV_SWITCHINGS; i++)
            calendar->day_tables[table][i] = (struct mv_switching){(uint16_t)(i * 119), (uint8_t)((table + i) % 8)};
    }
    for (unsigned i = 0; i < 7; i++)
        calendar->weekday_table[i] = (uint8_t)i;
    for (unsigned i = 0; i < MV_WINDOWS; i++)
        calendar->friendly[i] =
            (struct mv_window){.weekdays = (uint8_t)(3U << i), .from_min = (uint16_t)(1000 + i), .to_min = 300};
    for (unsigned i = 0; i < MV_HOLIDAYS; i++) {
        calendar->holidays[i].month = (uint8_t)(i % 12 + 1);
        calendar->holidays[i].day = (uint8_t)(i % 27 + 1);
        calendar->holidays[i].day_table = (uint8_t)(i % 8);
        calendar->holidays[i].friendly = i % 3 == 0;
    }
    calendar->holiday_count = MV_HOLIDAYS - 1;
}

static void fill(struct mv_prepay *p)
{
    memset(p, 0, sizeof *p);
    fill_use(p);
    fill_parameters(&p->parameters);
    fill_tariff(&p->tariff);
    fill_tariff(&p->next_tariff);
    fill_calendar(&p->calendar);
}

static struct mv_prepay written, read_back;

static void every_field_comes_back(void **state)
{
    (void)state;
    fill(&written);
    keep_write(objects, &written);
    assert_int_equal(keep_read(objects, &read_back), MV_DONE);
    assert_memory_equal(&read_back.registers, &written.registers, sizeof written.registers);
    assert_memory_equal(&read_back.account, &written.account, sizeof written.account);
    assert_memory_equal(&read_back.freezes, &written.freezes, sizeof written.freezes);
    assert_memory_equal(&read_back.parameters, &written.parameters, sizeof written.parameters);
    assert_memory_equal(&read_back.tariff, &written.tariff, sizeof written.tariff);
    assert_memory_equal(&read_back.next_tariff, &written.next_tariff, sizeof written.next_tariff);
    assert_memory_equal(&read_back.calendar, &written.calendar, sizeof written.calendar);
    assert_memory_equal(&read_back, &written, sizeof written);
}

static void truths_are_either(void **state)
{
    (void)state;
    fill(&written);
    written.account.emergency_on = false;
    written.parameters.key_press_to_close = false;
    keep_write(objects, &written);
    assert_int_equal(keep_read(objects, &read_back), MV_DONE);
    assert_false(read_back.account.emergency_on);
    assert_false(read_back.parameters.key_press_to_close);
}

static void what_the_rules_forbid_is_refused(void **state)
{
    (void)state;
    fill(&written);
    written.parameters.pulses_per_unit = 0;
    keep_write(objects, &written);
    assert_int_equal(keep_read(objects, &read_back), MV_STORAGE_ERROR);
    fill(&written);
    written.tariff.rates = MV_RATES + 1;
    keep_write(objects, &written);
    assert_int_equal(keep_read(objects, &read_back), MV_STORAGE_ERROR);
    fill(&written);
    written.next_tariff.rates = MV_RATES + 1;
    keep_write(objects, &written);
    assert_int_equal(keep_read(objects, &read_back), MV_STORAGE_ERROR);
    fill(&written);
    written.calendar.weekday_table[0] = MV_DAY_TABLES;
    keep_write(objects, &written);
    assert_int_equal(keep_read(objects, &read_back), MV_STORAGE_ERROR);
}

/* The place of a tariff that does not wait is empty. */
static void no_next_tariff_is_good(void **state)
{
    (void)state;
    fill(&written);
    memset(&written.next_tariff, 0, sizeof written.next_tariff);
    keep_write(objects, &written);
    assert_int_equal(keep_read(objects, &read_back), MV_DONE);
    assert_false(mv_tariff_waits(&read_back));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_comes_back),
        cmocka_unit_test(truths_are_either),
        cmocka_unit_test(what_the_rules_forbid_is_refused),
        cmocka_unit_test(no_next_tariff_is_good),
    };
    return cmocka_run_group_tests_name("prepay: kept", tests, NULL, NULL);
}
