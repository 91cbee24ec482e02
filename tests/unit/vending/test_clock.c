/* The clock: small steps are ridden out, large ones stop issuing until an officer confirms, also across a restart. */
#include "world.h"

#include <stdio.h>
#include <string.h>

static const int64_t DAY = 86400;
static char pan[19];

static mv_status sell(struct world *world, struct vend_issued *sale)
{
    static unsigned next;
    char id[16];
    (void)snprintf(id, sizeof id, "c%u", next++);
    return world_sell(world, "seller", id, world_pan(1, pan), 100, sale);
}

static mv_status confirm(struct world *world, const char *who, int64_t now_s)
{
    struct vend_caller caller = world_caller(who);
    int64_t server_s = 0;
    mv_status status = vend_confirm_clock(world->vend, &caller, now_s, &server_s);
    if (status.ok)
        assert_true(server_s >= now_s - 60 && server_s <= now_s + 60);
    return status;
}

static void a_small_step_back_is_ridden_out(void **state)
{
    struct world *world = *state;
    struct vend_issued sale, next;
    assert_ok(sell(world, &sale));
    world_step(-60, 0);
    assert_ok(sell(world, &next));
    assert_int_equal(world_own(&next)->tid, world_own(&sale)->tid + 1);
    assert_int_equal(next.issued_at_unix_s, NOW_S); /* no earlier than the ledger has seen */
}

static void a_large_step_back_stops_issuing(void **state)
{
    struct world *world = *state;
    struct vend_issued sale;
    assert_ok(sell(world, &sale));
    world_step(-61, 0);
    assert_refused(MV_CLOCK_STEPPED, sell(world, &sale));
    assert_refused(MV_CLOCK_STEPPED, vend_health(world->vend));
    assert_int_equal(world_audit_count(world, "TokenService.IssueCredit", "CLOCK_STEPPED"), 1);
    /* going back on its own does not heal it */
    world_step(61, 0);
    assert_refused(MV_CLOCK_STEPPED, sell(world, &sale));
    world_restart(world);
    assert_refused(MV_CLOCK_STEPPED, sell(world, &sale));
    assert_ok(confirm(world, "officer1", NOW_S));
    assert_ok(sell(world, &sale));
    assert_ok(vend_health(world->vend));
}

static void a_jump_ahead_stops_issuing(void **state)
{
    struct world *world = *state;
    struct vend_issued sale;
    assert_ok(sell(world, &sale));
    world_step(60, 0);
    assert_ok(sell(world, &sale));
    world_step(1, 0); /* 61 s in all */
    assert_refused(MV_CLOCK_STEPPED, sell(world, &sale));
    assert_int_equal(world_audit_count(world, "clock.stepped", "ok"), 1);
    vend_refresh(world->vend); /* written with the refusal already */
    assert_int_equal(world_audit_count(world, "clock.stepped", "ok"), 1);
}

static void every_step_is_recorded_once(void **state)
{
    struct world *world = *state;
    struct vend_issued sale;
    assert_ok(sell(world, &sale));
    world_step(-3600, 0);
    world_restart(world);
    assert_int_equal(world_audit_count(world, "clock.stepped", "ok"), 1);
    world_restart(world);
    assert_refused(MV_CLOCK_STEPPED, sell(world, &sale));
    assert_int_equal(world_audit_count(world, "clock.stepped", "ok"), 1);
    assert_ok(confirm(world, "officer1", NOW_S - 3600));
    world_step(61, 0);
    assert_refused(MV_CLOCK_STEPPED, sell(world, &sale));
    vend_refresh(world->vend);
    assert_int_equal(world_audit_count(world, "clock.stepped", "ok"), 2);
    assert_true(world_audit_has(world, "ledger="));
    world_audit_verify(world);
}

static void the_keeper_sees_it_too(void **state)
{
    struct world *world = *state;
    world_step(3600, 0);
    vend_refresh(world->vend);
    assert_int_equal(world_audit_count(world, "clock.stepped", "ok"), 1);
    vend_refresh(world->vend);
    assert_int_equal(world_audit_count(world, "clock.stepped", "ok"), 1);
    assert_refused(MV_CLOCK_STEPPED, vend_health(world->vend));
}

static void time_that_passes_is_no_step(void **state)
{
    struct world *world = *state;
    struct vend_issued sale;
    for (int i = 0; i < 50; i++) {
        world_step(7200 + 30, 7200); /* half a minute of correction in two hours */
        assert_ok(sell(world, &sale));
    }
    world_step(365 * DAY, 365 * DAY);
    assert_ok(sell(world, &sale));
}

static void a_long_rest_needs_confirmation(void **state)
{
    struct world *world = *state;
    struct vend_issued sale;
    assert_ok(sell(world, &sale));
    world_step(30 * DAY, 0);
    world_restart(world);
    assert_ok(sell(world, &sale));
    world_step(30 * DAY + 1, 0);
    world_restart(world);
    assert_refused(MV_CLOCK_STEPPED, sell(world, &sale));
    assert_ok(confirm(world, "officer1", NOW_S + 60 * DAY + 1));
    assert_ok(sell(world, &sale));
}

static void a_rest_with_a_clock_behind_needs_confirmation(void **state)
{
    struct world *world = *state;
    struct vend_issued sale;
    assert_ok(sell(world, &sale));
    world_set_clock(NOW_S - 1800, 5);
    world_restart(world);
    assert_refused(MV_CLOCK_STEPPED, sell(world, &sale));
    /* the officer vouches for the earlier time: the meter's last minute is now ahead of the clock, and not issued again
     */
    assert_ok(confirm(world, "officer1", NOW_S - 1800));
    assert_ok(sell(world, &sale));
    assert_int_equal(world_own(&sale)->tid, NOW_MINUTE + 1 - BASE_2014_MINUTE);
}

static void only_an_officer_with_the_right_time_confirms(void **state)
{
    struct world *world = *state;
    struct vend_issued sale;
    size_t before = world_audit_total(world);
    assert_ok(confirm(world, "officer1", NOW_S)); /* nothing to confirm, nothing changes */
    assert_int_equal(world_audit_total(world), before);
    world_step(-3600, 0);
    assert_refused(MV_CLOCK_STEPPED, sell(world, &sale));
    assert_refused(MV_ROLE_MISSING, confirm(world, "seller", NOW_S - 3600));
    assert_refused(MV_INVALID_FIELD, confirm(world, "officer1", NOW_S - 3600 + 61));
    world_step(1, 1);
    assert_refused(MV_INVALID_FIELD, confirm(world, "officer1", NOW_S - 3600 - 61));
    assert_refused(MV_CLOCK_STEPPED, sell(world, &sale));
    assert_ok(confirm(world, "officer1", NOW_S - 3600 + 60));
    assert_ok(sell(world, &sale));
    assert_int_equal(world_audit_count(world, "OperatorService.ConfirmClock", "INVALID_FIELD"), 2);
    assert_int_equal(world_audit_count(world, "OperatorService.ConfirmClock", "ok"), 1);
}

static void a_stored_answer_needs_no_clock(void **state)
{
    struct world *world = *state;
    struct vend_issued sale, again;
    assert_ok(world_sell(world, "seller", "kept", world_pan(1, pan), 100, &sale));
    world_step(-3600, 0);
    assert_ok(world_sell(world, "seller", "kept", pan, 100, &again));
    assert_string_equal(world_own(&sale)->digits, world_own(&again)->digits);
}

static void a_trial_under_a_stepped_clock(void **state)
{
    struct world *world = *state;
    struct vend_issued sale;
    struct vend_caller seller = world_caller("seller");
    struct vend_order request = {
        .terminal = "till", .pan = world_pan(1, pan), .quantity = {VEND_UNIT_WH, 100}, .carrier = VEND_KEYPAD};
    assert_ok(sell(world, &sale));
    world_step(-3600, 0);
    assert_refused(MV_CLOCK_STEPPED, vend_trial(world->vend, &seller, &request, &sale));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_small_step_back_is_ridden_out),
        TEST(a_large_step_back_stops_issuing),
        TEST(a_jump_ahead_stops_issuing),
        TEST(every_step_is_recorded_once),
        TEST(the_keeper_sees_it_too),
        TEST(time_that_passes_is_no_step),
        TEST(a_long_rest_needs_confirmation),
        TEST(a_rest_with_a_clock_behind_needs_confirmation),
        TEST(only_an_officer_with_the_right_time_confirms),
        TEST(a_stored_answer_needs_no_clock),
        TEST(a_trial_under_a_stepped_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
