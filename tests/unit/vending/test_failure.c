/* What goes wrong: keys that are refused or lost, a ledger that fails at each step. Nothing half done, and only those
 * who are concerned are hurt. */
#include "world.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- the ledger's functions, made to fail (--wrap) ---- */
static _Atomic int begin_fails, insert_fails, insert_passes, audit_fails, state_fails, commit_fails, commit_lies;
static _Atomic int insert_reason;
static _Atomic bool fail_second; /* the commit after the next one */

mv_status __real_store_begin_write(struct store *store);
mv_status __wrap_store_begin_write(struct store *store);
mv_status __real_store_sale_insert(struct store *store, struct store_sale *sale);
mv_status __wrap_store_sale_insert(struct store *store, struct store_sale *sale);
mv_status __real_store_audit_append(struct store *store, struct audit_record *record);
mv_status __wrap_store_audit_append(struct store *store, struct audit_record *record);
mv_status __real_store_state_put(struct store *store, const struct store_ledger_state *state);
mv_status __wrap_store_state_put(struct store *store, const struct store_ledger_state *state);
mv_status __real_store_commit(struct store *store);
mv_status __wrap_store_commit(struct store *store);

static bool fails(_Atomic int *times)
{
    if (*times == 0)
        return false;
    (*times)--;
    return true;
}

mv_status __wrap_store_begin_write(struct store *store)
{
    return fails(&begin_fails) ? mv_fail(MV_LEDGER_LOCKED, "test") : __real_store_begin_write(store);
}

mv_status __wrap_store_sale_insert(struct store *store, struct store_sale *sale)
{
    if (fails(&insert_passes) || !fails(&insert_fails))
        return __real_store_sale_insert(store, sale);
    return mv_fail((enum mv_reason)insert_reason, "test");
}

mv_status __wrap_store_audit_append(struct store *store, struct audit_record *record)
{
    return fails(&audit_fails) ? mv_fail(MV_LEDGER_FULL, "test") : __real_store_audit_append(store, record);
}

mv_status __wrap_store_state_put(struct store *store, const struct store_ledger_state *state)
{
    return fails(&state_fails) ? mv_fail(MV_LEDGER_UNAVAILABLE, "test") : __real_store_state_put(store, state);
}

mv_status __wrap_store_commit(struct store *store)
{
    if (fails(&commit_fails))
        return mv_fail(MV_LEDGER_FULL, "test");
    mv_status status = __real_store_commit(store);
    if (fail_second) {
        fail_second = false;
        commit_fails = 1;
    }
    return fails(&commit_lies) ? mv_fail(MV_LEDGER_UNAVAILABLE, "test") : status;
}

/* ---- one group that several callers share: the first sale holds the writer until the others wait ---- */
enum { GROUP = 4 };

struct gate {
    pthread_mutex_t lock;
    pthread_cond_t opened;
    bool holding, open;
};
static struct gate gate = {.lock = PTHREAD_MUTEX_INITIALIZER, .opened = PTHREAD_COND_INITIALIZER};

static void hold(void *self)
{
    (void)self;
    pthread_mutex_lock(&gate.lock);
    gate.holding = true;
    pthread_cond_broadcast(&gate.opened);
    while (!gate.open)
        pthread_cond_wait(&gate.opened, &gate.lock);
    pthread_mutex_unlock(&gate.lock);
}

struct shot {
    mv_status status;
    bool done;
    struct vend_issued sale;
};

static void take(void *self, mv_status status, const struct vend_issued *sale)
{
    struct shot *shot = self;
    pthread_mutex_lock(&gate.lock);
    shot->status = status;
    if (sale != NULL)
        shot->sale = *sale;
    shot->done = true;
    pthread_cond_broadcast(&gate.opened);
    pthread_mutex_unlock(&gate.lock);
}

static void fire(struct world *world, const char *id, const char *pan, struct shot *shot)
{
    struct vend_caller caller = world_caller("seller");
    struct vend_order request = {
        .request_id = id, .terminal = "till", .pan = pan, .quantity = {VEND_UNIT_WH, 100}, .carrier = VEND_KEYPAD};
    vend_issue(world->vend, &caller, &request, NULL, take, shot);
}

/* Returns when the writer stands still in this sale. */
static void hold_writer(struct world *world, const char *id, char pan[19], struct shot *shot)
{
    gate.holding = gate.open = false;
    fake_keys.on_encrypt = hold;
    fire(world, id, world_pan(1, pan), shot);
    pthread_mutex_lock(&gate.lock);
    while (!gate.holding)
        pthread_cond_wait(&gate.opened, &gate.lock);
    pthread_mutex_unlock(&gate.lock);
}

/* Queues the group while the writer is held in an earlier sale, then lets it go and waits for all answers. */
static void fire_group(struct world *world, const char *const *ids, const char *const *pans, struct shot *shots)
{
    struct shot first = {0};
    char pan[19], holder[32];
    (void)snprintf(holder, sizeof holder, "holder-%s", ids[0]);
    hold_writer(world, holder, pan, &first);
    for (int i = 0; i < GROUP; i++)
        fire(world, ids[i], pans[i], &shots[i]);
    pthread_mutex_lock(&gate.lock);
    gate.open = true;
    pthread_cond_broadcast(&gate.opened);
    while (!first.done)
        pthread_cond_wait(&gate.opened, &gate.lock);
    pthread_mutex_unlock(&gate.lock);
    assert_ok(first.status);
    pthread_mutex_lock(&gate.lock);
    for (int i = 0; i < GROUP; i++)
        while (!shots[i].done)
            pthread_cond_wait(&gate.opened, &gate.lock);
    pthread_mutex_unlock(&gate.lock);
}

static int fresh(void **state)
{
    fail_second = false;
    insert_reason = MV_LEDGER_FULL;
    begin_fails = insert_fails = insert_passes = audit_fails = state_fails = commit_fails = commit_lies = 0;
    return world_setup(state);
}

static size_t sales(struct world *world)
{
    return world_audit_count(world, "TokenService.IssueCredit", "ok");
}

/* ---- items ---- */
static void an_item_without_a_key_hurts_only_itself(void **state)
{
    struct world *world = *state;
    static const char *const ids[GROUP] = {"a", "b", "c", "d"};
    char pans[GROUP][19];
    const char *list[GROUP];
    struct shot shots[GROUP] = {0};
    struct vend_meter_key key = world_key();
    for (unsigned i = 0; i < GROUP; i++) {
        list[i] = world_pan(10 + i, pans[i]);
        if (i != 2) /* the third is not registered */
            assert_ok(world_meter(world, 10 + i, "shop", VEND_ELECTRICITY, &key));
    }
    (void)snprintf(fake_keys.refused_pan, sizeof fake_keys.refused_pan, "%s", pans[1]);
    int calls = fake_keys.prepare_calls;
    fire_group(world, ids, list, shots);
    assert_int_equal(fake_keys.prepare_calls, calls + 2); /* the holder's and the group's: one round trip */
    assert_ok(shots[0].status);
    assert_refused(MV_VENDING_KEY_MISMATCH, shots[1].status);
    assert_refused(MV_METER_UNKNOWN, shots[2].status);
    assert_ok(shots[3].status);
    assert_int_equal(shots[0].sale.receipt, 2);
    assert_int_equal(shots[3].sale.receipt, 3);
    assert_int_equal(world_audit_count(world, NULL, "VENDING_KEY_MISMATCH"), 1);
    assert_int_equal(world_audit_count(world, NULL, "METER_UNKNOWN"), 1);
}

/* The ledger refuses one sale of a group, for a reason after which the transaction may go on. */
static void an_insert_that_is_refused_hurts_only_itself(void **state)
{
    struct world *world = *state;
    static const enum mv_reason reasons[] = {MV_TILLS_EXHAUSTED, MV_REQUEST_ID_REUSED, MV_INTERNAL_ERROR};
    static const char *const ids[][GROUP] = {
        {"a0", "b0", "c0", "d0"}, {"a1", "b1", "c1", "d1"}, {"a2", "b2", "c2", "d2"}};
    char pan[19];
    const char *list[GROUP] = {world_pan(1, pan), pan, pan, pan};
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        struct shot shots[GROUP] = {0};
        insert_reason = (int)reasons[i];
        insert_passes = 2; /* the holder's and the first of the group */
        insert_fails = 1;
        fire_group(world, ids[i], list, shots);
        assert_ok(shots[0].status);
        assert_refused(reasons[i], shots[1].status);
        assert_ok(shots[2].status);
        assert_ok(shots[3].status);
        assert_int_equal(shots[2].sale.receipt, shots[0].sale.receipt + 1); /* no gap */
        assert_int_equal(world_audit_count(world, "TokenService.IssueCredit", mv_reason_info(reasons[i])->name), 1);
        assert_ok(vend_health(world->vend));
    }
    assert_int_equal(fake_keys.slots_out, 0);
    world_audit_verify(world);
}

static void one_meter_several_times_in_a_group(void **state)
{
    struct world *world = *state;
    static const char *const ids[GROUP] = {"a", "b", "c", "d"};
    char pan[19];
    const char *list[GROUP] = {world_pan(1, pan), pan, pan, pan};
    struct shot shots[GROUP] = {0};
    fire_group(world, ids, list, shots);
    for (unsigned i = 0; i < GROUP; i++) {
        assert_ok(shots[i].status);
        assert_int_equal(world_own(&shots[i].sale)->tid, NOW_MINUTE + 1 + i - BASE_2014_MINUTE);
    }
}

static void an_item_that_is_not_encrypted_is_refused(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_issued sale;
    world_pan(1, pan);
    fake_keys.refused_subclass = 0;
    assert_refused(MV_INVALID_FIELD, world_sell(world, "seller", "x", pan, 100, &sale));
    fake_keys.refused_subclass = -1;
    assert_ok(world_sell(world, "seller", "x", pan, 100, &sale));
    assert_int_equal(sale.receipt, 1);
}

static void doubles_in_one_group(void **state)
{
    struct world *world = *state;
    static const char *const ids[GROUP] = {"same", "same", "other", "same"};
    char pan[19], second[19];
    struct vend_meter_key key = world_key();
    assert_ok(world_meter(world, 30, "shop", VEND_ELECTRICITY, &key));
    const char *list[GROUP] = {world_pan(1, pan), pan, pan, world_pan(30, second)};
    struct shot shots[GROUP] = {0};
    fire_group(world, ids, list, shots);
    assert_ok(shots[0].status);
    assert_false(shots[0].sale.replayed);
    assert_ok(shots[1].status);
    assert_true(shots[1].sale.replayed);
    assert_string_equal(world_own(&shots[0].sale)->digits, world_own(&shots[1].sale)->digits);
    assert_ok(shots[2].status);
    assert_refused(MV_REQUEST_ID_REUSED, shots[3].status);
    assert_int_equal(sales(world), 3);
}

static void a_double_of_a_refused_request_is_looked_at_anew(void **state)
{
    struct world *world = *state;
    static const char *const ids[GROUP] = {"same", "same", "same", "same"};
    char pan[19], unknown[19];
    const char *list[GROUP] = {world_pan(999, unknown), world_pan(1, pan), unknown, pan};
    struct shot shots[GROUP] = {0};
    fire_group(world, ids, list, shots);
    assert_refused(MV_METER_UNKNOWN, shots[0].status);
    assert_ok(shots[1].status);
    assert_refused(MV_REQUEST_ID_REUSED, shots[2].status);
    assert_ok(shots[3].status);
    assert_string_equal(world_own(&shots[1].sale)->digits, world_own(&shots[3].sale)->digits);
}

/* ---- the key process ---- */
static void keys_lost_once_cost_nothing(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_issued sale;
    world_pan(1, pan);
    fake_keys.prepare_failures = 1;
    assert_ok(world_sell(world, "seller", "r1", pan, 100, &sale));
    fake_keys.encrypt_failures = 1;
    assert_ok(world_sell(world, "seller", "r2", pan, 100, &sale));
    assert_int_equal(sale.receipt, 2);
    assert_int_equal(world_own(&sale)->tid, NOW_MINUTE + 1 - BASE_2014_MINUTE);
    fake_keys.lost_slots = 1;
    assert_ok(world_sell(world, "seller", "r3", pan, 100, &sale));
    assert_int_equal(sale.receipt, 3);
    assert_int_equal(fake_keys.slots_out, 0);
    assert_int_equal(world_audit_count(world, NULL, "KEY_SERVICE_UNAVAILABLE"), 0);
}

static void keys_lost_for_longer_are_named(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_issued sale;
    world_pan(1, pan);
    fake_keys.encrypt_failures = 2;
    assert_refused(MV_KEY_SERVICE_UNAVAILABLE, world_sell(world, "seller", "r1", pan, 100, &sale));
    assert_int_equal(sales(world), 0);
    assert_int_equal(world_audit_count(world, NULL, "KEY_SERVICE_UNAVAILABLE"), 1);
    assert_refused(MV_KEY_SERVICE_UNAVAILABLE, vend_health(world->vend));
    /* the circuit is open: refused without asking, until the keeper has seen it well again */
    int calls = fake_keys.prepare_calls;
    assert_refused(MV_KEY_SERVICE_UNAVAILABLE, world_sell(world, "seller", "r1", pan, 100, &sale));
    assert_int_equal(fake_keys.prepare_calls, calls);
    vend_refresh(world->vend);
    assert_ok(vend_health(world->vend));
    assert_ok(world_sell(world, "seller", "r1", pan, 100, &sale));
    assert_int_equal(sale.receipt, 1);
    assert_int_equal(world_own(&sale)->tid, NOW_MINUTE - BASE_2014_MINUTE);
    fake_keys.prepare_failures = 2;
    assert_refused(MV_KEY_SERVICE_UNAVAILABLE, world_sell(world, "seller", "r2", pan, 100, &sale));
    assert_int_equal(fake_keys.slots_out, 0);
}

static void a_stored_answer_needs_no_key(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_issued sale;
    world_pan(1, pan);
    assert_ok(world_sell(world, "seller", "r1", pan, 100, &sale));
    fake_keys.health = mv_fail(MV_KEY_SERVICE_UNAVAILABLE, "test");
    vend_refresh(world->vend);
    assert_ok(world_sell(world, "seller", "r1", pan, 100, &sale));
    assert_true(sale.replayed);
    assert_refused(MV_KEY_SERVICE_UNAVAILABLE, world_sell(world, "seller", "r2", pan, 100, &sale));
}

static void an_old_token_is_noticed(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_issued sale;
    fake_keys.catalogue.generation = 7;
    vend_refresh(world->vend);
    assert_int_equal(world_audit_count(world, "catalogue.raised", "ok"), 2);
    fake_keys.catalogue.generation = 6;
    vend_refresh(world->vend);
    assert_refused(MV_TOKEN_ROLLED_BACK, vend_health(world->vend));
    assert_refused(MV_TOKEN_ROLLED_BACK, world_sell(world, "seller", "r1", world_pan(1, pan), 100, &sale));
    world_restart(world);
    assert_refused(MV_TOKEN_ROLLED_BACK, vend_health(world->vend));
    fake_keys.catalogue.generation = 7;
    vend_refresh(world->vend);
    assert_ok(world_sell(world, "seller", "r1", pan, 100, &sale));
}

/* ---- the ledger ---- */
static void check_nothing_happened(struct world *world, _Atomic int *failure, enum mv_reason reason)
{
    char pan[19];
    struct vend_issued sale;
    char *before = world_dump(world);
    *failure = 1;
    assert_refused(reason, world_sell(world, "seller", "r1", world_pan(1, pan), 100, &sale));
    assert_int_equal(*failure, 0);
    char *after = world_dump(world);
    assert_string_equal(before, after);
    free(before);
    free(after);
    assert_refused(reason, vend_health(world->vend));
    vend_refresh(world->vend); /* the probe */
    assert_ok(vend_health(world->vend));
}

static void a_failing_ledger_issues_nothing(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_issued sale;
    check_nothing_happened(world, &begin_fails, MV_LEDGER_LOCKED);
    check_nothing_happened(world, &insert_fails, MV_LEDGER_FULL);
    check_nothing_happened(world, &audit_fails, MV_LEDGER_FULL);
    check_nothing_happened(world, &state_fails, MV_LEDGER_UNAVAILABLE);
    check_nothing_happened(world, &commit_fails, MV_LEDGER_FULL);
    assert_ok(world_sell(world, "seller", "r1", world_pan(1, pan), 100, &sale));
    assert_int_equal(sale.receipt, 1);
    assert_int_equal(world_own(&sale)->tid, NOW_MINUTE - BASE_2014_MINUTE);
    assert_int_equal(fake_keys.slots_out, 0);
}

static void counts_are_undone_with_their_transaction(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_issued sale;
    world_pan(999, pan);
    commit_fails = 1;
    assert_refused(MV_LEDGER_FULL, world_sell(world, "seller", "a", pan, 100, &sale));
    vend_refresh(world->vend);
    for (int i = 0; i < 4; i++)
        assert_refused(MV_METER_UNKNOWN, world_sell(world, "seller", "a", pan, 100, &sale));
    assert_int_equal(world_audit_count(world, NULL, "METER_UNKNOWN"), 1);
    world_restart(world); /* an orderly end writes what is still open */
    assert_int_equal(world_audit_count(world, NULL, "METER_UNKNOWN"), 2);
    assert_true(world_audit_has(world, "repeated=3 "));
}

static void a_failing_ledger_fails_the_whole_group(void **state)
{
    struct world *world = *state;
    static const char *const ids[GROUP] = {"a", "b", "c", "d"};
    char pan[19], unknown[19];
    const char *list[GROUP] = {world_pan(1, pan), pan, world_pan(999, unknown), pan};
    struct shot shots[GROUP] = {0};
    fail_second = true;
    fire_group(world, ids, list, shots);
    for (int i = 0; i < GROUP; i++)
        assert_refused(MV_LEDGER_FULL, shots[i].status); /* the refusal too: it is not in the chain */
    assert_int_equal(sales(world), 1);
    assert_int_equal(world_audit_count(world, NULL, "METER_UNKNOWN"), 0);
    struct vend_issued sale;
    vend_refresh(world->vend);
    assert_ok(world_sell(world, "seller", "a", pan, 100, &sale));
    assert_int_equal(sale.receipt, 2);
}

static void an_unknown_commit_is_decided_by_the_stored_answer(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_issued sale, second;
    world_pan(1, pan);
    commit_lies = 1;
    assert_refused(MV_LEDGER_UNAVAILABLE, world_sell(world, "seller", "r1", pan, 100, &sale));
    assert_ok(world_sell(world, "seller", "r1", pan, 100, &sale));
    assert_true(sale.replayed);
    assert_int_equal(sale.receipt, 1);
    /* new ones are refused at once, until the ledger has been written again */
    assert_refused(MV_LEDGER_UNAVAILABLE, world_sell(world, "seller", "r2", pan, 100, &second));
    vend_refresh(world->vend);
    assert_ok(world_sell(world, "seller", "r2", pan, 100, &second));
    assert_int_equal(second.receipt, 2);
    assert_int_equal(world_own(&second)->tid, world_own(&sale)->tid + 1);
    assert_int_equal(sales(world), 2);
}

/* The probe of a failed ledger may be the first transaction that sees a step of the clock. */
static void a_step_is_recorded_by_the_probe_too(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_issued sale;
    commit_fails = 1;
    assert_refused(MV_LEDGER_FULL, world_sell(world, "seller", "r1", world_pan(1, pan), 100, &sale));
    world_step(3600, 0);
    commit_fails = 2;
    vend_refresh(world->vend); /* the probe fails: neither flag nor record */
    commit_fails = 0;
    assert_int_equal(world_audit_count(world, "clock.stepped", "ok"), 0);
    vend_refresh(world->vend);
    assert_int_equal(world_audit_count(world, "clock.stepped", "ok"), 1);
    assert_refused(MV_CLOCK_STEPPED, world_sell(world, "seller", "r1", pan, 100, &sale));
    assert_int_equal(world_audit_count(world, "clock.stepped", "ok"), 1);
}

static void no_audit_no_answer(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_issued sale;
    struct vend_meter meter;
    struct vend_organisation row;
    struct vend_caller rival = world_caller("rival");
    struct vend_caller officer = world_caller("officer1");
    audit_fails = 1;
    assert_refused(MV_LEDGER_FULL, world_sell(world, "nobody", "r1", world_pan(1, pan), 100, &sale));
    vend_refresh(world->vend);
    audit_fails = 1;
    assert_refused(MV_LEDGER_FULL, vend_get_meter(world->vend, &rival, pan, &meter));
    vend_refresh(world->vend);
    audit_fails = 1;
    assert_refused(MV_LEDGER_FULL, vend_create_organisation(world->vend, &officer, "new", "root", &row));
    vend_refresh(world->vend);
    assert_refused(MV_ORGANISATION_UNKNOWN, vend_grant(world->vend, &officer, "new", SGC, true, &row));
    commit_fails = 1;
    assert_refused(MV_LEDGER_FULL, vend_create_organisation(world->vend, &officer, "new", "root", &row));
    vend_refresh(world->vend);
    assert_ok(vend_create_organisation(world->vend, &officer, "new", "root", &row));
    world_audit_verify(world);
}

static void a_full_queue_is_named(void **state)
{
    struct world *world = *state;
    enum { MANY = 600 }; /* the queue holds 512 */
    static struct shot shots[MANY];
    char pan[19];
    struct shot first = {0};
    memset(shots, 0, sizeof shots);
    hold_writer(world, "holder", pan, &first);
    size_t busy = 0;
    for (unsigned i = 0; i < MANY; i++) {
        char id[16];
        (void)snprintf(id, sizeof id, "m%u", i);
        fire(world, id, "600727000000000009", &shots[i]);
        busy += shots[i].done && shots[i].status.reason == MV_SERVER_BUSY;
    }
    assert_int_equal(busy, MANY - 512);
    pthread_mutex_lock(&gate.lock);
    gate.open = true;
    pthread_cond_broadcast(&gate.opened);
    for (unsigned i = 0; i < MANY; i++)
        while (!shots[i].done)
            pthread_cond_wait(&gate.opened, &gate.lock);
    pthread_mutex_unlock(&gate.lock);
    /* the same refusal 512 times in a second: one record and a count */
    assert_int_equal(world_audit_count(world, NULL, "METER_UNKNOWN"), 1);
    world_step(1, 1);
    vend_refresh(world->vend);
    assert_int_equal(world_audit_count(world, NULL, "METER_UNKNOWN"), 2);
    assert_true(world_audit_has(world, "repeated=511 "));
}

/* ---- refusals that the protocol layer made ---- */
static void refusals_of_the_protocol_leave_room_for_sales(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct shot first = {0}, second = {0};
    hold_writer(world, "holder", pan, &first);
    for (int i = 0; i < 600; i++) /* half of the queue's 512 are for them */
        vend_refused(world->vend, "seller", "TokenService.GetToken", mv_fail(MV_REQUEST_TOO_LARGE, NULL));
    fire(world, "second", pan, &second);
    pthread_mutex_lock(&gate.lock);
    gate.open = true;
    pthread_cond_broadcast(&gate.opened);
    while (!first.done || !second.done)
        pthread_cond_wait(&gate.opened, &gate.lock);
    pthread_mutex_unlock(&gate.lock);
    assert_ok(second.status);
    world_step(1, 1);
    vend_refresh(world->vend);
    assert_int_equal(world_audit_count(world, "TokenService.GetToken", "REQUEST_TOO_LARGE"), 2);
    assert_true(world_audit_has(world, "repeated=255 "));
    assert_int_equal(world_audit_count(world, "refusals.dropped", "SERVER_BUSY"), 1);
    assert_true(world_audit_has(world, "repeated=344"));
    world_step(1, 1);
    vend_refresh(world->vend); /* told once */
    assert_int_equal(world_audit_count(world, "refusals.dropped", NULL), 1);
}

static void refusals_without_a_ledger_are_counted(void **state)
{
    struct world *world = *state;
    commit_fails = 1;
    vend_refused(world->vend, "seller", "TokenService.GetToken", mv_fail(MV_REQUEST_TOO_LARGE, NULL));
    for (int tries = 0; vend_health(world->vend).ok && tries < 1000; tries++)
        (void)usleep(1000);
    assert_refused(MV_LEDGER_FULL, vend_health(world->vend));
    vend_refused(world->vend, "seller", "TokenService.GetToken", mv_fail(MV_REQUEST_TOO_LARGE, NULL));
    vend_refresh(world->vend);
    world_step(1, 1);
    vend_refresh(world->vend);
    assert_int_equal(world_audit_count(world, "TokenService.GetToken", NULL), 0);
    assert_true(world_audit_has(world, "repeated=2"));
    world_audit_verify(world);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_item_without_a_key_hurts_only_itself),
        TEST(an_insert_that_is_refused_hurts_only_itself),
        TEST(one_meter_several_times_in_a_group),
        TEST(an_item_that_is_not_encrypted_is_refused),
        TEST(doubles_in_one_group),
        TEST(a_double_of_a_refused_request_is_looked_at_anew),
        TEST(keys_lost_once_cost_nothing),
        TEST(keys_lost_for_longer_are_named),
        TEST(a_stored_answer_needs_no_key),
        TEST(an_old_token_is_noticed),
        TEST(a_failing_ledger_issues_nothing),
        TEST(counts_are_undone_with_their_transaction),
        TEST(a_failing_ledger_fails_the_whole_group),
        TEST(an_unknown_commit_is_decided_by_the_stored_answer),
        TEST(a_step_is_recorded_by_the_probe_too),
        TEST(no_audit_no_answer),
        TEST(a_full_queue_is_named),
        TEST(refusals_of_the_protocol_leave_room_for_sales),
        TEST(refusals_without_a_ledger_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
