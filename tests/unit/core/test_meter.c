/* The meter engine: every result code, the memory of TIDs, registers, restart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "meter_support.h"

static void credits_once_and_survives_restart(void **state)
{
    struct fixture *f = *state;
    char digits[21];
    struct mv_meter_answer answer;
    test_kwh_token(&f->identity, TEST_TID + 10, 256, digits);
    assert_int_equal(mv_meter_enter(&f->meter, digits, &answer), MV_ACCEPT);
    assert_int_equal(answer.credit_register, MV_REGISTER_ELECTRICITY);
    assert_int_equal(answer.credited, 25600);
    assert_int_equal(answer.balance, 25600);
    assert_int_equal(fixture_enter(f, digits), MV_USED_ERROR);
    fixture_reopen(f);
    assert_int_equal(f->meter.state.credit[MV_REGISTER_ELECTRICITY], 25600);
    check_identity(&f->meter.state.identity, &f->identity);
    assert_int_equal(fixture_enter(f, digits), MV_USED_ERROR);
    assert_int_equal(fixture_enter_kwh(f, TEST_TID + 11, 1), MV_ACCEPT);
    assert_int_equal(f->meter.state.credit[MV_REGISTER_ELECTRICITY], 25700);
}

static void each_service_has_its_register_and_unit(void **state)
{
    struct fixture *f = *state;
    static const struct {
        uint8_t subclass;
        int64_t credited;
    } cases[] = {{MV_REGISTER_ELECTRICITY, 700}, {MV_REGISTER_WATER, 700}, {MV_REGISTER_TIME, 42}};
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct mv_sts_credit credit = {.subclass = cases[i].subclass, .tid = TEST_TID + 1 + i, .amount = 7};
        struct mv_meter_answer answer;
        char digits[21];
        test_token(&f->identity, &credit, digits);
        assert_int_equal(mv_meter_enter(&f->meter, digits, &answer), MV_ACCEPT);
        assert_int_equal(answer.credit_register, cases[i].subclass);
        assert_int_equal(answer.credited, cases[i].credited);
        assert_int_equal(f->meter.state.credit[cases[i].subclass], cases[i].credited);
    }
    assert_int_equal(f->meter.state.credit[MV_REGISTER_GAS], 0);
}

static void misty1_meter(void **state)
{
    struct fixture *f = *state;
    f->identity.key = (struct mv_decoder_key){.ea = MV_EA_MISTY1, .bytes = {0xF9, 0x4B, 0x6E, 0xD3, 0x53, 0xC3}};
    assert_int_equal(mv_meter_provision(&f->meter, &f->identity, TEST_TID), MV_DONE);
    assert_int_equal(fixture_enter_kwh(f, TEST_TID + 1, 5), MV_ACCEPT);
    fixture_reopen(f);
    assert_int_equal(fixture_enter_kwh(f, TEST_TID + 1, 5), MV_USED_ERROR);
}

static void format_error(void **state)
{
    struct fixture *f = *state;
    char digits[21];
    test_kwh_token(&f->identity, TEST_TID + 1, 5, digits);
    digits[19] = '\0';
    assert_int_equal(fixture_enter(f, digits), MV_FORMAT_ERROR);
    assert_int_equal(fixture_enter(f, ""), MV_FORMAT_ERROR);
    assert_int_equal(fixture_enter(f, "1234567890123456789x"), MV_FORMAT_ERROR);
    assert_int_equal(fixture_enter(f, "123456789012345678901"), MV_FORMAT_ERROR);
    assert_int_equal(fixture_enter(f, "73786976294838206464"), MV_FORMAT_ERROR);
    assert_int_equal(fixture_enter(f, "99999999999999999999"), MV_FORMAT_ERROR);
}

static void crc_error_under_another_key(void **state)
{
    struct fixture *f = *state;
    struct mv_meter_identity other = f->identity;
    char digits[21];
    other.key.bytes[0] ^= 0x80;
    test_kwh_token(&other, TEST_TID + 1, 5, digits);
    assert_int_equal(fixture_enter(f, digits), MV_CRC_ERROR);
}

static void function_errors(void **state)
{
    struct fixture *f = *state;
    char digits[21];
    struct mv_sts_credit gas = {.subclass = MV_REGISTER_GAS, .tid = TEST_TID + 1, .amount = 5};
    test_token(&f->identity, &gas, digits);
    assert_int_equal(fixture_enter(f, digits), MV_FUNCTION_ERROR); /* not measured here */

    struct mv_sts_credit money = {.subclass = 4, .tid = TEST_TID + 1, .currency = {.mantissa = 5}};
    test_token(&f->identity, &money, digits);
    assert_int_equal(fixture_enter(f, digits), MV_FUNCTION_ERROR);

    for (uint8_t subclass = 8; subclass < 16; subclass++) {
        test_raw_token(&f->identity, 0, subclass, (uint64_t)(TEST_TID + 1) << 16, digits);
        assert_int_equal(fixture_enter(f, digits), MV_FUNCTION_ERROR);
    }
    for (uint8_t subclass = 11; subclass < 16; subclass++) {
        test_raw_token(&f->identity, 2, subclass, (uint64_t)(TEST_TID + 1) << 16, digits);
        assert_int_equal(fixture_enter(f, digits), MV_FUNCTION_ERROR);
    }
    test_raw_token(&f->identity, 3, 0, 0, digits);
    assert_int_equal(fixture_enter(f, digits), MV_FUNCTION_ERROR);
    assert_int_equal(fixture_enter_kwh(f, TEST_TID + 1, 5), MV_ACCEPT); /* none of them took the TID */
}

static void old_and_used(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(fixture_enter_kwh(f, TEST_TID - 1, 5), MV_OLD_ERROR);
    assert_int_equal(fixture_enter_kwh(f, TEST_TID, 5), MV_USED_ERROR);
    /* out of order is fine while the fill value is the smallest */
    for (uint32_t i = 0; i < MV_TID_MEMORY; i++)
        assert_int_equal(fixture_enter_kwh(f, TEST_TID + 1000 - 10 * i, 1), MV_ACCEPT);
    uint32_t smallest = TEST_TID + 1000 - 10 * (MV_TID_MEMORY - 1);
    assert_int_equal(fixture_enter_kwh(f, smallest - 1, 1), MV_OLD_ERROR);
    for (uint32_t i = 0; i < MV_TID_MEMORY; i++)
        assert_int_equal(fixture_enter_kwh(f, TEST_TID + 1000 - 10 * i, 1), MV_USED_ERROR);
    assert_int_equal(fixture_enter_kwh(f, smallest + 1, 1), MV_ACCEPT); /* drops the smallest */
    assert_int_equal(fixture_enter_kwh(f, smallest, 1), MV_OLD_ERROR);
    fixture_reopen(f);
    assert_int_equal(fixture_enter_kwh(f, smallest, 1), MV_OLD_ERROR);
    assert_int_equal(fixture_enter_kwh(f, smallest + 1, 1), MV_USED_ERROR);
    assert_int_equal(f->meter.state.credit[MV_REGISTER_ELECTRICITY], 100 * (MV_TID_MEMORY + 1));
}

static void expired_key(void **state)
{
    struct fixture *f = *state;
    uint32_t last = (uint32_t)TEST_KEN << 16 | 0xFFFF;
    assert_int_equal(fixture_enter_kwh(f, last + 1, 5), MV_KEY_EXPIRED_ERROR);
    assert_int_equal(fixture_enter_kwh(f, last, 5), MV_ACCEPT);
}

static void key_types(void **state)
{
    struct fixture *f = *state;
    f->identity.key_type = 1;
    assert_int_equal(mv_meter_provision(&f->meter, &f->identity, TEST_TID), MV_DONE);
    assert_int_equal(fixture_enter_kwh(f, TEST_TID + 1, 5), MV_DDTK_ERROR);
    char digits[21];
    test_raw_token(&f->identity, 0, 9, (uint64_t)(TEST_TID + 1) << 16, digits); /* before what is not known */
    assert_int_equal(fixture_enter(f, digits), MV_DDTK_ERROR);
    fixture_blank(state);
    f->identity.key_type = 0;
    assert_int_equal(mv_meter_provision(&f->meter, &f->identity, TEST_TID), MV_DONE);
    assert_int_equal(fixture_enter_kwh(f, TEST_TID + 1, 5), MV_KEY_TYPE_ERROR);
    fixture_blank(state);
    f->identity.key_type = 3;
    assert_int_equal(mv_meter_provision(&f->meter, &f->identity, TEST_TID), MV_KEY_TYPE_ERROR);
}

static void overflow_keeps_the_token_for_later(void **state)
{
    struct fixture *f = *state;
    f->meter.state.credit[MV_REGISTER_ELECTRICITY] = INT64_MAX - 499;
    assert_int_equal(fixture_enter_kwh(f, TEST_TID + 1, 5), MV_OVERFLOW_ERROR);
    assert_int_equal(f->meter.state.credit[MV_REGISTER_ELECTRICITY], INT64_MAX - 499);
    f->meter.state.credit[MV_REGISTER_ELECTRICITY] = INT64_MAX - 500;
    assert_int_equal(fixture_enter_kwh(f, TEST_TID + 1, 5), MV_ACCEPT);
    assert_int_equal(f->meter.state.credit[MV_REGISTER_ELECTRICITY], INT64_MAX);
    fixture_reopen(f);
    assert_int_equal(f->meter.state.credit[MV_REGISTER_ELECTRICITY], INT64_MAX);
}

/* Currency amounts beyond 64 bits too, whatever their lower half is. */
static void no_register_holds_such_an_amount(void **state)
{
    struct fixture *f = *state;
    unsigned with_a_small_lower_half = 0;
    f->identity.measures = 0xFF;
    assert_int_equal(mv_meter_provision(&f->meter, &f->identity, TEST_TID), MV_DONE);
    for (uint8_t exponent = 15; exponent < 32; exponent++) {
        for (uint16_t mantissa = 16320; mantissa < 16384; mantissa++) {
            struct mv_sts_credit credit = {.subclass = 4, .tid = TEST_TID + 1};
            char digits[21];
            credit.currency = (struct mv_sts_currency){.exponent = exponent, .mantissa = mantissa};
            struct mv_u128 amount = mv_sts_currency_magnitude(credit.currency);
            with_a_small_lower_half += amount.high != 0 && amount.low <= INT64_MAX;
            test_token(&f->identity, &credit, digits);
            assert_int_equal(fixture_enter(f, digits), MV_OVERFLOW_ERROR);
        }
    }
    assert_true(with_a_small_lower_half > 0);
}

static void provisioning_is_checked_and_happens_once(void **state)
{
    struct fixture *f = *state;
    struct mv_meter_answer answer;
    assert_int_equal(mv_meter_enter(&f->meter, "00000000000000000000", &answer), MV_NOT_PROVISIONED);
    struct mv_meter_identity bad = f->identity;
    bad.pan[17] = '8';
    assert_int_equal(mv_meter_provision(&f->meter, &bad, TEST_TID), MV_CHECK_DIGIT_ERROR);
    bad.pan[0] = '7';
    assert_int_equal(mv_meter_provision(&f->meter, &bad, TEST_TID), MV_FORMAT_ERROR);

    struct mv_meter_identity wrong[6];
    for (unsigned i = 0; i < 6; i++)
        wrong[i] = f->identity;
    wrong[0].key.ea = 9;
    wrong[1].key_revision = 0;
    wrong[2].key_revision = 10;
    wrong[3].tariff_index = 100;
    wrong[4].supply_group = MV_SGC_MAX + 1;
    wrong[5].measures = 0;
    for (unsigned i = 0; i < 6; i++)
        assert_int_equal(mv_meter_provision(&f->meter, &wrong[i], TEST_TID), MV_RANGE_ERROR);
    assert_int_equal(mv_meter_provision(&f->meter, &f->identity, MV_TID_MAX + 1), MV_RANGE_ERROR);

    assert_int_equal(mv_meter_provision(&f->meter, &f->identity, TEST_TID), MV_DONE);
    assert_int_equal(fixture_enter_kwh(f, TEST_TID + 1, 5), MV_ACCEPT);
    assert_int_equal(mv_meter_provision(&f->meter, &f->identity, TEST_TID), MV_ALREADY_PROVISIONED);
    assert_int_equal(fixture_enter_kwh(f, TEST_TID + 1, 5), MV_USED_ERROR);
}

static void storage_errors(void **state)
{
    struct fixture *f = *state;
    char digits[21];
    test_kwh_token(&f->identity, TEST_TID + 1, 5, digits);
    f->flash.energy = 10;
    assert_int_equal(fixture_enter(f, digits), MV_STORAGE_ERROR);
    assert_int_equal(fixture_enter(f, digits), MV_STORAGE_ERROR);
    flash_power_on(&f->flash);
    f->flash.fail_reads = true;
    assert_int_equal(fixture_enter(f, digits), MV_STORAGE_ERROR);
    assert_int_equal(mv_meter_provision(&f->meter, &f->identity, TEST_TID), MV_STORAGE_ERROR);
    f->flash.fail_reads = false;
    assert_int_equal(fixture_enter(f, digits), MV_ACCEPT); /* by itself, without being opened anew */
}

#define BLANK(test) cmocka_unit_test_setup(test, fixture_blank)
#define READY(test) cmocka_unit_test_setup(test, fixture_ready)

int main(void)
{
    const struct CMUnitTest tests[] = {
        READY(credits_once_and_survives_restart),
        READY(each_service_has_its_register_and_unit),
        BLANK(misty1_meter),
        READY(format_error),
        READY(crc_error_under_another_key),
        READY(function_errors),
        READY(old_and_used),
        READY(expired_key),
        BLANK(key_types),
        READY(overflow_keeps_the_token_for_later),
        BLANK(no_register_holds_such_an_amount),
        BLANK(provisioning_is_checked_and_happens_once),
        READY(storage_errors),
    };
    return cmocka_run_group_tests_name("meter", tests, NULL, NULL);
}
