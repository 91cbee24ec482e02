/* The meter and management tokens, currency, and what it shows when a test token asks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "meter_support.h"

static int ready_with_everything(void **state)
{
    fixture_blank(state);
    struct fixture *f = *state;
    f->identity.measures = 0xFF;
    assert_int_equal(mv_meter_provision(&f->meter, &f->identity, TEST_TID), MV_DONE);
    return 0;
}

static void settings_are_kept(void **state)
{
    struct fixture *f = *state;
    const struct mv_meter_settings *settings = &f->meter.state.settings;
    assert_true(settings->maximum_power_w == MV_LIMIT_NONE && settings->phase_unbalance_w == MV_LIMIT_NONE);
    uint32_t tid = TEST_TID + 1;
    assert_int_equal(fixture_enter_manage(f, MV_MANAGE_MAXIMUM_POWER, tid++, 0x4001), MV_ACCEPT);
    assert_int_equal(f->answer.kind, MV_ANSWER_MANAGEMENT);
    assert_int_equal(f->answer.management.subclass, MV_MANAGE_MAXIMUM_POWER);
    assert_int_equal(f->answer.management.field, 0x4001);
    assert_int_equal(fixture_enter_manage(f, MV_MANAGE_PHASE_UNBALANCE, tid++, 500), MV_ACCEPT);
    assert_int_equal(fixture_enter_manage(f, MV_MANAGE_TARIFF_RATE, tid++, 0xBEEF), MV_ACCEPT);
    assert_int_equal(fixture_enter_manage(f, MV_MANAGE_WATER_FACTOR, tid++, 0x1234), MV_ACCEPT);
    assert_int_equal(fixture_enter_manage(f, MV_MANAGE_EXTENDED, tid++, 0xFBFF), MV_ACCEPT); /* index 62 */
    assert_int_equal(fixture_enter_manage(f, MV_MANAGE_EXTENDED, tid++, 0x007B), MV_ACCEPT);
    assert_int_equal(fixture_enter_manage(f, MV_MANAGE_EXTENDED, tid++, 0xFFFF), MV_ACCEPT); /* flag 511 */
    assert_int_equal(fixture_enter_manage(f, MV_MANAGE_EXTENDED, tid++, 0xFC01), MV_ACCEPT);
    assert_int_equal(fixture_enter_manage(f, MV_MANAGE_EXTENDED, tid++, 0xFC00), MV_ACCEPT);
    fixture_reopen(f);
    assert_int_equal(settings->maximum_power_w, 16394);
    assert_int_equal(settings->phase_unbalance_w, 500);
    assert_int_equal(settings->tariff_rate, 0xBEEF);
    assert_int_equal(settings->water_factor, 0x1234);
    assert_int_equal(settings->extended[62], 1023);
    assert_int_equal(settings->extended[0], 123);
    assert_int_equal(settings->flags[63], 0x80);
    assert_int_equal(settings->flags[0], 0);
    assert_int_equal(fixture_enter_manage(f, MV_MANAGE_TARIFF_RATE, TEST_TID + 3, 1), MV_USED_ERROR);
    assert_int_equal(settings->tariff_rate, 0xBEEF);
}

static void management_tokens_are_checked_like_credit(void **state)
{
    struct fixture *f = *state;
    uint32_t expired = ((uint32_t)TEST_KEN + 1) << 16;
    assert_int_equal(fixture_enter_manage(f, 0, expired, 1), MV_KEY_EXPIRED_ERROR);
    assert_int_equal(fixture_enter_manage(f, 0, TEST_TID - 1, 1), MV_OLD_ERROR);
    assert_int_equal(fixture_enter_manage(f, 0, TEST_TID, 1), MV_USED_ERROR);
    assert_int_equal(fixture_enter_manage(f, MV_MANAGE_CLEAR_TAMPER, TEST_TID, 1), MV_USED_ERROR); /* before the pad */
    assert_int_equal(fixture_enter_manage(f, MV_MANAGE_CLEAR_TAMPER, TEST_TID + 1, 1), MV_RANGE_ERROR);
    assert_int_equal(fixture_enter_manage(f, MV_MANAGE_CLEAR_CREDIT, TEST_TID + 1, 8), MV_RANGE_ERROR);
    assert_int_equal(fixture_enter_kwh(f, TEST_TID + 1, 3), MV_ACCEPT);           /* a refusal takes no TID */
    assert_int_equal(fixture_enter_manage(f, 0, TEST_TID + 1, 1), MV_USED_ERROR); /* one memory for both classes */
}

static void a_default_key_takes_management(void **state)
{
    fixture_blank(state);
    struct fixture *f = *state;
    f->identity.key_type = 1;
    assert_int_equal(mv_meter_provision(&f->meter, &f->identity, TEST_TID), MV_DONE);
    assert_int_equal(fixture_enter_kwh(f, TEST_TID + 1, 3), MV_DDTK_ERROR);
    assert_int_equal(fixture_enter_manage(f, 0, TEST_TID + 1, 7), MV_ACCEPT);
}

static void fill_registers(struct fixture *f)
{
    for (unsigned i = 0; i < MV_REGISTERS; i++) {
        struct mv_sts_credit credit = {.subclass = (uint8_t)i, .tid = TEST_TID + 100 + i, .amount = 10};
        char digits[21];
        if (i >= MV_SERVICES) {
            credit.amount = 0;
            credit.currency.mantissa = 77;
        }
        test_token(&f->identity, &credit, digits);
        assert_int_equal(fixture_enter(f, digits), MV_ACCEPT);
        assert_int_equal(f->answer.credit_register, i);
        assert_int_equal(f->answer.credited, i >= MV_SERVICES ? 77 : i == MV_REGISTER_TIME ? 60 : 1000);
        assert_int_equal(f->answer.balance, f->answer.credited);
    }
}

static void clears_one_register_or_all(void **state)
{
    struct fixture *f = *state;
    fill_registers(f);
    for (unsigned i = 0; i < MV_REGISTERS; i++) {
        assert_int_not_equal(f->meter.state.credit[i], 0);
        assert_int_equal(fixture_enter_manage(f, MV_MANAGE_CLEAR_CREDIT, TEST_TID + 200 + i, (uint16_t)i), MV_ACCEPT);
        for (unsigned j = 0; j < MV_REGISTERS; j++)
            assert_int_equal(f->meter.state.credit[j] == 0, j <= i);
    }
    f->meter.state.credit[0] = 5;
    f->meter.state.credit[7] = 5;
    assert_int_equal(fixture_enter_manage(f, MV_MANAGE_CLEAR_CREDIT, TEST_TID + 300, MV_REGISTER_ALL), MV_ACCEPT);
    fixture_reopen(f);
    for (unsigned i = 0; i < MV_REGISTERS; i++)
        assert_int_equal(f->meter.state.credit[i], 0);
}

static void functions_that_the_meter_lacks(void **state)
{
    fixture_blank(state);
    struct fixture *f = *state;
    f->identity.measures = 1U << MV_REGISTER_ELECTRICITY;
    assert_int_equal(mv_meter_provision(&f->meter, &f->identity, TEST_TID), MV_DONE);
    assert_int_equal(fixture_enter_manage(f, MV_MANAGE_CLEAR_CREDIT, TEST_TID + 1, MV_REGISTER_WATER),
                     MV_FUNCTION_ERROR);
    assert_int_equal(fixture_enter_manage(f, MV_MANAGE_WATER_FACTOR, TEST_TID + 1, 1), MV_FUNCTION_ERROR);
    assert_int_equal(fixture_enter_manage(f, MV_MANAGE_CLEAR_CREDIT, TEST_TID + 1, MV_REGISTER_ELECTRICITY), MV_ACCEPT);
}

static enum mv_result enter_money(struct fixture *f, uint32_t tid, struct mv_sts_currency amount)
{
    struct mv_sts_credit credit = {.subclass = 4, .tid = tid, .currency = amount};
    char digits[21];
    test_token(&f->identity, &credit, digits);
    return fixture_enter(f, digits);
}

static void money(void **state)
{
    struct fixture *f = *state;
    const struct mv_sts_currency debit = {.negative = 1, .mantissa = 1};
    const struct mv_sts_currency minus_zero = {.negative = 1};
    const struct mv_sts_currency too_much = {.exponent = 16};
    const struct mv_sts_currency more_than_63_bits = {.exponent = 15, .mantissa = 9000};
    const struct mv_sts_currency most = {.exponent = 31, .mantissa = 16383};
    const struct mv_sts_currency much = {.exponent = 14, .mantissa = 16383};
    assert_int_equal(enter_money(f, TEST_TID + 1, debit), MV_RANGE_ERROR);
    assert_int_equal(enter_money(f, TEST_TID + 1, minus_zero), MV_RANGE_ERROR);
    assert_int_equal(enter_money(f, TEST_TID + 1, most), MV_OVERFLOW_ERROR);
    assert_int_equal(enter_money(f, TEST_TID + 1, too_much), MV_OVERFLOW_ERROR);
    assert_int_equal(enter_money(f, TEST_TID + 1, more_than_63_bits), MV_OVERFLOW_ERROR);
    assert_int_equal(enter_money(f, TEST_TID + 1, much), MV_ACCEPT);
    assert_int_equal(f->answer.credited, 1820344444444442624);
    for (uint32_t i = 2; i <= 5; i++)
        assert_int_equal(enter_money(f, TEST_TID + i, much), MV_ACCEPT);
    assert_int_equal(enter_money(f, TEST_TID + 6, much), MV_OVERFLOW_ERROR); /* the sum */
    assert_int_equal(enter_money(f, TEST_TID + 6, (struct mv_sts_currency){.mantissa = 3}), MV_ACCEPT);
    fixture_reopen(f);
    assert_int_equal(f->meter.state.credit[MV_REGISTER_ELECTRICITY_CURRENCY], 5 * INT64_C(1820344444444442624) + 3);
    assert_int_equal(f->meter.state.credit[MV_REGISTER_ELECTRICITY], 0);
}

static void tamper_is_kept_until_cleared(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(mv_meter_tamper(&f->meter), MV_DONE);
    uint32_t commits = f->meter.journal.commits;
    assert_int_equal(mv_meter_tamper(&f->meter), MV_DONE);
    assert_int_equal(f->meter.journal.commits, commits); /* nothing new to write */
    fixture_reopen(f);
    assert_true(f->meter.state.settings.tampered);
    assert_int_equal(fixture_enter_manage(f, MV_MANAGE_CLEAR_TAMPER, TEST_TID + 1, 0), MV_ACCEPT);
    fixture_reopen(f);
    assert_false(f->meter.state.settings.tampered);
    f->flash.energy = 3;
    assert_int_equal(mv_meter_tamper(&f->meter), MV_STORAGE_ERROR);
}

/* ---- class 1 ---- */

static enum mv_result enter_test(struct fixture *f, uint8_t subclass, uint64_t control, uint16_t manufacturer)
{
    struct mv_sts_test test = {.subclass = subclass, .control = control, .manufacturer = manufacturer};
    struct mv_sts_block block;
    char digits[21];
    assert_int_equal(mv_sts_test_pack(&test, &block), MV_DONE);
    mv_sts_digits_from_block(1, mv_sts_block_pack(&block), digits);
    struct mv_meter_state before = f->meter.state;
    enum mv_result result = fixture_enter(f, digits);
    assert_memory_equal(&before, &f->meter.state, sizeof before); /* shows, changes nothing */
    return result;
}

static void expect_item(struct fixture *f, unsigned test, enum mv_display_what what, uint16_t index, int64_t value)
{
    assert_int_equal(enter_test(f, 0, UINT64_C(1) << (test - 1), 0), MV_ACCEPT);
    assert_int_equal(f->answer.kind, MV_ANSWER_DISPLAY);
    assert_int_equal(f->answer.display.count, what == MV_SHOW_KRN ? 2 : 1);
    assert_int_equal(f->answer.display.items[0].what, what);
    assert_int_equal(f->answer.display.items[0].index, index);
    assert_int_equal(f->answer.display.items[0].value, value);
}

static void each_test_shows_its_value(void **state)
{
    struct fixture *f = *state;
    f->identity.measures = 1U << MV_REGISTER_WATER;
    fixture_blank(state);
    f->identity.measures = 1U << MV_REGISTER_WATER;
    assert_int_equal(mv_meter_provision(&f->meter, &f->identity, TEST_TID), MV_DONE);
    assert_int_equal(fixture_enter_manage(f, MV_MANAGE_TARIFF_RATE, TEST_TID + 1, 11), MV_ACCEPT);
    assert_int_equal(fixture_enter_manage(f, MV_MANAGE_WATER_FACTOR, TEST_TID + 2, 12), MV_ACCEPT);
    assert_int_equal(fixture_enter_manage(f, MV_MANAGE_PHASE_UNBALANCE, TEST_TID + 3, 13), MV_ACCEPT);
    assert_int_equal(mv_meter_tamper(&f->meter), MV_DONE);
    expect_item(f, 1, MV_SHOW_LOAD_SWITCH, 0, 0);
    expect_item(f, 2, MV_SHOW_ALL_SEGMENTS, 0, 0);
    expect_item(f, 3, MV_SHOW_CREDIT, MV_REGISTER_WATER, 0);
    expect_item(f, 4, MV_SHOW_KRN, 0, 1);
    assert_int_equal(f->answer.display.items[1].what, MV_SHOW_KT);
    assert_int_equal(f->answer.display.items[1].value, 2);
    expect_item(f, 5, MV_SHOW_TI, 0, 1);
    expect_item(f, 7, MV_SHOW_MAXIMUM_POWER, 0, MV_SHOW_NONE);
    expect_item(f, 8, MV_SHOW_TAMPER, 0, 1);
    expect_item(f, 10, MV_SHOW_SOFTWARE, 0, MV_METER_SOFTWARE);
    expect_item(f, 11, MV_SHOW_PHASE_UNBALANCE, 0, 13);
    expect_item(f, 12, MV_SHOW_WATER_FACTOR, 0, 12);
    expect_item(f, 13, MV_SHOW_TARIFF_RATE, 0, 11);
    expect_item(f, 14, MV_SHOW_EA, 0, 7);
    expect_item(f, 15, MV_SHOW_TCT, 0, 2);
    expect_item(f, 16, MV_SHOW_KEN, 0, TEST_KEN);
    expect_item(f, 17, MV_SHOW_DRN, 11, 0);
    expect_item(f, 18, MV_SHOW_SGC, 0, 123456);
}

/* Water paid in money is water. Without water there is no factor to show; after a change without the group it is none
 * to name. */
static void what_is_shown_depends_on_the_meter(void **state)
{
    struct fixture *f = *state;
    fixture_blank(state);
    f->identity.measures = 1U << MV_REGISTER_WATER_CURRENCY;
    assert_int_equal(mv_meter_provision(&f->meter, &f->identity, TEST_TID), MV_DONE);
    assert_int_equal(fixture_enter_manage(f, MV_MANAGE_WATER_FACTOR, TEST_TID + 1, 12), MV_ACCEPT);
    expect_item(f, 12, MV_SHOW_WATER_FACTOR, 0, 12);
    fixture_blank(state);
    f->identity.measures = 1U << MV_REGISTER_ELECTRICITY;
    assert_int_equal(mv_meter_provision(&f->meter, &f->identity, TEST_TID), MV_DONE);
    assert_int_equal(enter_test(f, 0, 1U << 11, 0), MV_FUNCTION_ERROR);
    struct mv_sts_key_change change = test_change(&f->identity, 2);
    char digits[MV_KEY_SECTIONS][21];
    change.with_sgc = false;
    assert_int_equal(test_key_set(&f->identity, &change, digits), 2);
    assert_int_equal(fixture_enter(f, digits[0]), MV_KCT_1ST);
    assert_int_equal(fixture_enter(f, digits[1]), MV_ACCEPT);
    expect_item(f, 18, MV_SHOW_SGC, 0, MV_SHOW_NONE);
}

static void tests_that_the_meter_lacks(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(enter_test(f, 0, 0, 0), MV_FUNCTION_ERROR);
    assert_int_equal(enter_test(f, 0, 1U << 5, 0), MV_FUNCTION_ERROR);  /* token reader */
    assert_int_equal(enter_test(f, 0, 1U << 8, 0), MV_FUNCTION_ERROR);  /* power consumption */
    assert_int_equal(enter_test(f, 0, 1U << 18, 0), MV_FUNCTION_ERROR); /* beyond the table */
    assert_int_equal(enter_test(f, 0, 1U << 8 | 1U << 4, 0), MV_ACCEPT);
    assert_int_equal(f->answer.display.count, 1); /* the one that it has */
    assert_int_equal(enter_test(f, 7, 1, 0), MV_FUNCTION_ERROR);
    assert_int_equal(enter_test(f, 12, 1, 0), MV_FUNCTION_ERROR);
    char digits[21];
    test_raw_token(&f->identity, 1, 3, 0x100, digits);
    assert_int_equal(fixture_enter(f, digits), MV_FUNCTION_ERROR);
}

static void test_0_fits_the_answer(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(fixture_enter(f, "56493153725450313471"), MV_ACCEPT); /* as published, 2 digits */
    assert_int_equal(f->answer.display.count, 24);
    for (unsigned i = 0; i < MV_REGISTERS; i++) {
        assert_int_equal(f->answer.display.items[2 + i].what, MV_SHOW_CREDIT);
        assert_int_equal(f->answer.display.items[2 + i].index, i);
    }
    assert_int_equal(fixture_enter(f, "02305843005052951967"), MV_ACCEPT); /* 4 digits */
    assert_int_equal(f->answer.display.count, 24);
    assert_int_equal(fixture_enter(f, "56493153725450313472"), MV_CRC_ERROR);
    assert_int_equal(f->meter.state.wrong, 0); /* no guess at a key */
}

static void manufacturer_code(void **state)
{
    struct fixture *f = *state;
    static const char long_drn[] = "000001000000000082";         /* manufacturer 0100 */
    assert_int_equal(enter_test(f, 0, 1, 1), MV_MFR_CODE_ERROR); /* this meter's is 00, which any token fits */
    assert_int_equal(enter_test(f, 1, 1, 100), MV_MFR_CODE_ERROR);
    assert_int_equal(enter_test(f, 12, 1, 7), MV_MFR_CODE_ERROR);
    char digits[21];
    test_raw_token(&f->identity, 1, 0, 0x1FF, digits); /* 255 is nobody's code of two digits */
    assert_int_equal(fixture_enter(f, digits), MV_MFR_CODE_ERROR);
    fixture_blank(state);
    memcpy(f->identity.pan, long_drn, sizeof f->identity.pan);
    assert_int_equal(mv_meter_provision(&f->meter, &f->identity, TEST_TID), MV_DONE);
    assert_int_equal(enter_test(f, 1, 1, 100), MV_ACCEPT);
    assert_int_equal(enter_test(f, 1, 1, 101), MV_MFR_CODE_ERROR);
    assert_int_equal(enter_test(f, 0, 1, 0), MV_ACCEPT);
    assert_int_equal(enter_test(f, 0, 1, 10), MV_MFR_CODE_ERROR);
    expect_item(f, 17, MV_SHOW_DRN, 13, 100000000008);
}

static void extended_values_are_shown(void **state)
{
    struct fixture *f = *state;
    uint64_t control = 0;
    assert_int_equal(fixture_enter_manage(f, MV_MANAGE_EXTENDED, TEST_TID + 1, 5 << 10 | 321), MV_ACCEPT);
    assert_int_equal(fixture_enter_manage(f, MV_MANAGE_EXTENDED, TEST_TID + 2, 63 << 10 | 9 << 1 | 1), MV_ACCEPT);
    assert_int_equal(mv_sts_extended_control(5, &control), MV_DONE);
    assert_int_equal(enter_test(f, MV_TEST_EXTENDED_READ, control, 0), MV_ACCEPT);
    assert_int_equal(f->answer.display.count, 1);
    assert_int_equal(f->answer.display.items[0].what, MV_SHOW_EXTENDED);
    assert_int_equal(f->answer.display.items[0].index, 5);
    assert_int_equal(f->answer.display.items[0].value, 321);
    assert_int_equal(fixture_enter(f, "03440750115445279822"), MV_ACCEPT); /* index 63, as published */
    assert_int_equal(f->answer.display.items[0].what, MV_SHOW_FLAG);
    assert_int_equal(f->answer.display.items[0].index, 0);
    assert_int_equal(f->answer.display.items[0].value, 0);
    assert_int_equal(enter_test(f, MV_TEST_EXTENDED_READ, UINT64_C(63) << 30 | UINT64_C(9) << 21, 0), MV_ACCEPT);
    assert_int_equal(f->answer.display.items[0].index, 9);
    assert_int_equal(f->answer.display.items[0].value, 1);
}

static void the_version_is_the_build_s(void **state)
{
    (void)state;
    char text[32];
    (void)snprintf(text, sizeof text, "%d.%d.%d", MV_METER_SOFTWARE / 10000, MV_METER_SOFTWARE / 100 % 100,
                   MV_METER_SOFTWARE % 100);
    assert_string_equal(text, METERVAULT_VERSION);
}

#define READY(test)      cmocka_unit_test_setup(test, fixture_ready)
#define EVERYTHING(test) cmocka_unit_test_setup(test, ready_with_everything)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EVERYTHING(settings_are_kept),
        READY(management_tokens_are_checked_like_credit),
        READY(a_default_key_takes_management),
        EVERYTHING(clears_one_register_or_all),
        READY(functions_that_the_meter_lacks),
        EVERYTHING(money),
        READY(tamper_is_kept_until_cleared),
        READY(each_test_shows_its_value),
        READY(what_is_shown_depends_on_the_meter),
        READY(tests_that_the_meter_lacks),
        EVERYTHING(test_0_fits_the_answer),
        READY(manufacturer_code),
        READY(extended_values_are_shown),
        cmocka_unit_test(the_version_is_the_build_s),
    };
    return cmocka_run_group_tests_name("meter: management", tests, NULL, NULL);
}
