/* The log of events. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "engine_support.h"
#include "events.h"
#include "save.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        ENGINE(events_have_their_time),
        ENGINE(a_flood_of_one_event_leaves_the_others),
        ENGINE(the_oldest_event_goes_when_all_places_are_taken),
        ENGINE(what_lasts_is_displaced_by_its_own_kind_only),
        ENGINE(tampering_is_logged_with_its_flag),
        ENGINE(power_ups_are_events_that_write_nothing),
        ENGINE(a_key_change_is_an_event),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
