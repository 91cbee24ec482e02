/* The display and the keypad of the payment meter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine_support.h"
#include "keypad.h"
#include "metervault/codes.h"
#include "screens.h"
#include "settle.h"
#include "text.h"

static struct mv_screen shown(const struct engine *e)
{
    struct mv_screen screen;
    mv_prepay_screen(&e->p, &screen);
    return screen;
}

static void check_text(const struct engine *e, const char *text)
{
    assert_string_equal(shown(e).text, text);
}

static void check_code(const struct engine *e, uint8_t code, const char *text)
{
    struct mv_screen screen;
    assert_true(mv_screen_of(&e->p, code, &screen));
    assert_string_equal(screen.text, text);
    assert_int_equal(screen.code, code);
    assert_int_equal(screen.empty, strlen(text) == 7 && strcmp(text + 3, "----") == 0);
}

/* ---- text ---- */

static void check_decimal(const char *before, int64_t value, unsigned decimals, unsigned places, const char *expected)
{
    char line[MV_SCREEN_TEXT + 1];
    struct mv_text text = mv_text_on(line);
    mv_text_add(&text, before);
    mv_text_decimal(&text, value, decimals, places);
    assert_string_equal(line, expected);
}

static void numbers_fit_the_line(void **state)
{
    (void)state;
    check_decimal("", 0, 3, 3, "0.000");
    check_decimal("", -1, 3, 3, "-0.001");
    check_decimal("", 1234567, 3, 3, "1234.567");
    check_decimal("", -1234567, 5, 2, "-12.34");
    check_decimal("", 7, 0, 0, "7");
    check_decimal("01 ", 1234567890123, 3, 3, "01 1234567890.12");
    check_decimal("01 ", 12345678901234, 3, 3, "01 12345678901.2");
    check_decimal("01 ", 123456789012345, 3, 3, "01 123456789012");
    check_decimal("01 ", -123456789012345, 3, 3, "01 -123456789012");
    check_decimal("01 ", 12345678901234567, 3, 3, "01 -------------");
    check_decimal("01 ", INT64_MIN, 3, 3, "01 -------------");
    check_decimal("", INT64_MAX, 5, 2, "92233720368547.7");
}

static void a_line_never_runs_over(void **state)
{
    char line[MV_SCREEN_TEXT + 1];
    struct mv_text text = mv_text_on(line);
    (void)state;
    mv_text_number(&text, UINT64_MAX, 1);
    mv_text_add(&text, "MORE");
    assert_string_equal(line, "1844674407370955");
}

/* ---- screens ---- */

static void screens_show_what_the_meter_holds(void **state)
{
    struct engine *e = *state;
    const uint32_t power[MV_PHASES] = {1000, 200, 34};
    assert_int_equal(engine_buy(e, 25), MV_ACCEPT);
    mv_prepay_pulses(&e->p, 1, 1500);
    mv_prepay_power(&e->p, power, 0);
    check_code(e, MV_SCREEN_REMAINING, "01 23.500 KWH");
    check_code(e, MV_SCREEN_TOTAL, "02 1.500 KWH");
    check_code(e, MV_SCREEN_MONTH, "03 1.500 KWH");
    check_code(e, MV_SCREEN_DATE, "04 2026-01-01");
    check_code(e, MV_SCREEN_TIME, "05 00:00");
    check_code(e, MV_SCREEN_CUT, "06 ON");
    check_code(e, MV_SCREEN_TAKEN, "07 1.500 KWH");
    check_code(e, MV_SCREEN_BOUGHT, "08 25.000 KWH");
    check_code(e, MV_SCREEN_ARREARS, "09 0.000 KWH");
    check_code(e, MV_SCREEN_POWER, "10 1234 W");
    check_code(e, MV_SCREEN_POWER_1 + 1, "12 200 W");
    check_code(e, MV_SCREEN_PHASE_1 + 1, "15 1.500 KWH");
    check_code(e, MV_SCREEN_LIMIT, "17 ----");
    check_code(e, MV_SCREEN_RATE, "19 1");
    check_code(e, MV_SCREEN_RATE_1, "20 1.500 KWH");
    check_code(e, MV_SCREEN_RATE_1 + 1, "21 ----");
    check_code(e, MV_SCREEN_PRICE_1, "30 ----");
    check_code(e, MV_SCREEN_MONTH_1, "41 ----");
    check_code(e, MV_SCREEN_HOARD, "64 ----");
    check_code(e, MV_SCREEN_OVERDRAFT, "62 0.000 KWH");
    check_code(e, MV_SCREEN_EMERGENCY, "63 0.000 KWH");
    check_code(e, MV_SCREEN_EVENTS, "70 3");
    check_code(e, MV_SCREEN_EVENT_1, "71 04-000");
    check_code(e, MV_SCREEN_EVENT_1 + 7, "78 ----");
    check_code(e, MV_SCREEN_PAN_1, "80 600727000");
    check_code(e, MV_SCREEN_PAN_2, "81 000000009");
    check_code(e, MV_SCREEN_GROUP, "82 123456");
    check_code(e, MV_SCREEN_REVISION, "83 1");
    check_code(e, MV_SCREEN_TARIFF, "84 01");
    check_code(e, MV_SCREEN_EXPIRY, "85 159");
    check_code(e, MV_SCREEN_EPOCH, "86 ----");
    check_code(e, MV_SCREEN_SOFTWARE, "87 0.1.0");
    e->no_clock = true;
    check_code(e, MV_SCREEN_DATE, "04 ----");
    check_code(e, MV_SCREEN_TIME, "05 ----");
}

static void screens_of_what_is_set(void **state)
{
    struct engine *e = *state;
    struct mv_parameters parameters = e->p.parameters;
    parameters.alarm_1 = 2000;
    parameters.alarm_2 = -1000;
    parameters.hoard_limit = 3000;
    parameters.power_limit_w = 4000;
    engine_set(e, &parameters);
    e->p.freezes.months[2] = (struct mv_month){.ended = 1, .month = 4321};
    e->p.records.provisioned = true;
    e->p.records.epoch = 3;
    e->p.meter.state.identity.supply_group = MV_SGC_UNKNOWN;
    e->p.registers.by_rate[4] = 1;
    check_code(e, MV_SCREEN_ALARM_1, "60 2.000 KWH");
    check_code(e, MV_SCREEN_ALARM_2, "61 -1.000 KWH");
    check_code(e, MV_SCREEN_HOARD, "64 3.000 KWH");
    check_code(e, MV_SCREEN_LIMIT, "17 4000 W");
    check_code(e, MV_SCREEN_MONTH_1 + 2, "43 4.321 KWH");
    check_code(e, MV_SCREEN_EPOCH, "86 3");
    check_code(e, MV_SCREEN_GROUP, "82 ----");
    check_code(e, MV_SCREEN_RATE_1 + 4, "24 0.001 KWH");
    e->p.registers.total = UINT64_MAX;
    check_code(e, MV_SCREEN_TOTAL, "02 -------------");
}

static void screens_of_other_meters(void **state)
{
    struct engine *e = *state;
    e->p.parameters.credit_register = MV_REGISTER_WATER;
    check_code(e, MV_SCREEN_TOTAL, "02 0.000 M3");
    check_code(e, MV_SCREEN_PHASE_1, "14 ----");
    check_code(e, MV_SCREEN_POWER, "10 ----");
    check_code(e, MV_SCREEN_POWER_1, "11 ----");
    e->p.parameters.credit_register = MV_REGISTER_TIME;
    check_code(e, MV_SCREEN_REMAINING, "01 0 S");
    check_code(e, MV_SCREEN_TOTAL, "02 0 S");
    e->p.parameters.credit_register = MV_REGISTER_ELECTRICITY_CURRENCY;
    e->p.tariff = (struct mv_tariff){.kind = MV_TARIFF_TIME_OF_USE, .rates = 2, .price = {1234567, 200000}};
    check_code(e, MV_SCREEN_REMAINING, "01 0.00");
    check_code(e, MV_SCREEN_PRICE_1, "30 12.34");
    check_code(e, MV_SCREEN_PRICE_1 + 1, "31 2.00");
    check_code(e, MV_SCREEN_PRICE_1 + 2, "32 ----");
}

static void screens_and_words_are_of_the_same_numbers(void **state)
{
    const struct engine *e = *state;
    struct mv_screen screen;
    for (unsigned code = 1; code < 256; code++)
        assert_int_equal(mv_screen_of(&e->p, (uint8_t)code, &screen), mv_screen_words((uint8_t)code) != NULL);
}

static void why_there_is_no_supply(void **state)
{
    static const char *const texts[] = {"06 ON",      "06 RETIRED",     "06 COMMAND", "06 NO CREDIT", "06 PRESS KEY",
                                        "06 WARNING", "06 POWER LIMIT", "06 LOCKED",  "06 UNBALANCE"};
    struct engine *e = *state;
    for (unsigned cut = 0; cut < sizeof texts / sizeof texts[0]; cut++) {
        e->p.supply.cut = (uint8_t)cut;
        check_code(e, MV_SCREEN_CUT, texts[cut]);
    }
    e->p.supply.cut = MV_CUT_NONE;
    e->p.supply.testing = true;
    check_code(e, MV_SCREEN_CUT, "06 TEST");
}

static void a_wait_is_told_in_seconds(void **state)
{
    struct engine *e = *state;
    check_code(e, MV_SCREEN_WAIT, "18 ----");
    e->p.parameters.power_lockout_s = UINT16_MAX;
    e->p.supply.limit = MV_CUT_POWER;
    e->p.supply.limit_since_s = e->flash.now;
    check_code(e, MV_SCREEN_WAIT, "18 60 S");         /* power_wait_s */
    while (e->flash.now / MV_KEYPAD_CYCLE_S % 6 != 4) /* the date's turn */
        e->flash.now++;
    assert_int_equal(shown(e).code, MV_SCREEN_WAIT);
    e->flash.now = e->p.supply.limit_since_s + 59;
    check_code(e, MV_SCREEN_WAIT, "18 1 S");
    e->flash.now++; /* the tick that ends it is still to come */
    check_code(e, MV_SCREEN_WAIT, "18 ----");
    e->p.supply.limit = MV_CUT_POWER_LOCK;
    check_code(e, MV_SCREEN_WAIT, "18 65475 S");
}

static void a_lockout_is_told_in_seconds(void **state)
{
    struct engine *e = *state;
    check_code(e, MV_SCREEN_LOCKOUT, "88 ----");
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(engine_keys(e, "66475648316756821784E"), MV_CRC_ERROR);
    check_text(e, "Err-13");
    assert_int_equal(engine_keys(e, "66475648316756821784E"), MV_LOCKOUT_ACTIVE);
    check_text(e, "Err-15 10 S");
    check_code(e, MV_SCREEN_LOCKOUT, "88 10 S");
    engine_wait(e, 9);
    check_text(e, "Err-15 1 S");
    engine_wait(e, 1);
    check_text(e, "Err-15");
    check_code(e, MV_SCREEN_LOCKOUT, "88 ----");
}

/* ---- keypad ---- */

static void screens_take_turns(void **state)
{
    static const uint8_t with_supply[] = {1, 1, 2, 3, 4, 5};
    static const uint8_t without[] = {1, 6, 2, 3, 4, 5};
    struct engine *e = *state;
    for (unsigned turn = 0; turn < 12; turn++, e->flash.now += MV_KEYPAD_CYCLE_S)
        assert_int_equal(shown(e).code, without[turn % 6]);
    assert_int_equal(engine_buy(e, 1), MV_ACCEPT);
    for (unsigned turn = 0; turn < 6; turn++, e->flash.now += MV_KEYPAD_CYCLE_S)
        assert_int_equal(shown(e).code, with_supply[turn]);
}

static void digits_stand_in_groups_of_four(void **state)
{
    struct engine *e = *state;
    (void)engine_keys(e, "1234");
    check_text(e, "1234");
    (void)engine_keys(e, "5");
    check_text(e, "1234 5");
    (void)engine_keys(e, "6789012");
    check_text(e, "1234 5678 9012");
    (void)engine_keys(e, "3");
    check_text(e, "<5678 9012 3");
    (void)engine_keys(e, "4567890");
    check_text(e, "<9012 3456 7890");
    (void)engine_keys(e, "55"); /* no more than 20 */
    check_text(e, "<9012 3456 7890");
    (void)engine_keys(e, "<<<<");
    check_text(e, "<5678 9012 3456");
    (void)engine_keys(e, "<<<<<<<<<<<<<<<<");
    assert_int_equal(e->p.keypad.count, 0);
}

static void a_token_is_keyed_in(void **state)
{
    struct engine *e = *state;
    char digits[21];
    test_kwh_token(&e->identity, e->next_tid++, 256, digits);
    assert_int_equal(engine_keys(e, digits), MV_DONE);
    assert_int_equal(engine_keys(e, "E"), MV_ACCEPT);
    check_text(e, "OK +25.600");
    assert_int_equal(e->p.keypad.count, 0);
    for (unsigned i = 0; i < sizeof e->p.keypad.digits; i++)
        assert_int_equal(e->p.keypad.digits[i], 0);
    assert_int_equal(engine_keys(e, digits), MV_DONE);
    assert_int_equal(engine_keys(e, "E"), MV_USED_ERROR);
    check_text(e, "Err-10");
    assert_int_equal(shown(e).value, MV_USED_ERROR);
    digits[4] = '\0';
    assert_int_equal(engine_keys(e, digits), MV_DONE);
    assert_int_equal(engine_keys(e, "E"), MV_FORMAT_ERROR);
    check_text(e, "Err-06");
    engine_wait(e, MV_KEYPAD_SHOWS_S);
    assert_int_not_equal(shown(e).code, MV_SCREEN_ENTRY);
}

static void other_tokens_have_their_words(void **state)
{
    struct engine *e = *state;
    char digits[MV_KEY_SECTIONS][21];
    char one[21];
    struct mv_sts_key_change change = test_change(&e->identity, 2);
    unsigned count = test_key_set(&e->identity, &change, digits);
    test_manage_token(&e->identity, MV_MANAGE_TARIFF_RATE, e->next_tid++, 7, one);
    (void)engine_keys(e, one);
    assert_int_equal(engine_keys(e, "E"), MV_ACCEPT);
    check_text(e, "OK");
    for (unsigned i = 0; i < count; i++) {
        (void)engine_keys(e, digits[i]);
        (void)engine_keys(e, "E");
        check_text(e, i + 1 < count ? (i == 0 ? "SECTION 1" : "SECTION 2") : "KEY CHANGED");
    }
}

/* All tests at once: their values take turns. */
static void test_tokens_show_item_after_item(void **state)
{
    static const char *const items[] = {
        "SWITCH",     "8888888888888888", "C0 0.000",  "C1 0.000",   "C3 0", "KRN 1", "KT 2", "TI 1",
        "MAX W ----", "TAMPER 0",         "SW 100",    "UNB W ----", "WF 0", "TR 0",  "EA 7", "TCT 2",
        "KEN 159",    "00000000000",      "SGC 123456"};
    struct engine *e = *state;
    (void)engine_keys(e, "56493153725450313471");
    assert_int_equal(engine_keys(e, "E"), MV_ACCEPT);
    assert_int_equal(e->p.keypad.answer.display.count, sizeof items / sizeof items[0]);
    for (unsigned i = 0; i < 2 * sizeof items / sizeof items[0]; i++, e->flash.now += 3)
        check_text(e, items[i % (sizeof items / sizeof items[0])]);
}

static void the_extended_set_is_shown(void **state)
{
    struct engine *e = *state;
    e->p.keypad.asked = true;
    e->p.keypad.result = MV_ACCEPT;
    e->p.keypad.answer.kind = MV_ANSWER_DISPLAY;
    e->p.keypad.answer.display.count = 1;
    e->p.keypad.answer.display.items[0] = (struct mv_display_item){.what = MV_SHOW_EXTENDED, .index = 12, .value = 345};
    check_text(e, "X12 345");
    e->p.keypad.answer.display.items[0] = (struct mv_display_item){.what = MV_SHOW_FLAG, .index = 500, .value = 1};
    check_text(e, "F500 1");
    e->p.keypad.answer.display.items[0] =
        (struct mv_display_item){.what = MV_SHOW_CREDIT, .index = MV_REGISTER_GAS_CURRENCY, .value = 1234567};
    check_text(e, "C6 12.34567");
}

static void a_code_brings_its_screen_up(void **state)
{
    struct engine *e = *state;
    assert_int_equal(engine_keys(e, "82E"), MV_DONE);
    check_text(e, "82 123456");
    engine_wait(e, MV_KEYPAD_SHOWS_S - 1);
    check_text(e, "82 123456");
    engine_wait(e, 1);
    assert_int_not_equal(shown(e).code, 82);
    assert_int_equal(engine_keys(e, "2E"), MV_DONE);
    check_text(e, "02 0.000 KWH");
    assert_int_equal(engine_keys(e, "99E"), MV_DONE);
    check_text(e, "Err-08");
    assert_int_equal(engine_keys(e, "0E"), MV_DONE);
    check_text(e, "Err-08");
}

static void enter_and_back_browse(void **state)
{
    struct engine *e = *state;
    assert_int_equal(engine_keys(e, "E"), MV_DONE);
    assert_int_equal(shown(e).code, MV_SCREEN_REMAINING);
    assert_int_equal(engine_keys(e, "EE"), MV_DONE);
    assert_int_equal(shown(e).code, MV_SCREEN_MONTH);
    assert_int_equal(engine_keys(e, "<<"), MV_DONE);
    assert_int_equal(shown(e).code, MV_SCREEN_REMAINING);
    assert_int_equal(engine_keys(e, "<"), MV_DONE);
    assert_int_equal(shown(e).code, MV_SCREEN_SOFTWARE);
    assert_int_equal(engine_keys(e, "<"), MV_DONE); /* passes over those without a value */
    assert_int_equal(shown(e).code, MV_SCREEN_EXPIRY);
    assert_int_equal(engine_keys(e, "EE"), MV_DONE);
    assert_int_equal(shown(e).code, MV_SCREEN_REMAINING);
}

static void digits_are_forgotten_after_a_while(void **state)
{
    struct engine *e = *state;
    assert_int_equal(engine_keys(e, "1234"), MV_DONE);
    engine_wait(e, MV_KEYPAD_FORGETS_S - 1);
    check_text(e, "1234");
    engine_wait(e, 1);
    assert_int_equal(e->p.keypad.count, 0);
    assert_int_not_equal(shown(e).code, MV_SCREEN_ENTRY);
    assert_int_equal(engine_keys(e, "77"), MV_DONE);
    e->flash.now += MV_KEYPAD_FORGETS_S; /* without a tick */
    assert_int_equal(engine_keys(e, "8"), MV_DONE);
    check_text(e, "8");
}

static void no_such_key(void **state)
{
    struct engine *e = *state;
    assert_int_equal(mv_prepay_key(&e->p, (enum mv_key)12), MV_RANGE_ERROR);
    assert_int_equal(e->p.keypad.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_fit_the_line),
        cmocka_unit_test(a_line_never_runs_over),
        ENGINE(screens_show_what_the_meter_holds),
        ENGINE(screens_of_what_is_set),
        ENGINE(screens_of_other_meters),
        ENGINE(screens_and_words_are_of_the_same_numbers),
        ENGINE(why_there_is_no_supply),
        ENGINE(a_wait_is_told_in_seconds),
        ENGINE(a_lockout_is_told_in_seconds),
        ENGINE(screens_take_turns),
        ENGINE(digits_stand_in_groups_of_four),
        ENGINE(a_token_is_keyed_in),
        ENGINE(other_tokens_have_their_words),
        ENGINE(test_tokens_show_item_after_item),
        ENGINE(the_extended_set_is_shown),
        ENGINE(a_code_brings_its_screen_up),
        ENGINE(enter_and_back_browse),
        ENGINE(digits_are_forgotten_after_a_while),
        ENGINE(no_such_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
