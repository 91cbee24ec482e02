#include "year_ledger.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { W_MS_PER_WH = 3600000, WH_PER_KWH = 1000, DAY_S = 86400, MINUTE_S = 60, DAY_MIN = 1440, PERCENT = 100 };
enum { DAY_2026 = 20454, WEEK = 7, WEEKDAY_2026 = 3 /* Thursday */ };
enum { PEAK_FROM = 17 * 60, PEAK_TO = 21 * 60, FRIENDLY_FROM = 22 * 60, FRIENDLY_TO = 6 * 60 };
/* In which register supply is paid. */
/* 0.00001 of the currency: 400 units at a price beyond all. */
enum { FORFEIT_MAX = 400 * 100 };
enum { PAID = MV_REGISTER_ELECTRICITY_CURRENCY };

uint64_t ledger_total(const struct ledger *l)
{
    uint64_t total = 0;
    for (unsigned i = 0; i < MV_PHASES; i++)
        total += l->energy[i] / W_MS_PER_WH;
    return total;
}

int64_t ledger_taken(const struct ledger *l)
{
    return (int64_t)(l->cost / WH_PER_KWH) + l->fixed + l->arrears_taken + l->forfeited;
}

int64_t ledger_remaining(const struct ledger *l)
{
    return l->credit[PAID] - ledger_taken(l);
}

static uint32_t price_of(const struct mv_tariff *t, uint8_t rate, uint64_t month)
{
    uint32_t price = 0;
    if (t->kind != MV_TARIFF_STEP)
        price = t->price[t->kind == MV_TARIFF_TIME_OF_USE && rate < t->rates ? rate : 0];
    for (unsigned i = t->steps; i > 0; i--) {
        if (month >= t->step_from[i - 1])
            return price + t->step_price[i - 1];
    }
    return price;
}

void ledger_use(struct ledger *l, const uint32_t watts[MV_PHASES], uint32_t ms)
{
    uint64_t from = ledger_total(l);
    for (unsigned i = 0; i < MV_PHASES; i++)
        l->energy[i] += (uint64_t)watts[i] * ms;
    uint64_t to = ledger_total(l);
    l->ever += to - from;
    for (uint64_t unit = from; unit < to; unit++)
        l->cost += price_of(&l->tariff, l->rate, unit - l->month_base);
}

/* ---- time ---- */

static uint32_t local_of(uint32_t unix_s)
{
    return unix_s + LEDGER_OFFSET_MIN * MINUTE_S;
}

static uint8_t rate_of(const struct ledger *l, uint32_t unix_s)
{
    uint32_t local = local_of(unix_s);
    uint32_t minute = local % DAY_S / MINUTE_S;
    uint32_t weekday = (local / DAY_S - DAY_2026 + WEEKDAY_2026) % WEEK;
    if (l->weekend_calendar && weekday >= 5)
        return 2;
    return minute >= PEAK_FROM && minute < PEAK_TO ? 1 : 0;
}

bool ledger_friendly(const struct ledger *l, uint32_t unix_s)
{
    uint32_t minute = local_of(unix_s) % DAY_S / MINUTE_S;
    return l->weekend_calendar && (minute >= FRIENDLY_FROM || minute < FRIENDLY_TO);
}

static bool begins_month(uint32_t day)
{
    static const uint16_t first[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365, 396};
    for (unsigned i = 0; i < sizeof first / sizeof first[0]; i++) {
        if (day - DAY_2026 == first[i])
            return true;
    }
    return false;
}

static int64_t lowest(int64_t a, int64_t b, int64_t c)
{
    int64_t least = a < b ? a : b;
    return least < c ? least : c;
}

static void move_arrears(struct ledger *l, int64_t amount)
{
    if (amount <= 0)
        return;
    l->arrears -= amount;
    l->arrears_taken += amount;
    l->arrears_moved += amount;
}

static void next_day(struct ledger *l)
{
    l->day++;
    if (begins_month(l->day))
        l->month_base = ledger_total(l);
    l->fixed += l->tariff.fixed_per_day;
    move_arrears(l, lowest(l->per_day, l->arrears, ledger_remaining(l)));
}

void ledger_time(struct ledger *l, uint32_t unix_s)
{
    if (l->day == 0)
        l->day = local_of(unix_s) / DAY_S;
    for (;;) {
        uint32_t midnight = (l->day + 1) * DAY_S - LEDGER_OFFSET_MIN * MINUTE_S;
        uint32_t change = l->next.set_id == 0 ? UINT32_MAX : l->next.valid_from;
        if (change <= midnight && change <= unix_s) {
            l->tariff = l->next;
            l->next.set_id = 0;
        } else if (midnight <= unix_s) {
            next_day(l);
        } else {
            break;
        }
    }
    l->rate = rate_of(l, unix_s);
}

/* ---- money ---- */

void ledger_credit(struct ledger *l, unsigned credit_register, int64_t amount)
{
    l->credit[credit_register] += amount;
    if (credit_register != PAID || amount == 0)
        return;
    int64_t wanted = l->per_purchase + amount * l->percent / PERCENT;
    move_arrears(l, lowest(wanted, l->arrears, lowest(amount, ledger_remaining(l), amount)));
}

void ledger_debt(struct ledger *l, int64_t amount)
{
    l->arrears += amount;
    l->arrears_added += amount;
}

void ledger_clear_credit(struct ledger *l, unsigned credit_register)
{
    for (unsigned i = 0; i < MV_REGISTERS; i++) {
        if (credit_register != i && credit_register != MV_REGISTER_ALL)
            continue;
        l->credit[i] = 0;
        if (i == PAID) {
            l->cost = 0;
            l->fixed = l->arrears_taken = l->forfeited = 0;
        }
    }
}

void ledger_clear_registers(struct ledger *l)
{
    memset(l->energy, 0, sizeof l->energy);
    l->month_base = 0;
}

void ledger_forfeit(struct ledger *l, const struct mv_prepay *p)
{
    int64_t lost = p->account.taken[PAID] - ledger_taken(l);
    assert_in_range(lost, 0, FORFEIT_MAX);
    l->forfeited += lost;
}

void ledger_check(const struct ledger *l, const struct mv_prepay *p)
{
    for (unsigned i = 0; i < MV_REGISTERS; i++) {
        assert_int_equal(p->meter.state.credit[i], l->credit[i]);
        assert_int_equal(p->account.taken[i], i == PAID ? ledger_taken(l) : 0);
    }
    assert_int_equal(p->load.rate, l->rate);
    assert_int_equal(p->account.price_rest, l->cost % WH_PER_KWH);
    assert_int_equal(p->account.arrears, l->arrears);
    assert_int_equal(l->arrears + l->arrears_moved, l->arrears_added);
    assert_int_equal(p->account.day, l->day);
    assert_int_equal(p->registers.total, ledger_total(l));
    assert_int_equal(p->registers.month, ledger_total(l) - l->month_base);
    assert_int_equal(p->tariff.set_id, l->tariff.set_id);
    assert_int_equal(p->next_tariff.set_id, l->next.set_id);
}
