/* Key change sets when something fails: a set is in the ledger with its order, or not at all. */
#include "world.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

/* ---- the ledger's functions, made to fail (--wrap) ---- */
static _Atomic int fails_at; /* the insert that is refused, counted from 1; 0: none */
static _Atomic int commit_fails;
static atomic_bool no_tills;

mv_status __real_store_sale_insert(struct store *store, struct store_sale *sale);
mv_status __wrap_store_sale_insert(struct store *store, struct store_sale *sale);
mv_status __real_store_till_open(struct store *store, const struct store_sale *sale);
mv_status __wrap_store_till_open(struct store *store, const struct store_sale *sale);
mv_status __real_store_commit(struct store *store);
mv_status __wrap_store_commit(struct store *store);

mv_status __wrap_store_sale_insert(struct store *store, struct store_sale *sale)
{
    if (fails_at > 0 && --fails_at == 0)
        return mv_fail(MV_TILLS_EXHAUSTED, "test");
    return __real_store_sale_insert(store, sale);
}

mv_status __wrap_store_till_open(struct store *store, const struct store_sale *sale)
{
    return no_tills ? mv_fail(MV_TILLS_EXHAUSTED, "test") : __real_store_till_open(store, sale);
}

mv_status __wrap_store_commit(struct store *store)
{
    if (commit_fails == 0)
        return __real_store_commit(store);
    commit_fails--;
    return mv_fail(MV_LEDGER_FULL, "test");
}

static int fresh(void **state)
{
    fails_at = commit_fails = 0;
    no_tills = false;
    return world_setup(state);
}

/* ---- some at once ---- */
enum { GROUP = 4, MANY = 48 };

struct shot {
    mv_status status;
    struct vend_issued sale;
};
static struct shot shots[MANY];
static size_t answered;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t came = PTHREAD_COND_INITIALIZER;

static void take(void *self, mv_status status, const struct vend_issued *issued)
{
    struct shot *shot = self;
    pthread_mutex_lock(&lock);
    shot->status = status;
    if (issued != NULL)
        shot->sale = *issued;
    answered++;
    pthread_cond_signal(&came);
    pthread_mutex_unlock(&lock);
}

/* The key process stands still until all wait, so that at least the later ones share a group. */
static void issue_all(struct world *world, const char *const *ids, const char *const *pans, size_t count)
{
    struct vend_caller caller = world_caller("seller");
    answered = 0;
    fake_keys_lock();
    for (size_t i = 0; i < count; i++) {
        const struct vend_order order = {.request_id = ids[i],
                                         .terminal = "till",
                                         .pan = pans[i],
                                         .quantity = {VEND_UNIT_WH, 100},
                                         .carrier = VEND_KEYPAD};
        vend_issue(world->vend, &caller, &order, NULL, take, &shots[i]);
    }
    fake_keys_unlock();
    pthread_mutex_lock(&lock);
    while (answered < count)
        pthread_cond_wait(&came, &lock);
    pthread_mutex_unlock(&lock);
}

static void need_a_key_change(struct world *world)
{
    fake_keys_lock();
    (void)fake_keys_add(SGC, 6, 2, 4, 2014, 255);
    fake_keys.catalogue.keys[0].scope.successor_krn = 6;
    fake_keys_unlock();
    vend_refresh(world->vend);
}

static void a_set_of_a_refused_order_is_not_issued(void **state)
{
    struct world *world = *state;
    static const char *const ids[GROUP] = {"a", "b", "c", "d"};
    char pans[GROUP][19];
    const char *list[GROUP];
    struct vend_issued sale;
    struct vend_meter_key key = world_key();
    for (unsigned i = 0; i < GROUP; i++) {
        list[i] = world_pan(10 + i, pans[i]);
        assert_ok(world_meter(world, 10 + i, "shop", VEND_ELECTRICITY, &key));
    }
    need_a_key_change(world);
    fails_at = 2; /* the second of the group */
    issue_all(world, ids, list, GROUP);
    assert_refused(MV_TILLS_EXHAUSTED, shots[1].status);
    for (int i = 0; i < GROUP; i++) {
        if (i == 1)
            continue;
        assert_ok(shots[i].status);
        assert_int_equal(shots[i].sale.token_count, 3);
        assert_false(shots[i].sale.resent);
    }
    assert_int_equal(world_audit_count(world, "keychange.issued", "ok"), GROUP - 1);
    assert_int_equal(world_audit_count(world, NULL, "TILLS_EXHAUSTED"), 1);
    assert_int_equal(fake_keys.slots_out, 0);
    /* nothing of it is in the ledger: the next order gets a set that is new */
    assert_ok(world_sell(world, "seller", "b", list[1], 100, &sale));
    assert_true(sale.has_key_change && !sale.resent);
    world_audit_verify(world);
}

/* Anybody may name tills: that there are no more of them costs no set, and nobody's is made again. */
static void no_till_spoils_nothing(void **state)
{
    struct world *world = *state;
    char ids[MANY][8];
    char pans[MANY][19];
    const char *id_list[MANY];
    const char *pan_list[MANY];
    struct vend_meter_key key = world_key();
    for (unsigned i = 0; i < MANY; i++) {
        (void)snprintf(ids[i], sizeof ids[i], "r%u", i);
        id_list[i] = ids[i];
        pan_list[i] = world_pan(10 + i, pans[i]);
        assert_ok(world_meter(world, 10 + i, "shop", VEND_ELECTRICITY, &key));
    }
    need_a_key_change(world);
    no_tills = true;
    issue_all(world, id_list, pan_list, MANY);
    for (size_t i = 0; i < MANY; i++)
        assert_refused(MV_TILLS_EXHAUSTED, shots[i].status);
    assert_true(fake_keys.change_calls < MANY / 4); /* one for each group */
    assert_int_equal(world_audit_count(world, "keychange.issued", "ok"), 0);
    assert_int_equal(fake_keys.slots_out, 0);
    no_tills = false;
    issue_all(world, id_list, pan_list, MANY);
    for (size_t i = 0; i < MANY; i++) {
        assert_ok(shots[i].status);
        assert_false(shots[i].sale.resent);
    }
}

/* ---- one at a time ---- */
static void keys_lost_with_a_set_cost_nothing(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_issued sale;
    need_a_key_change(world);
    fake_keys.prepare_failures = 1;
    fake_keys.lost_slots = 1;
    assert_ok(world_sell(world, "seller", "r1", world_pan(1, pan), 100, &sale));
    assert_true(sale.has_key_change && !sale.resent);
    assert_int_equal(world_audit_count(world, "keychange.issued", "ok"), 1);
    struct vend_meter_key key = world_key();
    assert_ok(world_meter(world, 3, "shop", VEND_ELECTRICITY, &key));
    commit_fails = 1;
    assert_refused(MV_LEDGER_FULL, world_sell(world, "seller", "r2", world_pan(3, pan), 100, &sale));
    vend_refresh(world->vend);
    assert_int_equal(world_audit_count(world, "keychange.issued", "ok"), 1);
    assert_ok(world_sell(world, "seller", "r2", pan, 100, &sale));
    assert_false(sale.resent);
}

static void the_key_process_refuses_a_set(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_issued sale;
    need_a_key_change(world);
    (void)snprintf(fake_keys.refused_pan, sizeof fake_keys.refused_pan, "%s", world_pan(1, pan));
    assert_refused(MV_KEY_CHANGE_NOT_ALLOWED, world_sell(world, "seller", "r1", pan, 100, &sale));
    fake_keys.refused_pan[0] = '\0';
    assert_ok(world_sell(world, "seller", "r1", pan, 100, &sale));
    assert_int_equal(sale.receipt, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_set_of_a_refused_order_is_not_issued),
        TEST(no_till_spoils_nothing),
        TEST(keys_lost_with_a_set_cost_nothing),
        TEST(the_key_process_refuses_a_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
