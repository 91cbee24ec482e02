/* Key change sets: ordered and automatic, sent again until somebody knows, and everything that they may not do. */
#include "keys_world.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char pan[19];

/* ---- ordered ---- */
static void ordered_until_confirmed(void **state)
{
    struct world *world = *state;
    struct vend_issued set, again, credit;
    const struct vend_key_target target = {.ti = 7};
    assert_ok(keys_change(world, "k1", &target, &set));
    assert_int_equal(set.kind, VEND_ORDER_KEY_CHANGE);
    assert_true(set.has_key_change);
    assert_false(set.resent);
    assert_int_equal(set.token_count, 2);
    assert_int_equal(set.from.ti, 1);
    assert_int_equal(set.to.ti, 7);
    assert_int_equal(set.to.krn, 1);
    for (size_t i = 0; i < 2; i++) {
        assert_true(set.tokens[i].key_section);
        assert_int_equal(set.tokens[i].token_class, 2);
        assert_int_equal(set.tokens[i].tid, 0);
        assert_int_equal(set.tokens[i].key.ti, 1); /* under the old key */
    }
    assert_ok(keys_change(world, "k1", &target, &again));
    assert_true(again.replayed);
    assert_false(again.resent);
    assert_string_equal(again.tokens[1].digits, set.tokens[1].digits);
    /* the same set goes before every token until somebody knows; its own token is under the new key */
    assert_ok(keys_sell(world, "c1", &credit));
    assert_true(credit.resent);
    assert_int_equal(credit.token_count, 3);
    assert_string_equal(credit.tokens[0].digits, set.tokens[0].digits);
    assert_string_equal(credit.tokens[1].digits, set.tokens[1].digits);
    assert_int_equal(world_own(&credit)->key.ti, 7);
    assert_int_equal(world_own(&credit)->tid, NOW_MINUTE - BASE_2014_MINUTE);
    keys_confirm(world, world_own(&credit)->digits);
    assert_ok(keys_sell(world, "c2", &credit));
    assert_false(credit.has_key_change);
    assert_int_equal(credit.token_count, 1);
    assert_int_equal(world_own(&credit)->key.ti, 7);
    /* and the stored answer says what has become of it */
    assert_ok(keys_sell(world, "c1", &credit));
    assert_true(credit.replayed && credit.resent && credit.confirmed);
    assert_int_equal(world_audit_count(world, "keychange.issued", "ok"), 1);
    assert_int_equal(world_audit_count(world, "TokenService.IssueKeyChange", "ok"), 1);
    assert_true(world_audit_has(world, "key_change=1 approval=0 from: sgc=123456 krn=1 kt=2 ti=1"));
}

static void what_may_be_ordered(void **state)
{
    struct world *world = *state;
    struct vend_issued set;
    assert_refused(MV_KEY_UNCHANGED, keys_change(world, "k1", &keys_nothing, &set));
    const struct vend_key_target earlier = {.krn = 2, .ti = -1};
    assert_refused(MV_KEY_CHANGE_NOT_ALLOWED, keys_change(world, "k1", &earlier, &set));
    const struct vend_key_target early = {.krn = 3, .ti = -1}; /* base date 2035 */
    assert_refused(MV_BEFORE_BASE_DATE, keys_change(world, "k1", &early, &set));
    const struct vend_key_target expired = {.krn = 4, .ti = -1};
    assert_refused(MV_KEY_EXPIRED, keys_change(world, "k1", &expired, &set));
    const struct vend_key_target unknown = {.krn = 9, .ti = -1};
    assert_refused(MV_VENDING_KEY_UNKNOWN, keys_change(world, "k1", &unknown, &set));
    const struct vend_key_target common = {.kt = 3, .ti = -1};
    assert_refused(MV_VENDING_KEY_UNKNOWN, keys_change(world, "k1", &common, &set));
    fake_keys_lock();
    (void)fake_keys_add(SGC, 1, 3, 4, 2014, 255);
    struct hsm_key_info *leaving = fake_keys_add(SGC, 6, 2, 4, 2014, 255);
    leaving->state = HSM_ISSUED_UNTIL;
    struct hsm_key_info *sta_only = fake_keys_add(SGC, 7, 2, 4, 2014, 255);
    sta_only->scope.ea_mask = 0x800;
    fake_keys_unlock();
    vend_refresh(world->vend);
    assert_refused(MV_KEY_CHANGE_NOT_ALLOWED, keys_change(world, "k1", &common, &set));
    const struct vend_key_target replaced = {.krn = 6, .ti = -1};
    assert_refused(MV_VENDING_KEY_NOT_ACTIVE, keys_change(world, "k1", &replaced, &set));
    const struct vend_key_target other = {.krn = 7, .ti = -1};
    assert_refused(MV_VENDING_KEY_MISMATCH, keys_change(world, "k1", &other, &set));
    /* the same key again, when somebody asks for it: with the supply group */
    const struct vend_key_target same = {.ti = -1, .with_sgc = true};
    assert_ok(keys_change(world, "k1", &same, &set));
    assert_int_equal(set.token_count, 3);
    const struct vend_key_target elsewhere = {.ti = 9};
    assert_refused(MV_KEY_CHANGE_PENDING, keys_change(world, "k2", &elsewhere, &set));
    assert_ok(keys_change(world, "k2", &keys_nothing, &set));
    assert_true(set.resent);
    assert_int_equal(set.token_count, 3);
    assert_refused(MV_REQUEST_ID_REUSED, keys_change(world, "k2", &elsewhere, &set));
    assert_int_equal(world_audit_count(world, "keychange.issued", "ok"), 1);
}

/* ---- automatic ---- */
static void a_successor_is_followed(void **state)
{
    struct world *world = *state;
    struct vend_issued credit;
    keys_add(world, 6, 2014, 200);
    keys_add(world, 7, 2014, 255);
    keys_entry(6, 2)->scope.successor_krn = 7;
    fake_keys_lock();
    keys_entry(7, 2)->active_from_unix_s = NOW_S + 1000;
    fake_keys_unlock();
    keys_replace(world, 1, 6);
    /* 7 is not active yet, so 6 it is, with the expiry number of its key */
    assert_ok(keys_sell(world, "c1", &credit));
    assert_true(credit.has_key_change);
    assert_false(credit.resent);
    assert_int_equal(credit.token_count, 3);
    assert_int_equal(credit.to.krn, 6);
    assert_int_equal(credit.to.ken, 200);
    assert_int_equal(world_own(&credit)->key.krn, 6);
    assert_memory_equal(world_own(&credit)->vending_kcv, keys_entry(6, 2)->kcv, 3);
    keys_confirm(world, world_own(&credit)->digits);
    assert_ok(keys_sell(world, "c2", &credit));
    assert_int_equal(credit.token_count, 1);
    world_step(1001, 1001);
    assert_ok(keys_sell(world, "c3", &credit));
    assert_int_equal(credit.to.krn, 7);
    keys_reading(world, 6, 1); /* the meter did not take it */
    assert_ok(keys_sell(world, "c4", &credit));
    assert_false(credit.resent);
    assert_int_equal(credit.to.krn, 7);
    assert_int_equal(world_audit_count(world, "keychange.issued", "ok"), 3);
}

static void what_the_office_assigned(void **state)
{
    struct world *world = *state;
    struct vend_issued credit;
    struct vend_meter meter;
    struct vend_caller engineer = world_caller("engineer");
    const struct vend_key_target wanted = {.ti = 42};
    assert_ok(vend_assign_key(world->vend, &engineer, world_pan(1, pan), &wanted, &meter));
    assert_ok(keys_sell(world, "c1", &credit));
    assert_int_equal(credit.to.ti, 42);
    assert_int_equal(credit.token_count, 3);
    keys_confirm(world, world_own(&credit)->digits);
    assert_ok(keys_sell(world, "c2", &credit));
    assert_int_equal(credit.token_count, 1);
    /* what cannot be is refused, and nothing is sold under a key that the office does not want */
    const struct vend_key_target earlier = {.krn = 2, .ti = -1};
    assert_ok(vend_assign_key(world->vend, &engineer, pan, &earlier, &meter));
    assert_refused(MV_KEY_CHANGE_NOT_ALLOWED, keys_sell(world, "c3", &credit));
    assert_ok(vend_assign_key(world->vend, &engineer, pan, &keys_nothing, &meter));
    assert_ok(keys_sell(world, "c3", &credit));
    /* a test is under no key, and makes no set */
    assert_ok(vend_assign_key(world->vend, &engineer, pan, &earlier, &meter));
    const struct vend_order test = {
        .request_id = "t1", .terminal = "till", .pan = pan, .carrier = VEND_KEYPAD, .kind = VEND_ORDER_TEST};
    assert_ok(world_order(world, "seller", &test, &credit));
    assert_int_equal(credit.token_count, 1);
}

static void expiry_on_file(void **state)
{
    struct world *world = *state;
    struct vend_issued credit;
    struct vend_meter_key key = world_key();
    char old_pan[19];
    key.ken = 120;
    assert_ok(world_meter(world, 5, "shop", VEND_ELECTRICITY, &key));
    assert_ok(world_sell(world, "seller", "c1", world_pan(5, old_pan), 100, &credit));
    assert_int_equal(credit.token_count, 3);
    assert_int_equal(credit.from.ken, 120);
    assert_int_equal(credit.to.ken, 255);
    assert_int_equal(credit.to.krn, 1);
}

static void a_trial_shows_the_set(void **state)
{
    struct world *world = *state;
    struct vend_issued trial;
    struct vend_caller seller = world_caller("seller");
    const struct vend_order order = {
        .terminal = "till", .pan = world_pan(1, pan), .carrier = VEND_KEYPAD, .quantity = {VEND_UNIT_WH, 100}};
    keys_add(world, 6, 2014, 255);
    keys_replace(world, 1, 6);
    char *before = world_dump(world);
    assert_ok(vend_trial(world->vend, &seller, &order, &trial));
    char *after = world_dump(world);
    assert_string_equal(before, after);
    free(before);
    free(after);
    assert_int_equal(trial.token_count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(trial.tokens[i].digits, "");
    assert_int_equal(trial.to.krn, 6);
    assert_false(trial.resent);
    struct vend_issued credit;
    assert_ok(keys_sell(world, "c1", &credit));
    assert_ok(vend_trial(world->vend, &seller, &order, &trial));
    assert_true(trial.resent);
    assert_string_equal(trial.tokens[0].digits, "");
}

static void a_set_whose_key_is_stopped(void **state)
{
    struct world *world = *state;
    struct vend_issued credit;
    keys_add(world, 6, 2014, 255);
    keys_replace(world, 1, 6);
    assert_ok(keys_sell(world, "c1", &credit));
    fake_keys_lock();
    keys_entry(6, 2)->state = HSM_COMPROMISED;
    fake_keys_unlock();
    vend_refresh(world->vend);
    assert_refused(MV_KEY_CHANGE_PENDING, keys_sell(world, "c2", &credit));
    assert_refused(MV_KEY_CHANGE_PENDING, keys_change(world, "k1", &keys_nothing, &credit));
    assert_ok(keys_try_meter(world, "t1", &credit)); /* is under no key */
    assert_int_equal(credit.token_count, 1);
    assert_int_equal(world_own(&credit)->key.krn, 1);
    keys_reading(world, 1, 1);
    assert_ok(keys_sell(world, "c2", &credit)); /* nothing to go to: the key on file still issues */
    assert_int_equal(credit.token_count, 1);
    fake_keys_lock();
    keys_entry(1, 2)->state = HSM_COMPROMISED;
    fake_keys_unlock();
    vend_refresh(world->vend);
    assert_refused(MV_VENDING_KEY_NOT_ACTIVE, keys_sell(world, "c3", &credit));
    keys_add(world, 7, 2014, 255);
    keys_replace(world, 1, 7);
    assert_ok(keys_sell(world, "c3", &credit)); /* the way out of it is open */
    assert_int_equal(credit.to.krn, 7);
}

/* ---- many at once ---- */
enum { MANY = 24 };

struct answers {
    pthread_mutex_t lock;
    pthread_cond_t came;
    size_t count;
    mv_status status[MANY];
    struct vend_issued issued[MANY];
};
static struct answers answers = {.lock = PTHREAD_MUTEX_INITIALIZER, .came = PTHREAD_COND_INITIALIZER};

static void take(void *self, mv_status status, const struct vend_issued *issued)
{
    size_t i = (size_t)(uintptr_t)self;
    pthread_mutex_lock(&answers.lock);
    answers.status[i] = status;
    if (issued != NULL)
        answers.issued[i] = *issued;
    answers.count++;
    pthread_cond_signal(&answers.came);
    pthread_mutex_unlock(&answers.lock);
}

static void wait_for_all(void)
{
    pthread_mutex_lock(&answers.lock);
    while (answers.count < MANY)
        pthread_cond_wait(&answers.came, &answers.lock);
    answers.count = 0;
    pthread_mutex_unlock(&answers.lock);
}

static void orders_of_one_meter_share_a_set(void **state)
{
    struct world *world = *state;
    struct vend_caller seller = world_caller("seller");
    keys_add(world, 6, 2014, 255);
    keys_replace(world, 1, 6);
    for (unsigned i = 0; i < MANY; i++) {
        char id[16];
        (void)snprintf(id, sizeof id, "r%u", i);
        const struct vend_order order = {.request_id = id,
                                         .terminal = "till",
                                         .pan = world_pan(1, pan),
                                         .carrier = VEND_KEYPAD,
                                         .quantity = {VEND_UNIT_WH, 100}};
        vend_issue(world->vend, &seller, &order, NULL, take, (void *)(uintptr_t)i);
    }
    wait_for_all();
    for (unsigned i = 0; i < MANY; i++) {
        assert_ok(answers.status[i]);
        const struct vend_issued *issued = &answers.issued[i];
        assert_int_equal(issued->token_count, 3);
        assert_int_equal(issued->resent, i > 0);
        assert_string_equal(issued->tokens[0].digits, answers.issued[0].tokens[0].digits);
        assert_int_equal(world_own(issued)->tid, NOW_MINUTE + i - BASE_2014_MINUTE); /* in their order */
    }
    assert_int_equal(world_audit_count(world, "keychange.issued", "ok"), 1);
}

/* More approvals than one group takes, and one of an officer who is enrolled no more. */
static void many_approvals(void **state)
{
    struct world *world = *state;
    struct vend_meter_key key = world_key();
    struct vend_caller engineer = world_caller("engineer");
    char pans[MANY][19];
    keys_grant_other(world, true);
    for (unsigned i = 0; i < MANY; i++) {
        assert_ok(world_meter(world, 50 + i, "shop", VEND_ELECTRICITY, &key));
        keys_approve(world, world_pan(50 + i, pans[i]));
    }
    for (unsigned i = 0; i < MANY; i++) {
        char id[16];
        (void)snprintf(id, sizeof id, "r%u", i);
        const struct vend_key_target target = {.sgc = OTHER_SGC, .ti = -1};
        struct vend_order order = keys_order(id, &target);
        order.pan = pans[i];
        vend_issue(world->vend, &engineer, &order, NULL, take, (void *)(uintptr_t)i);
    }
    wait_for_all();
    for (unsigned i = 0; i < MANY; i++) {
        assert_ok(answers.status[i]);
        assert_string_equal(answers.issued[i].to.sgc, OTHER_SGC);
    }
    assert_int_equal(world_audit_count(world, "keychange.issued", "ok"), MANY);
}

static void an_approval_of_nobody_hurts_only_its_meter(void **state)
{
    struct world *world = *state;
    struct vend_issued set;
    struct vend_caller engineer = world_caller("engineer");
    const struct vend_key_target target = {.sgc = OTHER_SGC, .ti = -1};
    keys_grant_other(world, true);
    keys_approve(world, "");
    fake_keys_lock();
    fake_keys.catalogue.officer_count--; /* officer2 */
    fake_keys_unlock();
    for (unsigned i = 0; i < MANY; i++) {
        char id[16];
        (void)snprintf(id, sizeof id, "r%u", i);
        struct vend_order order = keys_order(id, &target);
        if (i % 2 == 0)
            order = (struct vend_order){.request_id = id,
                                        .terminal = "till",
                                        .pan = order.pan,
                                        .carrier = VEND_KEYPAD,
                                        .kind = VEND_ORDER_TEST};
        vend_issue(world->vend, &engineer, &order, NULL, take, (void *)(uintptr_t)i);
    }
    wait_for_all();
    for (unsigned i = 0; i < MANY; i++) {
        if (i % 2 == 0)
            assert_ok(answers.status[i]);
        else
            assert_refused(MV_APPROVAL_INVALID, answers.status[i]);
    }
    assert_ok(vend_health(world->vend)); /* the key process is well */
    const struct vend_key_target tariff = {.ti = 2};
    assert_ok(keys_change(world, "k1", &tariff, &set));
}

/* An officer may set the clock back between the set and the token that proves it. */
static void proof_from_before_the_clock_was_set(void **state)
{
    struct world *world = *state;
    struct vend_issued first, second;
    struct vend_caller officer = world_caller("officer1");
    int64_t server_s = 0;
    keys_add(world, 6, 2014, 255);
    keys_replace(world, 1, 6);
    assert_ok(keys_sell(world, "c1", &first));
    world_step(-600, 0);
    assert_refused(MV_CLOCK_STEPPED, keys_sell(world, "c2", &second));
    assert_ok(vend_confirm_clock(world->vend, &officer, NOW_S - 600, &server_s));
    assert_ok(keys_sell(world, "c2", &second));
    assert_true(second.issued_at_unix_s < first.issued_at_unix_s);
    keys_confirm(world, world_own(&first)->digits);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, desk_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest all[] = {
        TEST(ordered_until_confirmed),
        TEST(what_may_be_ordered),
        TEST(a_successor_is_followed),
        TEST(what_the_office_assigned),
        TEST(expiry_on_file),
        TEST(a_trial_shows_the_set),
        TEST(a_set_whose_key_is_stopped),
        TEST(orders_of_one_meter_share_a_set),
        TEST(many_approvals),
        TEST(an_approval_of_nobody_hurts_only_its_meter),
        TEST(proof_from_before_the_clock_was_set),
    };
    return cmocka_run_group_tests(all, NULL, NULL);
}
