/* Check digits, amounts, currency, token identifiers, key generation input: boundaries and refusals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "metervault/sts.h"
#include "vectors.h"

static void pan_refusals(void **state)
{
    (void)state;
    char pan[19] = "600727000000000009";
    assert_int_equal(mv_pan_check(pan), MV_DONE);
    for (unsigned i = 0; i < 18; i++) { /* Luhn notices every single wrong digit */
        char right = pan[i];
        for (int wrong = '0'; wrong <= '9'; wrong++) {
            pan[i] = (char)wrong;
            if (pan[i] != right)
                assert_int_not_equal(mv_pan_check(pan), MV_DONE);
        }
        pan[i] = 'x';
        assert_int_equal(mv_pan_check(pan), MV_FORMAT_ERROR);
        pan[i] = ':'; /* after '9' */
        assert_int_equal(mv_pan_check(pan), MV_FORMAT_ERROR);
        pan[i] = '/'; /* before '0' */
        assert_int_equal(mv_pan_check(pan), MV_FORMAT_ERROR);
        pan[i] = right;
    }
    assert_int_equal(mv_pan_check("600728000000000008"), MV_FORMAT_ERROR); /* another IIN, good Luhn */
    /* PAN digit good, DRN digit wrong: 11111111113 wants 5 */
    assert_int_equal(mv_luhn_digit("60072711111111113", 17), 8);
    assert_int_equal(mv_pan_check("600727111111111138"), MV_CHECK_DIGIT_ERROR);
}

static void drn_refusals(void **state)
{
    (void)state;
    assert_int_equal(mv_drn_check("00000000000", 11), MV_DONE);
    assert_int_equal(mv_drn_check("0100000000008", 13), MV_DONE);
    assert_int_equal(mv_drn_check("0000000000", 10), MV_FORMAT_ERROR);
    assert_int_equal(mv_drn_check("000000000000", 12), MV_FORMAT_ERROR);
    assert_int_equal(mv_drn_check("0000000000a", 11), MV_FORMAT_ERROR);
    assert_int_equal(mv_luhn_digit("12 4", 4), -1);
}

/* What a field means, straight from the rule: 10^e * m and the offset. */
static uint32_t meaning(uint32_t field)
{
    static const uint32_t power[4] = {1, 10, 100, 1000};
    static const uint32_t offset[4] = {0, 16384, 180224, 1818624};
    return power[field >> 14] * (field & 0x3FFF) + offset[field >> 14];
}

/* Meanings rise with the field, so the right field is the first whose meaning is not below the units. */
static void every_amount(void **state)
{
    (void)state;
    uint32_t expected = 0;
    for (uint32_t units = 0; units <= MV_AMOUNT_MAX_UNITS; units++) {
        uint16_t field = 0;
        while (meaning(expected) < units)
            expected++;
        if (mv_sts_amount_encode(units, &field) != MV_DONE || field != expected)
            fail_msg("%u units give %04X, not %04X", units, field, expected);
    }
    assert_int_equal(expected, 0xFFFF);
    uint16_t field = 0;
    assert_int_equal(mv_sts_amount_encode(MV_AMOUNT_MAX_UNITS + 1, &field), MV_RANGE_ERROR);
    assert_int_equal(mv_sts_amount_encode(UINT32_MAX, &field), MV_RANGE_ERROR);
    for (uint32_t any = 0; any <= 0xFFFF; any++)
        assert_int_equal(mv_sts_amount_decode((uint16_t)any), meaning(any));
}

static struct mv_u128 times(struct mv_u128 value, uint32_t factor)
{
    struct mv_u128 sum = {0, 0};
    for (unsigned bit = 32; bit-- > 0;) {
        sum = (struct mv_u128){sum.high << 1 | sum.low >> 63, sum.low << 1};
        if (factor >> bit & 1) {
            sum.low += value.low;
            sum.high += value.high + (sum.low < value.low);
        }
    }
    return sum;
}

static struct mv_u128 plus(struct mv_u128 a, struct mv_u128 b)
{
    uint64_t low = a.low + b.low;
    return (struct mv_u128){a.high + b.high + (low < a.low), low};
}

static struct mv_u128 minus_one(struct mv_u128 value)
{
    return (struct mv_u128){value.high - (value.low == 0), value.low - 1};
}

static void power_and_offset(unsigned exponent, struct mv_u128 *power, struct mv_u128 *offset)
{
    *power = (struct mv_u128){0, 1};
    *offset = (struct mv_u128){0, 0};
    for (unsigned n = 0; n < exponent; n++) {
        *offset = plus(*offset, times(*power, 16384));
        *power = times(*power, 10);
    }
}

static void expect_currency(bool negative, struct mv_u128 magnitude, unsigned exponent, unsigned mantissa)
{
    struct mv_sts_currency amount = {9, 99, 0xFFFF};
    assert_int_equal(mv_sts_currency_encode(negative, magnitude, &amount), MV_DONE);
    assert_int_equal(amount.exponent, exponent);
    assert_int_equal(amount.mantissa, mantissa);
    assert_int_equal(amount.negative, negative && (magnitude.low != 0 || magnitude.high != 0));
}

/* At every exponent: exact values stay, one more and one less are rounded toward plus infinity. */
static void currency_boundaries(void **state)
{
    (void)state;
    static const unsigned mantissas[] = {0, 1, 2, 5000, 16382, 16383};
    for (unsigned exponent = 0; exponent < 32; exponent++) {
        struct mv_u128 power;
        struct mv_u128 offset;
        power_and_offset(exponent, &power, &offset);
        for (unsigned i = 0; i < sizeof mantissas / sizeof mantissas[0]; i++) {
            unsigned m = mantissas[i];
            struct mv_u128 value = plus(times(power, m), offset);
            struct mv_u128 decoded =
                mv_sts_currency_magnitude((struct mv_sts_currency){0, (uint8_t)exponent, (uint16_t)m});
            assert_true(decoded.high == value.high && decoded.low == value.low);
            expect_currency(false, value, exponent, m);
            expect_currency(true, value, exponent, m);
            if (exponent == 0 || m == 0)
                continue;
            expect_currency(false, minus_one(value), exponent, m); /* up */
            expect_currency(true, minus_one(value), exponent, m - 1);
        }
    }
}

static bool less(struct mv_u128 a, struct mv_u128 b)
{
    return a.high != b.high ? a.high < b.high : a.low < b.low;
}

/* Exponent and mantissa in one number: meanings rise with it. */
static struct mv_u128 currency_meaning(uint32_t order)
{
    return mv_sts_currency_magnitude(
        (struct mv_sts_currency){.exponent = (uint8_t)(order >> 14), .mantissa = (uint16_t)(order & 0x3FFF)});
}

static void expect_nearest(struct mv_u128 magnitude)
{
    enum { LAST = 32 * 16384 - 1 };
    struct mv_sts_currency amount;
    if (less(currency_meaning(LAST), magnitude))
        return;
    assert_int_equal(mv_sts_currency_encode(false, magnitude, &amount), MV_DONE);
    uint32_t order = (uint32_t)amount.exponent << 14 | amount.mantissa;
    assert_false(less(currency_meaning(order), magnitude));
    assert_true(order == 0 || less(currency_meaning(order - 1), magnitude));

    assert_int_equal(mv_sts_currency_encode(true, magnitude, &amount), MV_DONE);
    order = (uint32_t)amount.exponent << 14 | amount.mantissa;
    assert_false(less(magnitude, currency_meaning(order)));
    assert_true(order == LAST || less(magnitude, currency_meaning(order + 1)));
}

static void currency_carries_and_ends(void **state)
{
    (void)state;
    struct mv_u128 power;
    struct mv_u128 offset;
    struct mv_sts_currency amount;
    /* one unit above what exponent 1 holds: up to exponent 2, or down within 1 */
    power_and_offset(1, &power, &offset);
    struct mv_u128 above = plus(plus(times(power, 16383), offset), (struct mv_u128){0, 1});
    expect_currency(false, above, 2, 0);
    expect_currency(true, above, 1, 16383);

    power_and_offset(31, &power, &offset);
    struct mv_u128 largest = plus(times(power, 16383), offset);
    above = plus(largest, (struct mv_u128){0, 1});
    expect_currency(false, largest, 31, 16383);
    assert_int_equal(mv_sts_currency_encode(false, above, &amount), MV_RANGE_ERROR);
    expect_currency(true, above, 31, 16383); /* a debit rounds down to what fits ... */
    assert_int_equal(mv_sts_currency_encode(true, plus(largest, power), &amount),
                     MV_RANGE_ERROR); /* ... up to a step */
    assert_int_equal(mv_sts_currency_encode(false, (struct mv_u128){UINT64_MAX, UINT64_MAX}, &amount), MV_RANGE_ERROR);
    expect_nearest((struct mv_u128){10, 16379});         /* rounded up, a tenth of it is 2^64 */
    expect_currency(true, (struct mv_u128){0, 0}, 0, 0); /* there is no negative zero */
}

/* Magnitudes of every length, many of them next to where the lower half carries or borrows. */
static void currency_takes_the_nearest(void **state)
{
    (void)state;
    uint64_t seed = 12345;
    for (unsigned round = 0; round < 40000; round++) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        struct mv_u128 magnitude = {seed >> (round % 64), seed * UINT64_C(0x9E3779B97F4A7C15)};
        if (round % 3 == 1)
            magnitude.low >>= 46;
        else if (round % 3 == 2)
            magnitude.low = UINT64_MAX - (magnitude.low >> 50);
        expect_nearest(magnitude);
        magnitude.high = 0;
        magnitude.low >>= round % 64;
        expect_nearest(magnitude);
    }
}

static void published_currency(void **state)
{
    (void)state;
    /* 1 and -1, -180224 and 1.82044e14 of the base currency, in 0.00001 */
    expect_currency(false, (struct mv_u128){0, 100000}, 1, 8362);
    expect_currency(true, (struct mv_u128){0, 100000}, 1, 8361);
    expect_currency(true, (struct mv_u128){0, UINT64_C(18022400000)}, 6, 16201);
    struct mv_u128 large = times((struct mv_u128){0, UINT64_C(182044000000000)}, 100000);
    expect_currency(false, large, 16, 0);
    expect_currency(true, large, 15, 16383);
}

static uint64_t minutes_of(const char *text)
{
    uint64_t minutes = 0;
    assert_int_equal(mv_sts_minutes(utc_seconds(text), &minutes), MV_DONE);
    return minutes;
}

static void tid_edges(void **state)
{
    (void)state;
    static const struct {
        uint16_t base;
        const char *before, *zero, *first, *last, *after;
    } cases[] = {
        {1993, NULL, "1993-01-01T00:00:59Z", "1993-01-01T00:01:00Z", "2024-11-24T20:15:59Z", "2024-11-24T20:16:00Z"},
        {2014, "2013-12-31T23:59:59Z", "2014-01-01T00:00:59Z", "2014-01-01T00:01:00Z", "2045-11-24T20:15:59Z",
         "2045-11-24T20:16:00Z"},
        {2035, "2034-12-31T23:59:59Z", "2035-01-01T00:00:59Z", "2035-01-01T00:01:00Z", "2066-11-24T20:15:59Z",
         "2066-11-24T20:16:00Z"},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint32_t tid = 77;
        uint16_t base = cases[i].base;
        if (cases[i].before != NULL)
            assert_int_equal(mv_sts_tid(base, minutes_of(cases[i].before), &tid), MV_RANGE_ERROR);
        assert_int_equal(mv_sts_tid(base, minutes_of(cases[i].zero), &tid), MV_RANGE_ERROR);
        assert_int_equal(tid, 77);
        assert_int_equal(mv_sts_tid(base, minutes_of(cases[i].first), &tid), MV_DONE);
        assert_int_equal(tid, 1);
        assert_int_equal(mv_sts_tid(base, minutes_of(cases[i].last), &tid), MV_DONE);
        assert_int_equal(tid, MV_TID_MAX);
        assert_int_equal(mv_sts_tid(base, minutes_of(cases[i].after), &tid), MV_RANGE_ERROR);
    }
    uint64_t minutes = 5;
    uint32_t tid = 0;
    assert_int_equal(mv_sts_minutes(utc_seconds("1992-12-31T23:59:59Z"), &minutes), MV_RANGE_ERROR);
    assert_int_equal(mv_sts_minutes(-1, &minutes), MV_RANGE_ERROR);
    assert_int_equal(minutes, 5);
    assert_int_equal(mv_sts_tid(2015, 100, &tid), MV_RANGE_ERROR);
    assert_int_equal(mv_sts_tid(1993, UINT64_MAX, &tid), MV_RANGE_ERROR);
    assert_int_equal(mv_sts_base_minutes(0, &minutes), MV_RANGE_ERROR);
}

static void reserved_minute(void **state)
{
    (void)state;
    static const uint16_t bases[] = {1993, 2014, 2035};
    uint64_t minutes = minutes_of("2036-02-29T00:01:30Z");
    assert_true(mv_sts_minute_reserved(minutes));
    assert_false(mv_sts_minute_reserved(minutes - 1));
    assert_false(mv_sts_minute_reserved(minutes + 1));
    assert_false(mv_sts_minute_reserved(minutes + MV_MINUTES_PER_DAY / 2));
    for (unsigned i = 1; i < 3; i++) {
        uint32_t tid = 0;
        assert_int_equal(mv_sts_tid(bases[i], minutes, &tid), MV_DONE);
        assert_true(mv_sts_minute_reserved(tid));
    }
}

static void key_expiry(void **state)
{
    (void)state;
    assert_false(mv_sts_key_expired(0x55FFFF, 85));
    assert_true(mv_sts_key_expired(0x560000, 85));
    assert_false(mv_sts_key_expired(MV_TID_MAX, 255));
    assert_true(mv_sts_key_expired(0x010000, 0));
}

static struct mv_dkga_input dkga_input(void)
{
    return (struct mv_dkga_input){
        .pan = "600727000000000009", .sgc = "123456", .krn = 1, .ti = 1, .kt = 2, .ea = 7, .base_date = 2014};
}

static void expect_dkga(struct mv_dkga_input input, enum mv_result of_04, enum mv_result of_02)
{
    uint8_t message[MV_DKGA04_MESSAGE];
    uint64_t pan_block = 0;
    uint64_t control_block = 0;
    assert_int_equal(mv_dkga04_message(&input, message), of_04);
    assert_int_equal(mv_dkga02_blocks(&input, &pan_block, &control_block), of_02);
}

static void dkga_refusals(void **state)
{
    (void)state;
    struct mv_dkga_input input = dkga_input();
    expect_dkga(input, MV_DONE, MV_DONE);
    input.pan[17] = '8';
    expect_dkga(input, MV_CHECK_DIGIT_ERROR, MV_CHECK_DIGIT_ERROR);
    input.pan[17] = '\0';
    expect_dkga(input, MV_FORMAT_ERROR, MV_FORMAT_ERROR);
    input = dkga_input();
    input.sgc[5] = 'F';
    expect_dkga(input, MV_FORMAT_ERROR, MV_FORMAT_ERROR);
    input = dkga_input();
    input.krn = 0;
    expect_dkga(input, MV_RANGE_ERROR, MV_RANGE_ERROR);
    input.krn = 10;
    expect_dkga(input, MV_RANGE_ERROR, MV_RANGE_ERROR);
    input = dkga_input();
    input.ti = 100;
    expect_dkga(input, MV_RANGE_ERROR, MV_RANGE_ERROR);
    input = dkga_input();
    input.kt = 4;
    expect_dkga(input, MV_RANGE_ERROR, MV_RANGE_ERROR);
    input = dkga_input();
    input.ea = 9;
    expect_dkga(input, MV_RANGE_ERROR, MV_RANGE_ERROR);
    input.ea = 11;
    expect_dkga(input, MV_DONE, MV_RANGE_ERROR); /* DKGA02 makes 64-bit keys only */
    input = dkga_input();
    input.base_date = 2015;
    expect_dkga(input, MV_RANGE_ERROR, MV_DONE); /* no input of DKGA02 */
}

static void dkga02_part_refusals(void **state)
{
    (void)state;
    uint64_t block = 0;
    assert_int_equal(mv_dkga02_pan_block("60072", "00000000000", 2, &block), MV_FORMAT_ERROR);
    assert_int_equal(mv_dkga02_pan_block("600727", "0000000000", 2, &block), MV_FORMAT_ERROR);
    assert_int_equal(mv_dkga02_pan_block("0000", "00000000000", 2, &block), MV_FORMAT_ERROR);
    assert_int_equal(mv_dkga02_control_block("12345", 1, 1, 2, &block), MV_FORMAT_ERROR);
    assert_int_equal(mv_dkga02_control_block("123456", 100, 1, 2, &block), MV_RANGE_ERROR);
    assert_int_equal(mv_dkga02_control_block("123456", 1, 0, 2, &block), MV_RANGE_ERROR);
    assert_int_equal(mv_dkga02_control_block("123456", 1, 10, 2, &block), MV_RANGE_ERROR);
    assert_int_equal(mv_dkga02_control_block("123456", 1, 1, 4, &block), MV_RANGE_ERROR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pan_refusals),
        cmocka_unit_test(drn_refusals),
        cmocka_unit_test(every_amount),
        cmocka_unit_test(currency_boundaries),
        cmocka_unit_test(published_currency),
        cmocka_unit_test(currency_carries_and_ends),
        cmocka_unit_test(currency_takes_the_nearest),
        cmocka_unit_test(tid_edges),
        cmocka_unit_test(reserved_minute),
        cmocka_unit_test(key_expiry),
        cmocka_unit_test(dkga_refusals),
        cmocka_unit_test(dkga02_part_refusals),
    };
    return cmocka_run_group_tests_name("core numbers", tests, NULL, NULL);
}
