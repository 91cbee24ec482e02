/* The token rules as pure functions: amounts, token identifiers, base dates, expiry. */
#include "vending/rules.h"
#include "world.h"

#include "metervault/sts.h"

static struct store_meter meter_of(uint16_t base_date, uint8_t ken)
{
    return (struct store_meter){.state = VEND_METER_ACTIVE, .kt = 2, .ken = ken, .base_date = base_date};
}

/* 2025-01-15T00:00Z */
static const int64_t DAY_S = 1736899200;
static const uint64_t DAY_MINUTE = (1736899200 - 725846400) / 60;

static void next_minute(void **state)
{
    (void)state;
    struct store_meter meter = meter_of(2014, 255);
    struct vend_tid tid;
    assert_ok(vend_rule_tid(&meter, 0, NOW_S, &tid));
    assert_int_equal(tid.absolute, NOW_MINUTE);
    assert_int_equal(tid.raw, NOW_MINUTE - BASE_2014_MINUTE);
    assert_ok(vend_rule_tid(&meter, NOW_MINUTE - 1, NOW_S, &tid));
    assert_int_equal(tid.absolute, NOW_MINUTE);
    assert_ok(vend_rule_tid(&meter, NOW_MINUTE, NOW_S, &tid));
    assert_int_equal(tid.absolute, NOW_MINUTE + 1);
}

static void reserved_minute(void **state)
{
    (void)state;
    struct store_meter meter = meter_of(2014, 255);
    struct vend_tid tid;
    assert_ok(vend_rule_tid(&meter, 0, DAY_S, &tid));
    assert_int_equal(tid.absolute, DAY_MINUTE);
    assert_ok(vend_rule_tid(&meter, 0, DAY_S + 60, &tid));
    assert_int_equal(tid.absolute, DAY_MINUTE + 2);
    assert_ok(vend_rule_tid(&meter, DAY_MINUTE, DAY_S, &tid));
    assert_int_equal(tid.absolute, DAY_MINUTE + 2);
}

static void sixty_minutes_ahead(void **state)
{
    (void)state;
    struct store_meter meter = meter_of(2014, 255);
    struct vend_tid tid;
    assert_ok(vend_rule_tid(&meter, NOW_MINUTE + 59, NOW_S, &tid));
    assert_int_equal(tid.absolute, NOW_MINUTE + 60);
    assert_refused(MV_TID_AHEAD, vend_rule_tid(&meter, NOW_MINUTE + 60, NOW_S, &tid));
    /* the reserved minute counts: 60 minutes after 23:01 is 00:01, which is skipped */
    assert_refused(MV_TID_AHEAD, vend_rule_tid(&meter, DAY_MINUTE, DAY_S - INT64_C(59) * 60, &tid));
}

static void base_dates(void **state)
{
    (void)state;
    static const struct {
        uint16_t base;
        int64_t first_s; /* 1 January, 00:00 */
        int64_t last_s;  /* minute 16777215 */
    } dates[] = {{1993, 725846400, 1732479300}, {2014, 1388534400, 2395167300}, {2035, 2051222400, 3057855300}};
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
        struct store_meter meter = meter_of(dates[i].base, 255);
        struct vend_tid tid;
        /* before 1993 there is no minute; otherwise the base date is still to come */
        assert_refused(MV_BEFORE_BASE_DATE, vend_rule_tid(&meter, 0, dates[i].first_s - 1, &tid));
        /* neither identifier 0 nor the reserved one after it is issued */
        assert_ok(vend_rule_tid(&meter, 0, dates[i].first_s, &tid));
        assert_int_equal(tid.raw, 2);
        assert_ok(vend_rule_tid(&meter, 0, dates[i].first_s + 60, &tid));
        assert_int_equal(tid.raw, 2);
        assert_ok(vend_rule_tid(&meter, 0, dates[i].last_s + 59, &tid));
        assert_int_equal(tid.raw, MV_TID_MAX);
        assert_refused(MV_TID_OUT_OF_RANGE, vend_rule_tid(&meter, tid.absolute, dates[i].last_s, &tid));
        assert_refused(MV_TID_OUT_OF_RANGE, vend_rule_tid(&meter, 0, dates[i].last_s + 60, &tid));
    }
    struct store_meter odd = meter_of(2000, 255);
    struct vend_tid tid;
    assert_refused(MV_TID_OUT_OF_RANGE, vend_rule_tid(&odd, 0, NOW_S, &tid));
}

static void key_expiry(void **state)
{
    (void)state;
    /* KEN 85 and base date 2014: the last minute is 2024-09-18T22:55Z */
    static const int64_t last_s = 1726700100;
    struct store_meter meter = meter_of(2014, 85);
    struct vend_tid tid;
    assert_ok(vend_rule_tid(&meter, 0, last_s, &tid));
    assert_int_equal(tid.raw, 0x55FFFF);
    assert_refused(MV_KEY_EXPIRED, vend_rule_tid(&meter, 0, last_s + 60, &tid));
    assert_refused(MV_KEY_EXPIRED, vend_rule_tid(&meter, tid.absolute, last_s, &tid));
}

static void amounts(void **state)
{
    (void)state;
    struct vend_amount amount;
    struct vend_quantity quantity = {VEND_UNIT_WH, 25600};
    assert_ok(vend_rule_amount(VEND_ELECTRICITY, &quantity, &amount));
    assert_int_equal(amount.field, 256);
    assert_int_equal(amount.encoded, 25600);
    assert_int_equal(amount.subclass, 0);
    quantity.amount = 25601; /* up to the next 0.1 kWh */
    assert_ok(vend_rule_amount(VEND_ELECTRICITY, &quantity, &amount));
    assert_int_equal(amount.encoded, 25700);
    quantity.amount = 1638401; /* 16385 units: in steps of ten from here */
    assert_ok(vend_rule_amount(VEND_ELECTRICITY, &quantity, &amount));
    assert_int_equal(amount.encoded, 1639400);
    quantity.amount = 99;
    assert_refused(MV_AMOUNT_TOO_SMALL, vend_rule_amount(VEND_ELECTRICITY, &quantity, &amount));
    quantity.amount = INT64_C(1820162400);
    assert_ok(vend_rule_amount(VEND_ELECTRICITY, &quantity, &amount));
    assert_int_equal(amount.field, 0xFFFF);
    quantity.amount++;
    assert_refused(MV_AMOUNT_TOO_LARGE, vend_rule_amount(VEND_ELECTRICITY, &quantity, &amount));
    quantity.amount = INT64_C(1) << 62;
    assert_refused(MV_AMOUNT_TOO_LARGE, vend_rule_amount(VEND_ELECTRICITY, &quantity, &amount));
}

static void utilities(void **state)
{
    (void)state;
    struct vend_amount amount;
    struct vend_quantity litres = {VEND_UNIT_LITRE, 250};
    struct vend_quantity seconds = {VEND_UNIT_SECOND, 7};
    assert_ok(vend_rule_amount(VEND_WATER, &litres, &amount));
    assert_int_equal(amount.subclass, 1);
    assert_int_equal(amount.encoded, 300);
    assert_ok(vend_rule_amount(VEND_GAS, &litres, &amount));
    assert_int_equal(amount.subclass, 2);
    assert_ok(vend_rule_amount(VEND_TIME, &seconds, &amount));
    assert_int_equal(amount.subclass, 3);
    assert_int_equal(amount.encoded, 12);
    seconds.amount = 5;
    assert_refused(MV_AMOUNT_TOO_SMALL, vend_rule_amount(VEND_TIME, &seconds, &amount));
    assert_refused(MV_WRONG_UTILITY, vend_rule_amount(VEND_ELECTRICITY, &litres, &amount));
    assert_refused(MV_WRONG_UTILITY, vend_rule_amount(VEND_WATER, &seconds, &amount));
}

static void meters(void **state)
{
    (void)state;
    struct store_meter meter = meter_of(2014, 255);
    assert_ok(vend_rule_meter(&meter));
    for (uint8_t kt = 0; kt <= 3; kt++) {
        meter.kt = kt;
        if (kt != 2)
            assert_refused(MV_KEY_TYPE_NOT_ALLOWED, vend_rule_meter(&meter));
    }
    meter.kt = 2;
    meter.state = VEND_METER_SUSPENDED;
    assert_refused(MV_METER_NOT_ACTIVE, vend_rule_meter(&meter));
    meter.state = VEND_METER_RETIRED;
    assert_refused(MV_METER_NOT_ACTIVE, vend_rule_meter(&meter));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(next_minute), cmocka_unit_test(reserved_minute), cmocka_unit_test(sixty_minutes_ahead),
        cmocka_unit_test(base_dates),  cmocka_unit_test(key_expiry),      cmocka_unit_test(amounts),
        cmocka_unit_test(utilities),   cmocka_unit_test(meters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
