/* Many orders over one stream: order, bad items, what a lost connection leaves, and that a caller who takes nothing
 * costs a bounded amount. */
#include "desk.h"

#include <metervault/v1/token_service.pb-c.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "api/batch.h"

enum { PATIENCE_MS = 30000, METERS_OF_ALL = 600 };

/* ---- requests ---- */
struct message {
    Metervault__V1__IssueBatchRequest message;
    Metervault__V1__BatchItem items[API_BATCH_ITEMS + 1];
    Metervault__V1__BatchItem *pointers[API_BATCH_ITEMS + 1];
    Metervault__V1__IssueCreditRequest credits[API_BATCH_ITEMS + 1];
    Metervault__V1__Quantity quantities[API_BATCH_ITEMS + 1];
    char ids[API_BATCH_ITEMS + 1][24];
    char pans[API_BATCH_ITEMS + 1][19];
};

/* `count` sales, one for each meter from serial 100 + `first` on, with request ids b-`first`... */
static struct message *sales(unsigned first, unsigned count)
{
    struct message *all = calloc(1, sizeof *all);
    assert_non_null(all);
    metervault__v1__issue_batch_request__init(&all->message);
    for (unsigned i = 0; i < count; i++) {
        metervault__v1__batch_item__init(&all->items[i]);
        metervault__v1__issue_credit_request__init(&all->credits[i]);
        metervault__v1__quantity__init(&all->quantities[i]);
        (void)snprintf(all->ids[i], sizeof all->ids[i], "b-%u", first + i);
        all->quantities[i].amount_case = METERVAULT__V1__QUANTITY__AMOUNT_ENERGY_WH;
        all->quantities[i].energy_wh = INT64_C(100) * (1 + first + i);
        all->credits[i].request_id = all->ids[i];
        all->credits[i].terminal_id = "till";
        all->credits[i].meter_pan = (char *)world_pan(100 + (first + i) % METERS_OF_ALL, all->pans[i]);
        all->credits[i].carrier = METERVAULT__V1__CARRIER__KEYPAD;
        all->credits[i].quantity = &all->quantities[i];
        all->items[i].order_case = METERVAULT__V1__BATCH_ITEM__ORDER_CREDIT;
        all->items[i].credit = &all->credits[i];
        all->pointers[i] = &all->items[i];
    }
    all->message.n_items = count;
    all->message.items = all->pointers;
    return all;
}

static void send_sales(struct caller_stream *stream, unsigned first, unsigned count)
{
    struct message *all = sales(first, count);
    assert_true(caller_send(stream, &all->message.base));
    free(all);
}

static Metervault__V1__IssueBatchResponse *next(struct caller_stream *stream)
{
    return (Metervault__V1__IssueBatchResponse *)caller_receive(stream,
                                                                &metervault__v1__issue_batch_response__descriptor);
}

static void forget(Metervault__V1__IssueBatchResponse *response)
{
    metervault__v1__issue_batch_response__free_unpacked(response, NULL);
}

/* The next response has all of these sales, in order. */
static void expect_sales(struct caller_stream *stream, unsigned first, unsigned count, bool replayed)
{
    Metervault__V1__IssueBatchResponse *response = next(stream);
    assert_non_null(response);
    assert_int_equal(response->n_results, count);
    for (unsigned i = 0; i < count; i++) {
        const Metervault__V1__BatchResult *result = response->results[i];
        char id[24];
        (void)snprintf(id, sizeof id, "b-%u", first + i);
        if (result->result_case != METERVAULT__V1__BATCH_RESULT__RESULT_ISSUED)
            fail_msg("%s: %s", id, result->refused == NULL ? "nothing" : result->refused->reason);
        assert_string_equal(result->issued->request_id, id);
        assert_int_equal(result->issued->requested->energy_wh, 100 * (1 + first + i));
        assert_int_equal(result->issued->n_tokens, 1);
        assert_int_equal(result->issued->replayed != 0, replayed);
    }
    forget(response);
}

static void expect_end(struct caller_stream *stream)
{
    caller_send_end(stream);
    assert_null(next(stream));
    struct caller_result result = caller_end(stream);
    assert_int_equal(result.code, GRPC_STATUS_OK);
}

/* ---- the world ---- */
static struct desk_server server;

static int setup(void **state)
{
    struct vend_meter_key key = world_key();
    if (desk_api_setup(state) != 0)
        return -1;
    struct world *world = *state;
    for (unsigned i = 0; i < METERS_OF_ALL; i++)
        assert_ok(world_meter(world, 100 + i, "shop", VEND_ELECTRICITY, &key));
    desk_serve(world, "seller", &server);
    return 0;
}

static int teardown(void **state)
{
    desk_stop(&server);
    return desk_api_teardown(state);
}

static struct caller_stream *open_batch(int timeout_ms)
{
    return caller_open(server.channel, TOKENS "IssueBatch", timeout_ms);
}

static size_t count_sold(struct world *world)
{
    return world_audit_count(world, "TokenService.IssueCredit", "ok");
}

/* ---- tests ---- */
static void answers_come_in_order(void **state)
{
    struct world *world = *state;
    struct caller_stream *stream = open_batch(PATIENCE_MS);
    /* one at a time, then without waiting */
    send_sales(stream, 0, 1);
    expect_sales(stream, 0, 1, false);
    send_sales(stream, 1, API_BATCH_ITEMS);
    expect_sales(stream, 1, API_BATCH_ITEMS, false);
    for (unsigned i = 0; i < 3; i++)
        send_sales(stream, 257 + 100 * i, 100);
    for (unsigned i = 0; i < 3; i++)
        expect_sales(stream, 257 + 100 * i, 100, false);
    expect_end(stream);
    assert_int_equal(count_sold(world), 557);
    world_audit_verify(world);
}

static void an_empty_batch(void **state)
{
    (void)state;
    expect_end(open_batch(PATIENCE_MS));
}

static void a_bad_item_fails_alone(void **state)
{
    struct world *world = *state;
    struct caller_stream *stream = open_batch(PATIENCE_MS);
    struct message *all = sales(0, 8);
    char other_pan[19];
    all->credits[1].quantity = NULL;
    all->credits[2].meter_pan = "12";
    all->credits[3].meter_pan = (char *)world_pan(2, other_pan);
    all->items[4].order_case = METERVAULT__V1__BATCH_ITEM__ORDER__NOT_SET;
    all->quantities[5].energy_wh = 1;
    all->credits[6].request_id = "b-0"; /* other fields under an id of this very message */
    assert_true(caller_send(stream, &all->message.base));
    Metervault__V1__IssueBatchResponse *response = next(stream);
    assert_non_null(response);
    assert_int_equal(response->n_results, 8);
    static const struct {
        const char *reason, *field;
    } expected[8] = {
        [1] = {"INVALID_FIELD", "quantity"}, [2] = {"INVALID_FIELD", "meter_pan"},   [3] = {"METER_UNKNOWN", ""},
        [4] = {"INVALID_FIELD", "order"},    [5] = {"AMOUNT_TOO_SMALL", "quantity"}, [6] = {"REQUEST_ID_REUSED", ""},
    };
    for (size_t i = 0; i < 8; i++) {
        const Metervault__V1__BatchResult *result = response->results[i];
        if (expected[i].reason == NULL) {
            assert_int_equal(result->result_case, METERVAULT__V1__BATCH_RESULT__RESULT_ISSUED);
            continue;
        }
        assert_int_equal(result->result_case, METERVAULT__V1__BATCH_RESULT__RESULT_REFUSED);
        assert_string_equal(result->refused->reason, expected[i].reason);
        assert_string_equal(result->refused->field, expected[i].field);
        assert_true(strlen(result->refused->message) > 20);
    }
    forget(response);
    free(all);
    expect_end(stream);
    assert_int_equal(count_sold(world), 2);
    assert_true(world_audit_count(world, "TokenService.IssueCredit", "ORGANISATION_DENIED") == 1);
}

static const Metervault__V1__IssuedTokens *issued_of(const Metervault__V1__IssueBatchResponse *response, size_t i)
{
    const Metervault__V1__BatchResult *result = response->results[i];
    if (result->result_case == METERVAULT__V1__BATCH_RESULT__RESULT_ISSUED)
        return result->issued;
    fail_msg("item %zu: %s", i, result->refused == NULL ? "nothing" : result->refused->reason);
    abort();
}

static void every_kind_of_order(void **state)
{
    struct world *world = *state;
    struct desk_server engineers;
    struct message *all = sales(0, 4);
    Metervault__V1__IssueManagementRequest manage = METERVAULT__V1__ISSUE_MANAGEMENT_REQUEST__INIT;
    Metervault__V1__Management management = METERVAULT__V1__MANAGEMENT__INIT;
    Metervault__V1__IssueTestRequest try_out = METERVAULT__V1__ISSUE_TEST_REQUEST__INIT;
    Metervault__V1__MeterTest test = METERVAULT__V1__METER_TEST__INIT;
    Metervault__V1__IssueKeyChangeRequest change = METERVAULT__V1__ISSUE_KEY_CHANGE_REQUEST__INIT;
    Metervault__V1__KeyTarget to = METERVAULT__V1__KEY_TARGET__INIT;
    manage.request_id = "m";
    try_out.request_id = "t";
    change.request_id = "k";
    manage.terminal_id = try_out.terminal_id = change.terminal_id = "till";
    manage.meter_pan = try_out.meter_pan = change.meter_pan = all->pans[0];
    manage.carrier = try_out.carrier = change.carrier = METERVAULT__V1__CARRIER__KEYPAD;
    manage.management = &management;
    management.action_case = METERVAULT__V1__MANAGEMENT__ACTION_CLEAR_TAMPER;
    management.clear_tamper = true;
    try_out.test = &test;
    test.what_case = METERVAULT__V1__METER_TEST__WHAT_TEST;
    test.test = 3;
    change.to = &to;
    to.tariff_case = METERVAULT__V1__KEY_TARGET__TARIFF_TARIFF_INDEX;
    to.tariff_index = 7;
    all->items[0].order_case = METERVAULT__V1__BATCH_ITEM__ORDER_MANAGEMENT;
    all->items[0].management = &manage;
    all->items[1].order_case = METERVAULT__V1__BATCH_ITEM__ORDER_TEST;
    all->items[1].test = &try_out;
    all->items[2].order_case = METERVAULT__V1__BATCH_ITEM__ORDER_KEY_CHANGE;
    all->items[2].key_change = &change;
    desk_serve(world, "engineer", &engineers);
    struct caller_stream *stream = caller_open(engineers.channel, TOKENS "IssueBatch", PATIENCE_MS);
    assert_true(caller_send(stream, &all->message.base));
    Metervault__V1__IssueBatchResponse *response = next(stream);
    assert_non_null(response);
    assert_int_equal(response->n_results, 4);
    const Metervault__V1__IssuedTokens *managed = issued_of(response, 0);
    const Metervault__V1__IssuedTokens *tested = issued_of(response, 1);
    const Metervault__V1__IssuedTokens *changed = issued_of(response, 2);
    assert_int_equal(managed->kind, METERVAULT__V1__ORDER_KIND__MANAGEMENT);
    assert_int_equal(managed->tokens[0]->token_class, 2);
    assert_true(managed->management->clear_tamper);
    assert_int_equal(tested->kind, METERVAULT__V1__ORDER_KIND__TEST);
    assert_int_equal(tested->test->test, 3);
    assert_int_equal(changed->kind, METERVAULT__V1__ORDER_KIND__KEY_CHANGE);
    assert_int_equal(changed->n_tokens, 2);
    assert_int_equal(changed->key_change->to->tariff_index, 7);
    /* an engineer sells nothing */
    assert_string_equal(response->results[3]->refused->reason, "ROLE_MISSING");
    forget(response);
    free(all);
    expect_end(stream);
    desk_stop(&engineers);
}

/* A request that cannot be one ends the batch, after the answers to those before it. */
static void a_request_of_no_or_too_many_items(void **state)
{
    struct world *world = *state;
    static const struct {
        unsigned items;
        const char *reason;
    } cases[] = {{0, "INVALID_FIELD"}, {API_BATCH_ITEMS + 1, "REQUEST_TOO_LARGE"}};
    for (size_t i = 0; i < 2; i++) {
        struct caller_stream *stream = open_batch(PATIENCE_MS);
        struct message *bad = sales(0, cases[i].items);
        send_sales(stream, (unsigned)i, 1);
        assert_true(caller_send(stream, &bad->message.base));
        free(bad);
        expect_sales(stream, (unsigned)i, 1, false);
        assert_null(next(stream));
        struct caller_result result = caller_end(stream);
        assert_string_equal(result.reason, cases[i].reason);
    }
    world_restart(world); /* what is refused beside the queue is written by then */
    assert_int_equal(world_audit_count(world, "TokenService.IssueBatch", "INVALID_FIELD"), 1);
    assert_int_equal(world_audit_count(world, "TokenService.IssueBatch", "REQUEST_TOO_LARGE"), 1);
    assert_int_equal(count_sold(world), 2);
}

static void sent_again_after_a_lost_connection(void **state)
{
    struct world *world = *state;
    struct caller_stream *stream = open_batch(PATIENCE_MS);
    for (unsigned i = 0; i < 3; i++)
        send_sales(stream, 100 * i, 100);
    expect_sales(stream, 0, 100, false);
    caller_cancel(stream);
    assert_int_equal(caller_end(stream).code, GRPC_STATUS_CANCELLED);
    /* all again, over another stream: what was issued is not issued twice */
    stream = open_batch(PATIENCE_MS);
    for (unsigned i = 0; i < 3; i++)
        send_sales(stream, 100 * i, 100);
    expect_sales(stream, 0, 100, true);
    for (unsigned i = 1; i < 3; i++)
        forget(next(stream));
    expect_end(stream);
    assert_int_equal(count_sold(world), 300);
    world_audit_verify(world);
}

/* ---- what a caller who is gone, late or slow costs ---- */
static atomic_bool held;

static void hold(void *self)
{
    (void)self;
    const struct timespec pause = {.tv_nsec = 1000000};
    while (atomic_load(&held))
        (void)nanosleep(&pause, NULL);
}

/* Lets the key process answer nothing until it is let go; tests of the streams must not look at the keys meanwhile. */
static void hold_keys(void)
{
    atomic_store(&held, true);
    fake_keys_lock();
    fake_keys.on_prepare = hold;
    fake_keys_unlock();
}

static void pause_ms(long ms)
{
    const struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    (void)nanosleep(&pause, NULL);
}

static void items_of_a_caller_who_left_are_dropped(void **state)
{
    struct world *world = *state;
    hold_keys();
    struct caller_stream *stream = open_batch(PATIENCE_MS);
    for (unsigned i = 0; i < API_BATCH_WINDOW; i++)
        send_sales(stream, 100 * i, 100);
    pause_ms(300);
    caller_cancel(stream);
    assert_int_equal(caller_end(stream).code, GRPC_STATUS_CANCELLED);
    pause_ms(600); /* the server looks several times a second */
    atomic_store(&held, false);
    /* the writer has done all before when it answers this */
    struct vend_issued sale;
    char pan[19];
    assert_ok(world_sell(world, "seller", "after", world_pan(1, pan), 100, &sale));
    size_t sold = count_sold(world);
    assert_true(sold >= 1);
    assert_true(sold < 400);
    /* and the worker is free again: as many streams as there are workers */
    for (unsigned i = 0; i < 8; i++) {
        stream = open_batch(PATIENCE_MS);
        send_sales(stream, 1000 + i, 1);
        expect_sales(stream, 1000 + i, 1, false);
        expect_end(stream);
    }
}

static void a_deadline_ends_a_batch(void **state)
{
    struct world *world = *state;
    hold_keys();
    struct caller_stream *stream = open_batch(400);
    send_sales(stream, 0, 200);
    assert_null(next(stream));
    assert_int_equal(caller_end(stream).code, GRPC_STATUS_DEADLINE_EXCEEDED);
    pause_ms(600);
    atomic_store(&held, false);
    struct vend_issued sale;
    char pan[19];
    assert_ok(world_sell(world, "seller", "after", world_pan(1, pan), 100, &sale));
    assert_true(count_sold(world) < 201);
}

enum { REQUESTS = 60, ITEMS = 100 };

static void *send_many(void *stream)
{
    for (unsigned i = 0; i < REQUESTS; i++)
        send_sales(stream, ITEMS * i, ITEMS);
    return NULL;
}

/* Who reads no answers has no more requests taken than the window and what fits into the connection. */
static void a_caller_who_takes_nothing(void **state)
{
    struct world *world = *state;
    grpc_channel *narrow = caller_connect_narrow(rpc_server_port(server.rpc));
    struct caller_stream *stream = caller_open(narrow, TOKENS "IssueBatch", PATIENCE_MS);
    size_t before, now = 0;
    pthread_t sender;
    assert_int_equal(pthread_create(&sender, NULL, send_many, stream), 0);
    do {
        before = now;
        pause_ms(500);
        now = count_sold(world);
    } while (now != before || now == 0);
    if (now > (size_t)REQUESTS / 4 * ITEMS)
        fail_msg("%zu orders were begun", now);
    for (unsigned i = 0; i < REQUESTS; i++)
        expect_sales(stream, ITEMS * i, ITEMS, false);
    (void)pthread_join(sender, NULL);
    expect_end(stream);
    grpc_channel_destroy(narrow);
    assert_int_equal(count_sold(world), (size_t)REQUESTS * ITEMS);
}

/* An idle batch does not keep a server from stopping. */
static void a_stopping_server_ends_a_batch(void **state)
{
    struct world *world = *state;
    struct desk_server stopping;
    desk_serve(world, "seller", &stopping);
    struct caller_stream *stream = caller_open(stopping.channel, TOKENS "IssueBatch", PATIENCE_MS);
    send_sales(stream, 0, 1);
    expect_sales(stream, 0, 1, false);
    rpc_server_stop(stopping.rpc);
    assert_null(next(stream));
    assert_int_not_equal(caller_end(stream).code, GRPC_STATUS_OK);
    grpc_channel_destroy(stopping.channel);
}

static void other_calls_are_not_held_up(void **state)
{
    struct world *world = *state;
    struct caller_stream *stream = open_batch(PATIENCE_MS);
    struct vend_issued sale;
    char pan[19];
    send_sales(stream, 0, API_BATCH_ITEMS);
    assert_ok(world_sell(world, "seller", "between", world_pan(1, pan), 100, &sale));
    expect_sales(stream, 0, API_BATCH_ITEMS, false);
    expect_end(stream);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(answers_come_in_order),
        TEST(an_empty_batch),
        TEST(a_bad_item_fails_alone),
        TEST(every_kind_of_order),
        TEST(a_request_of_no_or_too_many_items),
        TEST(sent_again_after_a_lost_connection),
        TEST(items_of_a_caller_who_left_are_dropped),
        TEST(a_deadline_ends_a_batch),
        TEST(a_caller_who_takes_nothing),
        TEST(a_stopping_server_ends_a_batch),
        TEST(other_calls_are_not_held_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
