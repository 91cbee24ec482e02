/* The next group is admitted while the present one is written: the tests stop the writer inside its commit and look at
 * what may happen meanwhile, and what may not. */
#include "world.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/store.h"
#include "vending/digest.h"

/* ---- a writer that waits, in its commit or just before it ---- */
struct gate {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool hold, hold_early, holding, open;
    int fails; /* so many next commits */
    int commits;
};
static struct gate gate = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

mv_status __real_store_commit(struct store *store);
mv_status __wrap_store_commit(struct store *store);
mv_status __real_store_state_put(struct store *store, const struct store_ledger_state *state);
mv_status __wrap_store_state_put(struct store *store, const struct store_ledger_state *state);

/* Under the lock. */
static void stand_still(bool *hold)
{
    if (!*hold)
        return;
    *hold = false;
    gate.holding = true;
    pthread_cond_broadcast(&gate.changed);
    while (!gate.open)
        pthread_cond_wait(&gate.changed, &gate.lock);
}

mv_status __wrap_store_commit(struct store *store)
{
    pthread_mutex_lock(&gate.lock);
    bool fails = gate.fails > 0;
    if (fails)
        gate.fails--;
    gate.commits++;
    stand_still(&gate.hold);
    pthread_mutex_unlock(&gate.lock);
    return fails ? mv_fail(MV_LEDGER_FULL, "test") : __real_store_commit(store);
}

/* The last thing that is written before a commit. */
mv_status __wrap_store_state_put(struct store *store, const struct store_ledger_state *state)
{
    pthread_mutex_lock(&gate.lock);
    stand_still(&gate.hold_early);
    pthread_mutex_unlock(&gate.lock);
    return __real_store_state_put(store, state);
}

struct shot {
    mv_status status;
    bool done;
    int order; /* of the answers */
    struct vend_issued sale;
};
static int answers;

static void take(void *self, mv_status status, const struct vend_issued *sale)
{
    struct shot *shot = self;
    pthread_mutex_lock(&gate.lock);
    shot->status = status;
    if (sale != NULL)
        shot->sale = *sale;
    shot->order = ++answers;
    shot->done = true;
    pthread_cond_broadcast(&gate.changed);
    pthread_mutex_unlock(&gate.lock);
}

static struct vend_order request_for(const char *id, const char *pan)
{
    return (struct vend_order){
        .request_id = id, .terminal = "till", .pan = pan, .quantity = {VEND_UNIT_WH, 100}, .carrier = VEND_KEYPAD};
}

static void fire(struct world *world, const char *id, const char *pan, struct shot *shot)
{
    struct vend_caller caller = world_caller("seller");
    struct vend_order request = request_for(id, pan);
    vend_issue(world->vend, &caller, &request, NULL, take, shot);
}

/* Returns when the writer stands still with this sale. */
static void hold_at(bool *where, struct world *world, const char *id, const char *pan, struct shot *shot)
{
    pthread_mutex_lock(&gate.lock);
    *where = true;
    gate.holding = gate.open = false;
    pthread_mutex_unlock(&gate.lock);
    fire(world, id, pan, shot);
    pthread_mutex_lock(&gate.lock);
    while (!gate.holding)
        pthread_cond_wait(&gate.changed, &gate.lock);
    pthread_mutex_unlock(&gate.lock);
}

static void hold_commit(struct world *world, const char *id, const char *pan, struct shot *shot)
{
    hold_at(&gate.hold, world, id, pan, shot);
}

static void let_go(void)
{
    pthread_mutex_lock(&gate.lock);
    gate.open = true;
    pthread_cond_broadcast(&gate.changed);
    pthread_mutex_unlock(&gate.lock);
}

static void wait_for(struct shot *shot)
{
    pthread_mutex_lock(&gate.lock);
    while (!shot->done)
        pthread_cond_wait(&gate.changed, &gate.lock);
    pthread_mutex_unlock(&gate.lock);
}

static int prepare_calls(void)
{
    fake_keys_lock();
    int calls = fake_keys.prepare_calls;
    fake_keys_unlock();
    return calls;
}

static void wait_for_prepare(int calls)
{
    for (int tries = 0; prepare_calls() < calls && tries < 5000; tries++)
        (void)usleep(1000);
    assert_int_equal(prepare_calls(), calls);
}

enum { A_MOMENT_US = 50000 }; /* long enough for what must not happen to happen */

static int fresh(void **state)
{
    gate.hold = gate.hold_early = gate.holding = false;
    gate.open = true;
    gate.fails = gate.commits = 0;
    answers = 0;
    return world_setup(state);
}

/* A test that failed may have left the writer where it stands. */
static int stop(void **state)
{
    let_go();
    return world_teardown(state);
}

/* ---- what overlaps ---- */
static void the_next_group_is_prepared_during_a_commit(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct shot first = {0}, second = {0}, third = {0};
    int calls = prepare_calls();
    hold_commit(world, "a", world_pan(1, pan), &first);
    fire(world, "b", pan, &second);
    wait_for_prepare(calls + 2); /* while the first is still being written */
    fire(world, "c", pan, &third);
    assert_false(first.done);
    let_go();
    wait_for(&third);
    assert_ok(first.status);
    assert_ok(second.status);
    assert_ok(third.status);
    /* the second was admitted before the first was in the ledger, and yet follows it */
    assert_int_equal(world_own(&first.sale)->tid, NOW_MINUTE - BASE_2014_MINUTE);
    assert_int_equal(world_own(&second.sale)->tid, world_own(&first.sale)->tid + 1);
    assert_int_equal(world_own(&third.sale)->tid, world_own(&first.sale)->tid + 2);
    assert_int_equal(second.sale.receipt, 2);
}

static void many_are_prepared_before_the_commit_and_share_the_next(void **state)
{
    struct world *world = *state;
    enum { WORTH_A_START = 8, MANY = WORTH_A_START + 1 };
    char pan[19];
    struct shot first = {0}, shots[MANY] = {0};
    int calls = prepare_calls();
    hold_at(&gate.hold_early, world, "a", world_pan(1, pan), &first);
    int commits = gate.commits;
    for (int i = 0; i < MANY; i++) {
        char id[16];
        (void)snprintf(id, sizeof id, "q%d", i);
        if (i == WORTH_A_START - 1) {
            (void)usleep(A_MOMENT_US);
            assert_int_equal(prepare_calls(), calls + 1); /* few wait for the commit */
        }
        fire(world, id, pan, &shots[i]);
        if (i == WORTH_A_START - 1)
            wait_for_prepare(calls + 2);
    }
    (void)usleep(A_MOMENT_US);
    assert_int_equal(prepare_calls(), calls + 2); /* the last one is alone */
    let_go();
    for (int i = 0; i < MANY; i++) {
        wait_for(&shots[i]);
        assert_ok(shots[i].status);
    }
    assert_int_equal(prepare_calls(), calls + 3);
    assert_int_equal(gate.commits, commits + 2);
}

static void a_prepared_group_fails_with_the_ledger(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct shot first = {0}, second = {0};
    int calls = prepare_calls();
    pthread_mutex_lock(&gate.lock);
    gate.fails = 1;
    pthread_mutex_unlock(&gate.lock);
    hold_commit(world, "a", world_pan(1, pan), &first);
    fire(world, "b", pan, &second);
    wait_for_prepare(calls + 2);
    let_go();
    wait_for(&second);
    assert_refused(MV_LEDGER_FULL, first.status);
    assert_refused(MV_LEDGER_FULL, second.status); /* without asking the ledger again */
    assert_int_equal(fake_keys.slots_out, 0);
    vend_refresh(world->vend);
    struct vend_issued sale;
    assert_ok(world_sell(world, "seller", "b", pan, 100, &sale));
    assert_int_equal(sale.receipt, 1);
}

static void keys_lost_between_preparing_and_writing_cost_nothing(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct shot first = {0}, second = {0};
    int calls = prepare_calls();
    hold_commit(world, "a", world_pan(1, pan), &first);
    fire(world, "b", pan, &second);
    wait_for_prepare(calls + 2);
    fake_keys_lock();
    fake_keys.lost_slots = 1;
    fake_keys_unlock();
    let_go();
    wait_for(&second);
    assert_ok(second.status);
    assert_int_equal(second.sale.receipt, 2);
    assert_int_equal(prepare_calls(), calls + 3);
}

/* ---- what waits ---- */
static void a_double_waits_for_the_answer(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct shot first = {0}, second = {0}, third = {0};
    int calls = prepare_calls();
    hold_commit(world, "same", world_pan(1, pan), &first);
    fire(world, "same", pan, &second);
    fire(world, "same", pan, &third);
    (void)usleep(A_MOMENT_US);
    assert_false(second.done);
    let_go();
    wait_for(&third);
    assert_ok(first.status);
    assert_false(first.sale.replayed);
    assert_ok(second.status);
    assert_true(second.sale.replayed);
    assert_string_equal(world_own(&second.sale)->digits, world_own(&first.sale)->digits);
    assert_ok(third.status);
    assert_string_equal(world_own(&third.sale)->digits, world_own(&first.sale)->digits);
    assert_true(second.order < third.order);
    assert_int_equal(prepare_calls(), calls + 1); /* only the first one's */
}

struct revocation {
    struct world *world;
    mv_status status;
    _Atomic bool done;
};

static void *run_revocation(void *self)
{
    struct revocation *revocation = self;
    struct vend_caller officer = world_caller("officer1");
    struct vend_organisation row;
    revocation->status = vend_grant(revocation->world->vend, &officer, "region", SGC, false, &row);
    revocation->done = true;
    return NULL;
}

static void no_sale_is_admitted_past_a_change(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct shot first = {0}, before = {0}, after = {0};
    struct revocation revocation = {.world = world};
    pthread_t thread;
    int calls = prepare_calls();
    hold_commit(world, "a", world_pan(1, pan), &first);
    fire(world, "before", pan, &before);
    wait_for_prepare(calls + 2);
    assert_int_equal(pthread_create(&thread, NULL, run_revocation, &revocation), 0);
    (void)usleep(A_MOMENT_US); /* it is queued now */
    fire(world, "after", pan, &after);
    (void)usleep(A_MOMENT_US);
    assert_false(revocation.done);
    assert_int_equal(prepare_calls(), calls + 2);
    let_go();
    wait_for(&after);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_ok(revocation.status);
    assert_ok(before.status);
    assert_refused(MV_SUPPLY_GROUP_DENIED, after.status);
}

static void what_was_queued_is_answered_at_the_end(void **state)
{
    struct world *world = *state;
    enum { MANY = 20 };
    char pan[19];
    struct shot first = {0}, shots[MANY] = {0};
    hold_commit(world, "a", world_pan(1, pan), &first);
    for (int i = 0; i < MANY; i++) {
        char id[16];
        (void)snprintf(id, sizeof id, "q%d", i % (MANY / 2)); /* doubles too */
        fire(world, id, pan, &shots[i]);
    }
    let_go();
    world_restart(world);
    for (int i = 0; i < MANY; i++) {
        assert_true(shots[i].done);
        assert_ok(shots[i].status);
    }
    assert_int_equal(world_audit_count(world, "TokenService.IssueCredit", "ok"), 1 + MANY / 2);
}

/* ---- another server on the same ledger ---- */
static struct store_sale foreign;

static void sell_elsewhere(void *self)
{
    const char *ledger = self;
    struct store *store = NULL;
    fake_keys.on_prepare = NULL;
    assert_ok(store_open(ledger, STORE_WRITER, &store));
    assert_ok(store_begin_write(store));
    assert_ok(store_sale_insert(store, &foreign));
    assert_ok(__real_store_commit(store));
    store_close(store);
}

/* Sells once to have a row, which the other server writes again under another id. */
static void prepare_foreign(struct world *world, const char *id, const char *pan, int64_t wh)
{
    struct vend_issued sale;
    struct store *store = NULL;
    assert_ok(world_sell(world, "seller", "pattern", pan, 100, &sale));
    assert_ok(store_open(world->ledger, STORE_READER, &store));
    struct vend_meter meter;
    struct vend_caller admin = world_caller("admin");
    assert_ok(vend_get_meter(world->vend, &admin, pan, &meter));
    assert_ok(store_sale_by_receipt(store, 3, "till", 1, &foreign));
    store_close(store);
    struct vend_order request = request_for(id, pan);
    request.quantity.amount = wh;
    assert_ok(vend_digest_order(&request, foreign.digest));
    (void)snprintf(foreign.request_id, sizeof foreign.request_id, "%s", id);
    (void)snprintf(foreign.terminal, sizeof foreign.terminal, "elsewhere");
    foreign.tid++;
    fake_keys.self = world->ledger;
    fake_keys.on_prepare = sell_elsewhere;
}

static void an_answer_of_another_server_is_found(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_issued sale;
    prepare_foreign(world, "shared", world_pan(1, pan), 100);
    assert_ok(world_sell(world, "seller", "shared", pan, 100, &sale));
    assert_true(sale.replayed);
    assert_string_equal(sale.terminal, "elsewhere");
    assert_int_equal(fake_keys.slots_out, 0);
}

static void another_servers_use_of_an_id_is_noticed(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_issued sale;
    prepare_foreign(world, "shared", world_pan(1, pan), 200);
    assert_refused(MV_REQUEST_ID_REUSED, world_sell(world, "seller", "shared", pan, 100, &sale));
    assert_ok(world_sell(world, "seller", "next", pan, 100, &sale));
    assert_int_equal(world_own(&sale)->tid, NOW_MINUTE + 2 - BASE_2014_MINUTE); /* after the other server's */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_next_group_is_prepared_during_a_commit),
        TEST(many_are_prepared_before_the_commit_and_share_the_next),
        TEST(a_prepared_group_fails_with_the_ledger),
        TEST(keys_lost_between_preparing_and_writing_cost_nothing),
        TEST(a_double_waits_for_the_answer),
        TEST(no_sale_is_admitted_past_a_change),
        TEST(what_was_queued_is_answered_at_the_end),
        TEST(an_answer_of_another_server_is_found),
        TEST(another_servers_use_of_an_id_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
