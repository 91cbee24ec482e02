/* When use is saved, what a cut of the mains costs, and what of the memory is believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "account.h"
#include "engine_support.h"
#include "events.h"
#include "nv.h"
#include "save.h"
#include "settle.h"
#include "supply.h"

/* ---- saving ---- */

/* The journal is always ahead of what is used. */
static void use_is_covered_by_the_journal(void **state)
{
    struct engine *e = *state;
    assert_int_equal(engine_buy(e, 50), MV_ACCEPT);
    engine_wait(e, MV_SAVE_LEAST_S);
    assert_int_equal(e->p.account.reserved, 0); /* nothing is used */
    uint32_t commits = e->p.meter.journal.commits;
    mv_prepay_pulses(&e->p, 0, 1);
    engine_wait(e, 1);
    assert_int_equal(e->p.meter.journal.commits, commits + 1);
    assert_int_equal(e->p.account.reserved, MV_QUOTA_FIRST);
    mv_prepay_pulses(&e->p, 0, MV_QUOTA_FIRST - 1);
    engine_wait(e, 1);
    assert_int_equal(e->p.meter.journal.commits, commits + 1);
    mv_prepay_pulses(&e->p, 0, 1);
    engine_wait(e, 1);
    assert_int_equal(e->p.meter.journal.commits, commits + 2);
    assert_int_equal(e->p.account.reserved, 2 * MV_QUOTA_FIRST);
    assert_int_equal(mv_account_remaining(&e->p), 50 * ENGINE_KWH - 1 - MV_QUOTA_FIRST); /* the rest was given back */
    engine_reopen(e);
    assert_int_equal(mv_account_remaining(&e->p), 50 * ENGINE_KWH - 1 - 3 * (int64_t)MV_QUOTA_FIRST);
    engine_reopen(e); /* and once only */
    assert_int_equal(mv_account_remaining(&e->p), 50 * ENGINE_KWH - 1 - 3 * (int64_t)MV_QUOTA_FIRST);
    engine_use(e, 50);
    check_cut(e, MV_CUT_CREDIT);
    assert_int_equal(e->p.account.reserved, 0); /* without supply there is no use to come */
}

/* Whatever the load. */
static void saving_does_not_wear_the_memory_out(void **state)
{
    static const uint32_t loads[] = {50, 500, 3000, 20000, 60000};
    struct engine *e = *state;
    assert_int_equal(engine_buy(e, 5000), MV_ACCEPT);
    for (unsigned i = 0; i < sizeof loads / sizeof loads[0]; i++) {
        uint32_t commits = e->p.meter.journal.commits;
        engine_load(e, loads[i], 7200);
        assert_in_range(e->p.meter.journal.commits - commits, 8, 7200 / MV_SAVE_LEAST_S + 10);
    }
}

/* Mains that somebody switches off before the meter, again and again, after any time. */
static void cutting_the_mains_gains_nothing(void **state)
{
    struct engine *e = *state;
    static const unsigned seconds[] = {290, 40, 3, 1};
    for (unsigned i = 0; i < sizeof seconds / sizeof seconds[0]; i++) {
        int64_t used = 0;
        assert_int_equal(engine_ready(state), 0);
        assert_int_equal(engine_buy(e, 10), MV_ACCEPT);
        for (unsigned restart = 0; restart < 500; restart++) {
            for (unsigned s = 0; s < seconds[i] && e->closed; s++) {
                mv_prepay_pulses(&e->p, 0, s % 3 == 0 ? 1 : 0);
                used += s % 3 == 0 ? 1 : 0;
                engine_wait(e, 1);
            }
            engine_reopen(e);
            assert_true(used <= 10 * ENGINE_KWH - mv_account_remaining(&e->p));
        }
        check_cut(e, MV_CUT_CREDIT);
        assert_true(used <= 10 * ENGINE_KWH);
    }
}

/* The loss is a quota at the most for each cut; a board that sees the mains go loses nothing. */
static void a_cut_costs_a_quota_at_the_most(void **state)
{
    struct engine *e = *state;
    int64_t used = 0;
    assert_int_equal(engine_buy(e, 100), MV_ACCEPT);
    for (unsigned restart = 1; restart <= 100; restart++) {
        engine_load(e, 3600, 600);
        used += 600;
        engine_reopen(e);
        int64_t lost = 100 * ENGINE_KWH - mv_account_remaining(&e->p) - used;
        assert_true(lost >= 0 && lost <= (int64_t)restart * 2 * MV_SAVE_EVERY_UNITS);
    }
    int64_t remaining = mv_account_remaining(&e->p);
    for (unsigned restart = 1; restart <= 100; restart++) {
        engine_load(e, 3600, 100);
        assert_int_equal(mv_prepay_power_fails(&e->p), MV_DONE);
        engine_reopen(e);
    }
    assert_int_equal(mv_account_remaining(&e->p), remaining - INT64_C(10000));
}

/* What a minute's use is, where that is more than what is always saved at once; and less again with the load. */
static void a_quota_follows_the_load(void **state)
{
    struct engine *e = *state;
    assert_int_equal(engine_buy(e, 1000000), MV_ACCEPT);
    engine_load(e, 24000, 600);
    assert_int_equal(e->p.quota, 400);
    engine_load(e, 2000, 3600);
    assert_int_equal(e->p.quota, MV_SAVE_EVERY_UNITS);
    for (unsigned i = 0; i < 30; i++)
        engine_use(e, e->p.quota / 1000 + 1);
    assert_in_range(e->p.quota, MV_QUOTA_MAX, 2 * MV_QUOTA_MAX - 1); /* whatever the load */
    check_cut(e, MV_CUT_NONE);
}

static void little_use_is_saved_after_15_minutes_and_no_use_never(void **state)
{
    struct engine *e = *state;
    assert_int_equal(engine_buy(e, 50), MV_ACCEPT);
    engine_wait(e, MV_SAVE_EVERY_S); /* its events */
    assert_int_equal(e->p.dirty, 0);
    uint32_t commits = e->p.meter.journal.commits;
    engine_wait(e, 3 * MV_SAVE_EVERY_S);
    assert_int_equal(e->p.meter.journal.commits, commits);
    mv_prepay_pulses(&e->p, 0, 1);
    engine_wait(e, 1);
    assert_int_equal(e->p.meter.journal.commits, commits + 1);
}

static void all_is_saved_when_the_mains_goes(void **state)
{
    struct engine *e = *state;
    engine_wait(e, 1); /* the first one keeps when the month ends */
    assert_int_equal(engine_buy(e, 50), MV_ACCEPT);
    engine_use(e, 7);
    mv_prepay_pulses(&e->p, 0, 5);
    assert_int_not_equal(e->p.dirty, 0);
    assert_int_equal(mv_prepay_power_fails(&e->p), MV_DONE);
    assert_int_equal(e->p.dirty, 0);
    uint32_t writes = e->flash.writes;
    assert_int_equal(mv_prepay_power_fails(&e->p), MV_DONE);
    assert_int_equal(e->flash.writes, writes);
    engine_reopen(e);
    assert_int_equal(mv_account_remaining(&e->p), 43 * ENGINE_KWH - 5);
    assert_int_equal(e->p.registers.total, 7 * ENGINE_KWH + 5);
}

static void a_memory_that_fails_closes_and_comes_back(void **state)
{
    struct engine *e = *state;
    struct mv_screen screen;
    assert_int_equal(engine_buy(e, 5), MV_ACCEPT);
    engine_wait(e, 100);
    e->flash.energy = 0;
    assert_int_equal(mv_prepay_tamper(&e->p), MV_STORAGE_ERROR);
    mv_prepay_screen(&e->p, &screen);
    assert_string_equal(screen.text, "Err-31 32");
    assert_int_equal(screen.lamps, MV_LAMP_FAULT);
    assert_int_equal(e->lamps, MV_LAMP_FAULT);
    assert_true(e->closed); /* supply stays as it was */
    flash_power_on(&e->flash);
    assert_int_equal(mv_prepay_tick(&e->p), MV_DONE);
    assert_int_equal(mv_account_remaining(&e->p), 5 * ENGINE_KWH);
    check_cut(e, MV_CUT_NONE);

    e->flash.energy = 0;
    assert_int_equal(mv_prepay_bypass(&e->p, true), MV_STORAGE_ERROR);
    flash_power_on(&e->flash);
    assert_int_equal(mv_prepay_tick(&e->p), MV_DONE);
    assert_false(e->p.supply.bypass);

    mv_prepay_pulses(&e->p, 0, 5000);
    e->flash.energy = 0;
    e->flash.now++;
    assert_int_equal(mv_prepay_tick(&e->p), MV_STORAGE_ERROR);
    assert_false(e->closed); /* supply ends also where that cannot be kept */
}

static void a_token_is_one_commit(void **state)
{
    struct engine *e = *state;
    assert_int_equal(engine_buy(e, 5), MV_ACCEPT);
    engine_wait(e, 1);
    uint32_t commits = e->p.meter.journal.commits;
    assert_int_equal(engine_buy(e, 5), MV_ACCEPT);
    assert_int_equal(e->p.meter.journal.commits, commits + 1);
}

static void the_token_engines_state_can_be_touched(void **state)
{
    struct engine *e = *state;
    e->p.meter.state.settings.water_factor = 5;
    mv_touch(&e->p, MV_OBJECT_TOKENS, true);
    assert_int_equal(mv_settle(&e->p, MV_DONE), MV_DONE);
    engine_reopen(e);
    assert_int_equal(e->p.meter.state.settings.water_factor, 5);
}

/* Its commit takes no use along: that stays to be saved. */
static void use_outlives_a_management_token(void **state)
{
    struct engine *e = *state;
    assert_int_equal(engine_buy(e, 5), MV_ACCEPT);
    engine_use(e, 1);
    assert_int_equal(mv_prepay_power_fails(&e->p), MV_DONE);
    mv_prepay_pulses(&e->p, 0, 3);
    assert_int_equal(engine_manage(e, MV_MANAGE_TARIFF_RATE, 3), MV_ACCEPT);
    assert_int_equal(mv_prepay_power_fails(&e->p), MV_DONE);
    engine_reopen(e);
    assert_int_equal(e->p.registers.total, ENGINE_KWH + 3);
}

/* ---- what the memory holds ---- */

static void a_damaged_limit_is_not_believed(void **state)
{
    static const uint8_t wrong[] = {MV_CUT_RETIRED, MV_CUT_WARNING, MV_CUT_TEST, 255};
    struct engine *e = *state;
    for (unsigned i = 0; i < sizeof wrong; i++) {
        assert_int_equal(engine_ready(state), 0);
        e->p.supply.limit = wrong[i];
        mv_touch(&e->p, MV_OBJECT_SUPPLY, true);
        assert_int_equal(mv_save(&e->p), MV_DONE);
        mv_prepay_close(&e->p);
        assert_int_equal(engine_open(e), MV_STORAGE_ERROR);
    }
}

static void encode_unknown_flag(const void *state, struct mv_nv_sink *to)
{
    (void)state;
    mv_nv_put_u24(to, 0);
    mv_nv_put_u8(to, 64);
}

static void flags_that_nobody_has_are_not_believed(void **state)
{
    struct engine *e = *state;
    struct mv_prepay other = {.fault = MV_DONE};
    struct mv_nv_object strange = mv_object_supply;
    strange.encode = encode_unknown_flag;
    const struct mv_nv_object *const table[] = {&strange};
    const struct mv_nv_object *const ours[] = {&mv_object_supply};
    struct mv_nv_journal journal = {0};
    struct mv_nv_memory memory = {.port = &e->meter_port, .groups = {{&other, table, 1}}};
    assert_int_equal(mv_nv_clear(&journal, &memory), MV_DONE);
    assert_int_equal(mv_nv_commit(&journal, &memory, MV_NV_ALL), MV_DONE);
    memory.groups[0].objects = ours;
    assert_int_equal(mv_nv_open(&journal, &memory), MV_STORAGE_ERROR);
}

static void a_rotten_bit_is_mended_and_told_once(void **state)
{
    struct engine *e = *state;
    assert_int_equal(engine_buy(e, 5), MV_ACCEPT);
    assert_int_equal(mv_prepay_power_fails(&e->p), MV_DONE);
    flash_rot(&e->flash, e->p.meter.journal.sector, 8 * (e->p.meter.journal.end - 20));
    engine_reopen(e);
    assert_int_equal(mv_account_remaining(&e->p), 5 * ENGINE_KWH);
    assert_int_equal(count_events(e, MV_EVENT_STORAGE_HEALED), 1);
    assert_int_equal(mv_prepay_power_fails(&e->p), MV_DONE);
    engine_reopen(e);
    assert_int_equal(count_events(e, MV_EVENT_STORAGE_HEALED), 1);
}

static void damaged_cut_is_not_believed(void **state)
{
    struct engine *e = *state;
    e->p.supply.cut = MV_CUT_TEST;
    mv_touch(&e->p, MV_OBJECT_SUPPLY, true);
    assert_int_equal(mv_save(&e->p), MV_DONE);
    mv_prepay_close(&e->p);
    assert_int_equal(engine_open(e), MV_STORAGE_ERROR);
}

static void damaged_events_are_not_believed(void **state)
{
    struct engine *e = *state;
    e->p.events.ring[3].code = MV_EVENT_STORAGE_HEALED + 1;
    mv_touch(&e->p, MV_OBJECT_EVENTS, true);
    assert_int_equal(mv_save(&e->p), MV_DONE);
    mv_prepay_close(&e->p);
    assert_int_equal(engine_open(e), MV_STORAGE_ERROR);
}

static void supply_and_events_are_kept_as_they_are(void **state)
{
    struct engine *e = *state;
    struct mv_supply *supply = &e->p.supply;
    engine_wait(e, 1);
    supply->limit = MV_CUT_UNBALANCE;
    supply->tries = 200;
    supply->commanded_open = supply->bypass = supply->warned = supply->warning = supply->awaits_key = true;
    mv_touch(&e->p, MV_OBJECT_SUPPLY, true);
    mv_event_log(&e->p, MV_EVENT_TARIFF, 0xABCD);
    struct mv_events events = e->p.events;
    struct mv_supply kept = *supply;
    assert_int_equal(mv_save(&e->p), MV_DONE);
    memset(&e->p.supply, 0, sizeof e->p.supply);
    memset(&e->p.events, 0, sizeof e->p.events);
    mv_prepay_close(&e->p);
    assert_int_equal(mv_begin(&e->p), MV_DONE);
    assert_int_equal(supply->cut, kept.cut);
    assert_int_equal(supply->limit, kept.limit);
    assert_int_equal(supply->tries, kept.tries);
    assert_true(supply->commanded_open && supply->bypass && supply->warned && supply->warning && supply->awaits_key);
    assert_false(supply->retired);
    assert_int_equal(e->p.events.count, events.count);
    for (unsigned i = 0; i < MV_EVENTS; i++) {
        assert_int_equal(e->p.events.ring[i].code, events.ring[i].code);
        assert_int_equal(e->p.events.ring[i].detail, events.ring[i].detail);
        assert_int_equal(e->p.events.ring[i].when, events.ring[i].when);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ENGINE(use_is_covered_by_the_journal),
        ENGINE(saving_does_not_wear_the_memory_out),
        ENGINE(cutting_the_mains_gains_nothing),
        ENGINE(a_cut_costs_a_quota_at_the_most),
        ENGINE(a_quota_follows_the_load),
        ENGINE(little_use_is_saved_after_15_minutes_and_no_use_never),
        ENGINE(all_is_saved_when_the_mains_goes),
        ENGINE(a_memory_that_fails_closes_and_comes_back),
        ENGINE(a_token_is_one_commit),
        ENGINE(the_token_engines_state_can_be_touched),
        ENGINE(use_outlives_a_management_token),
        ENGINE(a_damaged_limit_is_not_believed),
        ENGINE(flags_that_nobody_has_are_not_believed),
        ENGINE(a_rotten_bit_is_mended_and_told_once),
        ENGINE(damaged_cut_is_not_believed),
        ENGINE(damaged_events_are_not_believed),
        ENGINE(supply_and_events_are_kept_as_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
