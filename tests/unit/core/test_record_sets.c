/* The bytes of tariffs and calendars that come in parts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "metervault/record_sets.h"
#include "vectors.h"

static void tariff_bytes(void **state)
{
    (void)state;
    static const char expected[] = "0102030403000000070200000064000000C80100000000000003E8";
    struct mv_tariff tariff = {.valid_from = 0x01020304,
                               .kind = MV_TARIFF_TIME_OF_USE,
                               .rates = 2,
                               .steps = 1,
                               .price = {100, 200},
                               .step_price = {1000},
                               .fixed_per_day = 7};
    struct mv_tariff again;
    uint8_t bytes[MV_SET_MAX];
    uint8_t wanted[sizeof expected / 2];
    uint32_t size = 0;
    hex_bytes(expected, wanted, sizeof wanted);
    assert_int_equal(mv_tariff_write(&tariff, bytes, &size), MV_DONE);
    assert_int_equal(size, sizeof wanted);
    assert_memory_equal(bytes, wanted, size);
    assert_int_equal(mv_tariff_read(bytes, size, &again), MV_DONE);
    assert_memory_equal(&again, &tariff, sizeof tariff);
    for (uint32_t shorter = 0; shorter < size; shorter++)
        assert_int_equal(mv_tariff_read(bytes, shorter, &again), MV_RANGE_ERROR);
    assert_int_equal(mv_tariff_read(bytes, size + 1, &again), MV_RANGE_ERROR);
}

static void largest_tariff(void **state)
{
    (void)state;
    struct mv_tariff tariff = {.kind = MV_TARIFF_TIME_OF_USE, .rates = MV_RATES, .steps = MV_STEPS};
    struct mv_tariff again;
    uint8_t bytes[MV_SET_MAX];
    uint32_t size = 0;
    memset(tariff.price, 0x5A, sizeof tariff.price);
    memset(tariff.step_from, 0x6B, sizeof tariff.step_from);
    memset(tariff.step_price, 0x7C, sizeof tariff.step_price);
    assert_int_equal(mv_tariff_write(&tariff, bytes, &size), MV_DONE);
    assert_true(size <= MV_SET_BYTES_MAX);
    assert_int_equal(mv_tariff_read(bytes, size, &again), MV_DONE);
    assert_memory_equal(&again, &tariff, sizeof tariff);
    bytes[9] = MV_RATES + 1;
    assert_int_equal(mv_tariff_read(bytes, size, &again), MV_RANGE_ERROR);
    tariff.rates++;
    assert_int_equal(mv_tariff_write(&tariff, bytes, &size), MV_RANGE_ERROR);
    tariff.rates--;
    tariff.steps++;
    assert_int_equal(mv_tariff_write(&tariff, bytes, &size), MV_RANGE_ERROR);
}

static void calendar_bytes(void **state)
{
    (void)state;
    static const char expected[] = "00000000000101" /* week */
                                   "02"             /* day tables */
                                   "0200000001A401" /* 00:00 rate 0, 07:00 rate 1 */
                                   "01000003"       /* rate 3 all day */
                                   "01"
                                   "1F05280168" /* a window, Monday to Friday 22:00 to 06:00 */
                                   "01"
                                   "0C190101"; /* 25 December, day table 1, friendly */
    struct mv_calendar calendar;
    struct mv_calendar again;
    uint8_t bytes[MV_SET_MAX];
    uint8_t wanted[sizeof expected / 2];
    uint32_t size = 0;
    memset(&calendar, 0, sizeof calendar);
    calendar.weekday_table[5] = calendar.weekday_table[6] = 1;
    calendar.switchings[0] = 2;
    calendar.day_tables[0][1] = (struct mv_switching){.minute = 420, .rate = 1};
    calendar.switchings[1] = 1;
    calendar.day_tables[1][0].rate = 3;
    calendar.friendly[0] = (struct mv_window){.weekdays = 0x1F, .from_min = 1320, .to_min = 360};
    calendar.holiday_count = 1;
    calendar.holidays[0] = (struct mv_holiday){.month = 12, .day = 25, .day_table = 1, .friendly = true};
    hex_bytes(expected, wanted, sizeof wanted);
    assert_int_equal(mv_calendar_write(&calendar, bytes, &size), MV_DONE);
    assert_int_equal(size, sizeof wanted);
    assert_memory_equal(bytes, wanted, size);
    assert_int_equal(mv_calendar_read(bytes, size, &again), MV_DONE);
    assert_int_equal(again.day_tables[0][1].minute, 420);
    assert_int_equal(again.friendly[0].to_min, 360);
    assert_true(again.holidays[0].friendly);
    uint8_t twice[MV_SET_MAX];
    assert_int_equal(mv_calendar_write(&again, twice, &size), MV_DONE);
    assert_memory_equal(twice, bytes, size);
    for (uint32_t shorter = 0; shorter < size; shorter++)
        assert_int_equal(mv_calendar_read(bytes, shorter, &again), MV_RANGE_ERROR);
    assert_int_equal(mv_calendar_read(bytes, size + 1, &again), MV_RANGE_ERROR);
    bytes[size - 1] = 2;
    assert_int_equal(mv_calendar_read(bytes, size, &again), MV_RANGE_ERROR);
}

static void largest_calendar(void **state)
{
    (void)state;
    struct mv_calendar calendar;
    struct mv_calendar again;
    uint8_t bytes[MV_SET_MAX];
    uint32_t size = 0;
    memset(&calendar, 0, sizeof calendar);
    memset(calendar.switchings, MV_SWITCHINGS, sizeof calendar.switchings);
    memset(calendar.friendly, 1, sizeof calendar.friendly);
    calendar.holiday_count = MV_HOLIDAYS;
    assert_int_equal(mv_calendar_write(&calendar, bytes, &size), MV_DONE);
    assert_int_equal(size, 454);
    assert_int_equal(mv_calendar_read(bytes, size, &again), MV_DONE);
    calendar.switchings[7]++;
    assert_int_equal(mv_calendar_write(&calendar, bytes, &size), MV_RANGE_ERROR);
    calendar.switchings[7]--;
    calendar.holiday_count++;
    assert_int_equal(mv_calendar_write(&calendar, bytes, &size), MV_RANGE_ERROR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tariff_bytes),
        cmocka_unit_test(largest_tariff),
        cmocka_unit_test(calendar_bytes),
        cmocka_unit_test(largest_calendar),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
