/* A meter's keys at the desk: what it should hold, what it holds, what it held, and who is exposed by one. */
#include "desk_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SET_1 "11111111111111111111"
#define SET_2 "11111111111111111112"
#define OWN   "22222222222222222222"

static mv_status confirm(struct world *world, const char *who, const char *pan, struct vend_key_proof proof,
                         struct vend_meter *meter)
{
    struct vend_caller caller = world_caller(who);
    return vend_confirm_key_change(world->vend, &caller, pan, &proof, meter);
}

static struct vend_key_proof token(const char *digits)
{
    return (struct vend_key_proof){.accepted_token = digits};
}

static struct vend_key_proof reading(uint32_t krn, uint32_t ti, const char *sgc)
{
    return (struct vend_key_proof){.krn = krn, .ti = ti, .sgc = sgc};
}

/* ---- confirmation ---- */
static void a_token_under_the_new_key_proves_it(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_meter meter;
    struct store_key to = desk_key(5, 7);
    world_pan(1, pan);
    assert_refused(MV_NO_KEY_CHANGE_PENDING, confirm(world, "seller", pan, token(OWN), &meter));
    int64_t change = desk_change(world, pan, &to, SET_1);
    (void)desk_order(world, pan, STORE_CREDIT, &to, change, OWN);
    assert_ok(confirm(world, "seller", pan, token(OWN), &meter));
    assert_int_equal(meter.row.krn, 5);
    assert_int_equal(meter.row.ti, 7);
    assert_int_equal(meter.row.pending_change, 0);
    assert_string_equal(meter.organisation, "shop");
    assert_refused(MV_NO_KEY_CHANGE_PENDING, confirm(world, "seller", pan, token(OWN), &meter));
    assert_int_equal(world_audit_count(world, "MeterService.ConfirmKeyChange", "ok"), 1);
    char *all = world_dump(world);
    const char *audit = strstr(all, "\naudit\n");
    assert_non_null(audit);
    assert_non_null(strstr(audit, "applied by token of order"));
    assert_null(strstr(audit, OWN));
    free(all);
}

static void other_tokens_prove_nothing(void **state)
{
    struct world *world = *state;
    char pan[19], other_pan[19];
    struct vend_meter meter;
    struct vend_issued before;
    struct store_key to = desk_key(5, 7);
    struct vend_meter_key key = world_key();
    world_pan(1, pan);
    assert_ok(world_meter(world, 3, "shop", VEND_ELECTRICITY, &key));
    assert_ok(world_sell(world, "seller", "r1", pan, 100, &before));
    int64_t change = desk_change(world, pan, &to, SET_1);
    int64_t other_change = desk_change(world, world_pan(3, other_pan), &to, "44444444444444444444");
    (void)desk_order(world, other_pan, STORE_CREDIT, &to, other_change, "55555555555555555555");
    (void)desk_order(world, pan, STORE_KEY_CHANGE, &to, change, "");
    (void)desk_order(world, pan, STORE_TEST, &to, 0, "00000000000150997584");
    (void)desk_order(world, pan, STORE_MANAGEMENT, &to, change, OWN);
    /* sold before, a section of the set, a test, another meter's, nobody's */
    assert_refused(MV_PROOF_INVALID, confirm(world, "seller", pan, token(world_own(&before)->digits), &meter));
    assert_refused(MV_PROOF_INVALID, confirm(world, "seller", pan, token(SET_1), &meter));
    assert_refused(MV_PROOF_INVALID, confirm(world, "seller", pan, token(SET_2), &meter));
    assert_refused(MV_PROOF_INVALID, confirm(world, "seller", pan, token("00000000000150997584"), &meter));
    assert_refused(MV_PROOF_INVALID, confirm(world, "seller", pan, token("55555555555555555555"), &meter));
    assert_refused(MV_PROOF_INVALID, confirm(world, "seller", pan, token("66666666666666666666"), &meter));
    assert_refused(MV_INVALID_FIELD, confirm(world, "seller", pan, token("2222"), &meter));
    assert_refused(MV_INVALID_FIELD, confirm(world, "seller", pan, token("2222222222222222222x"), &meter));
    assert_int_equal(desk_meter(world, pan).pending_change, change);
    assert_int_equal(world_audit_count(world, "MeterService.ConfirmKeyChange", "ok"), 0);
    assert_ok(confirm(world, "chief", pan, token(OWN), &meter));
}

/* The meter was under this key before: tokens of that time say nothing about now. */
static void an_old_token_under_the_same_key_proves_nothing(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_meter meter;
    struct vend_issued old;
    struct store_key away = desk_key(5, 7);
    struct store_key back = desk_key(1, 1);
    world_pan(1, pan);
    assert_ok(world_sell(world, "seller", "r1", pan, 100, &old));
    desk_end(world, desk_change(world, pan, &away, SET_1), STORE_APPLIED);
    (void)desk_change(world, pan, &back, "44444444444444444444");
    assert_refused(MV_PROOF_INVALID, confirm(world, "seller", pan, token(world_own(&old)->digits), &meter));
}

static void an_engineer_reads_the_display(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_meter meter;
    struct store_key to = desk_key(5, 7);
    world_pan(1, pan);
    int64_t change = desk_change(world, pan, &to, SET_1);
    assert_refused(MV_ROLE_MISSING, confirm(world, "seller", pan, reading(5, 7, NULL), &meter));
    assert_refused(MV_ROLE_MISSING, confirm(world, "chief", pan, reading(5, 7, NULL), &meter));
    assert_refused(MV_INVALID_FIELD, confirm(world, "engineer", pan, reading(0, 7, NULL), &meter));
    assert_refused(MV_INVALID_FIELD, confirm(world, "engineer", pan, reading(10, 7, NULL), &meter));
    assert_refused(MV_INVALID_FIELD, confirm(world, "engineer", pan, reading(5, 100, NULL), &meter));
    assert_refused(MV_INVALID_FIELD, confirm(world, "engineer", pan, reading(5, 7, "1"), &meter));
    /* neither the one nor the other */
    assert_refused(MV_PROOF_INVALID, confirm(world, "engineer", pan, reading(5, 1, NULL), &meter));
    assert_refused(MV_PROOF_INVALID, confirm(world, "engineer", pan, reading(1, 7, NULL), &meter));
    assert_refused(MV_PROOF_INVALID, confirm(world, "engineer", pan, reading(5, 7, OTHER_SGC), &meter));
    assert_int_equal(desk_meter(world, pan).pending_change, change);
    /* the meter did not take it */
    assert_ok(confirm(world, "engineer", pan, reading(1, 1, SGC), &meter));
    assert_int_equal(meter.row.krn, 1);
    assert_int_equal(meter.row.pending_change, 0);
    assert_true(world_audit_has(world, "key_change=1 not applied by reading krn=1 ti=1"));
    (void)desk_change(world, pan, &to, SET_2);
    assert_ok(confirm(world, "engineer", pan, reading(5, 7, NULL), &meter));
    assert_int_equal(meter.row.krn, 5);
}

static void a_reading_that_fits_both_proves_nothing(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_meter meter;
    struct store_key to = desk_key(1, 1);
    world_pan(1, pan);
    to.kt = 1;
    (void)desk_change(world, pan, &to, SET_1);
    assert_refused(MV_PROOF_INVALID, confirm(world, "engineer", pan, reading(1, 1, SGC), &meter));
}

static void confirming_is_scoped_like_selling(void **state)
{
    struct world *world = *state;
    char pan[19], other_pan[19];
    struct vend_meter meter;
    struct vend_organisation row;
    struct store_key to = desk_key(5, 7);
    struct vend_caller officer = world_caller("officer1");
    world_pan(1, pan);
    world_pan(2, other_pan);
    (void)desk_change(world, pan, &to, SET_1);
    assert_refused(MV_METER_UNKNOWN, confirm(world, "rival", pan, token(OWN), &meter));
    assert_refused(MV_METER_UNKNOWN, confirm(world, "technician", pan, reading(5, 7, NULL), &meter));
    assert_refused(MV_METER_UNKNOWN, confirm(world, "seller", other_pan, token(OWN), &meter));
    assert_refused(MV_ROLE_MISSING, confirm(world, "admin", pan, token(OWN), &meter));
    assert_ok(vend_grant(world->vend, &officer, "region", SGC, false, &row));
    assert_refused(MV_SUPPLY_GROUP_DENIED, confirm(world, "engineer", pan, reading(5, 7, NULL), &meter));
}

/* ---- assignment ---- */
static mv_status assign(struct world *world, const char *who, const char *pan, struct vend_key_target wanted,
                        struct vend_meter *meter)
{
    struct vend_caller caller = world_caller(who);
    return vend_assign_key(world->vend, &caller, pan, &wanted, meter);
}

static void what_the_office_wants(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_meter meter;
    world_pan(1, pan);
    assert_ok(assign(world, "engineer", pan, (struct vend_key_target){.ti = -1}, &meter));
    assert_false(meter.row.has_wanted);
    assert_int_equal(world_audit_count(world, "MeterService.AssignKey", "ok"), 0);
    assert_ok(assign(world, "engineer", pan, (struct vend_key_target){.krn = 4, .ti = 0}, &meter));
    assert_true(meter.row.has_wanted);
    assert_int_equal(meter.row.wanted_krn, 4);
    assert_int_equal(meter.row.wanted_ti, 0);
    assert_int_equal(meter.row.wanted_kt, 0);
    assert_string_equal(meter.row.wanted_sgc, "");
    assert_int_equal(meter.row.krn, 1);
    uint32_t version = meter.row.key_version;
    /* the same again changes nothing */
    assert_ok(assign(world, "chief", pan, (struct vend_key_target){.krn = 4, .ti = 0}, &meter));
    assert_int_equal(meter.row.key_version, version);
    assert_int_equal(world_audit_count(world, "MeterService.AssignKey", "ok"), 1);
    assert_true(world_audit_has(world, "sgc=- krn=4 ti=0 kt=0"));
    /* it takes the place of what was wanted before */
    assert_ok(assign(world, "admin", pan, (struct vend_key_target){.ti = 9}, &meter));
    assert_int_equal(meter.row.wanted_krn, 0);
    assert_int_equal(meter.row.wanted_ti, 9);
    assert_ok(assign(world, "admin", pan, (struct vend_key_target){.ti = -1}, &meter));
    assert_false(meter.row.has_wanted);
    struct vend_caller seller = world_caller("seller");
    assert_ok(vend_get_meter(world->vend, &seller, pan, &meter));
    assert_false(meter.row.has_wanted);
}

static void what_nobody_may_want(void **state)
{
    struct world *world = *state;
    char pan[19], other_pan[19];
    struct vend_meter meter;
    struct vend_organisation row;
    struct vend_caller officer = world_caller("officer1");
    const struct vend_key_target five = {.krn = 5, .kt = 1, .ti = -1};
    world_pan(1, pan);
    world_pan(2, other_pan);
    assert_refused(MV_ROLE_MISSING, assign(world, "seller", pan, five, &meter));
    assert_refused(MV_ROLE_MISSING, assign(world, "auditor", pan, five, &meter));
    assert_refused(MV_METER_UNKNOWN, assign(world, "technician", pan, five, &meter));
    assert_refused(MV_METER_UNKNOWN, assign(world, "engineer", other_pan, five, &meter));
    assert_refused(MV_INVALID_FIELD,
                   assign(world, "engineer", pan, (struct vend_key_target){.krn = 10, .ti = -1}, &meter));
    assert_refused(MV_INVALID_FIELD, assign(world, "engineer", pan, (struct vend_key_target){.ti = 100}, &meter));
    assert_refused(MV_INVALID_FIELD, assign(world, "engineer", pan, (struct vend_key_target){.ti = -2}, &meter));
    assert_refused(MV_INVALID_FIELD,
                   assign(world, "engineer", pan, (struct vend_key_target){.kt = 4, .ti = -1}, &meter));
    assert_refused(MV_INVALID_FIELD,
                   assign(world, "engineer", pan, (struct vend_key_target){.sgc = "1", .ti = -1}, &meter));
    assert_refused(MV_KEY_TYPE_NOT_ALLOWED,
                   assign(world, "engineer", pan, (struct vend_key_target){.kt = 3, .ti = -1}, &meter));
    assert_refused(MV_VENDING_KEY_UNKNOWN,
                   assign(world, "engineer", pan, (struct vend_key_target){.krn = 9, .ti = -1}, &meter));
    assert_refused(MV_VENDING_KEY_UNKNOWN,
                   assign(world, "engineer", pan, (struct vend_key_target){.kt = 1, .ti = -1}, &meter));
    /* another group: granted too, and one that the token has */
    const struct vend_key_target group = {.sgc = OTHER_SGC, .ti = -1};
    assert_refused(MV_SUPPLY_GROUP_DENIED, assign(world, "engineer", pan, group, &meter));
    assert_ok(assign(world, "admin", pan, group, &meter));
    assert_ok(vend_grant(world->vend, &officer, "region", OTHER_SGC, true, &row));
    assert_ok(assign(world, "engineer", pan, group, &meter));
    assert_string_equal(meter.row.wanted_sgc, OTHER_SGC);
    assert_refused(MV_VENDING_KEY_UNKNOWN,
                   assign(world, "admin", pan, (struct vend_key_target){.sgc = "777777", .ti = -1}, &meter));
    assert_ok(vend_grant(world->vend, &officer, "region", SGC, false, &row));
    assert_refused(MV_SUPPLY_GROUP_DENIED, assign(world, "engineer", pan, five, &meter));
}

static void a_new_vending_key_is_known_at_once(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_meter meter;
    world_pan(1, pan);
    fake_keys_lock();
    fake_keys_add(SGC, 9, 2, 4, 2014, 255);
    fake_keys_unlock();
    assert_ok(assign(world, "engineer", pan, (struct vend_key_target){.krn = 9, .ti = -1}, &meter));
}

/* ---- history and exposure ---- */
static void every_key_that_it_may_have_held(void **state)
{
    static struct vend_key_history history;
    struct world *world = *state;
    char pan[19];
    struct store_key second = desk_key(5, 7), third = desk_key(5, 8), fourth = desk_key(3, 8);
    struct vend_caller engineer = world_caller("engineer");
    struct vend_caller technician = world_caller("technician");
    struct vend_caller seller = world_caller("seller");
    world_pan(1, pan);
    fourth.base_date = 2035;
    desk_end(world, desk_change(world, pan, &second, SET_1), STORE_APPLIED);
    desk_end(world, desk_change(world, pan, &third, SET_1), STORE_NOT_APPLIED);
    (void)desk_change(world, pan, &fourth, SET_1);
    assert_ok(vend_meter_history(world->vend, &engineer, pan, &history));
    assert_int_equal(history.count, 4);
    assert_int_equal(history.keys[0].state, VEND_KEY_LEFT);
    assert_int_equal(history.keys[0].key.krn, 1);
    assert_int_equal(history.keys[1].state, VEND_KEY_HELD);
    assert_int_equal(history.keys[1].key.ti, 7);
    assert_false(history.keys[1].rollover);
    assert_int_equal(history.keys[2].state, VEND_KEY_NOT_TAKEN);
    assert_int_equal(history.keys[3].state, VEND_KEY_PENDING);
    assert_true(history.keys[3].rollover);
    assert_int_equal(history.keys[3].since_unix_s, NOW_S);
    assert_refused(MV_METER_UNKNOWN, vend_meter_history(world->vend, &technician, pan, &history));
    assert_refused(MV_ROLE_MISSING, vend_meter_history(world->vend, &seller, pan, &history));
    assert_refused(MV_INVALID_FIELD, vend_meter_history(world->vend, &engineer, "1", &history));
}

static void who_is_exposed(void **state)
{
    static struct vend_exposed_list list;
    struct world *world = *state;
    char pan[19];
    struct vend_meter_key key = world_key();
    struct store_key away = desk_key(5, 7);
    struct vend_caller manager = world_caller("officer1");
    struct vend_caller engineer = world_caller("engineer");
    struct vend_caller seller = world_caller("seller");
    for (unsigned serial = 3; serial < 6; serial++)
        assert_ok(world_meter(world, serial, "shop", VEND_ELECTRICITY, &key));
    world_pan(1, pan);
    desk_end(world, desk_change(world, pan, &away, SET_1), STORE_APPLIED);
    assert_ok(vend_exposed(world->vend, &manager, SGC, 1, 0, 0, "", &list));
    assert_int_equal(list.count, 5);
    assert_string_equal(list.next, "");
    assert_string_equal(list.meters[0].row.pan, pan);
    assert_false(list.meters[0].row.held);
    assert_true(list.meters[0].row.left_unix_s > 0);
    assert_true(list.meters[1].row.held);
    assert_string_equal(list.meters[1].organisation, "other");
    /* by pages, and only the own part of the tree */
    assert_ok(vend_exposed(world->vend, &engineer, SGC, 1, 2, 3, "", &list));
    assert_int_equal(list.count, 3);
    char next[19];
    memcpy(next, list.next, sizeof next);
    assert_ok(vend_exposed(world->vend, &engineer, SGC, 1, 2, 3, next, &list));
    assert_int_equal(list.count, 1);
    assert_string_equal(list.next, "");
    assert_ok(vend_exposed(world->vend, &engineer, SGC, 5, 2, 0, "", &list));
    assert_int_equal(list.count, 1);
    assert_ok(vend_exposed(world->vend, &engineer, SGC, 1, 1, 0, "", &list));
    assert_int_equal(list.count, 0);
    assert_refused(MV_ROLE_MISSING, vend_exposed(world->vend, &seller, SGC, 1, 0, 0, "", &list));
    assert_refused(MV_INVALID_FIELD, vend_exposed(world->vend, &engineer, "", 1, 0, 0, "", &list));
    assert_refused(MV_INVALID_FIELD, vend_exposed(world->vend, &engineer, SGC, 0, 0, 0, "", &list));
    assert_refused(MV_INVALID_FIELD, vend_exposed(world->vend, &engineer, SGC, 10, 0, 0, "", &list));
    assert_refused(MV_INVALID_FIELD, vend_exposed(world->vend, &engineer, SGC, 1, 4, 0, "", &list));
    assert_refused(MV_INVALID_FIELD, vend_exposed(world->vend, &engineer, SGC, 1, 0, 1001, "", &list));
    assert_refused(MV_PAGE_TOKEN_INVALID, vend_exposed(world->vend, &engineer, SGC, 1, 0, 0, "x", &list));
}

/* ---- meters as they are shown ---- */
static void meters_show_what_is_coming(void **state)
{
    static struct vend_meter_list list;
    struct world *world = *state;
    char pan[19];
    struct vend_meter meter;
    struct store_key to = desk_key(5, 7);
    struct vend_meter_key key = world_key();
    struct vend_caller seller = world_caller("seller");
    struct vend_caller chief = world_caller("chief");
    struct vend_meter_query pending = {.organisation = "", .sgc = "", .page_token = "", .pending_only = true};
    struct vend_meter_query fifth = {.organisation = "", .sgc = "", .page_token = "", .krn = 5};
    struct vend_meter_query tenth = {.organisation = "", .sgc = "", .page_token = "", .krn = 10};
    world_pan(1, pan);
    assert_ok(world_meter(world, 3, "shop", VEND_ELECTRICITY, &key));
    assert_ok(vend_list_meters(world->vend, &chief, &pending, &list));
    assert_int_equal(list.count, 0);
    int64_t change = desk_change(world, pan, &to, SET_1);
    assert_ok(vend_get_meter(world->vend, &seller, pan, &meter));
    assert_int_equal(meter.row.krn, 1);
    assert_int_equal(meter.pending.krn, 5);
    assert_ok(vend_list_meters(world->vend, &chief, &pending, &list));
    assert_int_equal(list.count, 1);
    assert_int_equal(list.meters[0].pending.krn, 5);
    assert_string_equal(list.meters[0].organisation, "shop");
    assert_ok(vend_list_meters(world->vend, &chief, &fifth, &list));
    assert_int_equal(list.count, 0);
    desk_end(world, change, STORE_APPLIED);
    assert_ok(vend_list_meters(world->vend, &chief, &fifth, &list));
    assert_int_equal(list.count, 1);
    assert_int_equal(list.meters[0].pending.krn, 0);
    assert_refused(MV_INVALID_FIELD, vend_list_meters(world->vend, &chief, &tenth, &list));
}

static void registration_knows_the_first_key_and_the_unit(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_meter meter;
    struct store_key to = desk_key(5, 7);
    struct vend_caller admin = world_caller("admin");
    struct vend_meter_request request = {.pan = world_pan(7, pan),
                                         .organisation = "shop",
                                         .utility = VEND_ELECTRICITY,
                                         .currency = true,
                                         .key = world_key()};
    assert_ok(vend_register_meter(world->vend, &admin, &request, &meter));
    assert_true(meter.row.currency);
    assert_ok(vend_register_meter(world->vend, &admin, &request, &meter));
    request.currency = false;
    assert_refused(MV_METER_EXISTS, vend_register_meter(world->vend, &admin, &request, &meter));
    request.currency = true;
    /* the data is that of the registration, whatever key the meter holds by now */
    desk_end(world, desk_change(world, pan, &to, SET_1), STORE_APPLIED);
    assert_ok(vend_register_meter(world->vend, &admin, &request, &meter));
    assert_int_equal(meter.row.krn, 5);
    request.key.ti = 7;
    assert_refused(MV_METER_EXISTS, vend_register_meter(world->vend, &admin, &request, &meter));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, desk_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_token_under_the_new_key_proves_it),
        TEST(other_tokens_prove_nothing),
        TEST(an_old_token_under_the_same_key_proves_nothing),
        TEST(an_engineer_reads_the_display),
        TEST(a_reading_that_fits_both_proves_nothing),
        TEST(confirming_is_scoped_like_selling),
        TEST(what_the_office_wants),
        TEST(what_nobody_may_want),
        TEST(a_new_vending_key_is_known_at_once),
        TEST(every_key_that_it_may_have_held),
        TEST(who_is_exposed),
        TEST(meters_show_what_is_coming),
        TEST(registration_knows_the_first_key_and_the_unit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
