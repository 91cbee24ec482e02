/* The meter engine: every result code, the memory of TIDs, registers, restart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "meter_support.h"

struct fixture {
    struct flash flash;
    struct mv_meter_port port;
    struct mv_meter_identity identity;
    struct mv_meter meter;
};

static struct fixture fixture;

static int start(void **state)
{
    struct fixture *f = &fixture;
    flash_init(&f->flash);
    f->port = flash_port(&f->flash);
    f->identity = test_identity();
    assert_int_equal(mv_meter_open(&f->meter, &f->port, &mv_sta_public), MV_NOT_PROVISIONED);
    *state = f;
    return 0;
}

static int start_provisioned(void **state)
{
    start(state);
    assert_int_equal(mv_meter_provision(&fixture.meter, &fixture.identity, TEST_TID), MV_DONE);
    return 0;
}

static void reopen(struct fixture *f)
{
    mv_meter_close(&f->meter);
    assert_int_equal(mv_meter_open(&f->meter, &f->port, &mv_sta_public), MV_DONE);
}

static enum mv_result enter(struct fixture *f, const char *digits)
{
    static const struct mv_meter_answer none;
    struct mv_meter_answer answer;
    memset(&answer, 0x55, sizeof answer);
    enum mv_result result = mv_meter_enter(&f->meter, digits, &answer);
    if (result != MV_ACCEPT)
        assert_memory_equal(&answer, &none, sizeof answer);
    return result;
}

static enum mv_result enter_kwh(struct fixture *f, uint32_t tid, uint32_t units)
{
    char digits[21];
    test_kwh_token(&f->identity, tid, units, digits);
    return enter(f, digits);
}

static void check_identity(const struct mv_meter_identity *kept, const struct mv_meter_identity *given)
{
    assert_memory_equal(kept->pan, given->pan, sizeof given->pan);
    assert_int_equal(kept->key.ea, given->key.ea);
    assert_memory_equal(kept->key.bytes, given->key.bytes, sizeof given->key.bytes);
    assert_int_equal(kept->key_type, given->key_type);
    assert_int_equal(kept->key_revision, given->key_revision);
    assert_int_equal(kept->tariff_index, given->tariff_index);
    assert_int_equal(kept->key_expiry, given->key_expiry);
    assert_int_equal(kept->supply_group, given->supply_group);
    assert_int_equal(kept->measures, given->measures);
}

static void credits_once_and_survives_restart(void **state)
{
    struct fixture *f = *state;
    char digits[21];
    struct mv_meter_answer answer;
    test_kwh_token(&f->identity, TEST_TID + 10, 256, digits);
    assert_int_equal(mv_meter_enter(&f->meter, digits, &answer), MV_ACCEPT);
    assert_int_equal(answer.service, MV_SERVICE_ELECTRICITY);
    assert_int_equal(answer.credited, 25600);
    assert_int_equal(answer.balance, 25600);
    assert_int_equal(enter(f, digits), MV_USED_ERROR);
    reopen(f);
    assert_int_equal(f->meter.state.credit[MV_SERVICE_ELECTRICITY], 25600);
    check_identity(&f->meter.state.identity, &f->identity);
    assert_int_equal(enter(f, digits), MV_USED_ERROR);
    assert_int_equal(enter_kwh(f, TEST_TID + 11, 1), MV_ACCEPT);
    assert_int_equal(f->meter.state.credit[MV_SERVICE_ELECTRICITY], 25700);
}

static void each_service_has_its_register_and_unit(void **state)
{
    struct fixture *f = *state;
    static const struct {
        uint8_t subclass;
        int64_t credited;
    } cases[] = {{MV_SERVICE_ELECTRICITY, 700}, {MV_SERVICE_WATER, 700}, {MV_SERVICE_TIME, 42}};
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct mv_sts_credit credit = {.subclass = cases[i].subclass, .tid = TEST_TID + 1 + i, .amount = 7};
        struct mv_meter_answer answer;
        char digits[21];
        test_token(&f->identity, &credit, digits);
        assert_int_equal(mv_meter_enter(&f->meter, digits, &answer), MV_ACCEPT);
        assert_int_equal(answer.service, cases[i].subclass);
        assert_int_equal(answer.credited, cases[i].credited);
        assert_int_equal(f->meter.state.credit[cases[i].subclass], cases[i].credited);
    }
    assert_int_equal(f->meter.state.credit[MV_SERVICE_GAS], 0);
}

static void misty1_meter(void **state)
{
    struct fixture *f = *state;
    f->identity.key = (struct mv_decoder_key){.ea = MV_EA_MISTY1, .bytes = {0xF9, 0x4B, 0x6E, 0xD3, 0x53, 0xC3}};
    assert_int_equal(mv_meter_provision(&f->meter, &f->identity, TEST_TID), MV_DONE);
    assert_int_equal(enter_kwh(f, TEST_TID + 1, 5), MV_ACCEPT);
    reopen(f);
    assert_int_equal(enter_kwh(f, TEST_TID + 1, 5), MV_USED_ERROR);
}

static void format_error(void **state)
{
    struct fixture *f = *state;
    char digits[21];
    test_kwh_token(&f->identity, TEST_TID + 1, 5, digits);
    digits[19] = '\0';
    assert_int_equal(enter(f, digits), MV_FORMAT_ERROR);
    assert_int_equal(enter(f, ""), MV_FORMAT_ERROR);
    assert_int_equal(enter(f, "1234567890123456789x"), MV_FORMAT_ERROR);
    assert_int_equal(enter(f, "123456789012345678901"), MV_FORMAT_ERROR);
    assert_int_equal(enter(f, "73786976294838206464"), MV_FORMAT_ERROR);
    assert_int_equal(enter(f, "99999999999999999999"), MV_FORMAT_ERROR);
}

static void crc_error_under_another_key(void **state)
{
    struct fixture *f = *state;
    struct mv_meter_identity other = f->identity;
    char digits[21];
    other.key.bytes[0] ^= 0x80;
    test_kwh_token(&other, TEST_TID + 1, 5, digits);
    assert_int_equal(enter(f, digits), MV_CRC_ERROR);
}

/* Under EA07 the cipher spreads a flipped bit; only some 2^-16 of changed tokens could pass, none of these does. */
static void every_flipped_bit_is_refused(void **state)
{
    struct fixture *f = *state;
    char digits[21];
    uint8_t token_class = 0;
    uint64_t cipher = 0;
    test_kwh_token(&f->identity, TEST_TID + 1, 256, digits);
    assert_int_equal(mv_sts_digits_to_block(digits, &token_class, &cipher), MV_DONE);
    for (unsigned bit = 0; bit < 66; bit++) {
        char changed[21];
        if (bit < 64)
            mv_sts_digits_from_block(token_class, cipher ^ UINT64_C(1) << bit, changed);
        else
            mv_sts_digits_from_block(token_class ^ (uint8_t)(1U << (bit - 64)), cipher, changed);
        enum mv_result result = enter(f, changed);
        assert_true(result == MV_CRC_ERROR || result == MV_FUNCTION_ERROR);
        if (bit < 64)
            assert_int_equal(result, MV_CRC_ERROR);
    }
    assert_int_equal(f->meter.state.credit[MV_SERVICE_ELECTRICITY], 0);
    assert_int_equal(enter(f, digits), MV_ACCEPT);
}

static void function_errors(void **state)
{
    struct fixture *f = *state;
    char digits[21];
    struct mv_sts_credit gas = {.subclass = MV_SERVICE_GAS, .tid = TEST_TID + 1, .amount = 5};
    test_token(&f->identity, &gas, digits);
    assert_int_equal(enter(f, digits), MV_FUNCTION_ERROR); /* not measured here */

    struct mv_sts_credit money = {.subclass = 4, .tid = TEST_TID + 1, .currency = {.mantissa = 5}};
    test_token(&f->identity, &money, digits);
    assert_int_equal(enter(f, digits), MV_FUNCTION_ERROR);
    money.currency.negative = 1;
    test_token(&f->identity, &money, digits);
    assert_int_equal(enter(f, digits), MV_FUNCTION_ERROR);

    for (uint8_t subclass = 8; subclass < 16; subclass++) {
        test_raw_token(&f->identity, 0, subclass, (uint64_t)(TEST_TID + 1) << 16, digits);
        assert_int_equal(enter(f, digits), MV_FUNCTION_ERROR);
    }
    test_raw_token(&f->identity, 2, 0, (uint64_t)(TEST_TID + 1) << 16, digits);
    assert_int_equal(enter(f, digits), MV_FUNCTION_ERROR);
    test_raw_token(&f->identity, 3, 0, 0, digits);
    assert_int_equal(enter(f, digits), MV_FUNCTION_ERROR);
    assert_int_equal(enter(f, "56493153725450313471"), MV_FUNCTION_ERROR); /* class 1, test 0 as published */
    assert_int_equal(enter(f, "56493153725450313472"), MV_CRC_ERROR);
    assert_int_equal(enter_kwh(f, TEST_TID + 1, 5), MV_ACCEPT); /* none of them took the TID */
}

static void old_and_used(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(enter_kwh(f, TEST_TID - 1, 5), MV_OLD_ERROR);
    assert_int_equal(enter_kwh(f, TEST_TID, 5), MV_USED_ERROR);
    /* out of order is fine while the fill value is the smallest */
    for (uint32_t i = 0; i < MV_TID_MEMORY; i++)
        assert_int_equal(enter_kwh(f, TEST_TID + 1000 - 10 * i, 1), MV_ACCEPT);
    uint32_t smallest = TEST_TID + 1000 - 10 * (MV_TID_MEMORY - 1);
    assert_int_equal(enter_kwh(f, smallest - 1, 1), MV_OLD_ERROR);
    for (uint32_t i = 0; i < MV_TID_MEMORY; i++)
        assert_int_equal(enter_kwh(f, TEST_TID + 1000 - 10 * i, 1), MV_USED_ERROR);
    assert_int_equal(enter_kwh(f, smallest + 1, 1), MV_ACCEPT); /* drops the smallest */
    assert_int_equal(enter_kwh(f, smallest, 1), MV_OLD_ERROR);
    reopen(f);
    assert_int_equal(enter_kwh(f, smallest, 1), MV_OLD_ERROR);
    assert_int_equal(enter_kwh(f, smallest + 1, 1), MV_USED_ERROR);
    assert_int_equal(f->meter.state.credit[MV_SERVICE_ELECTRICITY], 100 * (MV_TID_MEMORY + 1));
}

static void expired_key(void **state)
{
    struct fixture *f = *state;
    uint32_t last = (uint32_t)TEST_KEN << 16 | 0xFFFF;
    assert_int_equal(enter_kwh(f, last + 1, 5), MV_KEY_EXPIRED_ERROR);
    assert_int_equal(enter_kwh(f, last, 5), MV_ACCEPT);
}

static void key_types(void **state)
{
    struct fixture *f = *state;
    f->identity.key_type = 1;
    assert_int_equal(mv_meter_provision(&f->meter, &f->identity, TEST_TID), MV_DONE);
    assert_int_equal(enter_kwh(f, TEST_TID + 1, 5), MV_DDTK_ERROR);
    start(state);
    f->identity.key_type = 0;
    assert_int_equal(mv_meter_provision(&f->meter, &f->identity, TEST_TID), MV_DONE);
    assert_int_equal(enter_kwh(f, TEST_TID + 1, 5), MV_KEY_TYPE_ERROR);
    start(state);
    f->identity.key_type = 3;
    assert_int_equal(mv_meter_provision(&f->meter, &f->identity, TEST_TID), MV_KEY_TYPE_ERROR);
}

static void overflow_keeps_the_token_for_later(void **state)
{
    struct fixture *f = *state;
    f->meter.state.credit[MV_SERVICE_ELECTRICITY] = INT64_MAX - 499;
    assert_int_equal(enter_kwh(f, TEST_TID + 1, 5), MV_OVERFLOW_ERROR);
    assert_int_equal(f->meter.state.credit[MV_SERVICE_ELECTRICITY], INT64_MAX - 499);
    f->meter.state.credit[MV_SERVICE_ELECTRICITY] = INT64_MAX - 500;
    assert_int_equal(enter_kwh(f, TEST_TID + 1, 5), MV_ACCEPT);
    assert_int_equal(f->meter.state.credit[MV_SERVICE_ELECTRICITY], INT64_MAX);
    reopen(f);
    assert_int_equal(f->meter.state.credit[MV_SERVICE_ELECTRICITY], INT64_MAX);
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

    struct mv_meter_identity wrong[7];
    for (unsigned i = 0; i < 7; i++)
        wrong[i] = f->identity;
    wrong[0].key.ea = 9;
    wrong[1].key_revision = 0;
    wrong[2].key_revision = 10;
    wrong[3].tariff_index = 100;
    wrong[4].supply_group = MV_SGC_MAX + 1;
    wrong[5].measures = 0;
    wrong[6].measures = 16;
    for (unsigned i = 0; i < 7; i++)
        assert_int_equal(mv_meter_provision(&f->meter, &wrong[i], TEST_TID), MV_RANGE_ERROR);
    assert_int_equal(mv_meter_provision(&f->meter, &f->identity, MV_TID_MAX + 1), MV_RANGE_ERROR);

    assert_int_equal(mv_meter_provision(&f->meter, &f->identity, TEST_TID), MV_DONE);
    assert_int_equal(enter_kwh(f, TEST_TID + 1, 5), MV_ACCEPT);
    assert_int_equal(mv_meter_provision(&f->meter, &f->identity, TEST_TID), MV_ALREADY_PROVISIONED);
    assert_int_equal(enter_kwh(f, TEST_TID + 1, 5), MV_USED_ERROR);
}

static void storage_errors(void **state)
{
    struct fixture *f = *state;
    f->flash.energy = 10;
    assert_int_equal(enter_kwh(f, TEST_TID + 1, 5), MV_STORAGE_ERROR);
    assert_int_equal(enter_kwh(f, TEST_TID + 1, 5), MV_STORAGE_ERROR);
    flash_power_on(&f->flash);
    f->flash.fail_reads = true;
    assert_int_equal(enter_kwh(f, TEST_TID + 1, 5), MV_STORAGE_ERROR);
    assert_int_equal(mv_meter_provision(&f->meter, &f->identity, TEST_TID), MV_STORAGE_ERROR);
    f->flash.fail_reads = false;
    assert_int_equal(enter_kwh(f, TEST_TID + 1, 5), MV_ACCEPT); /* by itself, without being opened anew */

    struct mv_meter_port small = f->port;
    struct mv_meter meter;
    small.sectors = 1;
    assert_int_equal(mv_meter_open(&meter, &small, &mv_sta_public), MV_RANGE_ERROR);
    small = f->port;
    small.sector_size = MV_METER_RECORD_SIZE - 1;
    assert_int_equal(mv_meter_open(&meter, &small, &mv_sta_public), MV_RANGE_ERROR);
}

/* Any single damaged bit makes the newest record invalid: the meter goes back to the one before, never to a mixture. */
static void damage_is_noticed(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(enter_kwh(f, TEST_TID + 1, 5), MV_ACCEPT);
    uint8_t *record = f->flash.bytes[f->meter.sector] + (size_t)f->meter.slot * MV_METER_RECORD_SIZE;
    for (unsigned bit = 0; bit < 8 * MV_METER_RECORD_SIZE; bit++) {
        record[bit / 8] ^= (uint8_t)(1U << bit % 8);
        reopen(f);
        assert_int_equal(f->meter.state.credit[MV_SERVICE_ELECTRICITY], 0);
        record[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    reopen(f);
    assert_int_equal(f->meter.state.credit[MV_SERVICE_ELECTRICITY], 500);
}

#define BLANK(test) cmocka_unit_test_setup(test, start)
#define READY(test) cmocka_unit_test_setup(test, start_provisioned)

int main(void)
{
    const struct CMUnitTest tests[] = {
        READY(credits_once_and_survives_restart),
        READY(each_service_has_its_register_and_unit),
        BLANK(misty1_meter),
        READY(format_error),
        READY(crc_error_under_another_key),
        READY(every_flipped_bit_is_refused),
        READY(function_errors),
        READY(old_and_used),
        READY(expired_key),
        BLANK(key_types),
        READY(overflow_keeps_the_token_for_later),
        BLANK(provisioning_is_checked_and_happens_once),
        READY(storage_errors),
        READY(damage_is_noticed),
    };
    return cmocka_run_group_tests_name("meter", tests, NULL, NULL);
}
