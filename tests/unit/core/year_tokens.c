/* Tokens of the year: of every class, right ones and wrong ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "meter_support.h"
#include "year.h"

enum { PAID = MV_REGISTER_ELECTRICITY_CURRENCY, MINUTES_BETWEEN = 40, LOW = 60000, KRN_LAST = 9, POWER_MIN = 4000 };

static uint32_t next_tid(struct year *y)
{
    return y->tid += 1 + year_random(y, MINUTES_BETWEEN);
}

/* A token that is good: only a lockout refuses it, and it is tried again when its power went. */
static bool enter_good(struct year *y, void (*effect)(struct year *y))
{
    bool held = year_does(y, YEAR_TOKEN, effect);
    if (y->result == MV_LOCKOUT_ACTIVE)
        return false;
    if (!held) {
        assert_int_equal(y->result, MV_STORAGE_ERROR);
        held = year_does(y, YEAR_TOKEN, effect);
    }
    assert_true(held);
    return true;
}

static void enter_bad(struct year *y)
{
    (void)year_does(y, YEAR_TOKEN, NULL);
    assert_false(year_accepted(y->result));
    y->counts[YEAR_REFUSED_TOKENS]++;
}

/* ---- credit ---- */

static void credited(struct year *y)
{
    ledger_credit(&y->now, y->plan.target, y->plan.amount);
}

static void buy(struct year *y)
{
    struct mv_sts_credit credit = {.subclass = PAID, .tid = next_tid(y), .currency = {.exponent = 2}};
    credit.currency.mantissa = (uint16_t)(1000 + year_random(y, 8000));
    y->plan.target = PAID;
    y->plan.amount = (int64_t)mv_sts_currency_magnitude(credit.currency).low;
    test_token(&y->f.identity, &credit, y->token);
    if (!enter_good(y, credited))
        return;
    y->counts[YEAR_CREDITS]++;
    if (year_random(y, 3) == 0)
        enter_bad(y);
}

static void buy_water(struct year *y)
{
    struct mv_sts_credit credit = {.subclass = MV_REGISTER_WATER, .random = 7, .tid = next_tid(y)};
    assert_int_equal(mv_sts_amount_encode(1 + year_random(y, 500), &credit.amount), MV_DONE);
    y->plan.target = MV_REGISTER_WATER;
    y->plan.amount = (int64_t)mv_sts_amount_decode(credit.amount) * 100;
    test_token(&y->f.identity, &credit, y->token);
    y->counts[YEAR_OTHER_CREDITS] += enter_good(y, credited) ? 1U : 0U;
}

static void mistype(struct year *y)
{
    struct mv_sts_credit credit = {.subclass = PAID, .tid = next_tid(y), .currency = {.exponent = 2, .mantissa = 5}};
    test_token(&y->f.identity, &credit, y->token);
    y->token[3 + year_random(y, 16)] ^= 1;
    (void)year_does(y, YEAR_TOKEN, NULL);
    if (y->result == MV_STORAGE_ERROR) /* the count of wrong entries was on its way */
        return;
    assert_false(year_accepted(y->result));
    y->counts[YEAR_REFUSED_TOKENS]++;
}

/* ---- management ---- */

static void cleared(struct year *y)
{
    ledger_clear_credit(&y->now, y->plan.target == 0xFF ? (unsigned)MV_REGISTER_ALL : y->plan.target);
}

static void clear_credit(struct year *y)
{
    bool all = year_random(y, 2) == 0;
    y->plan.target = all ? 0xFF : (uint8_t)MV_REGISTER_WATER;
    test_manage_token(&y->f.identity, MV_MANAGE_CLEAR_CREDIT, next_tid(y),
                      all ? (uint16_t)MV_REGISTER_ALL : (uint16_t)MV_REGISTER_WATER, y->token);
    y->counts[YEAR_CLEARINGS] += enter_good(y, cleared) ? 1U : 0U;
}

static void manage(struct year *y)
{
    static const uint8_t subclasses[] = {MV_MANAGE_MAXIMUM_POWER,   MV_MANAGE_TARIFF_RATE,  MV_MANAGE_CLEAR_TAMPER,
                                         MV_MANAGE_PHASE_UNBALANCE, MV_MANAGE_WATER_FACTOR, MV_MANAGE_EXTENDED};
    uint8_t subclass = subclasses[year_random(y, sizeof subclasses)];
    uint16_t field = (uint16_t)year_random(y, 1000);
    if (subclass == MV_MANAGE_MAXIMUM_POWER || subclass == MV_MANAGE_PHASE_UNBALANCE)
        assert_int_equal(mv_sts_amount_encode(POWER_MIN + 4 * year_random(y, 1000), &field), MV_DONE);
    if (subclass == MV_MANAGE_CLEAR_TAMPER)
        field = 0;
    if (subclass == MV_MANAGE_EXTENDED)
        assert_int_equal(mv_sts_extended_field((uint8_t)year_random(y, 63), field, &field), MV_DONE);
    test_manage_token(&y->f.identity, subclass, next_tid(y), field, y->token);
    y->counts[YEAR_MANAGEMENT] += enter_good(y, NULL) ? 1U : 0U;
}

static void test_meter(struct year *y)
{
    struct mv_sts_test test = {.subclass = 0};
    struct mv_sts_block block;
    assert_int_equal(mv_sts_test_control(0, year_random(y, MV_TEST_LAST + 1), &test.control), MV_DONE);
    assert_int_equal(mv_sts_test_pack(&test, &block), MV_DONE);
    mv_sts_digits_from_block(MV_CLASS_DISPLAY, mv_sts_block_pack(&block), y->token);
    (void)year_does(y, YEAR_TOKEN, NULL);
    y->counts[YEAR_TESTS] += y->result == MV_ACCEPT ? 1U : 0U;
}

/* ---- key changes ---- */

static void changed(struct year *y)
{
    if (y->answer.kind == MV_ANSWER_KEY_CHANGED)
        y->f.identity = y->plan.identity;
}

/* Some sets come by half only, and are forgotten. */
static void change_key(struct year *y)
{
    char digits[MV_KEY_SECTIONS][21];
    uint8_t revision = (uint8_t)(y->f.identity.key_revision % KRN_LAST + 1);
    struct mv_sts_key_change change = test_change(&y->f.identity, revision);
    change.key.bytes[1] = (uint8_t)year_random(y, 256);
    change.with_sgc = year_random(y, 2) == 0;
    change.ken = 0xFF;
    y->plan.identity = test_changed(&y->f.identity, &change);
    unsigned count = test_key_set(&y->f.identity, &change, digits);
    unsigned entered = year_random(y, 4) == 0 ? 1 : count;
    for (unsigned i = 0; i < entered; i++) {
        memcpy(y->token, digits[i], sizeof y->token);
        if (!enter_good(y, changed))
            return;
    }
    y->counts[entered == count ? YEAR_KEY_CHANGES : YEAR_HALF_SETS]++;
}

void year_tokens(struct year *y)
{
    bool low = ledger_remaining(&y->now) < LOW;
    if (low && year_random(y, 200) == 0)
        buy(y);
    if (year_happens(y, 25))
        buy_water(y);
    if (year_happens(y, 60))
        mistype(y);
    if (year_happens(y, 12))
        clear_credit(y);
    if (year_happens(y, 70))
        manage(y);
    if (year_happens(y, 40))
        test_meter(y);
    if (year_happens(y, 20))
        change_key(y);
}
