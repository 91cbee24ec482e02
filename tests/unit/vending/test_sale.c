/* Sales: one and many, the same again, concurrent doubles, reading back, trials. */
#include "world.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vending/catalogue.h"

static void one_sale(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_issued sale;
    uint32_t units = 0;
    assert_ok(world_sell(world, "seller", "r1", world_pan(1, pan), 25600, &sale));
    assert_int_equal(world_token_tid(world_own(&sale)->digits, &units), NOW_MINUTE - BASE_2014_MINUTE);
    assert_int_equal(units, 256);
    assert_int_equal(world_own(&sale)->tid, NOW_MINUTE - BASE_2014_MINUTE);
    assert_int_equal(sale.requested, 25600);
    assert_int_equal(world_own(&sale)->encoded, 25600);
    assert_int_equal(sale.receipt, 1);
    assert_int_equal(sale.issued_at_unix_s, NOW_S);
    assert_string_equal(sale.organisation, "shop");
    assert_string_equal(sale.terminal, "till");
    assert_string_equal(sale.principal, "seller");
    assert_string_equal(sale.request_id, "r1");
    assert_string_equal(sale.pan, pan);
    assert_int_equal(sale.unit, VEND_UNIT_WH);
    assert_int_equal(world_own(&sale)->vending_kcv[0], 0xAB);
    assert_int_equal(world_own(&sale)->key.krn, 1);
    assert_false(sale.replayed);
    assert_int_equal(world_audit_count(world, "TokenService.IssueCredit", "ok"), 1);
}

static void same_minute_sales_take_the_next_minutes(void **state)
{
    struct world *world = *state;
    char pan[19];
    char id[16];
    struct vend_issued sale;
    world_pan(1, pan);
    for (unsigned i = 0; i <= 60; i++) {
        (void)snprintf(id, sizeof id, "r%u", i);
        assert_ok(world_sell(world, "seller", id, pan, 100, &sale));
        assert_int_equal(world_own(&sale)->tid, NOW_MINUTE + i - BASE_2014_MINUTE);
        assert_int_equal(sale.receipt, i + 1);
    }
    assert_refused(MV_TID_AHEAD, world_sell(world, "seller", "r61", pan, 100, &sale));
    assert_int_equal(world_audit_count(world, "TokenService.IssueCredit", "TID_AHEAD"), 1);
    world_step(60, 60);
    assert_ok(world_sell(world, "seller", "r61", pan, 100, &sale));
    assert_int_equal(sale.receipt, 62); /* the refusal took no number */
}

static void the_same_again(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_issued first, again;
    world_pan(1, pan);
    assert_ok(world_sell(world, "seller", "r1", pan, 100, &first));
    world_step(3600, 3600);
    int prepared = fake_keys.prepare_calls;
    assert_ok(world_sell(world, "seller", "r1", pan, 100, &again));
    assert_true(again.replayed);
    assert_string_equal(world_own(&again)->digits, world_own(&first)->digits);
    assert_int_equal(again.receipt, first.receipt);
    assert_int_equal(again.issued_at_unix_s, first.issued_at_unix_s);
    assert_int_equal(fake_keys.prepare_calls, prepared);
    world_restart(world);
    assert_ok(world_sell(world, "seller", "r1", pan, 100, &again));
    assert_string_equal(world_own(&again)->digits, world_own(&first)->digits);
}

static void the_same_id_for_another_request(void **state)
{
    struct world *world = *state;
    char pan[19], other[19];
    struct vend_issued sale;
    struct vend_meter_key key = world_key();
    assert_ok(world_meter(world, 3, "shop", VEND_ELECTRICITY, &key));
    assert_ok(world_sell(world, "seller", "r1", world_pan(1, pan), 100, &sale));
    assert_refused(MV_REQUEST_ID_REUSED, world_sell(world, "seller", "r1", pan, 200, &sale));
    world_step(1, 1);
    assert_refused(MV_REQUEST_ID_REUSED, world_sell(world, "seller", "r1", world_pan(3, other), 100, &sale));
    assert_int_equal(world_audit_count(world, NULL, "REQUEST_ID_REUSED"), 2);
    /* ids are the principal's own */
    assert_ok(world_sell(world, "regional", "r1", pan, 200, &sale));
    assert_false(sale.replayed);
}

static void a_refused_id_is_free(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_issued sale;
    world_pan(1, pan);
    assert_refused(MV_AMOUNT_TOO_SMALL, world_sell(world, "seller", "r1", pan, 1, &sale));
    assert_ok(world_sell(world, "seller", "r1", pan, 100, &sale));
    assert_int_equal(sale.receipt, 1);
}

/* ---- many at once ---- */
enum { THREADS = 16, EACH = 25 };

struct seller {
    struct world *world;
    unsigned number;
    const char *pan;
    bool shared; /* all use the same ids */
    struct vend_issued sales[EACH];
    mv_status status[EACH];
};

static void *sell_many(void *self)
{
    struct seller *seller = self;
    for (unsigned i = 0; i < EACH; i++) {
        char id[32];
        (void)snprintf(id, sizeof id, "r-%u-%u", seller->shared ? 0 : seller->number, i);
        seller->status[i] = world_sell(seller->world, "seller", id, seller->pan, 100, &seller->sales[i]);
    }
    return NULL;
}

static void run_all(struct world *world, struct seller *sellers, char pans[THREADS][19], bool shared)
{
    pthread_t threads[THREADS];
    for (unsigned i = 0; i < THREADS; i++) {
        sellers[i] = (struct seller){.world = world, .number = i, .pan = pans[shared ? 0 : i], .shared = shared};
        assert_int_equal(pthread_create(&threads[i], NULL, sell_many, &sellers[i]), 0);
    }
    for (unsigned i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
}

static void concurrent_doubles(void **state)
{
    struct world *world = *state;
    char pans[THREADS][19];
    struct seller *sellers = calloc(THREADS, sizeof *sellers);
    assert_non_null(sellers);
    world_pan(1, pans[0]);
    run_all(world, sellers, pans, true);
    for (unsigned i = 0; i < EACH; i++) {
        unsigned fresh = 0;
        for (unsigned t = 0; t < THREADS; t++) {
            assert_ok(sellers[t].status[i]);
            assert_string_equal(world_own(&sellers[t].sales[i])->digits, world_own(&sellers[0].sales[i])->digits);
            assert_int_equal(sellers[t].sales[i].receipt, sellers[0].sales[i].receipt);
            fresh += !sellers[t].sales[i].replayed;
        }
        assert_int_equal(fresh, 1);
    }
    assert_int_equal(world_audit_count(world, "TokenService.IssueCredit", "ok"), EACH);
    free(sellers);
}

static void concurrent_sales(void **state)
{
    struct world *world = *state;
    static bool seen[THREADS * EACH + 1];
    char pans[THREADS][19];
    struct vend_meter_key key = world_key();
    struct seller *sellers = calloc(THREADS, sizeof *sellers);
    assert_non_null(sellers);
    memset(seen, 0, sizeof seen);
    for (unsigned i = 0; i < THREADS; i++) {
        world_pan(100 + i / 2, pans[i]); /* two sellers a meter */
        if (i % 2 == 0)
            assert_ok(world_meter(world, 100 + i / 2, "shop", VEND_ELECTRICITY, &key));
    }
    run_all(world, sellers, pans, false);
    for (unsigned t = 0; t < THREADS; t++)
        for (unsigned i = 0; i < EACH; i++) {
            assert_ok(sellers[t].status[i]);
            uint64_t receipt = sellers[t].sales[i].receipt;
            assert_in_range(receipt, 1, THREADS * EACH);
            assert_false(seen[receipt]); /* with the range: no gap either */
            seen[receipt] = true;
            /* the other seller of this meter */
            for (unsigned j = 0; j < EACH; j++)
                assert_int_not_equal(world_own(&sellers[t].sales[i])->tid, world_own(&sellers[t ^ 1].sales[j])->tid);
        }
    assert_int_equal(world_audit_count(world, "TokenService.IssueCredit", "ok"), THREADS * EACH);
    world_audit_verify(world);
    free(sellers);
}

static void reading_back(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_issued sale, back;
    struct vend_caller seller = world_caller("seller");
    struct vend_caller rival = world_caller("rival");
    assert_ok(world_sell(world, "seller", "r1", world_pan(1, pan), 100, &sale));
    assert_ok(vend_token_by_request(world->vend, &seller, "r1", &back));
    assert_string_equal(world_own(&back)->digits, world_own(&sale)->digits);
    assert_true(back.replayed);
    assert_ok(vend_token_by_receipt(world->vend, &seller, "shop", "till", 1, &back));
    assert_string_equal(world_own(&back)->digits, world_own(&sale)->digits);
    assert_string_equal(back.principal, "seller");
    assert_ok(vend_last_response(world->vend, &seller, "till", &back));
    assert_string_equal(world_own(&back)->digits, world_own(&sale)->digits);
    assert_refused(MV_TOKEN_UNKNOWN, vend_token_by_request(world->vend, &seller, "r2", &back));
    assert_refused(MV_TOKEN_UNKNOWN, vend_token_by_receipt(world->vend, &seller, "shop", "till", 2, &back));
    assert_refused(MV_TOKEN_UNKNOWN, vend_token_by_receipt(world->vend, &seller, "nowhere", "till", 1, &back));
    assert_refused(MV_TOKEN_UNKNOWN, vend_last_response(world->vend, &seller, "till2", &back));
    assert_refused(MV_INVALID_FIELD, vend_token_by_receipt(world->vend, &seller, "shop", "till", 0, &back));
    assert_refused(MV_INVALID_FIELD, vend_last_response(world->vend, &seller, "", &back));
    assert_refused(MV_TOKEN_UNKNOWN, vend_token_by_receipt(world->vend, &rival, "shop", "till", 1, &back));
    assert_int_equal(world_audit_count(world, "TokenService.GetToken", "ORGANISATION_DENIED"), 1);
}

static void a_grant_taken_back_hides_tokens_too(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_issued sale;
    struct vend_organisation row;
    struct vend_caller seller = world_caller("seller");
    struct vend_caller officer = world_caller("officer1");
    assert_ok(world_sell(world, "seller", "r1", world_pan(1, pan), 100, &sale));
    assert_ok(vend_grant(world->vend, &officer, "region", SGC, false, &row));
    assert_refused(MV_SUPPLY_GROUP_DENIED, vend_token_by_request(world->vend, &seller, "r1", &sale));
    assert_refused(MV_SUPPLY_GROUP_DENIED, vend_last_response(world->vend, &seller, "till", &sale));
    assert_refused(MV_SUPPLY_GROUP_DENIED, world_sell(world, "seller", "r1", pan, 100, &sale));
}

static void malformed_requests(void **state)
{
    struct world *world = *state;
    char pan[19], wrong[19], longest[66];
    struct vend_issued sale;
    world_pan(1, pan);
    memset(longest, 'x', 65);
    longest[65] = '\0';
    assert_refused(MV_INVALID_FIELD, world_sell(world, "seller", "", pan, 100, &sale));
    assert_refused(MV_INVALID_FIELD, world_sell(world, "seller", "a b", pan, 100, &sale));
    assert_refused(MV_INVALID_FIELD, world_sell(world, "seller", longest, pan, 100, &sale));
    assert_ok(world_sell(world, "seller", longest + 1, pan, 100, &sale));
    assert_refused(MV_INVALID_FIELD, world_sell(world, "seller", "r", "12345", 100, &sale));
    assert_refused(MV_INVALID_FIELD, world_sell(world, "seller", "r", pan, 0, &sale));
    assert_refused(MV_INVALID_FIELD, world_sell(world, "seller", "r", pan, -100, &sale));
    assert_refused(MV_INVALID_FIELD, world_sell(world, "seller", "r", pan, INT64_MAX, &sale));
    memcpy(wrong, pan, sizeof wrong);
    wrong[17] = (char)('0' + (wrong[17] - '0' + 1) % 10);
    assert_refused(MV_CHECK_DIGIT, world_sell(world, "seller", "r", wrong, 100, &sale));
    assert_refused(MV_METER_UNKNOWN, world_sell(world, "seller", "r", world_pan(9999, pan), 100, &sale));
    assert_int_equal(world_audit_count(world, "TokenService.IssueCredit", "INVALID_FIELD"), 1);
    world_step(1, 1);
    vend_refresh(world->vend);
    assert_true(world_audit_has(world, "repeated=6 "));
}

static void a_trial_has_no_effect(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_issued trial, sale;
    struct vend_caller seller = world_caller("seller");
    struct vend_order request = {
        .terminal = "till", .pan = world_pan(1, pan), .quantity = {VEND_UNIT_WH, 25601}, .carrier = VEND_KEYPAD};
    char *before = world_dump(world);
    int prepared = fake_keys.prepare_calls;
    for (unsigned i = 0; i < 3; i++)
        assert_ok(vend_trial(world->vend, &seller, &request, &trial));
    char *after = world_dump(world);
    assert_string_equal(before, after);
    free(before);
    free(after);
    assert_int_equal(fake_keys.prepare_calls, prepared);
    assert_string_equal(world_own(&trial)->digits, "");
    assert_string_equal(trial.request_id, "");
    assert_int_equal(trial.receipt, 0);
    assert_ok(world_sell(world, "seller", "r1", pan, 25601, &sale));
    assert_int_equal(world_own(&trial)->tid, world_own(&sale)->tid);
    assert_int_equal(world_own(&trial)->encoded, world_own(&sale)->encoded);
    assert_memory_equal(world_own(&trial)->vending_kcv, world_own(&sale)->vending_kcv, 3);
    assert_int_equal(sale.receipt, 1);
}

static void a_trial_is_refused_like_a_sale(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_issued sale;
    struct vend_caller seller = world_caller("seller");
    struct vend_caller rival = world_caller("rival");
    struct vend_meter_key key = world_key();
    struct vend_order request = {
        .terminal = "till", .pan = world_pan(1, pan), .quantity = {VEND_UNIT_WH, 1}, .carrier = VEND_KEYPAD};
    assert_refused(MV_AMOUNT_TOO_SMALL, vend_trial(world->vend, &seller, &request, &sale));
    request.quantity.amount = 100;
    assert_refused(MV_METER_UNKNOWN, vend_trial(world->vend, &rival, &request, &sale));
    assert_int_equal(world_audit_count(world, "TokenService.TrialCredit", "ORGANISATION_DENIED"), 1);
    key.krn = 4;
    key.ken = 85;
    assert_ok(world_meter(world, 4, "shop", VEND_ELECTRICITY, &key));
    request.pan = world_pan(4, pan);
    assert_refused(MV_KEY_EXPIRED, vend_trial(world->vend, &seller, &request, &sale));
    fake_keys_lock();
    fake_keys.catalogue.keys[0].state = HSM_COMPROMISED;
    fake_keys_unlock();
    vend_refresh(world->vend);
    request.pan = world_pan(1, pan);
    assert_refused(MV_VENDING_KEY_NOT_ACTIVE, vend_trial(world->vend, &seller, &request, &sale));
    assert_int_equal(world_audit_count(world, "TokenService.TrialCredit", NULL), 4);
}

/* The server's copy of the catalogue says what the key process would say. */
static void vending_keys_that_issue(void **state)
{
    (void)state;
    static struct hsmd_catalogue keys = {.key_count = 1};
    struct vend_catalogue catalogue = {.lock = PTHREAD_MUTEX_INITIALIZER, .current = &keys, .state = mv_ok()};
    const struct store_meter meter = {.sgc = "123456", .krn = 1, .kt = 2, .dkga = 4, .base_date = 2014, .ea = 7};
    struct vend_key key;
    keys.keys[0] = (struct hsm_key_info){
        .use = HSM_USE_VENDING,
        .scope = {.sgc = "123456", .krn = 1, .kt = 2, .dkga = 4, .base_date = 2014, .ken = 255, .ea_mask = 0x80},
        .active_from_unix_s = 100,
        .issued_until_unix_s = 200};
    for (enum hsm_key_state stored = HSM_PRE_ACTIVE; stored <= HSM_DESTROYED; stored++) {
        keys.keys[0].state = stored;
        if (stored == HSM_ACTIVE || stored == HSM_ISSUED_UNTIL)
            assert_ok(vend_catalogue_key(&catalogue, &meter, 150, &key));
        else
            assert_refused(MV_VENDING_KEY_NOT_ACTIVE, vend_catalogue_key(&catalogue, &meter, 150, &key));
    }
    keys.keys[0].state = HSM_ACTIVE;
    assert_refused(MV_VENDING_KEY_NOT_ACTIVE, vend_catalogue_key(&catalogue, &meter, 99, &key));
    assert_refused(MV_VENDING_KEY_NOT_ACTIVE, vend_catalogue_key(&catalogue, &meter, 200, &key));
}

struct wait {
    pthread_mutex_t lock;
    bool done;
    mv_status status;
};

static void note(void *self, mv_status status, const struct vend_issued *sale)
{
    struct wait *wait = self;
    pthread_mutex_lock(&wait->lock);
    assert_null(sale);
    wait->status = status;
    wait->done = true;
    pthread_mutex_unlock(&wait->lock);
}

static bool gone(void *self)
{
    (void)self;
    return true;
}

static mv_status issue_and_wait(struct world *world, const struct vend_caller *caller, const char *pan,
                                vend_gone_fn *is_gone)
{
    struct vend_order request = {
        .request_id = "late", .terminal = "till", .pan = pan, .quantity = {VEND_UNIT_WH, 100}, .carrier = VEND_KEYPAD};
    struct wait wait = {.lock = PTHREAD_MUTEX_INITIALIZER};
    vend_issue(world->vend, caller, &request, is_gone, note, &wait);
    for (bool done = false; !done;) {
        pthread_mutex_lock(&wait.lock);
        done = wait.done;
        pthread_mutex_unlock(&wait.lock);
    }
    return wait.status;
}

static void late_and_abandoned_requests_have_no_effect(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_caller caller = world_caller("seller");
    char *before = world_dump(world);
    world_pan(1, pan);
    caller.deadline_ns = 1;
    assert_refused(MV_DEADLINE_PASSED, issue_and_wait(world, &caller, pan, NULL));
    caller.deadline_ns = INT64_MAX;
    assert_refused(MV_CANCELLED_BY_CALLER, issue_and_wait(world, &caller, pan, gone));
    char *after = world_dump(world);
    assert_string_equal(before, after);
    free(before);
    free(after);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_sale),
        TEST(same_minute_sales_take_the_next_minutes),
        TEST(the_same_again),
        TEST(the_same_id_for_another_request),
        TEST(a_refused_id_is_free),
        TEST(concurrent_doubles),
        TEST(concurrent_sales),
        TEST(reading_back),
        TEST(a_grant_taken_back_hides_tokens_too),
        TEST(malformed_requests),
        TEST(a_trial_has_no_effect),
        TEST(a_trial_is_refused_like_a_sale),
        cmocka_unit_test(vending_keys_that_issue),
        TEST(late_and_abandoned_requests_have_no_effect),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
