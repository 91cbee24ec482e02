#include "engine_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "parameters.h"
#include "settle.h"
#include "supply.h"

enum { TENTHS = 10 };

static struct engine engine;

/* ---- the board ---- */

static bool clock_read(void *context, uint32_t *unix_s)
{
    const struct engine *e = context;
    *unix_s = e->unix_s + e->flash.now;
    return !e->no_clock;
}

static bool clock_set(void *context, uint32_t unix_s)
{
    struct engine *e = context;
    e->unix_s = unix_s - e->flash.now;
    e->no_clock = false;
    return true;
}

static bool switch_set(void *context, bool closed)
{
    struct engine *e = context;
    e->told++;
    if (e->refuses)
        return false;
    if (!e->stuck)
        e->closed = closed;
    return true;
}

static enum mv_switch_state switch_read(void *context)
{
    const struct engine *e = context;
    if (e->no_feedback)
        return MV_SWITCH_UNKNOWN;
    return e->closed ? MV_SWITCH_CLOSED : MV_SWITCH_OPEN;
}

static void indicate(void *context, uint8_t lamps)
{
    struct engine *e = context;
    e->lamps = lamps;
}

/* ---- the meter ---- */

int engine_blank(void **state)
{
    memset(&engine, 0, sizeof engine);
    flash_init_as(&engine.flash, 4, FLASH_BYTES / 4);
    engine.meter_port = flash_port(&engine.flash);
    engine.port = (struct mv_prepay_port){.context = &engine,
                                          .clock_read = clock_read,
                                          .clock_set = clock_set,
                                          .switch_set = switch_set,
                                          .switch_read = switch_read,
                                          .indicate = indicate};
    engine.identity = test_identity();
    engine.unix_s = ENGINE_2026;
    engine.next_tid = TEST_TID + 1;
    mv_parameters_default(&engine.parameters);
    engine.parameters.alarm_1 = -MV_AMOUNT_MAX + 1;
    engine.parameters.alarm_2 = -MV_AMOUNT_MAX;
    *state = &engine;
    return 0;
}

int engine_ready(void **state)
{
    struct engine *e = &engine;
    if (engine_blank(state) != 0 || engine_open(e) != MV_NOT_PROVISIONED)
        return -1;
    return mv_prepay_provision(&e->p, &e->identity, TEST_TID, &e->parameters, NULL, 0) == MV_DONE ? 0 : -1;
}

enum mv_result engine_open(struct engine *e)
{
    return mv_prepay_open(&e->p, &e->meter_port, &e->port, &mv_sta_public);
}

void engine_reopen(struct engine *e)
{
    mv_prepay_close(&e->p);
    flash_power_on(&e->flash);
    assert_int_equal(engine_open(e), MV_DONE);
}

void engine_wait(struct engine *e, uint32_t seconds)
{
    for (; seconds > 0; seconds--) {
        e->flash.now++;
        assert_int_equal(mv_prepay_tick(&e->p), MV_DONE);
    }
}

void engine_jump(struct engine *e, uint32_t seconds)
{
    e->unix_s += seconds;
    e->p.clock_seen += seconds;
}

void engine_use(struct engine *e, uint32_t kwh)
{
    mv_prepay_pulses(&e->p, 0, kwh * e->p.parameters.pulses_per_unit);
    engine_wait(e, 1);
}

void engine_load(struct engine *e, uint32_t watts, uint32_t seconds)
{
    for (; seconds > 0; seconds--) {
        const uint32_t power[MV_PHASES] = {e->closed ? watts : 0, 0, 0};
        mv_prepay_power(&e->p, power, 1000);
        engine_wait(e, 1);
    }
}

enum mv_result engine_buy(struct engine *e, uint32_t kwh)
{
    char digits[21];
    test_kwh_token(&e->identity, e->next_tid++, kwh * TENTHS, digits);
    return mv_prepay_enter(&e->p, digits, &e->answer);
}

enum mv_result engine_manage(struct engine *e, uint8_t subclass, uint16_t field)
{
    char digits[21];
    test_manage_token(&e->identity, subclass, e->next_tid++, field, digits);
    return mv_prepay_enter(&e->p, digits, &e->answer);
}

enum mv_result engine_test(struct engine *e, unsigned test)
{
    char digits[21];
    struct mv_sts_test token = {.subclass = 0};
    struct mv_sts_block block;
    assert_int_equal(mv_sts_test_control(0, test, &token.control), MV_DONE);
    assert_int_equal(mv_sts_test_pack(&token, &block), MV_DONE);
    mv_sts_digits_from_block(MV_CLASS_DISPLAY, mv_sts_block_pack(&block), digits);
    return mv_prepay_enter(&e->p, digits, &e->answer);
}

enum mv_result engine_keys(struct engine *e, const char *keys)
{
    enum mv_result result = MV_DONE;
    for (; *keys != '\0'; keys++) {
        enum mv_key key = *keys == 'E' ? MV_KEY_ENTER : *keys == '<' ? MV_KEY_BACK : (enum mv_key)(*keys - '0');
        result = mv_prepay_key(&e->p, key);
    }
    return result;
}

void engine_set(struct engine *e, const struct mv_parameters *parameters)
{
    mv_parameters_set(&e->p, parameters);
    assert_int_equal(mv_settle(&e->p, MV_DONE), MV_DONE);
}

void engine_limit(struct engine *e)
{
    struct mv_parameters parameters = e->p.parameters;
    parameters.power_limit_w = ENGINE_LIMIT_W;
    parameters.power_delay_s = ENGINE_DELAY;
    parameters.power_wait_s = ENGINE_WAIT;
    parameters.power_tries = ENGINE_TRIES;
    parameters.power_lockout_s = ENGINE_LOCKOUT;
    parameters.unbalance_delay_s = ENGINE_UNBALANCE_DELAY;
    engine_set(e, &parameters);
    assert_int_equal(engine_buy(e, ENGINE_CREDIT_KWH), MV_ACCEPT);
    check_cut(e, MV_CUT_NONE);
}

/* ---- checks ---- */

void check_event(const struct engine *e, unsigned index, enum mv_event_code code, uint16_t detail)
{
    assert_int_equal(e->p.events.ring[index].code, code);
    assert_int_equal(e->p.events.ring[index].detail, detail);
}

unsigned count_events(const struct engine *e, enum mv_event_code code)
{
    unsigned count = 0;
    for (unsigned i = 0; i < MV_EVENTS; i++)
        count += e->p.events.ring[i].code == code ? 1U : 0U;
    return count;
}

void check_cut(const struct engine *e, enum mv_cut cut)
{
    assert_int_equal(mv_supply_cut(&e->p), cut);
    assert_int_equal(e->closed, cut == MV_CUT_NONE);
}
