/* The load generator's arithmetic, and its engine against the scripted server's health check. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bench.h"
#include "channel.h"
#include "fake_server.h"

#define NS_PER_MS INT64_C(1000000)

static bool close_to(double value, double expected)
{
    return value > expected - 1e-9 && value < expected + 1e-9;
}

static void quantiles_are_ranks(void **state)
{
    (void)state;
    struct latencies latencies = {0};
    for (int64_t ms = 1000; ms >= 1; ms--)
        latencies_add(&latencies, ms * NS_PER_MS);
    struct summary summary = latencies_summary(&latencies, 2000 * NS_PER_MS);
    assert_true(close_to(summary.p50_ms, 500));
    assert_true(close_to(summary.p95_ms, 950));
    assert_true(close_to(summary.p99_ms, 990));
    assert_true(close_to(summary.max_ms, 1000));
    assert_true(close_to(summary.rate, 500));
    assert_int_equal(summary.calls, 1000);
    latencies_free(&latencies);
    summary = latencies_summary(&latencies, 0);
    assert_true(close_to(summary.max_ms, 0) && close_to(summary.rate, 0));
}

static void medians_are_in_the_middle(void **state)
{
    (void)state;
    double odd[] = {3, 1, 2};
    double even[] = {4, 1, 3, 2};
    assert_true(close_to(bench_median(odd, 3), 2));
    assert_true(close_to(bench_median(even, 4), 2.5));
    assert_true(close_to(bench_median(even, 0), 0));
}

static void pans_have_their_check_digits(void **state)
{
    (void)state;
    char pan[BENCH_PAN_SIZE];
    for (uint64_t serial = 1; serial < 2000; serial++) {
        bench_pan(serial, pan);
        assert_int_equal(strlen(pan), 18);
        unsigned sum = 0; /* Luhn over all 18 digits */
        for (unsigned i = 0; i < 18; i++) {
            unsigned digit = (unsigned)(pan[17 - i] - '0') * (i % 2 == 1 ? 2 : 1);
            sum += digit > 9 ? digit - 9 : digit;
        }
        assert_int_equal(sum % 10, 0);
    }
    bench_pan(1, pan);
    assert_memory_equal(pan, "6007271200000001", 16);
}

static struct outcome load(const struct plan *plan, struct work *work)
{
    struct fake_server *server = fake_start(NULL, 0);
    const struct mv_client_options options = {.server = fake_address(server), .insecure_loopback = true};
    struct mv_client_error error;
    grpc_init();
    struct connections connections = {.count = 2};
    for (size_t i = 0; i < connections.count; i++) {
        connections.channels[i] = mv_channel_new(&options, true, &error);
        assert_non_null(connections.channels[i]);
    }
    struct outcome outcome = load_run(&connections, work, plan);
    for (size_t i = 0; i < connections.count; i++)
        grpc_channel_destroy(connections.channels[i]);
    grpc_shutdown_blocking();
    fake_stop(server);
    return outcome;
}

static void a_closed_loop_ends_after_its_calls(void **state)
{
    (void)state;
    struct work work = work_echo();
    const struct plan plan = {.outstanding = 8, .run_ns = 60000 * NS_PER_MS, .calls = 100, .deadline_ms = 5000};
    struct outcome outcome = load(&plan, &work);
    assert_int_equal(outcome.failed, 0);
    assert_int_equal(outcome.summary.calls, 100);
    assert_int_equal(outcome.response_bytes, 2);
}

static void an_open_loop_keeps_its_timetable(void **state)
{
    (void)state;
    struct work work = work_echo();
    const struct plan plan = {.outstanding = 64, .rate = 100, .run_ns = 500 * NS_PER_MS, .deadline_ms = 5000};
    struct outcome outcome = load(&plan, &work);
    assert_int_equal(outcome.failed, 0);
    assert_in_range(outcome.summary.calls, 40, 50); /* the last ones may end after the time */
}

static void a_refused_call_ends_the_run(void **state)
{
    (void)state;
    struct work work = work_vend(1, 10);
    const struct plan plan = {.outstanding = 1, .run_ns = 60000 * NS_PER_MS, .deadline_ms = 5000};
    struct outcome outcome = load(&plan, &work);
    assert_int_equal(outcome.failed, 1);
    assert_int_equal(outcome.first_error.grpc_status, 12);
    assert_int_equal(outcome.summary.calls, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_are_ranks),
        cmocka_unit_test(medians_are_in_the_middle),
        cmocka_unit_test(pans_have_their_check_digits),
        cmocka_unit_test(a_closed_loop_ends_after_its_calls),
        cmocka_unit_test(an_open_loop_keeps_its_timetable),
        cmocka_unit_test(a_refused_call_ends_the_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
