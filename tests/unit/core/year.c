#include "year.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "random64.h"
#include "supply.h"
#include "year_kept.h"

const char *const year_call_names[YEAR_CALLS] = {"tick",   "token",     "record",     "return", "ENTER",
                                                 "tamper", "bypass on", "bypass off", "mains",  "power-up"};
const char *const year_count_names[YEAR_COUNTS] = {
    "credits",       "other credits",   "management tokens", "clearing tokens",  "test tokens",    "key changes",
    "half key sets", "refused tokens",  "purchases",         "merged purchases", "replacements",   "parameters",
    "tariffs",       "calendars",       "commands",          "times set",        "resets",         "reads",
    "key updates",   "refused records", "warned cuts",       "unwarned cuts",    "cuts in a call", "of them held",
    "emergencies",   "supply cuts",     "rotten bits"};

enum { FIRST_TID_STEP = 1, HUNDRED_DAYS_MIN = 100 * YEAR_DAY_MIN };
/* What may be in RAM only: the log and what is told of refusals wait for the next save. */
enum { LOG_ONLY = 1 << MV_OBJECT_EVENTS | 1 << MV_OBJECT_RECORDS };
/* The documented step: 100 Wh or 15 min, looked at once a minute; and a minute of the largest load. */
enum { LOST_MAX_WH = 100 + 2 * 12000 / 60, LOST_MAX_S = 900 + 60 };

uint32_t year_random(struct year *y, uint32_t below)
{
    return (uint32_t)((random64(&y->random) >> 32) * below >> 32);
}

bool year_happens(struct year *y, uint32_t in_hundred_days)
{
    return year_random(y, HUNDRED_DAYS_MIN) < in_hundred_days;
}

bool year_accepted(enum mv_result result)
{
    return result == MV_DONE || result == MV_ACCEPT || result == MV_KCT_1ST || result == MV_KCT_2ND ||
           result == MV_KCT_3RD || result == MV_KCT_4TH;
}

/* ---- one call ---- */

static enum mv_result power_up(struct record_fixture *f)
{
    struct mv_meter_port port = f->p.meter.port;
    struct mv_prepay_port board = f->p.port;
    return mv_prepay_open(&f->p, &port, &board, &mv_sta_public);
}

enum mv_result year_do(struct year *y, enum year_call call)
{
    struct mv_prepay *p = &y->f.p;
    switch (call) {
    case YEAR_TICK:
        return mv_prepay_tick(p);
    case YEAR_TOKEN:
        return mv_prepay_enter(p, y->token, &y->answer);
    case YEAR_RECORD:
        return record_give(&y->f);
    case YEAR_RETURN:
        return mv_prepay_return(p, y->f.returned, &y->f.returned_size);
    case YEAR_ENTER_KEY:
        return mv_prepay_key(p, MV_KEY_ENTER);
    case YEAR_TAMPER:
        return mv_prepay_tamper(p);
    case YEAR_BYPASS_ON:
    case YEAR_BYPASS_OFF:
        return mv_prepay_bypass(p, call == YEAR_BYPASS_ON);
    case YEAR_MAINS_GOES:
        return mv_prepay_power_fails(p);
    default:
        return power_up(&y->f);
    }
}

/* ---- what must hold after each ---- */

static void check_supply(struct year *y)
{
    const struct mv_prepay *p = &y->f.p;
    int64_t floor = -p->parameters.overdraft - (p->account.emergency_on ? p->parameters.emergency : 0);
    bool friendly = y->f.clock && ledger_friendly(&y->now, y->f.now);
    assert_int_equal(y->f.closed, mv_supply_cut(p) == MV_CUT_NONE);
    if (ledger_remaining(&y->now) <= floor && !friendly && !p->supply.bypass)
        assert_false(y->f.closed);
    if (p->supply.commanded_open && !p->supply.bypass)
        assert_false(y->f.closed);
}

static void check_after(struct year *y)
{
    ledger_check(&y->now, &y->f.p);
    check_supply(y);
    assert_false(y->f.flash.misused);
    /* A commit that moves to the next sector takes everything along, whether it was to be saved or not. */
    bool moved = y->generation != y->f.p.meter.journal.generation;
    y->generation = y->f.p.meter.journal.generation;
    if (moved || (y->f.p.dirty & ~(uint32_t)LOG_ONLY) == 0) {
        y->kept = y->now;
        y->kept_s = y->f.flash.now;
    }
}

static uint32_t erased(const struct flash *flash)
{
    uint32_t count = 0;
    for (unsigned i = 0; i < flash->sectors; i++)
        count += flash->erases[i];
    return count * flash->sector_size;
}

static void count_writing(struct year *y, enum year_call call, const struct flash *before)
{
    y->writing[call]++;
    y->bytes[call] += y->f.flash.spent - before->spent - (erased(&y->f.flash) - erased(before));
}

/* The power goes at a random bit of what the call writes. What holds is what the meter says when it is back. */
static bool strike(struct year *y, enum year_call call, const struct record_fixture *before, uint32_t wrote)
{
    static struct kept whole;
    static struct kept none;
    static struct kept now;
    enum mv_result result = y->result;
    struct mv_meter_answer answer = y->answer;
    struct mv_record_answer record_answer = y->f.answer;
    assert_int_equal(record_reopen(&y->f), MV_DONE);
    kept_of(&y->f.p, &whole);
    y->f = *before;
    assert_int_equal(record_reopen(&y->f), MV_DONE);
    kept_of(&y->f.p, &none);
    y->f = *before;
    y->f.flash.energy = year_random(y, wrote);
    y->f.flash.last_byte = (uint8_t)year_random(y, 256);
    y->f.flash.scatter = year_random(y, 3);
    (void)year_do(y, call);
    y->f.flash.scatter = 0;
    assert_int_equal(record_reopen(&y->f), MV_DONE);
    kept_of(&y->f.p, &now);
    bool held = kept_same(&now, &whole);
    if (!held && !kept_same(&now, &none))
        fail_msg("%s: neither whole nor not there: %s, %s", year_call_names[call], kept_difference(&now, &whole),
                 kept_difference(&now, &none));
    y->answer = answer;
    y->f.answer = record_answer;
    y->result = held ? result : MV_STORAGE_ERROR;
    y->strike = false;
    y->counts[YEAR_CUT_CALLS]++;
    y->counts[YEAR_CUT_HELD] += held ? 1U : 0U;
    return held;
}

bool year_does(struct year *y, enum year_call call, void (*effect)(struct year *y))
{
    static struct record_fixture before;
    static struct flash flash_before;
    bool looks = y->watch != NULL || y->strike;
    if (looks)
        before = y->f;
    flash_before.spent = y->f.flash.spent;
    flash_before.sectors = y->f.flash.sectors;
    flash_before.sector_size = y->f.flash.sector_size;
    memcpy(flash_before.erases, y->f.flash.erases, sizeof flash_before.erases);
    bool was_closed = y->f.closed;
    bool had_emergency = y->f.p.account.emergency_on;
    y->result = year_do(y, call);
    assert_int_not_equal(y->result, MV_STORAGE_ERROR);
    uint32_t wrote = y->f.flash.spent - flash_before.spent;
    if (wrote > 0) {
        count_writing(y, call, &flash_before);
        struct mv_meter_answer answer = y->answer;
        if (y->watch != NULL)
            y->watch(y, call, &before);
        y->answer = answer;
    }
    bool struck = wrote > 0 && y->strike;
    bool holds = struck ? strike(y, call, &before, wrote) : year_accepted(y->result);
    if (struck && !holds)
        y->now = y->kept;
    else if (holds && effect != NULL)
        effect(y);
    if (struck)
        y->now.rate = 0;
    if (struck || call == YEAR_POWER_UP) {
        ledger_forfeit(&y->now, &y->f.p);
        y->kept.forfeited = y->now.forfeited;
    }
    check_after(y);
    y->counts[YEAR_SUPPLY_CUTS] += was_closed && !y->f.closed ? 1U : 0U;
    y->counts[YEAR_EMERGENCIES] += !had_emergency && y->f.p.account.emergency_on ? 1U : 0U;
    return holds;
}

/* ---- restarts ---- */

void year_restart(struct year *y)
{
    uint64_t lost = ledger_total(&y->now) - ledger_total(&y->kept);
    assert_true(lost <= LOST_MAX_WH);
    assert_true(lost == 0 || y->f.flash.now - y->kept_s <= LOST_MAX_S);
    y->now = y->kept;
    y->now.rate = 0;
    (void)year_does(y, YEAR_POWER_UP, NULL);
    assert_int_equal(y->result, MV_DONE);
}

void year_begin(struct year *y, uint64_t seed, uint32_t sectors, uint32_t sector_size)
{
    memset(y, 0, sizeof *y);
    y->random = seed;
    record_provision_as(&y->f, sectors, sector_size);
    y->tid = RECORD_TID + FIRST_TID_STEP;
    y->now.tariff = y->f.p.tariff;
    y->kept = y->now;
    y->key_seed = 1;
    year_commission(y);
}
