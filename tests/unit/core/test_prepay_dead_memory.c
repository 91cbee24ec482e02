/* A memory that takes nothing any more: what is used counts in RAM, supply ends with credit, the fault lamp stays lit,
 * and nothing is given that the journal does not have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "account.h"
#include "engine_support.h"
#include "save.h"
#include "settle.h"
#include "supply.h"

static bool write_fails(void *context, uint32_t sector, uint32_t offset, const uint8_t *data, uint32_t size)
{
    (void)context;
    (void)sector;
    (void)offset;
    (void)data;
    (void)size;
    return false;
}

static void die(struct engine *e)
{
    e->p.meter.port.nv_write = write_fails;
}

static void heal(struct engine *e)
{
    e->p.meter.port.nv_write = e->meter_port.nv_write;
}

/* Seconds with a load on a phase, whatever the ticks say, while the switch is closed; how many ended with it open. */
static unsigned run(struct engine *e, uint32_t watts, uint32_t seconds)
{
    unsigned open = 0;
    for (; seconds > 0; seconds--) {
        const uint32_t power[MV_PHASES] = {0, e->closed ? watts : 0, 0};
        e->flash.now++;
        mv_prepay_power(&e->p, power, 1000);
        enum mv_result result = mv_prepay_tick(&e->p);
        assert_true(result == MV_DONE || result == MV_STORAGE_ERROR);
        open += e->closed ? 0U : 1U;
    }
    return open;
}

static void supply_ends_with_credit(void **state)
{
    struct engine *e = *state;
    assert_int_equal(engine_buy(e, 1), MV_ACCEPT);
    engine_wait(e, 2);
    die(e);
    assert_int_equal(run(e, 3600, 990), 0);
    assert_int_equal(e->p.registers.total, 990);
    assert_int_equal(mv_account_remaining(&e->p), 10);
    assert_true((e->lamps & MV_LAMP_FAULT) != 0);
    unsigned told = e->told;
    assert_int_equal(run(e, 3600, 5000), 5000 - 9); /* the tenth Wh is the last */
    assert_int_equal(e->told, told + 1);
    assert_int_equal(e->p.registers.total, 1000);
    assert_int_equal(e->p.registers.by_phase[1], 1000);
    assert_true((e->lamps & MV_LAMP_FAULT) != 0);
}

/* Less than a Wh from one tick to the next is counted too, also where every call of the engine fails. */
static void small_loads_count(void **state)
{
    struct engine *e = *state;
    assert_int_equal(engine_buy(e, 1), MV_ACCEPT);
    engine_wait(e, 2);
    die(e);
    for (unsigned i = 0; i < 7200; i++) {
        (void)run(e, 360, 1);
        assert_int_equal(mv_prepay_bypass(&e->p, true), MV_STORAGE_ERROR);
    }
    assert_int_equal(e->p.registers.total, 720);
    assert_true(e->closed);
    assert_int_equal(run(e, 360, 3600), 801);
}

static void it_mends_and_nothing_is_lost(void **state)
{
    struct engine *e = *state;
    assert_int_equal(engine_buy(e, 5), MV_ACCEPT);
    engine_wait(e, 2);
    die(e);
    assert_int_equal(run(e, 3600, 1500), 0);
    heal(e);
    (void)run(e, 3600, MV_SAVE_LEAST_S);
    assert_int_equal(e->lamps & MV_LAMP_FAULT, 0);
    assert_int_equal(mv_prepay_power_fails(&e->p), MV_DONE);
    engine_reopen(e);
    assert_int_equal(e->p.registers.total, 1500 + MV_SAVE_LEAST_S);
    assert_int_equal(e->p.registers.month, 1500 + MV_SAVE_LEAST_S);
    assert_int_equal(mv_account_remaining(&e->p), 5 * ENGINE_KWH - 1500 - MV_SAVE_LEAST_S);
}

/* Neither credit nor orders come from a commit that failed; the switch does not close on them. */
static void what_is_not_kept_gives_nothing(void **state)
{
    struct engine *e = *state;
    struct mv_parameters parameters = e->p.parameters;
    parameters.emergency = 3 * ENGINE_KWH;
    engine_set(e, &parameters);
    e->p.calendar.friendly[0] = (struct mv_window){.weekdays = 0x7F, .from_min = 0, .to_min = 1440};
    mv_touch(&e->p, MV_OBJECT_CALENDAR, true);
    engine_wait(e, 2);
    check_cut(e, MV_CUT_CREDIT);
    die(e);
    assert_int_equal(engine_buy(e, 5), MV_STORAGE_ERROR);
    assert_int_equal(run(e, 0, 10), 10);
    assert_int_equal(engine_keys(e, "E"), MV_STORAGE_ERROR);
    assert_int_equal(run(e, 0, 10), 10);
    assert_int_equal(mv_prepay_bypass(&e->p, true), MV_STORAGE_ERROR);
    assert_int_equal(run(e, 0, 10), 10);
    assert_false(e->p.account.emergency_on || e->p.supply.bypass);
    assert_int_equal(mv_account_remaining(&e->p), 0);
    check_cut(e, MV_CUT_CREDIT);
}

/* A wait goes on, once, and ends. */
static void limits_hold(void **state)
{
    struct engine *e = *state;
    struct mv_parameters parameters = e->p.parameters;
    parameters.power_limit_w = 1000;
    parameters.power_delay_s = 5;
    parameters.power_wait_s = 60;
    engine_set(e, &parameters);
    assert_int_equal(engine_buy(e, 50), MV_ACCEPT);
    engine_wait(e, 2);
    die(e);
    unsigned told = e->told;
    assert_in_range(run(e, 2000, 30), 24, 26);
    assert_in_range(run(e, 0, 40), 34, 38);
    check_cut(e, MV_CUT_NONE);
    assert_int_equal(e->told, told + 2);
    assert_int_equal(e->p.supply.tries, 1);
}

static void a_meter_of_time_counts(void **state)
{
    struct engine *e = *state;
    assert_int_equal(engine_blank(state), 0);
    e->identity.measures = 1U << MV_REGISTER_TIME;
    assert_int_equal(engine_open(e), MV_NOT_PROVISIONED);
    assert_int_equal(mv_prepay_provision(&e->p, &e->identity, TEST_TID, NULL, NULL, 0), MV_DONE);
    e->p.meter.state.credit[MV_REGISTER_TIME] = 1000;
    mv_touch(&e->p, MV_OBJECT_TOKENS, true);
    engine_wait(e, 1);
    die(e);
    for (unsigned i = 0; i < 2000; i++) {
        (void)run(e, 0, 1);
        assert_int_equal(mv_prepay_bypass(&e->p, true), MV_STORAGE_ERROR);
    }
    assert_false(e->closed);
    assert_int_equal(e->p.registers.total, 1000);
}

/* What was cleared is not counted again; and a meter that a failed commit closed is not a new one. */
static void a_failed_commit_makes_no_new_meter(void **state)
{
    struct engine *e = *state;
    assert_int_equal(engine_buy(e, 5), MV_ACCEPT);
    engine_use(e, 1);
    die(e);
    assert_int_equal(mv_prepay_bypass(&e->p, true), MV_STORAGE_ERROR);
    heal(e);
    assert_int_equal(mv_prepay_provision(&e->p, &e->identity, TEST_TID, NULL, NULL, 0), MV_ALREADY_PROVISIONED);
    assert_int_equal(e->p.registers.total, ENGINE_KWH);
    assert_int_equal(mv_account_remaining(&e->p), 4 * ENGINE_KWH);
    engine_wait(e, MV_SAVE_EVERY_S);
    assert_int_equal(e->p.urgent, 0);
    assert_int_equal(e->lamps & MV_LAMP_FAULT, 0);
}

/* Forgetting a key section is a commit of the tick's. */
static void a_tick_whose_own_commit_fails_lights_the_lamp(void **state)
{
    struct engine *e = *state;
    e->p.meter.state.sections.present = 1;
    mv_touch(&e->p, MV_OBJECT_TOKENS, true);
    engine_wait(e, 1);
    die(e);
    e->flash.now += MV_SECTION_TIMEOUT_S;
    assert_int_equal(mv_prepay_tick(&e->p), MV_STORAGE_ERROR);
    assert_int_equal(e->lamps, MV_LAMP_FAULT);
    (void)run(e, 0, 1);
    assert_true((e->lamps & MV_LAMP_FAULT) != 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ENGINE(supply_ends_with_credit),
        ENGINE(small_loads_count),
        ENGINE(it_mends_and_nothing_is_lost),
        ENGINE(what_is_not_kept_gives_nothing),
        ENGINE(limits_hold),
        ENGINE(a_meter_of_time_counts),
        ENGINE(a_failed_commit_makes_no_new_meter),
        ENGINE(a_tick_whose_own_commit_fails_lights_the_lamp),
    };
    return cmocka_run_group_tests_name("prepay: a memory that takes nothing", tests, NULL, NULL);
}
