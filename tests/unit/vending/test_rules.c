/* The token rules as pure functions: amounts, token identifiers, base dates, expiry. */
#include "vending/content.h"
#include "vending/rules.h"
#include "world.h"

#include "metervault/sts.h"
#include "metervault/sts_manage.h"

static struct store_key key_of(uint16_t base_date, uint8_t ken)
{
    return (struct store_key){.kt = 2, .ken = ken, .base_date = base_date};
}

/* 2025-01-15T00:00Z */
static const int64_t DAY_S = 1736899200;
static const uint64_t DAY_MINUTE = (1736899200 - 725846400) / 60;

static void next_minute(void **state)
{
    (void)state;
    struct store_key key = key_of(2014, 255);
    struct vend_tid tid;
    assert_ok(vend_rule_tid(&key, 0, NOW_S, &tid));
    assert_int_equal(tid.absolute, NOW_MINUTE);
    assert_int_equal(tid.raw, NOW_MINUTE - BASE_2014_MINUTE);
    assert_ok(vend_rule_tid(&key, NOW_MINUTE - 1, NOW_S, &tid));
    assert_int_equal(tid.absolute, NOW_MINUTE);
    assert_ok(vend_rule_tid(&key, NOW_MINUTE, NOW_S, &tid));
    assert_int_equal(tid.absolute, NOW_MINUTE + 1);
}

static void reserved_minute(void **state)
{
    (void)state;
    struct store_key key = key_of(2014, 255);
    struct vend_tid tid;
    assert_ok(vend_rule_tid(&key, 0, DAY_S, &tid));
    assert_int_equal(tid.absolute, DAY_MINUTE);
    assert_ok(vend_rule_tid(&key, 0, DAY_S + 60, &tid));
    assert_int_equal(tid.absolute, DAY_MINUTE + 2);
    assert_ok(vend_rule_tid(&key, DAY_MINUTE, DAY_S, &tid));
    assert_int_equal(tid.absolute, DAY_MINUTE + 2);
}

static void sixty_minutes_ahead(void **state)
{
    (void)state;
    struct store_key key = key_of(2014, 255);
    struct vend_tid tid;
    assert_ok(vend_rule_tid(&key, NOW_MINUTE + 59, NOW_S, &tid));
    assert_int_equal(tid.absolute, NOW_MINUTE + 60);
    assert_refused(MV_TID_AHEAD, vend_rule_tid(&key, NOW_MINUTE + 60, NOW_S, &tid));
    /* the reserved minute counts: 60 minutes after 23:01 is 00:01, which is skipped */
    assert_refused(MV_TID_AHEAD, vend_rule_tid(&key, DAY_MINUTE, DAY_S - INT64_C(59) * 60, &tid));
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
        struct store_key key = key_of(dates[i].base, 255);
        struct vend_tid tid;
        /* before 1993 there is no minute; otherwise the base date is still to come */
        assert_refused(MV_BEFORE_BASE_DATE, vend_rule_tid(&key, 0, dates[i].first_s - 1, &tid));
        /* neither identifier 0 nor the reserved one after it is issued */
        assert_ok(vend_rule_tid(&key, 0, dates[i].first_s, &tid));
        assert_int_equal(tid.raw, 2);
        assert_ok(vend_rule_tid(&key, 0, dates[i].first_s + 60, &tid));
        assert_int_equal(tid.raw, 2);
        assert_ok(vend_rule_tid(&key, 0, dates[i].last_s + 59, &tid));
        assert_int_equal(tid.raw, MV_TID_MAX);
        assert_refused(MV_TID_OUT_OF_RANGE, vend_rule_tid(&key, tid.absolute, dates[i].last_s, &tid));
        assert_refused(MV_TID_OUT_OF_RANGE, vend_rule_tid(&key, 0, dates[i].last_s + 60, &tid));
    }
    struct store_key odd = key_of(2000, 255);
    struct vend_tid tid;
    assert_refused(MV_TID_OUT_OF_RANGE, vend_rule_tid(&odd, 0, NOW_S, &tid));
}

static void key_expiry(void **state)
{
    (void)state;
    /* KEN 85 and base date 2014: the last minute is 2024-09-18T22:55Z */
    static const int64_t last_s = 1726700100;
    struct store_key key = key_of(2014, 85);
    struct vend_tid tid;
    assert_ok(vend_rule_tid(&key, 0, last_s, &tid));
    assert_int_equal(tid.raw, 0x55FFFF);
    assert_refused(MV_KEY_EXPIRED, vend_rule_tid(&key, 0, last_s + 60, &tid));
    assert_refused(MV_KEY_EXPIRED, vend_rule_tid(&key, tid.absolute, last_s, &tid));
}

static void amounts(void **state)
{
    (void)state;
    struct vend_content content;
    struct vend_quantity quantity = {VEND_UNIT_WH, 25600};
    assert_ok(vend_content_credit(VEND_ELECTRICITY, false, &quantity, &content));
    assert_int_equal(content.field, 256);
    assert_int_equal(content.encoded, 25600);
    assert_int_equal(content.subclass, 0);
    quantity.amount = 25601; /* up to the next 0.1 kWh */
    assert_ok(vend_content_credit(VEND_ELECTRICITY, false, &quantity, &content));
    assert_int_equal(content.encoded, 25700);
    quantity.amount = 1638401; /* 16385 units: in steps of ten from here */
    assert_ok(vend_content_credit(VEND_ELECTRICITY, false, &quantity, &content));
    assert_int_equal(content.encoded, 1639400);
    quantity.amount = 99;
    assert_refused(MV_AMOUNT_TOO_SMALL, vend_content_credit(VEND_ELECTRICITY, false, &quantity, &content));
    quantity.amount = INT64_C(1820162400);
    assert_ok(vend_content_credit(VEND_ELECTRICITY, false, &quantity, &content));
    assert_int_equal(content.field, 0xFFFF);
    quantity.amount++;
    assert_refused(MV_AMOUNT_TOO_LARGE, vend_content_credit(VEND_ELECTRICITY, false, &quantity, &content));
    quantity.amount = INT64_C(1) << 62;
    assert_refused(MV_AMOUNT_TOO_LARGE, vend_content_credit(VEND_ELECTRICITY, false, &quantity, &content));
}

static void utilities(void **state)
{
    (void)state;
    struct vend_content content;
    struct vend_quantity litres = {VEND_UNIT_LITRE, 250};
    struct vend_quantity seconds = {VEND_UNIT_SECOND, 7};
    assert_ok(vend_content_credit(VEND_WATER, false, &litres, &content));
    assert_int_equal(content.subclass, 1);
    assert_int_equal(content.encoded, 300);
    assert_ok(vend_content_credit(VEND_GAS, false, &litres, &content));
    assert_int_equal(content.subclass, 2);
    assert_ok(vend_content_credit(VEND_TIME, false, &seconds, &content));
    assert_int_equal(content.subclass, 3);
    assert_int_equal(content.encoded, 12);
    seconds.amount = 5;
    assert_refused(MV_AMOUNT_TOO_SMALL, vend_content_credit(VEND_TIME, false, &seconds, &content));
    assert_refused(MV_WRONG_UTILITY, vend_content_credit(VEND_ELECTRICITY, false, &litres, &content));
    assert_refused(MV_WRONG_UTILITY, vend_content_credit(VEND_WATER, false, &seconds, &content));
}

static void currency(void **state)
{
    (void)state;
    struct vend_content content;
    struct vend_quantity money = {VEND_UNIT_CURRENCY_E5, 16383};
    assert_ok(vend_content_credit(VEND_ELECTRICITY, true, &money, &content));
    assert_int_equal(content.subclass, 4);
    assert_int_equal(content.encoded, 16383);
    money.amount = 16385; /* in steps of ten from 16384 */
    assert_ok(vend_content_credit(VEND_TIME, true, &money, &content));
    assert_int_equal(content.subclass, 7);
    assert_int_equal(content.encoded, 16394);
    money.amount = 1;
    assert_ok(vend_content_credit(VEND_WATER, true, &money, &content));
    assert_int_equal(content.encoded, 1);
    assert_refused(MV_WRONG_UTILITY, vend_content_credit(VEND_ELECTRICITY, false, &money, &content));
    money.unit = VEND_UNIT_WH;
    assert_refused(MV_WRONG_UTILITY, vend_content_credit(VEND_ELECTRICITY, true, &money, &content));
}

static void management(void **state)
{
    (void)state;
    struct vend_content content;
    struct vend_management token = {MV_MANAGE_MAXIMUM_POWER, 16385};
    assert_ok(vend_content_management(&token, &content));
    assert_int_equal(content.token_class, 2);
    assert_int_equal(content.requested, 16385);
    assert_int_equal(content.encoded, 16394); /* up to what a token can say */
    token.value = MV_AMOUNT_MAX_UNITS + 1;
    assert_refused(MV_INVALID_FIELD, vend_content_management(&token, &content));
    static const struct vend_management good[] = {{MV_MANAGE_CLEAR_CREDIT, MV_REGISTER_ALL},
                                                  {MV_MANAGE_CLEAR_CREDIT, 7},
                                                  {MV_MANAGE_TARIFF_RATE, 65535},
                                                  {MV_MANAGE_CLEAR_TAMPER, 0},
                                                  {MV_MANAGE_WATER_FACTOR, 1},
                                                  {MV_MANAGE_EXTENDED, 65535}};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_ok(vend_content_management(&good[i], &content));
        assert_int_equal(content.field, good[i].value);
        assert_int_equal(content.encoded, good[i].value);
    }
    static const struct vend_management bad[] = {{MV_MANAGE_CLEAR_CREDIT, 8},
                                                 {MV_MANAGE_TARIFF_RATE, 65536},
                                                 {MV_MANAGE_CLEAR_TAMPER, 1},
                                                 {MV_MANAGE_EXTENDED, 65536},
                                                 {3, 0},
                                                 {4, 0},
                                                 {15, 0},
                                                 {256, 0}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_refused(MV_INVALID_FIELD, vend_content_management(&bad[i], &content));
}

static void tests_of_meters(void **state)
{
    (void)state;
    struct vend_content content;
    struct vend_test test = {.subclass = 0, .control = 5, .manufacturer = 99};
    assert_ok(vend_content_test(&test, &content));
    assert_int_equal(content.token_class, 1);
    assert_int_equal(content.encoded, 5 | INT64_C(99) << 40);
    test.manufacturer = 100;
    assert_refused(MV_INVALID_FIELD, vend_content_test(&test, &content));
    test.subclass = 1;
    assert_ok(vend_content_test(&test, &content));
    test.control = UINT64_C(1) << 28;
    assert_refused(MV_INVALID_FIELD, vend_content_test(&test, &content));
    test.control = 0;
    test.subclass = 3;
    assert_refused(MV_INVALID_FIELD, vend_content_test(&test, &content));
    test.subclass = 256;
    assert_refused(MV_INVALID_FIELD, vend_content_test(&test, &content));
}

static void special_identifiers(void **state)
{
    (void)state;
    struct store_key key = key_of(2014, 255);
    struct vend_tid tid;
    /* at noon: the day's own minute, as long as it lies after the meter's last */
    assert_ok(vend_rule_special_tid(&key, 0, DAY_S + INT64_C(12) * 3600, &tid));
    assert_int_equal(tid.absolute, DAY_MINUTE + 1);
    assert_ok(vend_rule_special_tid(&key, DAY_MINUTE, DAY_S, &tid));
    assert_refused(MV_SPECIAL_IDENTIFIER_TAKEN,
                   vend_rule_special_tid(&key, DAY_MINUTE + 1, DAY_S + INT64_C(12) * 3600, &tid));
    /* in the last hour: tomorrow's */
    assert_ok(vend_rule_special_tid(&key, DAY_MINUTE + 1, DAY_S + INT64_C(1381) * 60, &tid));
    assert_int_equal(tid.absolute, DAY_MINUTE + 1441);
    assert_refused(MV_SPECIAL_IDENTIFIER_TAKEN,
                   vend_rule_special_tid(&key, DAY_MINUTE + 1, DAY_S + INT64_C(1380) * 60, &tid));
    assert_refused(MV_SPECIAL_IDENTIFIER_TAKEN,
                   vend_rule_special_tid(&key, DAY_MINUTE + 1441, DAY_S + INT64_C(1381) * 60, &tid));
    key.ken = 85;
    assert_refused(MV_KEY_EXPIRED, vend_rule_special_tid(&key, 0, DAY_S, &tid));
    assert_refused(MV_KEY_EXPIRED, vend_rule_expiry(&key, DAY_S));
    key = key_of(2035, 255);
    assert_refused(MV_BEFORE_BASE_DATE, vend_rule_special_tid(&key, 0, DAY_S, &tid));
    assert_refused(MV_BEFORE_BASE_DATE, vend_rule_expiry(&key, DAY_S));
    key = key_of(1993, 255);
    assert_refused(MV_TID_OUT_OF_RANGE, vend_rule_expiry(&key, DAY_S));
}

static void meters(void **state)
{
    (void)state;
    struct store_meter meter = {.state = VEND_METER_ACTIVE};
    assert_ok(vend_rule_meter(&meter));
    meter.state = VEND_METER_SUSPENDED;
    assert_refused(MV_METER_NOT_ACTIVE, vend_rule_meter(&meter));
    meter.state = VEND_METER_RETIRED;
    assert_refused(MV_METER_NOT_ACTIVE, vend_rule_meter(&meter));
    struct store_key key = key_of(2014, 255);
    for (key.kt = 0; key.kt <= 3; key.kt++) {
        if (key.kt != 2)
            assert_refused(MV_KEY_TYPE_NOT_ALLOWED, vend_rule_key_type(VEND_ORDER_CREDIT, &key));
        else
            assert_ok(vend_rule_key_type(VEND_ORDER_CREDIT, &key));
        assert_ok(vend_rule_key_type(VEND_ORDER_MANAGEMENT, &key));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(next_minute), cmocka_unit_test(reserved_minute), cmocka_unit_test(sixty_minutes_ahead),
        cmocka_unit_test(base_dates),  cmocka_unit_test(key_expiry),      cmocka_unit_test(amounts),
        cmocka_unit_test(utilities),   cmocka_unit_test(meters),          cmocka_unit_test(currency),
        cmocka_unit_test(management),  cmocka_unit_test(tests_of_meters), cmocka_unit_test(special_identifiers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
