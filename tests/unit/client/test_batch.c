/* A batch against a server that breaks off, goes silent, answers half or answers wrongly: every order has one result,
 * in order, and nothing is issued twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "batch.h"
#include "fake_server.h"
#include "sale.h"

enum { GRPC_UNAVAILABLE = 14, GRPC_PERMISSION_DENIED = 7 };

static const char good_pan[] = "600727000000000009";
static const char bad_pan[] = "600727000000000017";

/* Orders by number; every `bad_every`th is for the bad meter. */
struct orders {
    unsigned count;
    unsigned bad_every;
    unsigned wait_every; /* says WAIT before such an order, once something is unanswered */
    bool waited;
    unsigned given;
    unsigned results;
    unsigned issued;
    unsigned refused;
    unsigned stop_after; /* 0: never */
    bool in_order;
    char last_reason[48];
    char id[32];
    Metervault__V1__Quantity quantity;
    Metervault__V1__IssueCreditRequest credit;
};

static enum mv_batch_next next(void *self, Metervault__V1__BatchItem *order)
{
    struct orders *orders = self;
    if (orders->given == orders->count)
        return MV_BATCH_END;
    if (orders->wait_every != 0 && orders->given % orders->wait_every == 1 && orders->given > orders->results &&
        !orders->waited) {
        orders->waited = true;
        return MV_BATCH_WAIT;
    }
    orders->waited = false;
    unsigned number = orders->given++;
    (void)snprintf(orders->id, sizeof orders->id, "id-%u", number);
    mv_sale_quantity(MV_SALE_WH, 100 * (1 + (int64_t)number), &orders->quantity);
    metervault__v1__issue_credit_request__init(&orders->credit);
    orders->credit.request_id = orders->id;
    orders->credit.terminal_id = "till1";
    orders->credit.meter_pan = (char *)(orders->bad_every != 0 && number % orders->bad_every == 0 ? bad_pan : good_pan);
    orders->credit.quantity = &orders->quantity;
    order->order_case = METERVAULT__V1__BATCH_ITEM__ORDER_CREDIT;
    order->credit = &orders->credit;
    return MV_BATCH_ORDER;
}

static bool result(void *self, const Metervault__V1__BatchItem *order, const Metervault__V1__BatchResult *outcome)
{
    struct orders *orders = self;
    char expected[32];
    (void)snprintf(expected, sizeof expected, "id-%u", orders->results);
    orders->in_order = (orders->results == 0 || orders->in_order) && strcmp(order->credit->request_id, expected) == 0;
    orders->results++;
    if (outcome->result_case == METERVAULT__V1__BATCH_RESULT__RESULT_ISSUED) {
        orders->issued++;
    } else {
        orders->refused++;
        (void)snprintf(orders->last_reason, sizeof orders->last_reason, "%s", outcome->refused->reason);
    }
    return orders->stop_after == 0 || orders->results < orders->stop_after;
}

struct outcome {
    bool done;
    struct mv_client_error error;
    size_t streams;
};

static struct outcome play(const struct fake_step *script, size_t steps, struct orders *orders, struct mv_batch batch)
{
    struct outcome outcome = {0};
    struct fake_call calls[FAKE_STEPS];
    struct fake_server *server = fake_start(script, steps);
    const struct mv_client_options options = {
        .server = fake_address(server), .insecure_loopback = true, .deadline_ms = 50, .tries = 3};
    struct mv_client *client = mv_client_open(&options, &outcome.error);
    assert_non_null(client);
    batch.self = orders;
    batch.next = next;
    batch.result = result;
    outcome.done = mv_client_batch(client, &batch, &outcome.error);
    mv_client_close(client);
    outcome.streams = fake_calls(server, calls);
    fake_stop(server);
    return outcome;
}

static struct fake_step stream(const struct fake_batch *batch, int status)
{
    return (struct fake_step){.method = "IssueBatch", .act = FAKE_BATCH, .status = status, .batch = batch};
}

static struct fake_ledger ledger; /* too large for a stack */

static int fresh_ledger(void **state)
{
    (void)state;
    memset(&ledger, 0, sizeof ledger);
    return 0;
}

static void assert_all(const struct orders *orders, const struct outcome *outcome)
{
    assert_true(outcome->done);
    assert_int_equal(orders->results, orders->count);
    assert_true(orders->in_order);
    assert_int_equal(ledger.orders, orders->issued);
    assert_int_equal(orders->issued + orders->refused, orders->count);
}

static void every_order_has_its_result(void **state)
{
    (void)state;
    static const unsigned counts[] = {1, 63, 64, 65, 1000};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        (void)fresh_ledger(NULL);
        const struct fake_batch honest = {.ledger = &ledger};
        const struct fake_step script[] = {stream(&honest, 0)};
        struct orders orders = {.count = counts[i]};
        struct outcome outcome = play(script, 1, &orders, (struct mv_batch){0});
        assert_all(&orders, &outcome);
        assert_int_equal(outcome.streams, 1);
        assert_int_equal(ledger.replayed, 0);
        assert_true(ledger.largest <= MV_BATCH_IN_REQUEST);
    }
}

static void no_order_is_no_work(void **state)
{
    (void)state;
    const struct fake_batch honest = {.ledger = &ledger};
    const struct fake_step script[] = {stream(&honest, 0)};
    struct orders orders = {.count = 0};
    assert_true(play(script, 1, &orders, (struct mv_batch){0}).done);
    assert_int_equal(orders.results, 0);
}

static void bad_orders_fail_alone(void **state)
{
    (void)state;
    ledger.refuse_pan = bad_pan;
    const struct fake_batch honest = {.ledger = &ledger};
    const struct fake_step script[] = {stream(&honest, 0)};
    struct orders orders = {.count = 300, .bad_every = 3};
    struct outcome outcome = play(script, 1, &orders, (struct mv_batch){0});
    assert_all(&orders, &outcome);
    assert_int_equal(orders.refused, 100);
    assert_string_equal(orders.last_reason, "METER_UNKNOWN");
}

/* Three streams break with orders carried out and not answered, once by silence, once by an end that claims success. */
static void broken_streams_issue_nothing_twice(void **state)
{
    (void)state;
    const struct fake_batch two = {.ledger = &ledger, .responses = 2};
    const struct fake_batch one = {.ledger = &ledger, .responses = 1};
    const struct fake_batch early = {.ledger = &ledger, .responses = 1, .how = FAKE_EARLY_END};
    const struct fake_batch honest = {.ledger = &ledger};
    const struct fake_step script[] = {stream(&two, GRPC_UNAVAILABLE), stream(&one, 0), stream(&early, 0),
                                       stream(&one, 13), stream(&honest, 0)};
    struct orders orders = {.count = 1000};
    struct outcome outcome = play(script, 5, &orders, (struct mv_batch){0});
    assert_all(&orders, &outcome);
    assert_int_equal(outcome.streams, 5);
    assert_int_equal(ledger.orders, 1000);
    assert_true(ledger.replayed >= 4 * MV_BATCH_IN_REQUEST); /* what was carried out and lost */
}

static void what_passes_by_itself_is_tried_again(void **state)
{
    (void)state;
    static const char *const reasons[] = {"KEY_SERVICE_UNAVAILABLE", "SERVER_BUSY", "METER_CHANGED"};
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        (void)fresh_ledger(NULL);
        ledger.busy_pan = bad_pan;
        ledger.busy_reason = reasons[i];
        ledger.busy_times = 2;
        const struct fake_batch honest = {.ledger = &ledger};
        const struct fake_step script[] = {stream(&honest, 0), stream(&honest, 0), stream(&honest, 0)};
        struct orders orders = {.count = 200, .bad_every = 150};
        struct outcome outcome = play(script, 3, &orders, (struct mv_batch){0});
        assert_all(&orders, &outcome);
        assert_int_equal(orders.refused, 0);
    }
}

/* What was handed out is never sent again, not even as part of the request that is: a refused order stays refused. */
static void a_refused_order_is_not_sent_again(void **state)
{
    (void)state;
    ledger.busy_pan = bad_pan;
    ledger.busy_reason = "KEY_SERVICE_UNAVAILABLE";
    ledger.busy_times = 1;
    ledger.refuse_pan = good_pan;
    const struct fake_batch honest = {.ledger = &ledger};
    const struct fake_step script[] = {stream(&honest, 0), stream(&honest, 0)};
    struct orders orders = {.count = 3, .bad_every = 2}; /* bad, good, bad */
    struct outcome outcome = play(script, 2, &orders, (struct mv_batch){0});
    assert_all(&orders, &outcome);
    assert_int_equal(orders.refused, 1);
    assert_int_equal(ledger.replayed, 1); /* the third order, which the first stream carried out as well */
}

static void what_waits_for_a_person_ends_it(void **state)
{
    (void)state;
    ledger.busy_pan = bad_pan;
    ledger.busy_reason = "CLOCK_STEPPED";
    ledger.busy_times = 1;
    const struct fake_batch honest = {.ledger = &ledger};
    const struct fake_step script[] = {stream(&honest, 0)};
    struct orders orders = {.count = 100, .bad_every = 1};
    struct outcome outcome = play(script, 1, &orders, (struct mv_batch){0});
    assert_false(outcome.done);
    assert_string_equal(outcome.error.reason, "CLOCK_STEPPED");
    assert_int_equal(orders.results, 0);
}

static void wrong_answers_are_not_handed_out(void **state)
{
    (void)state;
    const struct fake_batch wrong[] = {{.ledger = &ledger, .how = FAKE_WRONG_METER},
                                       {.ledger = &ledger, .how = FAKE_ONE_SHORT}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const struct fake_step script[] = {stream(&wrong[i], 0)};
        struct orders orders = {.count = 10};
        struct outcome outcome = play(script, 1, &orders, (struct mv_batch){0});
        assert_false(outcome.done);
        assert_int_equal(orders.results, 0);
        assert_non_null(strstr(outcome.error.message, "does not belong"));
    }
}

/* The ledger would say it every time, so it must not stop what comes after it. */
static void an_answer_of_another_content_is_refused_alone(void **state)
{
    (void)state;
    const struct fake_batch wrong = {.ledger = &ledger, .how = FAKE_WRONG_CONTENT};
    const struct fake_step script[] = {stream(&wrong, 0)};
    struct orders orders = {.count = 10};
    struct outcome outcome = play(script, 1, &orders, (struct mv_batch){0});
    assert_true(outcome.done);
    assert_true(orders.in_order);
    assert_int_equal(orders.issued, 9);
    assert_int_equal(orders.refused, 1);
    assert_string_equal(orders.last_reason, "INTERNAL_ERROR");
}

static void a_refused_stream_is_final(void **state)
{
    (void)state;
    uint8_t details[256];
    size_t size = fake_details("ROLE_MISSING", NULL, NULL, details, sizeof details);
    const struct fake_step script[] = {{.method = "IssueBatch",
                                        .act = FAKE_FAIL,
                                        .status = GRPC_PERMISSION_DENIED,
                                        .details = details,
                                        .details_size = size}};
    struct orders orders = {.count = 10};
    struct outcome outcome = play(script, 1, &orders, (struct mv_batch){0});
    assert_false(outcome.done);
    assert_string_equal(outcome.error.reason, "ROLE_MISSING");
    assert_int_equal(outcome.streams, 1);
}

static void patience_ends(void **state)
{
    (void)state;
    const struct fake_step lost = {.method = "IssueBatch", .act = FAKE_FAIL, .status = GRPC_UNAVAILABLE};
    const struct fake_step script[] = {lost, lost, lost, lost, lost, lost, lost, lost};
    struct orders orders = {.count = 10};
    struct outcome outcome = play(script, 8, &orders, (struct mv_batch){.patience_ms = 100});
    assert_false(outcome.done);
    assert_int_equal(outcome.error.grpc_status, GRPC_UNAVAILABLE);
    assert_in_range(outcome.streams, 2, 7);
}

static void the_caller_may_wait_and_stop(void **state)
{
    (void)state;
    const struct fake_batch honest = {.ledger = &ledger};
    const struct fake_step script[] = {stream(&honest, 0)};
    struct orders waiting = {.count = 400, .wait_every = 7};
    struct outcome outcome = play(script, 1, &waiting, (struct mv_batch){0});
    assert_all(&waiting, &outcome);
    (void)fresh_ledger(NULL);
    struct orders stopping = {.count = 1000, .stop_after = 70};
    assert_true(play(script, 1, &stopping, (struct mv_batch){0}).done);
    assert_int_equal(stopping.results, 70);
    assert_true(ledger.orders <= 70 + MV_BATCH_WINDOW * MV_BATCH_IN_REQUEST);
}

static enum mv_batch_next only_wait(void *self, Metervault__V1__BatchItem *order)
{
    (void)self;
    (void)order;
    return MV_BATCH_WAIT;
}

static void waiting_for_nothing_is_an_error(void **state)
{
    (void)state;
    const struct fake_batch honest = {.ledger = &ledger};
    const struct fake_step script[] = {stream(&honest, 0)};
    struct fake_server *server = fake_start(script, 1);
    const struct mv_client_options options = {.server = fake_address(server), .insecure_loopback = true};
    struct mv_client_error error;
    struct mv_client *client = mv_client_open(&options, &error);
    assert_non_null(client);
    const struct mv_batch batch = {.next = only_wait, .result = result};
    assert_false(mv_client_batch(client, &batch, &error));
    assert_string_equal(error.reason, "INTERNAL_ERROR");
    mv_client_close(client);
    fake_stop(server);
}

static int64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void the_pace_is_kept(void **state)
{
    (void)state;
    const struct fake_batch honest = {.ledger = &ledger};
    const struct fake_step script[] = {stream(&honest, 0)};
    struct orders orders = {.count = 100};
    int64_t began = now_ms();
    struct outcome outcome = play(script, 1, &orders, (struct mv_batch){.per_second = 100});
    assert_all(&orders, &outcome);
    assert_in_range(now_ms() - began, 740, 30000); /* the first quarter of a second's orders go at once */
    assert_int_equal(ledger.largest, 25);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_order_has_its_result, fresh_ledger),
        cmocka_unit_test_setup(no_order_is_no_work, fresh_ledger),
        cmocka_unit_test_setup(bad_orders_fail_alone, fresh_ledger),
        cmocka_unit_test_setup(broken_streams_issue_nothing_twice, fresh_ledger),
        cmocka_unit_test_setup(what_passes_by_itself_is_tried_again, fresh_ledger),
        cmocka_unit_test_setup(a_refused_order_is_not_sent_again, fresh_ledger),
        cmocka_unit_test_setup(what_waits_for_a_person_ends_it, fresh_ledger),
        cmocka_unit_test_setup(wrong_answers_are_not_handed_out, fresh_ledger),
        cmocka_unit_test_setup(an_answer_of_another_content_is_refused_alone, fresh_ledger),
        cmocka_unit_test_setup(a_refused_stream_is_final, fresh_ledger),
        cmocka_unit_test_setup(patience_ends, fresh_ledger),
        cmocka_unit_test_setup(the_caller_may_wait_and_stop, fresh_ledger),
        cmocka_unit_test_setup(waiting_for_nothing_is_an_error, fresh_ledger),
        cmocka_unit_test_setup(the_pace_is_kept, fresh_ledger),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
