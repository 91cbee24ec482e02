/* Supply and credit: trip, overdraft, key press, emergency, alarms, warning cut, friendly hours, hoard limit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "account.h"
#include "engine_support.h"
#include "events.h"
#include "save.h"
#include "settle.h"
#include "supply.h"

static struct mv_parameters parameters_of(const struct engine *e)
{
    return e->p.parameters;
}

static int64_t remaining(const struct engine *e)
{
    return mv_account_remaining(&e->p);
}

static void trips_at_zero_and_closes_with_credit(void **state)
{
    struct engine *e = *state;
    check_cut(e, MV_CUT_CREDIT);
    assert_int_equal(engine_buy(e, 2), MV_ACCEPT);
    check_cut(e, MV_CUT_NONE);
    check_event(e, 0, MV_EVENT_CLOSED, 0);
    check_event(e, 1, MV_EVENT_CREDIT, MV_REGISTER_ELECTRICITY);
    engine_use(e, 1);
    check_cut(e, MV_CUT_NONE);
    engine_use(e, 1);
    assert_int_equal(remaining(e), 0);
    check_cut(e, MV_CUT_CREDIT);
    check_event(e, 0, MV_EVENT_CUT, MV_CUT_CREDIT);
    assert_true((e->lamps & MV_LAMP_CREDIT_OUT) != 0);
    assert_true((e->lamps & MV_LAMP_SWITCH_OPEN) != 0);
}

static void one_watt_hour_is_enough(void **state)
{
    struct engine *e = *state;
    assert_int_equal(engine_buy(e, 1), MV_ACCEPT);
    mv_prepay_pulses(&e->p, 0, 999);
    engine_wait(e, 1);
    check_cut(e, MV_CUT_NONE);
    mv_prepay_pulses(&e->p, 0, 1);
    engine_wait(e, 1);
    check_cut(e, MV_CUT_CREDIT);
}

static void overdraft_is_allowed_to_its_end(void **state)
{
    struct engine *e = *state;
    struct mv_parameters parameters = parameters_of(e);
    parameters.overdraft = 3 * ENGINE_KWH;
    engine_set(e, &parameters);
    check_cut(e, MV_CUT_NONE);
    engine_use(e, 2);
    check_cut(e, MV_CUT_NONE);
    engine_use(e, 1);
    check_cut(e, MV_CUT_CREDIT);
    assert_int_equal(engine_buy(e, 1), MV_ACCEPT); /* is paid back first */
    assert_int_equal(remaining(e), -2 * ENGINE_KWH);
    check_cut(e, MV_CUT_NONE);
}

static void a_key_press_brings_supply_back_when_wanted(void **state)
{
    struct engine *e = *state;
    struct mv_parameters parameters = parameters_of(e);
    parameters.key_press_to_close = true;
    engine_set(e, &parameters);
    assert_int_equal(engine_keys(e, "E"), MV_DONE); /* too early */
    check_cut(e, MV_CUT_CREDIT);
    assert_int_equal(engine_buy(e, 1), MV_ACCEPT);
    check_cut(e, MV_CUT_KEY);
    engine_wait(e, 100);
    check_cut(e, MV_CUT_KEY);
    engine_reopen(e);
    check_cut(e, MV_CUT_KEY);
    assert_int_equal(engine_keys(e, "1<"), MV_DONE); /* other keys are not it */
    check_cut(e, MV_CUT_KEY);
    assert_int_equal(engine_keys(e, "E"), MV_DONE);
    check_cut(e, MV_CUT_NONE);
    engine_use(e, 1);
    check_cut(e, MV_CUT_CREDIT); /* and again */
    assert_int_equal(engine_buy(e, 1), MV_ACCEPT);
    check_cut(e, MV_CUT_KEY);
    parameters.key_press_to_close = false;
    engine_set(e, &parameters);
    check_cut(e, MV_CUT_NONE);
    parameters.key_press_to_close = true; /* is not asked of those who have supply */
    engine_set(e, &parameters);
    check_cut(e, MV_CUT_NONE);
}

static void no_key_press_without_a_cut_by_credit(void **state)
{
    struct engine *e = *state;
    struct mv_parameters parameters = parameters_of(e);
    parameters.key_press_to_close = true;
    assert_int_equal(engine_buy(e, 1), MV_ACCEPT);
    engine_set(e, &parameters);
    mv_supply_command(&e->p, true);
    engine_wait(e, 1);
    check_cut(e, MV_CUT_COMMAND);
    mv_supply_command(&e->p, false);
    engine_wait(e, 1);
    check_cut(e, MV_CUT_NONE);
}

static void emergency_credit_by_key_and_paid_back_first(void **state)
{
    struct engine *e = *state;
    struct mv_parameters parameters = parameters_of(e);
    parameters.emergency = 2 * ENGINE_KWH;
    parameters.overdraft = 1 * ENGINE_KWH;
    parameters.key_press_to_close = true;
    engine_set(e, &parameters);
    engine_use(e, 1);
    check_cut(e, MV_CUT_CREDIT);
    assert_int_equal(engine_keys(e, "E"), MV_DONE);
    check_cut(e, MV_CUT_NONE); /* by the same key press */
    check_event(e, 1, MV_EVENT_EMERGENCY, 0);
    assert_int_equal(mv_supply_floor(&e->p), -3 * ENGINE_KWH);
    engine_use(e, 2);
    check_cut(e, MV_CUT_CREDIT);
    assert_int_equal(engine_keys(e, "E"), MV_DONE); /* once */
    check_cut(e, MV_CUT_CREDIT);
    assert_int_equal(engine_buy(e, 1), MV_ACCEPT);
    assert_true(e->p.account.emergency_on);
    assert_int_equal(engine_keys(e, "E"), MV_DONE);
    engine_use(e, 1);
    check_cut(e, MV_CUT_CREDIT);
    assert_int_equal(engine_buy(e, 3), MV_ACCEPT); /* all of it is paid back */
    assert_false(e->p.account.emergency_on);
    assert_int_equal(remaining(e), 0);
    assert_int_equal(mv_supply_floor(&e->p), -1 * ENGINE_KWH);
    engine_reopen(e);
    assert_false(e->p.account.emergency_on);
}

static void emergency_credit_from_alarm_2_only_and_kept(void **state)
{
    struct engine *e = *state;
    struct mv_parameters parameters = parameters_of(e);
    parameters.alarm_1 = 2 * ENGINE_KWH;
    parameters.alarm_2 = 1 * ENGINE_KWH;
    parameters.emergency = 5 * ENGINE_KWH;
    engine_set(e, &parameters);
    assert_int_equal(engine_buy(e, 2), MV_ACCEPT);
    assert_int_equal(engine_keys(e, "E"), MV_DONE);
    assert_false(e->p.account.emergency_on);
    engine_use(e, 1);
    assert_int_equal(engine_keys(e, "E"), MV_DONE);
    assert_true(e->p.account.emergency_on);
    assert_int_equal(engine_keys(e, "E"), MV_DONE); /* a second press browses */
    assert_int_equal(count_events(e, MV_EVENT_EMERGENCY), 1);
    engine_reopen(e);
    assert_true(e->p.account.emergency_on);
    engine_use(e, 5);
    check_cut(e, MV_CUT_NONE);
    engine_use(e, 1);
    check_cut(e, MV_CUT_CREDIT);
}

static void no_emergency_credit_where_none_is_configured(void **state)
{
    struct engine *e = *state;
    assert_int_equal(engine_keys(e, "E"), MV_DONE);
    assert_false(e->p.account.emergency_on);
    check_cut(e, MV_CUT_CREDIT);
}

static void alarms_at_two_levels(void **state)
{
    struct engine *e = *state;
    struct mv_parameters parameters = parameters_of(e);
    parameters.alarm_1 = 3 * ENGINE_KWH;
    parameters.alarm_2 = 2 * ENGINE_KWH;
    engine_set(e, &parameters);
    assert_int_equal(engine_buy(e, 4), MV_ACCEPT);
    assert_int_equal(e->lamps, 0);
    engine_use(e, 1);
    assert_int_equal(e->lamps, MV_LAMP_CREDIT_LOW);
    engine_use(e, 1);
    assert_int_equal(e->lamps, MV_LAMP_CREDIT_LOW | MV_BUZZER);
    check_cut(e, MV_CUT_NONE);
    assert_int_equal(engine_keys(e, "1"), MV_DONE); /* any key silences it */
    assert_int_equal(e->lamps, MV_LAMP_CREDIT_LOW);
    assert_int_equal(engine_buy(e, 2), MV_ACCEPT);
    assert_int_equal(e->lamps, 0);
    engine_use(e, 2); /* it sounds anew */
    assert_int_equal(e->lamps, MV_LAMP_CREDIT_LOW | MV_BUZZER);
    engine_use(e, 2);
    assert_int_equal(e->lamps, MV_LAMP_CREDIT_LOW | MV_LAMP_CREDIT_OUT | MV_LAMP_SWITCH_OPEN);
}

static void configure_warning(struct engine *e)
{
    struct mv_parameters parameters = parameters_of(e);
    parameters.alarm_1 = 3 * ENGINE_KWH;
    parameters.alarm_2 = 2 * ENGINE_KWH;
    parameters.warning_cut_s = 30;
    engine_set(e, &parameters);
}

static void set_warning(struct engine *e)
{
    configure_warning(e);
    assert_int_equal(engine_buy(e, 4), MV_ACCEPT);
    engine_use(e, 1);
    check_cut(e, MV_CUT_NONE);
    engine_use(e, 1);
}

static void warning_cut_is_short_and_once(void **state)
{
    struct engine *e = *state;
    set_warning(e);
    check_cut(e, MV_CUT_WARNING);
    engine_wait(e, 29);
    check_cut(e, MV_CUT_WARNING);
    engine_wait(e, 1);
    check_cut(e, MV_CUT_NONE);
    engine_use(e, 1);
    check_cut(e, MV_CUT_NONE);
    assert_int_equal(engine_buy(e, 2), MV_ACCEPT);
    engine_use(e, 1); /* anew once credit was above it */
    check_cut(e, MV_CUT_WARNING);
    assert_int_equal(engine_keys(e, "E"), MV_DONE); /* who presses the key knows */
    check_cut(e, MV_CUT_NONE);
}

static void credit_ends_the_warning_cut(void **state)
{
    struct engine *e = *state;
    set_warning(e);
    assert_int_equal(engine_buy(e, 1), MV_ACCEPT);
    check_cut(e, MV_CUT_NONE);
}

static void warning_cut_starts_anew_after_a_restart(void **state)
{
    struct engine *e = *state;
    set_warning(e);
    engine_wait(e, 20);
    engine_reopen(e);
    check_cut(e, MV_CUT_WARNING);
    engine_wait(e, 29);
    check_cut(e, MV_CUT_WARNING);
    engine_wait(e, 1);
    check_cut(e, MV_CUT_NONE);
    engine_reopen(e);
    check_cut(e, MV_CUT_NONE);
}

static void no_warning_cut_in_bypass_or_for_those_without_supply(void **state)
{
    struct engine *e = *state;
    assert_int_equal(mv_prepay_bypass(&e->p, true), MV_DONE);
    set_warning(e);
    check_cut(e, MV_CUT_NONE);
    assert_int_equal(mv_prepay_bypass(&e->p, false), MV_DONE);
    check_cut(e, MV_CUT_WARNING);
    engine_use(e, 2); /* credit ends within it */
    check_cut(e, MV_CUT_CREDIT);
    assert_int_equal(engine_buy(e, 1), MV_ACCEPT);
    check_cut(e, MV_CUT_NONE); /* and it was warned of that */
}

static void a_warning_waits_behind_another_cut(void **state)
{
    struct engine *e = *state;
    configure_warning(e);
    assert_int_equal(engine_buy(e, 4), MV_ACCEPT);
    mv_supply_command(&e->p, true);
    engine_wait(e, 1);
    engine_use(e, 2);
    check_cut(e, MV_CUT_COMMAND);
    engine_wait(e, 100);
    mv_supply_command(&e->p, false);
    engine_wait(e, 1);
    check_cut(e, MV_CUT_NONE);
    engine_wait(e, 1);
    check_cut(e, MV_CUT_WARNING);
}

/* ---- friendly hours ---- */

/* From 18:00 to 06:00 every day; the clock stands at 00:00. */
static void set_friendly(struct engine *e)
{
    e->p.calendar.friendly[0] = (struct mv_window){.weekdays = 0x7F, .from_min = 18 * 60, .to_min = 6 * 60};
    mv_touch(&e->p, MV_OBJECT_CALENDAR, true);
    assert_int_equal(mv_settle(&e->p, MV_DONE), MV_DONE);
}

static void friendly_hours_keep_supply_and_give_none(void **state)
{
    struct engine *e = *state;
    set_friendly(e);
    check_cut(e, MV_CUT_CREDIT); /* was out before them */
    engine_reopen(e);
    check_cut(e, MV_CUT_CREDIT);
    assert_int_equal(engine_buy(e, 1), MV_ACCEPT);
    engine_use(e, 3);
    assert_int_equal(remaining(e), -2 * ENGINE_KWH);
    check_cut(e, MV_CUT_NONE);
    assert_true((e->lamps & MV_LAMP_CREDIT_OUT) != 0);
    assert_int_equal(mv_prepay_power_fails(&e->p), MV_DONE);
    engine_reopen(e);
    check_cut(e, MV_CUT_NONE);
    engine_jump(e, 6 * 3600);
    engine_wait(e, 1);
    check_cut(e, MV_CUT_CREDIT);
}

/* Supply by the bypass is none that friendly hours keep. */
static void a_bypass_within_friendly_hours_leaves_no_supply(void **state)
{
    struct engine *e = *state;
    set_friendly(e);
    check_cut(e, MV_CUT_CREDIT);
    assert_int_equal(mv_prepay_bypass(&e->p, true), MV_DONE);
    check_cut(e, MV_CUT_NONE);
    assert_int_equal(mv_prepay_bypass(&e->p, false), MV_DONE);
    engine_wait(e, 60);
    check_cut(e, MV_CUT_CREDIT);
    assert_int_equal(engine_buy(e, 1), MV_ACCEPT);
    check_cut(e, MV_CUT_NONE);
}

/* A debt from friendly hours that is deeper than emergency credit: that one waits until it helps. */
static void emergency_credit_is_not_wasted(void **state)
{
    struct engine *e = *state;
    struct mv_parameters parameters = parameters_of(e);
    parameters.emergency = 2 * ENGINE_KWH;
    engine_set(e, &parameters);
    set_friendly(e);
    assert_int_equal(engine_buy(e, 1), MV_ACCEPT);
    engine_use(e, 3);
    assert_int_equal(engine_keys(e, "E"), MV_DONE);
    assert_false(e->p.account.emergency_on);
    engine_jump(e, 6 * 3600);
    engine_wait(e, 1);
    check_cut(e, MV_CUT_CREDIT);
    assert_int_equal(engine_keys(e, "E"), MV_DONE);
    check_cut(e, MV_CUT_CREDIT);
    assert_int_equal(engine_buy(e, 1), MV_ACCEPT);
    check_cut(e, MV_CUT_CREDIT);
    assert_int_equal(engine_keys(e, "E"), MV_DONE);
    check_cut(e, MV_CUT_NONE);
    assert_true(e->p.account.emergency_on);
}

static void no_friendly_hours_without_a_clock(void **state)
{
    struct engine *e = *state;
    set_friendly(e);
    assert_int_equal(engine_buy(e, 1), MV_ACCEPT);
    engine_use(e, 1);
    check_cut(e, MV_CUT_NONE);
    e->no_clock = true;
    engine_wait(e, 1);
    check_cut(e, MV_CUT_CREDIT);
    assert_int_equal(count_events(e, MV_EVENT_CLOCK_LOST), 1);
    engine_wait(e, 5);
    assert_int_equal(count_events(e, MV_EVENT_CLOCK_LOST), 1);
}

static void warning_cut_waits_for_the_end_of_friendly_hours(void **state)
{
    struct engine *e = *state;
    set_friendly(e);
    set_warning(e);
    check_cut(e, MV_CUT_NONE);
    engine_jump(e, 6 * 3600);
    engine_wait(e, 1);
    check_cut(e, MV_CUT_WARNING);
    engine_jump(e, 12 * 3600); /* and ends where they begin */
    engine_wait(e, 1);
    check_cut(e, MV_CUT_NONE);
}

/* ---- hoard limit ---- */

static void credit_over_the_hoard_limit_is_refused_and_stays_good(void **state)
{
    struct engine *e = *state;
    struct mv_parameters parameters = parameters_of(e);
    char digits[21];
    parameters.hoard_limit = 5 * ENGINE_KWH;
    engine_set(e, &parameters);
    assert_int_equal(engine_buy(e, 3), MV_ACCEPT);
    test_kwh_token(&e->identity, e->next_tid++, 30, digits);
    assert_int_equal(mv_prepay_enter(&e->p, digits, &e->answer), MV_RECORD_HOARD);
    assert_int_equal(e->answer.kind, MV_ANSWER_NONE);
    assert_int_equal(remaining(e), 3 * ENGINE_KWH);
    engine_use(e, 1); /* up to the limit it is taken */
    assert_int_equal(mv_prepay_enter(&e->p, digits, &e->answer), MV_ACCEPT);
    assert_int_equal(remaining(e), 5 * ENGINE_KWH);
    assert_int_equal(mv_prepay_enter(&e->p, digits, &e->answer), MV_USED_ERROR);
}

static void hoard_limit_counts_what_is_owed_and_its_register_only(void **state)
{
    struct engine *e = *state;
    struct mv_parameters parameters = parameters_of(e);
    struct mv_sts_credit water = {.subclass = MV_SERVICE_WATER, .random = 1, .tid = e->next_tid++};
    char digits[21];
    parameters.hoard_limit = 5 * ENGINE_KWH;
    parameters.overdraft = 10 * ENGINE_KWH;
    engine_set(e, &parameters);
    engine_use(e, 2);
    assert_int_equal(engine_buy(e, 8), MV_RECORD_HOARD);
    assert_int_equal(engine_buy(e, 7), MV_ACCEPT);
    assert_int_equal(remaining(e), 5 * ENGINE_KWH);
    assert_int_equal(mv_sts_amount_encode(1000, &water.amount), MV_DONE);
    test_token(&e->identity, &water, digits);
    assert_int_equal(mv_prepay_enter(&e->p, digits, &e->answer), MV_ACCEPT);
    parameters.hoard_limit = 1 * ENGINE_KWH; /* lower than what is there already */
    engine_set(e, &parameters);
    assert_int_equal(engine_buy(e, 1), MV_RECORD_HOARD);
}

static void clearing_credit_cuts(void **state)
{
    struct engine *e = *state;
    assert_int_equal(engine_buy(e, 3), MV_ACCEPT);
    engine_use(e, 1);
    assert_int_equal(engine_manage(e, MV_MANAGE_CLEAR_CREDIT, MV_REGISTER_ELECTRICITY), MV_ACCEPT);
    assert_int_equal(remaining(e), 0);
    check_cut(e, MV_CUT_CREDIT);
    check_event(e, 1, MV_EVENT_CLEARED, MV_REGISTER_ELECTRICITY);
    engine_reopen(e);
    assert_int_equal(remaining(e), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ENGINE(trips_at_zero_and_closes_with_credit),
        ENGINE(one_watt_hour_is_enough),
        ENGINE(overdraft_is_allowed_to_its_end),
        ENGINE(a_key_press_brings_supply_back_when_wanted),
        ENGINE(no_key_press_without_a_cut_by_credit),
        ENGINE(emergency_credit_by_key_and_paid_back_first),
        ENGINE(emergency_credit_from_alarm_2_only_and_kept),
        ENGINE(no_emergency_credit_where_none_is_configured),
        ENGINE(alarms_at_two_levels),
        ENGINE(warning_cut_is_short_and_once),
        ENGINE(credit_ends_the_warning_cut),
        ENGINE(warning_cut_starts_anew_after_a_restart),
        ENGINE(no_warning_cut_in_bypass_or_for_those_without_supply),
        ENGINE(a_warning_waits_behind_another_cut),
        ENGINE(friendly_hours_keep_supply_and_give_none),
        ENGINE(a_bypass_within_friendly_hours_leaves_no_supply),
        ENGINE(emergency_credit_is_not_wasted),
        ENGINE(no_friendly_hours_without_a_clock),
        ENGINE(warning_cut_waits_for_the_end_of_friendly_hours),
        ENGINE(credit_over_the_hoard_limit_is_refused_and_stays_good),
        ENGINE(hoard_limit_counts_what_is_owed_and_its_register_only),
        ENGINE(clearing_credit_cuts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
