/* Numbers, dates and units of a tariff file: read exactly or not at all, and written so that they read the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka.h needs those first */
#include <cmocka.h>

#include "bill_print.h"
#include "receipt.h"
#include "tariff_file.h"

static void decimals_are_exact(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned decimals;
        int64_t value;
    } good[] = {{"0", 2, 0},        {"0.00", 2, 0}, {"12.5", 3, 12500}, {"12.500000", 1, 125},
                {"7", 0, 7},        {"7.0", 0, 7},  {"0.10", 5, 10000}, {"1234567890.12345", 5, 123456789012345},
                {"000012", 2, 1200}};
    static const char *const bad[] = {
        "", ".", ".5", "5.", "-1", "+1", "1,5", "1e3", "0x10", "1 0", "1.2.3", "0.001", "9999999999999999"};
    char text[TARIFF_DECIMAL];
    int64_t value = 0;
    int64_t again = 0;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(tariff_decimal_read(good[i].text, good[i].decimals, &value));
        assert_int_equal(value, good[i].value);
        assert_true(
            tariff_decimal_read(tariff_decimal_text(value, good[i].decimals, 0, text), good[i].decimals, &again));
        assert_int_equal(again, value);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(tariff_decimal_read(bad[i], 2, &value));
    assert_string_equal(tariff_decimal_text(10000, 5, 2, text), "0.10");
    assert_string_equal(tariff_decimal_text(12345, 5, 2, text), "0.12345");
    assert_string_equal(tariff_decimal_text(5, 2, 2, text), "0.05");
    assert_string_equal(tariff_decimal_text(1200, 2, 0, text), "12");
    assert_string_equal(tariff_decimal_text(-5, 2, 2, text), "-0.05");
    assert_string_equal(tariff_decimal_text(-34, 2, 2, text), "-0.34");
    assert_string_equal(tariff_decimal_text(-1205, 2, 2, text), "-12.05");
    assert_string_equal(tariff_decimal_text(-1200, 2, 0, text), "-12");
    assert_string_equal(tariff_decimal_text(INT64_MIN, 2, 2, text), "-92233720368547758.08");
}

static void days_are_the_offices(void **state)
{
    (void)state;
    static const char *const bad[] = {"2026-02-29",          "2026-13-01",        "2026-01-31 24:00",
                                      "2026-01-31 06:00:60", "2026-01-31 06:00:", "2026-01-31:30",
                                      "2026-01-31T06:00",    "31.1.2026",         ""};
    char text[TARIFF_DECIMAL];
    int64_t at = 0;
    assert_true(tariff_time_read("2026-01-01", 0, &at));
    assert_int_equal(at, 1767225600);
    assert_true(tariff_time_read("2026-01-01 06:30", 480, &at));
    assert_int_equal(at, 1767225600 + 6 * 3600 + 30 * 60 - 8 * 3600);
    assert_string_equal(tariff_time_text(at, 480, text), "2026-01-01 06:30");
    assert_true(tariff_time_read("2026-01-01 06:30:05", 480, &at));
    assert_string_equal(tariff_time_text(at, 480, text), "2026-01-01 06:30:05");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(tariff_time_read(bad[i], 0, &at));
}

static void units_are_whole(void **state)
{
    (void)state;
    char text[TARIFF_DECIMAL];
    int64_t units = 0;
    assert_true(tariff_units_read("1.5", METERVAULT__V1__UTILITY__ELECTRICITY, &units));
    assert_int_equal(units, 1500);
    assert_true(tariff_units_read("1.5", METERVAULT__V1__UTILITY__TIME, &units));
    assert_int_equal(units, 5400);
    assert_string_equal(tariff_units_text(units, METERVAULT__V1__UTILITY__TIME, text), "1.5");
    assert_string_equal(tariff_units_text(5401, METERVAULT__V1__UTILITY__TIME, text), "1:30:01");
    assert_true(tariff_units_read("1:30:01", METERVAULT__V1__UTILITY__TIME, &units));
    assert_int_equal(units, 5401);
    static const char *const wrong[] = {"1:30",   "1:60:00",  "1:00:60", "1:0:00",
                                        ":30:00", "1:30:00 ", "1:3a:00", "1-30-00"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(tariff_units_read(wrong[i], METERVAULT__V1__UTILITY__TIME, &units));
    assert_false(tariff_units_read("1:30:01", METERVAULT__V1__UTILITY__WATER, &units));
    assert_false(tariff_units_read("0.001", METERVAULT__V1__UTILITY__TIME, &units)); /* 3.6 s */
    assert_false(tariff_units_read("0.0001", METERVAULT__V1__UTILITY__WATER, &units));
}

static void chinese_takes_two_columns(void **state)
{
    (void)state;
    assert_int_equal(receipt_width("abc"), 3);
    assert_int_equal(receipt_width("M\xc3\xbcller"), 6);
    assert_int_equal(receipt_width("\xe7\x8e\x8b\xef\xbc\x88"), 4);
}

static void width_is_of_the_writing(void **state)
{
    static const struct {
        const char *text;
        size_t width;
    } cases[] = {
        {"e\xcc\x81", 1},                            /* an accent of its own */
        {"\xe0\xb8\x81\xe0\xb8\xb1\xe0\xb9\x88", 1}, /* Thai: vowel and tone above */
        {"\xe0\xb8\x81\xe0\xb8\xb2", 2},             /* and a vowel behind */
        {"\xd8\xa8\xd9\x8e\xd9\x91", 1},             /* Arabic */
        {"\xe0\xa4\x95\xe0\xa5\x81", 1},             /* Devanagari: vowel below */
        {"\xe0\xa4\x95\xe0\xa4\xbe", 2},             /* and behind */
        {"a\xe2\x80\x8b\xe2\x80\x8c\xe2\x80\x8d"
         "b\xef\xb8\x8f",
         2},                                     /* joiners and a selector */
        {"\xf0\x9f\x8c\x80\xf0\x9f\xab\xbf", 4}, /* U+1F300, U+1FAFF */
        {"\xef\xa4\x80\xef\xab\xbf", 4},         /* U+F900, U+FAFF */
        {"\xea\x93\x90\xea\xa8\x80", 2},         /* U+A4D0, U+AA00 */
        {"\xea\xaf\xbf\xea\xb0\x80", 3},         /* U+ABFF, U+AC00 */
        {"\xea\x93\x8f\xed\x9e\xa3", 4},         /* U+A4CF, U+D7A3 */
        {"\xe1\x84\x80\xe1\x85\xa0", 3},         /* U+1100, U+1160 */
        {"\xf0\xa0\x80\x80", 2},                 /* U+20000 */
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(receipt_width(cases[i].text), cases[i].width);
}

static void lines_have_names(void **state)
{
    (void)state;
    assert_string_equal(bill_line_name(METERVAULT__V1__BILL_LINE_KIND__BILL_FIXED_CHARGE, false), "monthly charge");
    assert_string_equal(bill_line_name(METERVAULT__V1__BILL_LINE_KIND__BILL_DEBT, false), "debt");
    assert_string_equal(bill_line_name(METERVAULT__V1__BILL_LINE_KIND__BILL_DEBT, true), "debts");
    assert_string_equal(bill_line_name(0, true), "?");
    assert_string_equal(bill_line_name(METERVAULT__V1__BILL_LINE_KIND__BILL_ROUNDING, true), "?");
    assert_string_equal(bill_line_name(UINT32_MAX, false), "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decimals_are_exact),      cmocka_unit_test(days_are_the_offices),
        cmocka_unit_test(units_are_whole),         cmocka_unit_test(chinese_takes_two_columns),
        cmocka_unit_test(width_is_of_the_writing), cmocka_unit_test(lines_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
