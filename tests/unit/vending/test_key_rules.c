/* What no key change may do, and moves to another supply group. */
#include "keys_world.h"

#include <stdio.h>
#include <string.h>

#include "vending/internal.h"

static char pan[19];

static void a_rollover_and_the_keys_before_it(void **state)
{
    struct world *world = *state;
    struct vend_issued credit;
    char old_pan[19];
    struct vend_meter_key key = world_key();
    key.krn = 2;
    key.dkga = 2;
    key.base_date = 1993;
    assert_ok(world_meter(world, 6, "shop", VEND_ELECTRICITY, &key));
    world_pan(6, old_pan);
    fake_keys_lock();
    keys_entry(1, 2)->scope.dkga = 2;
    fake_keys_unlock();
    /* minutes since 1993 do not fit an identifier any more */
    assert_refused(MV_TID_OUT_OF_RANGE, world_sell(world, "seller", "c1", old_pan, 100, &credit));
    keys_replace(world, 2, 1);
    assert_ok(world_sell(world, "seller", "c1", old_pan, 100, &credit));
    assert_int_equal(credit.from.base_date, 1993);
    assert_int_equal(credit.to.base_date, 2014);
    assert_int_equal(world_own(&credit)->tid, NOW_MINUTE - BASE_2014_MINUTE);
    /* a set that changes the base date again would have to lead to a key that the meter never held */
    keys_add(world, 6, 2014, 255);
    struct vend_meter meter;
    struct vend_caller seller = world_caller("seller");
    const struct vend_key_proof proof = {.accepted_token = world_own(&credit)->digits};
    assert_ok(vend_confirm_key_change(world->vend, &seller, old_pan, &proof, &meter));
    fake_keys_lock();
    struct hsm_key_info *same =
        keys_entry(2, 2); /* the old key's secret under the new base date is the same key by DKGA02 */
    same->scope.base_date = 2014;
    same->scope.successor_krn = 0;
    fake_keys_unlock();
    vend_refresh(world->vend);
    const struct vend_key_target back = {.krn = 2, .ti = -1};
    struct vend_order order = keys_order("k1", &back);
    order.pan = old_pan;
    assert_refused(MV_KEY_ALREADY_USED, world_order(world, "engineer", &order, &credit));
    const struct vend_key_target on = {.krn = 6, .ti = -1};
    order.target = on;
    assert_ok(world_order(world, "engineer", &order, &credit));
}

/* A meter that did not take its rollover is not lost. */
static void a_rollover_that_was_not_taken(void **state)
{
    struct world *world = *state;
    struct vend_issued credit;
    struct vend_meter meter;
    struct vend_caller engineer = world_caller("engineer");
    char old_pan[19];
    struct vend_meter_key key = world_key();
    key.krn = 2;
    key.dkga = 2;
    key.base_date = 1993;
    assert_ok(world_meter(world, 6, "shop", VEND_ELECTRICITY, &key));
    world_pan(6, old_pan);
    keys_replace(world, 2, 1);
    for (unsigned i = 0; i < 3; i++) {
        const char id[] = {'c', (char)('0' + i), '\0'};
        const struct vend_key_proof proof = {.krn = i < 2 ? 2 : 1, .ti = 1};
        assert_ok(world_sell(world, "seller", id, old_pan, 100, &credit));
        assert_true(credit.has_key_change && !credit.resent);
        assert_int_equal(credit.to.base_date, 2014);
        assert_ok(vend_confirm_key_change(world->vend, &engineer, old_pan, &proof, &meter));
    }
    assert_ok(world_sell(world, "seller", "c3", old_pan, 100, &credit));
    assert_int_equal(credit.token_count, 1);
}

static void set_expiry(struct world *world, uint8_t ken)
{
    fake_keys_lock();
    keys_entry(1, 2)->scope.ken = ken;
    fake_keys_unlock();
    vend_refresh(world->vend);
}

/* The set that brought the higher expiry number is under the same key and can be entered again. */
static void an_expiry_number_is_never_lowered(void **state)
{
    struct world *world = *state;
    struct vend_issued credit, set;
    set_expiry(world, 200);
    assert_ok(keys_sell(world, "c1", &credit)); /* the group goes on buying */
    assert_false(credit.has_key_change);
    assert_int_equal(world_own(&credit)->key.ken, 255);
    assert_refused(MV_KEY_UNCHANGED, keys_change(world, "k1", &keys_nothing, &set));
    const struct vend_key_target same = {.ti = -1, .with_sgc = true};
    assert_refused(MV_KEY_CHANGE_NOT_ALLOWED, keys_change(world, "k1", &same, &set));
    const struct vend_key_target tariff = {.ti = 2}; /* another key */
    assert_ok(keys_change(world, "k1", &tariff, &set));
    assert_int_equal(set.to.ken, 200);
    keys_reading(world, 1, 2);
    set_expiry(world, 201);
    assert_ok(keys_sell(world, "c2", &credit)); /* a higher one is brought */
    assert_int_equal(credit.from.ken, 200);
    assert_int_equal(credit.to.ken, 201);
}

static void what_the_key_process_would_refuse(void **state)
{
    struct world *world = *state;
    struct vend_issued trial;
    struct vend_caller seller = world_caller("seller");
    const struct vend_order order = {
        .terminal = "till", .pan = world_pan(1, pan), .carrier = VEND_KEYPAD, .quantity = {VEND_UNIT_WH, 100}};
    fake_keys_lock();
    (void)fake_keys_add(SGC, 6, 2, 2, 2014, 255);
    (void)fake_keys_add(OTHER_SGC, 1, 1, 4, 2014, 255);
    fake_keys_unlock();
    keys_replace(world, 1, 6);
    assert_refused(MV_KEY_CHANGE_NOT_ALLOWED, vend_trial(world->vend, &seller, &order, &trial)); /* older DKGA */
    keys_replace(world, 1, 0);
    keys_grant_other(world, true);
    keys_approve(world, "");
    const struct vend_key_target target = {.sgc = OTHER_SGC, .krn = 1, .kt = 1, .ti = -1};
    assert_refused(MV_KEY_CHANGE_NOT_ALLOWED, keys_change(world, "k1", &target, &trial));
    assert_int_equal(fake_keys.change_calls, 0);
}

/* ---- another supply group ---- */
static void another_supply_group_takes_two(void **state)
{
    struct world *world = *state;
    struct vend_issued set;
    const struct vend_key_target target = {.sgc = OTHER_SGC, .ti = -1};
    assert_refused(MV_SUPPLY_GROUP_DENIED, keys_change(world, "k1", &target, &set));
    keys_grant_other(world, true);
    assert_refused(MV_APPROVAL_MISSING, keys_change(world, "k1", &target, &set));
    struct vend_meter_key key = world_key();
    assert_ok(world_meter(world, 9, "shop", VEND_ELECTRICITY, &key));
    keys_approve(world, world_pan(9, pan)); /* another meter's */
    assert_refused(MV_APPROVAL_MISSING, keys_change(world, "k1", &target, &set));
    keys_approve(world, world_pan(1, pan));
    assert_ok(keys_change(world, "k1", &target, &set));
    assert_string_equal(set.from.sgc, SGC);
    assert_string_equal(set.to.sgc, OTHER_SGC);
    assert_true(world_audit_has(world, "key_change=1 approval=2 from: sgc=123456"));
    /* reading it back takes the grant of the group that it leads to */
    struct vend_issued credit;
    assert_ok(keys_sell(world, "c1", &credit));
    assert_string_equal(world_own(&credit)->key.sgc, OTHER_SGC);
    keys_grant_other(world, false);
    assert_refused(MV_SUPPLY_GROUP_DENIED, keys_change(world, "k1", &target, &set));
    assert_refused(MV_SUPPLY_GROUP_DENIED, keys_sell(world, "c1", &credit));
    /* nor is another one made under it; a test is under no key, and goes without the set */
    assert_refused(MV_SUPPLY_GROUP_DENIED, keys_sell(world, "c2", &credit));
    assert_ok(keys_try_meter(world, "t1", &credit));
    assert_int_equal(credit.token_count, 1);
    assert_string_equal(world_own(&credit)->key.sgc, SGC);
    assert_ok(keys_try_meter(world, "t1", &credit));
    assert_true(credit.replayed);
    keys_grant_other(world, true);
    assert_ok(keys_try_meter(world, "t2", &credit));
    assert_int_equal(credit.token_count, 3);
    assert_ok(keys_sell(world, "c2", &credit));
    assert_true(credit.resent);
    keys_confirm(world, world_own(&credit)->digits);
    assert_ok(keys_sell(world, "c3", &credit));
    assert_int_equal(credit.token_count, 1);
    assert_string_equal(world_own(&credit)->key.sgc, OTHER_SGC);
}

/* What the office wanted of the group that was left is no wish for the new one. */
static void a_wish_ends_with_its_group(void **state)
{
    struct world *world = *state;
    struct vend_issued set, credit;
    struct vend_meter meter;
    struct vend_caller engineer = world_caller("engineer");
    keys_grant_other(world, true);
    keys_add(world, 6, 2014, 255);
    fake_keys_lock();
    (void)fake_keys_add(OTHER_SGC, 2, 2, 4, 2014, 255);
    fake_keys_unlock();
    vend_refresh(world->vend);
    const struct vend_key_target wanted = {.krn = 6, .ti = 3};
    assert_ok(vend_assign_key(world->vend, &engineer, world_pan(1, pan), &wanted, &meter));
    keys_approve(world, "");
    const struct vend_key_target target = {.sgc = OTHER_SGC, .ti = -1};
    assert_ok(keys_change(world, "k1", &target, &set));
    assert_ok(keys_sell(world, "c1", &credit));
    keys_confirm(world, world_own(&credit)->digits);
    assert_ok(keys_sell(world, "c2", &credit));
    assert_int_equal(credit.to.krn, 2);
    assert_int_equal(credit.to.ti, 3); /* a tariff is of no group */
}

static void an_approval_expires(void **state)
{
    struct world *world = *state;
    struct vend_issued set;
    const struct vend_key_target target = {.sgc = OTHER_SGC, .ti = -1};
    keys_grant_other(world, true);
    keys_approve(world, "");
    world_step(3600, 3600);
    assert_refused(MV_APPROVAL_MISSING, keys_change(world, "k1", &target, &set));
}

static void the_newest_usable_revision(void **state)
{
    struct world *world = *state;
    struct vend_issued set;
    const struct vend_key_target target = {.sgc = OTHER_SGC, .ti = -1};
    fake_keys_lock();
    (void)fake_keys_add(OTHER_SGC, 2, 2, 4, 2014, 255);
    fake_keys_add(OTHER_SGC, 3, 2, 4, 2014, 255)->scope.successor_krn = 2;
    fake_keys_add(OTHER_SGC, 4, 2, 4, 2014, 255)->state = HSM_ISSUED_UNTIL;
    fake_keys_add(OTHER_SGC, 5, 2, 4, 2014, 255)->scope.ea_mask = 0x800;
    fake_keys_unlock();
    vend_refresh(world->vend);
    keys_grant_other(world, true);
    keys_approve(world, "");
    assert_ok(keys_change(world, "k1", &target, &set));
    assert_int_equal(set.to.krn, 2);
}

/* Who proposes a move of a whole group proposes it for the own organisation and those below. */
static void a_proposal_does_not_reach_sideways(void **state)
{
    struct world *world = *state;
    struct vend_organisation row;
    struct vend_issued set;
    struct vend_caller officer = world_caller("officer1");
    struct vend_meter_key key = world_key();
    const struct vend_key_target target = {.sgc = OTHER_SGC, .ti = -1};
    char other_pan[19];
    keys_grant_other(world, true);
    assert_ok(vend_grant(world->vend, &officer, "other", OTHER_SGC, true, &row));
    assert_ok(vend_grant(world->vend, &officer, "other", SGC, true, &row));
    assert_ok(world_meter(world, 77, "other", VEND_ELECTRICITY, &key));
    keys_approve(world, ""); /* by the shop's engineer */
    struct vend_order order = keys_order("k1", &target);
    order.pan = world_pan(77, other_pan);
    assert_refused(MV_APPROVAL_MISSING, world_order(world, "technician", &order, &set));
    assert_ok(keys_change(world, "k1", &target, &set)); /* the shop's own meter */
}

static void an_older_approval_may_be_good(void **state)
{
    struct world *world = *state;
    struct vend_issued set;
    const struct vend_key_target target = {.sgc = OTHER_SGC, .ti = -1};
    keys_grant_other(world, true);
    keys_approve_as(world, "", "officer1");
    keys_approve(world, "");
    fake_keys_lock();
    fake_keys.catalogue.officer_count--; /* officer2 */
    fake_keys_unlock();
    vend_refresh(world->vend);
    assert_ok(keys_change(world, "k1", &target, &set));
    assert_true(world_audit_has(world, "key_change=1 approval=1 from: sgc=123456"));
    /* nobody's is left */
    struct vend_meter_key key = world_key();
    char last_pan[19];
    assert_ok(world_meter(world, 78, "shop", VEND_ELECTRICITY, &key));
    fake_keys_lock();
    fake_keys.catalogue.officer_count--;
    fake_keys_unlock();
    vend_refresh(world->vend);
    struct vend_order order = keys_order("k2", &target);
    order.pan = world_pan(78, last_pan);
    assert_refused(MV_APPROVAL_MISSING, world_order(world, "engineer", &order, &set));
}

static bool was_woken(struct world *world)
{
    pthread_mutex_lock(&world->vend->lock);
    bool woken = world->vend->woken;
    world->vend->woken = false;
    pthread_mutex_unlock(&world->vend->lock);
    return woken;
}

/* How old the server takes its copy of the catalogue to be; one of the future stays young. */
static void age_copy(struct world *world, int seconds)
{
    struct vend_catalogue *catalogue = &world->vend->catalogue;
    pthread_mutex_lock(&catalogue->lock);
    catalogue->fetched_ns = vend_monotonic_ns() - seconds * INT64_C(1000000000);
    pthread_mutex_unlock(&catalogue->lock);
}

/* What the key process knows before the server does: whoever tries again finds the way out. */
static void the_catalogue_is_looked_at_again(void **state)
{
    struct world *world = *state;
    struct vend_issued credit;
    age_copy(world, -600);
    assert_ok(keys_sell(world, "c1", &credit));
    assert_false(was_woken(world));
    fake_keys_lock();
    (void)fake_keys_add(SGC, 6, 2, 4, 2014, 255);
    keys_entry(1, 2)->state = HSM_COMPROMISED;
    keys_entry(1, 2)->scope.successor_krn = 6;
    fake_keys_unlock();
    assert_refused(MV_VENDING_KEY_NOT_ACTIVE, keys_sell(world, "c2", &credit));
    assert_true(was_woken(world));
    vend_refresh(world->vend); /* the keeper's work */
    assert_ok(keys_sell(world, "c2", &credit));
    assert_int_equal(credit.to.krn, 6);
}

/* Successors are for who leaves the choice to the server. */
static void a_named_revision_is_that_one(void **state)
{
    struct world *world = *state;
    struct vend_issued set;
    const struct vend_key_target replaced = {.krn = 1, .ti = 2};
    const struct vend_key_target successor = {.krn = 8, .ti = 2};
    keys_add(world, 8, 2014, 255);
    keys_replace(world, 1, 8);
    assert_refused(MV_KEY_CHANGE_NOT_ALLOWED, keys_change(world, "k1", &replaced, &set));
    assert_ok(keys_change(world, "k1", &successor, &set));
    assert_int_equal(set.to.krn, 8);
    assert_int_equal(set.to.ti, 2);
}

/* Nobody has told the server of it yet: it asks before it refuses. */
static void a_key_of_a_moment_ago(void **state)
{
    struct world *world = *state;
    struct vend_issued set;
    const struct vend_key_target target = {.krn = 8, .ti = -1};
    fake_keys_lock();
    fake_keys_add(SGC, 8, 2, 4, 2014, 255);
    fake_keys_unlock();
    age_copy(world, 1);
    assert_ok(keys_change(world, "k1", &target, &set));
    assert_int_equal(set.to.krn, 8);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, desk_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_rollover_and_the_keys_before_it),
        TEST(a_rollover_that_was_not_taken),
        TEST(an_expiry_number_is_never_lowered),
        TEST(what_the_key_process_would_refuse),
        TEST(another_supply_group_takes_two),
        TEST(a_wish_ends_with_its_group),
        TEST(an_approval_expires),
        TEST(the_newest_usable_revision),
        TEST(a_proposal_does_not_reach_sideways),
        TEST(an_older_approval_may_be_good),
        TEST(a_named_revision_is_that_one),
        TEST(a_key_of_a_moment_ago),
        TEST(the_catalogue_is_looked_at_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
