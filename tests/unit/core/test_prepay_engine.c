/* The assembled engine: opening, provisioning, saving, events, meters of other things. */
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

/* ---- open and provision ---- */

static void a_port_that_lacks_a_function_is_refused(void **state)
{
    struct engine *e = *state;
    const struct mv_prepay_port whole = e->port;
    struct mv_screen screen;
    for (unsigned i = 0; i < 5; i++) {
        e->port = whole;
        if (i == 0)
            e->port.clock_read = NULL;
        if (i == 1)
            e->port.clock_set = NULL;
        if (i == 2)
            e->port.switch_set = NULL;
        if (i == 3)
            e->port.switch_read = NULL;
        if (i == 4)
            e->port.indicate = NULL;
        assert_int_equal(engine_open(e), MV_RANGE_ERROR);
        assert_int_equal(mv_prepay_tick(&e->p), MV_NOT_PROVISIONED);
        assert_int_equal(mv_prepay_key(&e->p, MV_KEY_ENTER), MV_NOT_PROVISIONED);
        mv_prepay_screen(&e->p, &screen);
        assert_string_equal(screen.text, "Err-31 35");
    }
    e->port = whole;
    e->meter_port.nv_erase = NULL;
    assert_int_equal(engine_open(e), MV_RANGE_ERROR);
}

static void nothing_works_before_provisioning(void **state)
{
    struct engine *e = *state;
    assert_int_equal(engine_open(e), MV_NOT_PROVISIONED);
    assert_int_equal(engine_buy(e, 1), MV_NOT_PROVISIONED);
    assert_int_equal(mv_prepay_tick(&e->p), MV_NOT_PROVISIONED);
    assert_int_equal(mv_prepay_power_fails(&e->p), MV_NOT_PROVISIONED);
    assert_int_equal(mv_prepay_tamper(&e->p), MV_NOT_PROVISIONED);
    assert_int_equal(mv_prepay_bypass(&e->p, true), MV_NOT_PROVISIONED);
    assert_int_equal(e->told, 0);
    assert_int_equal(e->lamps, MV_LAMP_FAULT);
}

static void provisioning_checks_what_it_is_given(void **state)
{
    struct engine *e = *state;
    struct mv_parameters parameters = e->parameters;
    assert_int_equal(engine_open(e), MV_NOT_PROVISIONED);
    parameters.credit_register = MV_REGISTER_GAS; /* the meter has none */
    assert_int_equal(mv_prepay_provision(&e->p, &e->identity, TEST_TID, &parameters, NULL, 0), MV_RANGE_ERROR);
    parameters = e->parameters;
    parameters.pulses_per_unit = 0;
    assert_int_equal(mv_prepay_provision(&e->p, &e->identity, TEST_TID, &parameters, NULL, 0), MV_RANGE_ERROR);
    e->identity.pan[17] = '0';
    assert_int_equal(mv_prepay_provision(&e->p, &e->identity, TEST_TID, NULL, NULL, 0), MV_CHECK_DIGIT_ERROR);
    e->identity = test_identity();
    assert_int_equal(mv_prepay_provision(&e->p, &e->identity, TEST_TID, NULL, NULL, 0), MV_DONE);
    assert_int_equal(e->p.parameters.credit_register, MV_REGISTER_ELECTRICITY);
    assert_int_equal(mv_prepay_provision(&e->p, &e->identity, TEST_TID, NULL, NULL, 0), MV_ALREADY_PROVISIONED);
    assert_int_equal(engine_open(e), MV_DONE);
    assert_int_equal(mv_prepay_provision(&e->p, &e->identity, TEST_TID, NULL, NULL, 0), MV_ALREADY_PROVISIONED);
}

static void a_meter_lives_on_its_first_register_by_default(void **state)
{
    struct engine *e = *state;
    e->identity.measures = 1U << MV_REGISTER_TIME_CURRENCY;
    assert_int_equal(engine_open(e), MV_NOT_PROVISIONED);
    assert_int_equal(mv_prepay_provision(&e->p, &e->identity, TEST_TID, NULL, NULL, 0), MV_DONE);
    assert_int_equal(e->p.parameters.credit_register, MV_REGISTER_TIME_CURRENCY);
}

static void closing_forgets_keys(void **state)
{
    struct engine *e = *state;
    static const uint8_t zeros[sizeof e->p.records.keys];
    memset(&e->p.records.keys, 0x5A, sizeof e->p.records.keys);
    mv_prepay_close(&e->p);
    assert_memory_equal(&e->p.records.keys, zeros, sizeof zeros);
    assert_memory_equal(&e->p.meter.state.identity.key.bytes, zeros, sizeof e->p.meter.state.identity.key.bytes);
}

/* ---- saving ---- */

static void encode_unknown_flag(const void *state, struct mv_nv_sink *to)
{
    (void)state;
    mv_nv_put_u24(to, 0);
    mv_nv_put_u8(to, 64);
}

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

static void months_end_by_the_clock(void **state)
{
    struct engine *e = *state;
    assert_int_equal(engine_buy(e, 9), MV_ACCEPT);
    engine_use(e, 2);
    assert_int_equal(e->p.freezes.months[0].ended, 0);
    engine_jump(e, 31 * 86400);
    engine_wait(e, 2 * 31);
    assert_int_equal(e->p.freezes.months[0].month, 2 * ENGINE_KWH);
    assert_int_equal(e->p.registers.month, 0);
}

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

/* ---- events ---- */

static void events_have_their_time(void **state)
{
    struct engine *e = *state;
    engine_wait(e, 10);
    assert_int_equal(mv_prepay_tamper(&e->p), MV_DONE);
    check_event(e, 0, MV_EVENT_TAMPER, 0);
    assert_int_equal(e->p.events.ring[0].when, ENGINE_2026 + 10);
    assert_true((e->lamps & MV_LAMP_FAULT) != 0);
    assert_int_equal(mv_prepay_tamper(&e->p), MV_DONE); /* once until it is cleared */
    assert_int_equal(count_events(e, MV_EVENT_TAMPER), 1);
    e->no_clock = true;
    assert_int_equal(engine_manage(e, MV_MANAGE_CLEAR_TAMPER, 0), MV_ACCEPT);
    check_event(e, 0, MV_EVENT_TAMPER_CLEARED, 0);
    assert_int_equal(e->p.events.ring[0].when, 0);
    assert_int_equal(e->lamps & MV_LAMP_FAULT, 0);
}

static void a_flood_of_one_event_leaves_the_others(void **state)
{
    struct engine *e = *state;
    engine_wait(e, 1);
    mv_event_log(&e->p, MV_EVENT_KEY_CHANGED, 2);
    uint32_t count = e->p.events.count;
    uint32_t commits = e->p.meter.journal.commits;
    for (unsigned i = 0; i < 1000; i++)
        mv_event_log(&e->p, MV_EVENT_RECORD_REFUSED, (uint16_t)i);
    assert_int_equal(e->p.events.count, count + 1000);
    assert_int_equal(count_events(e, MV_EVENT_RECORD_REFUSED), MV_EVENT_SHARE);
    for (unsigned i = 0; i < MV_EVENT_SHARE; i++)
        check_event(e, i, MV_EVENT_RECORD_REFUSED, (uint16_t)(999 - i));
    check_event(e, MV_EVENT_SHARE, MV_EVENT_KEY_CHANGED, 2);
    engine_wait(e, MV_SAVE_LEAST_S);
    assert_int_equal(e->p.meter.journal.commits, commits); /* and wears nothing */
}

static void the_oldest_event_goes_when_all_places_are_taken(void **state)
{
    struct engine *e = *state;
    for (unsigned i = 0; i < MV_EVENTS; i++)
        mv_event_log(&e->p, (enum mv_event_code)(MV_EVENT_PARAMETERS + i / MV_EVENT_SHARE), (uint16_t)i);
    mv_event_log(&e->p, MV_EVENT_RESET, 0);
    check_event(e, 0, MV_EVENT_RESET, 0);
    check_event(e, MV_EVENTS - 1, MV_EVENT_PARAMETERS, 1);
    mv_events_clear(&e->p);
    check_event(e, 0, MV_EVENT_CLEARED, 0);
    check_event(e, 1, MV_EVENT_NONE, 0);
}

/* Five kinds that a customer can cause, to their full shares, and again. */
static void what_lasts_is_displaced_by_its_own_kind_only(void **state)
{
    static const enum mv_event_code lasting[] = {MV_EVENT_TAMPER,  MV_EVENT_BYPASS,  MV_EVENT_RESET,
                                                 MV_EVENT_RETIRED, MV_EVENT_CLEARED, MV_EVENT_CLOCK_SET};
    static const enum mv_event_code flood[] = {MV_EVENT_POWER_UP, MV_EVENT_RECORD_REFUSED, MV_EVENT_OVERLOAD,
                                               MV_EVENT_CUT,      MV_EVENT_CLOSED,         MV_EVENT_CREDIT};
    struct engine *e = *state;
    for (unsigned i = 0; i < sizeof lasting / sizeof lasting[0]; i++) {
        for (unsigned detail = 1; detail <= MV_EVENT_SHARE_LASTING + 1; detail++)
            mv_event_log(&e->p, lasting[i], (uint16_t)detail);
    }
    for (size_t i = 0; i < (size_t)2 * MV_EVENT_SHARE * (sizeof flood / sizeof flood[0]); i++)
        mv_event_log(&e->p, flood[i / 2 / MV_EVENT_SHARE], 0);
    check_event(e, 0, flood[5], 0);
    for (unsigned i = 0; i < sizeof lasting / sizeof lasting[0]; i++)
        assert_int_equal(count_events(e, lasting[i]), MV_EVENT_SHARE_LASTING);
    check_event(e, MV_EVENTS - 1, MV_EVENT_TAMPER, 2); /* the oldest of its kind went */
}

/* The flag never stands without its event. */
static void tampering_is_logged_with_its_flag(void **state)
{
    struct engine *e = *state;
    engine_wait(e, 1);
    uint32_t commits = e->p.meter.journal.commits;
    assert_int_equal(mv_prepay_tamper(&e->p), MV_DONE);
    assert_int_equal(e->p.meter.journal.commits, commits + 1);
    engine_reopen(e);
    assert_true(e->p.meter.state.settings.tampered);
    assert_int_equal(count_events(e, MV_EVENT_TAMPER), 1);
    assert_int_equal(mv_prepay_tamper(&e->p), MV_DONE);
    assert_int_equal(count_events(e, MV_EVENT_TAMPER), 1);
}

static void power_ups_are_events_that_write_nothing(void **state)
{
    struct engine *e = *state;
    assert_int_equal(engine_buy(e, 5), MV_ACCEPT);
    uint32_t spent = e->flash.spent;
    for (unsigned i = 0; i < 20; i++)
        engine_reopen(e);
    check_event(e, 0, MV_EVENT_POWER_UP, 0);
    assert_int_equal(e->flash.spent, spent);
}

static void a_key_change_is_an_event(void **state)
{
    struct engine *e = *state;
    char digits[MV_KEY_SECTIONS][21];
    struct mv_sts_key_change change = test_change(&e->identity, 2);
    unsigned count = test_key_set(&e->identity, &change, digits);
    for (unsigned i = 0; i < count; i++)
        assert_int_not_equal(mv_prepay_enter(&e->p, digits[i], &e->answer), MV_CRC_ERROR);
    assert_int_equal(e->answer.kind, MV_ANSWER_KEY_CHANGED);
    check_event(e, 0, MV_EVENT_KEY_CHANGED, 2);
}

/* ---- meters of other things ---- */

static void a_meter_of_time_counts_while_there_is_supply(void **state)
{
    struct engine *e = *state;
    struct mv_parameters parameters = e->p.parameters;
    struct mv_sts_credit credit = {.subclass = MV_SERVICE_TIME, .random = 1, .tid = e->next_tid++};
    char digits[21];
    parameters.credit_register = MV_REGISTER_TIME;
    engine_set(e, &parameters);
    engine_wait(e, 10);
    check_cut(e, MV_CUT_CREDIT);
    assert_int_equal(e->p.registers.total, 0);
    assert_int_equal(mv_sts_amount_encode(1, &credit.amount), MV_DONE);
    test_token(&e->identity, &credit, digits);
    assert_int_equal(mv_prepay_enter(&e->p, digits, &e->answer), MV_ACCEPT);
    uint32_t seconds = (uint32_t)e->answer.credited;
    assert_in_range(seconds, 1, 100000);
    engine_wait(e, seconds - 1);
    check_cut(e, MV_CUT_NONE);
    assert_int_equal(mv_prepay_power_fails(&e->p), MV_DONE);
    e->flash.now += 5000; /* without power nothing is used */
    engine_reopen(e);
    assert_int_equal(e->p.registers.total, seconds - 1);
    engine_wait(e, 1);
    check_cut(e, MV_CUT_CREDIT);
    engine_wait(e, 10);
    assert_int_equal(e->p.registers.total, seconds);
}

static void a_water_meter_closes_its_valve(void **state)
{
    struct engine *e = *state;
    struct mv_parameters parameters = e->p.parameters;
    struct mv_sts_credit credit = {.subclass = MV_SERVICE_WATER, .random = 1, .tid = e->next_tid++};
    char digits[21];
    parameters.credit_register = MV_REGISTER_WATER;
    parameters.pulses_per_unit = 100;
    engine_set(e, &parameters);
    check_cut(e, MV_CUT_CREDIT);
    assert_int_equal(mv_sts_amount_encode(10, &credit.amount), MV_DONE);
    test_token(&e->identity, &credit, digits);
    assert_int_equal(mv_prepay_enter(&e->p, digits, &e->answer), MV_ACCEPT);
    check_cut(e, MV_CUT_NONE);
    mv_prepay_pulses(&e->p, 0, (uint32_t)(e->answer.credited / 10));
    engine_wait(e, 1);
    check_cut(e, MV_CUT_CREDIT);
    assert_int_equal(engine_buy(e, 5), MV_ACCEPT); /* the other register feeds nothing */
    check_cut(e, MV_CUT_CREDIT);
    assert_int_equal(e->p.account.purchases, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_port_that_lacks_a_function_is_refused, engine_blank),
        cmocka_unit_test_setup(nothing_works_before_provisioning, engine_blank),
        cmocka_unit_test_setup(provisioning_checks_what_it_is_given, engine_blank),
        cmocka_unit_test_setup(a_meter_lives_on_its_first_register_by_default, engine_blank),
        ENGINE(closing_forgets_keys),
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
        ENGINE(months_end_by_the_clock),
        ENGINE(a_damaged_limit_is_not_believed),
        ENGINE(flags_that_nobody_has_are_not_believed),
        ENGINE(a_rotten_bit_is_mended_and_told_once),
        ENGINE(damaged_cut_is_not_believed),
        ENGINE(damaged_events_are_not_believed),
        ENGINE(supply_and_events_are_kept_as_they_are),
        ENGINE(events_have_their_time),
        ENGINE(a_flood_of_one_event_leaves_the_others),
        ENGINE(the_oldest_event_goes_when_all_places_are_taken),
        ENGINE(what_lasts_is_displaced_by_its_own_kind_only),
        ENGINE(tampering_is_logged_with_its_flag),
        ENGINE(power_ups_are_events_that_write_nothing),
        ENGINE(a_key_change_is_an_event),
        ENGINE(a_meter_of_time_counts_while_there_is_supply),
        ENGINE(a_water_meter_closes_its_valve),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
