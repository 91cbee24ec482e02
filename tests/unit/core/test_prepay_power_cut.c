/* Power is cut at every byte that a public call of the payment meter writes or erases, and the byte under way is torn:
 * after the restart things are as before the call or as after it, supply is what follows from them, a second restart
 * changes nothing, and doing it again ends where the whole call ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "account.h"
#include "engine_support.h"
#include "settle.h"
#include "supply.h"

enum { ALARM_2_KWH = 2, OVERLOAD_W = 5000, TRIP_S = 10 };

#ifndef CUT_STEP
#define CUT_STEP 1 /* bytes from one cut to the next */
#endif

/* What must be the one or the other. */
struct seen {
    int64_t remaining;
    uint64_t total;
    enum mv_cut cut;
    uint8_t limit, tries;
    bool emergency, tampered, bypass, commanded;
};

static struct seen look(const struct engine *e)
{
    return (struct seen){.remaining = mv_account_remaining(&e->p),
                         .total = e->p.registers.total,
                         .cut = (enum mv_cut)e->p.supply.cut,
                         .limit = e->p.supply.limit,
                         .tries = e->p.supply.tries,
                         .emergency = e->p.account.emergency_on,
                         .tampered = e->p.meter.state.settings.tampered,
                         .bypass = e->p.supply.bypass,
                         .commanded = e->p.supply.commanded_open};
}

static bool same(const struct seen *a, const struct seen *b)
{
    return a->remaining == b->remaining && a->total == b->total && a->cut == b->cut && a->limit == b->limit &&
           a->tries == b->tries && a->emergency == b->emergency && a->tampered == b->tampered &&
           a->bypass == b->bypass && a->commanded == b->commanded;
}

/* ---- what is done ---- */

static char token[21];

static enum mv_result enter_token(struct engine *e)
{
    enum mv_result result = mv_prepay_enter(&e->p, token, &e->answer);
    return result == MV_ACCEPT || result == MV_USED_ERROR ? MV_DONE : result;
}

static enum mv_result press_enter(struct engine *e)
{
    return mv_prepay_key(&e->p, MV_KEY_ENTER);
}

static enum mv_result tick(struct engine *e)
{
    e->flash.now++;
    return mv_prepay_tick(&e->p);
}

static enum mv_result use_one(struct engine *e)
{
    mv_prepay_pulses(&e->p, 0, e->p.parameters.pulses_per_unit);
    return tick(e);
}

static enum mv_result leave_control(struct engine *e)
{
    return mv_prepay_bypass(&e->p, true);
}

static enum mv_result open_by_command(struct engine *e)
{
    enum mv_result result = mv_begin(&e->p);
    mv_supply_command(&e->p, true);
    return mv_settle(&e->p, result);
}

static enum mv_result tamper(struct engine *e)
{
    return mv_prepay_tamper(&e->p);
}

static enum mv_result mains_goes(struct engine *e)
{
    return mv_prepay_power_fails(&e->p);
}

/* ---- what was before ---- */

static void set_up(struct engine *e)
{
    struct mv_parameters parameters = e->p.parameters;
    parameters.key_press_to_close = true;
    parameters.emergency = 5 * ENGINE_KWH;
    parameters.alarm_1 = (ALARM_2_KWH + 1) * ENGINE_KWH;
    parameters.alarm_2 = ALARM_2_KWH * ENGINE_KWH;
    parameters.warning_cut_s = 30;
    parameters.power_limit_w = OVERLOAD_W - 1;
    parameters.power_delay_s = TRIP_S;
    engine_set(e, &parameters);
}

static void have(struct engine *e, uint32_t kwh)
{
    set_up(e);
    assert_int_equal(engine_buy(e, kwh), MV_ACCEPT);
    (void)engine_keys(e, "E");
    engine_wait(e, 100);
}

static void make_credit(struct engine *e)
{
    set_up(e);
    test_kwh_token(&e->identity, e->next_tid++, 50, token);
}

static void make_clearing(struct engine *e)
{
    have(e, 9);
    test_manage_token(&e->identity, MV_MANAGE_CLEAR_CREDIT, e->next_tid++, MV_REGISTER_ALL, token);
}

static void await_key(struct engine *e)
{
    set_up(e);
    assert_int_equal(engine_buy(e, 9), MV_ACCEPT);
    check_cut(e, MV_CUT_KEY);
}

static void have_one(struct engine *e)
{
    have(e, 1);
    if (e->p.account.emergency_on)
        fail_msg("emergency credit was granted unasked");
}

static void near_alarm_2(struct engine *e)
{
    have(e, ALARM_2_KWH + 1);
}

static void have_nine(struct engine *e)
{
    have(e, 9);
}

static void near_trip(struct engine *e)
{
    have(e, 9);
    engine_load(e, OVERLOAD_W, TRIP_S);
    check_cut(e, MV_CUT_NONE);
}

static void used_some(struct engine *e)
{
    have(e, 9);
    mv_prepay_pulses(&e->p, 0, 3333);
}

/* ---- cutting ---- */

struct scenario {
    const char *name;
    void (*prepare)(struct engine *e);
    enum mv_result (*act)(struct engine *e);
    enum mv_cut before, after;
    bool repeats;   /* doing it again is doing it once */
    bool keeps_use; /* what it saves is in RAM only before */
};

static const struct scenario scenarios[] = {
    {"credit", make_credit, enter_token, MV_CUT_CREDIT, MV_CUT_KEY, true, false},
    {"clearing", make_clearing, enter_token, MV_CUT_NONE, MV_CUT_CREDIT, true, false},
    {"key", await_key, press_enter, MV_CUT_KEY, MV_CUT_NONE, false, false},
    {"emergency", set_up, press_enter, MV_CUT_CREDIT, MV_CUT_NONE, false, false},
    {"last credit", have_one, use_one, MV_CUT_NONE, MV_CUT_CREDIT, false, false},
    {"warning", near_alarm_2, use_one, MV_CUT_NONE, MV_CUT_WARNING, false, false},
    {"overload", near_trip, tick, MV_CUT_NONE, MV_CUT_POWER, false, false},
    {"bypass", set_up, leave_control, MV_CUT_CREDIT, MV_CUT_NONE, true, false},
    {"command", have_nine, open_by_command, MV_CUT_NONE, MV_CUT_COMMAND, true, false},
    {"tamper", have_nine, tamper, MV_CUT_NONE, MV_CUT_NONE, true, false},
    {"mains", used_some, mains_goes, MV_CUT_NONE, MV_CUT_NONE, false, true},
};

static struct engine start;
/* Bits that stay in the byte under way; of these its unit cannot be read afterwards. */
enum { ECC = 0x5A };

static void cut_once(struct engine *e, const struct scenario *s, const struct seen *before, const struct seen *after,
                     uint32_t energy, uint8_t torn)
{
    *e = start;
    e->flash.ecc = torn == ECC;
    e->flash.energy = energy;
    e->flash.last_byte = torn;
    enum mv_result result = s->act(e);
    if (result != MV_DONE)
        assert_int_equal(result, MV_STORAGE_ERROR);
    engine_reopen(e);
    struct seen now = look(e);
    if (!same(&now, after) && (result == MV_DONE || !same(&now, before)))
        fail_msg("%s, cut after %u bytes: cut %d, remaining %lld", s->name, energy, now.cut, (long long)now.remaining);
    engine_reopen(e);
    struct seen again = look(e);
    assert_true(same(&again, &now));
    if (!s->repeats)
        return;
    assert_int_equal(s->act(e), MV_DONE);
    again = look(e);
    assert_true(same(&again, after));
}

/* What a restart makes of the state that the journal has. */
static struct seen kept(struct engine *e)
{
    engine_reopen(e);
    struct seen seen = look(e);
    return seen;
}

static unsigned cut_everywhere(struct engine *e, const struct scenario *s)
{
    assert_int_equal(engine_ready((void **)&e), 0);
    s->prepare(e);
    if (!s->keeps_use)
        assert_int_equal(mv_prepay_power_fails(&e->p), MV_DONE);
    assert_int_equal(mv_supply_cut(&e->p), s->before);
    start = *e;
    struct seen before = kept(e);
    *e = start;
    uint32_t spent = e->flash.spent;
    assert_int_equal(s->act(e), MV_DONE);
    assert_int_equal(mv_supply_cut(&e->p), s->after);
    spent = e->flash.spent - spent;
    struct seen after = kept(e);
    for (uint32_t energy = 0; energy <= spent; energy += CUT_STEP) {
        cut_once(e, s, &before, &after, energy, 0);
        cut_once(e, s, &before, &after, energy, 0xA5);
        cut_once(e, s, &before, &after, energy, ECC);
    }
    assert_false(e->flash.misused);
    return 3 * (spent / CUT_STEP + 1);
}

static void every_call_is_whole_or_not_there(void **state)
{
    unsigned cases = 0;
    for (unsigned i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++)
        cases += cut_everywhere(*state, &scenarios[i]);
    print_message("%u cuts of power\n", cases);
    assert_true(cases * CUT_STEP > 5000);
}

static void provisioning_is_whole_or_not_there(void **state)
{
    struct engine *e = *state;
    assert_int_equal(engine_blank(state), 0);
    assert_int_equal(engine_open(e), MV_NOT_PROVISIONED);
    start = *e;
    assert_int_equal(mv_prepay_provision(&e->p, &e->identity, TEST_TID, NULL, NULL, 0), MV_DONE);
    uint32_t spent = e->flash.spent;
    for (uint32_t energy = 0; energy <= spent; energy += energy < spent - 2000 && energy > 100 ? 97 : 1) {
        *e = start;
        e->flash.energy = energy;
        e->flash.ecc = energy % 2 == 0;
        enum mv_result result = mv_prepay_provision(&e->p, &e->identity, TEST_TID, NULL, NULL, 0);
        mv_prepay_close(&e->p);
        flash_power_on(&e->flash);
        enum mv_result opened = engine_open(e);
        if (result == MV_DONE || opened != MV_NOT_PROVISIONED)
            assert_int_equal(opened, MV_DONE);
        else
            assert_int_equal(mv_prepay_provision(&e->p, &e->identity, TEST_TID, NULL, NULL, 0), MV_DONE);
        assert_int_equal(mv_supply_cut(&e->p), MV_CUT_CREDIT);
        assert_int_equal(engine_buy(e, 9), MV_ACCEPT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ENGINE(every_call_is_whole_or_not_there),
        ENGINE(provisioning_is_whole_or_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
