/* Echo and vend in turn, several rounds, so that both see the same machine; medians over the rounds. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

enum { ROUNDS_MAX = 101, OPEN_SLOTS = 4096, RATIO_TARGET_PERCENT = 30, P99_TARGET_MS = 20 };

static const unsigned depths[] = {1, 8, 64};
enum { DEPTHS = sizeof depths / sizeof depths[0], MOST = DEPTHS - 1 };

/* One row of the table over all rounds. */
struct series {
    const char *name;
    char loop[32];
    struct summary rounds[ROUNDS_MAX];
    size_t count;
};

struct results {
    struct series echo[DEPTHS], vend[DEPTHS], half;
    uint64_t vend_request, vend_response, echo_request, echo_response;
};

static bool measure(struct bench *bench, struct work *work, const struct plan *plan, struct series *series,
                    uint64_t *request, uint64_t *response)
{
    struct outcome outcome = load_run(&bench->connections, work, plan);
    if (!bench_fine(bench, series->name, &outcome))
        return false;
    series->rounds[series->count++] = outcome.summary;
    *request = outcome.request_bytes;
    *response = outcome.response_bytes;
    return true;
}

static bool one_round(struct bench *bench, struct work *vend, struct results *results)
{
    struct work echo = work_echo();
    for (size_t i = 0; i < DEPTHS; i++) {
        const struct plan plan = bench_plan(bench, depths[i], 0);
        if (!measure(bench, &echo, &plan, &results->echo[i], &results->echo_request, &results->echo_response) ||
            !measure(bench, vend, &plan, &results->vend[i], &results->vend_request, &results->vend_response))
            return false;
    }
    const struct series *most = &results->vend[MOST];
    const struct plan half = bench_plan(bench, OPEN_SLOTS, most->rounds[most->count - 1].rate / 2);
    return measure(bench, vend, &half, &results->half, &results->vend_request, &results->vend_response);
}

static double median_of(const struct series *series, double (*value)(const struct summary *summary))
{
    double values[ROUNDS_MAX];
    for (size_t i = 0; i < series->count; i++)
        values[i] = value(&series->rounds[i]);
    return bench_median(values, series->count);
}

static double rate(const struct summary *summary)
{
    return summary->rate;
}
static double p50(const struct summary *summary)
{
    return summary->p50_ms;
}
static double p95(const struct summary *summary)
{
    return summary->p95_ms;
}
static double p99(const struct summary *summary)
{
    return summary->p99_ms;
}
static double longest(const struct summary *summary)
{
    return summary->max_ms;
}

static struct summary medians(const struct series *series)
{
    struct summary middle = {.rate = median_of(series, rate),
                             .p50_ms = median_of(series, p50),
                             .p95_ms = median_of(series, p95),
                             .p99_ms = median_of(series, p99),
                             .max_ms = median_of(series, longest)};
    for (size_t i = 0; i < series->count; i++)
        middle.calls += series->rounds[i].calls;
    return middle;
}

/* Of the two in the same round, so that what slows a round down slows both. */
static void ratio(const struct results *results, size_t depth, double *low, double *middle, double *high)
{
    double ratios[ROUNDS_MAX];
    const struct series *vend = &results->vend[depth];
    const struct series *echo = &results->echo[depth];
    for (size_t i = 0; i < vend->count; i++)
        ratios[i] = echo->rounds[i].rate > 0 ? vend->rounds[i].rate / echo->rounds[i].rate : 0;
    *middle = bench_median(ratios, vend->count);
    *low = ratios[0];
    *high = ratios[vend->count - 1];
}

static void print_setting(const struct bench *bench, const struct results *results)
{
    (void)printf(
        "\n%" PRIu64 " rounds of %" PRIu64 " s each after %s s of warming, medians; client: 1 thread, %zu channel(s), "
        "%s; messages: echo %" PRIu64 "/%" PRIu64 " bytes, vend %" PRIu64 "/%" PRIu64 " bytes; %" PRIu64 " meters\n",
        bench->round_count, bench->run_s, bench->warm, bench->connections.count,
        bench->cli.insecure_loopback ? "no TLS" : "TLS 1.3 with client certificate", results->echo_request,
        results->echo_response, results->vend_request, results->vend_response, bench->meter_count);
    if (bench->note != NULL)
        (void)printf("server: %s\n", bench->note);
}

static void print_human(const struct bench *bench, const struct results *results)
{
    report_header();
    for (size_t i = 0; i < DEPTHS; i++) {
        struct summary echo = medians(&results->echo[i]);
        struct summary vend = medians(&results->vend[i]);
        report_row("echo", results->echo[i].loop, &echo);
        report_row("vend", results->vend[i].loop, &vend);
    }
    struct summary half = medians(&results->half);
    report_row("vend", results->half.loop, &half);
    (void)puts("");
    for (size_t i = 0; i < DEPTHS; i++) {
        double low;
        double middle;
        double high;
        ratio(results, i, &low, &middle, &high);
        (void)printf("vend/echo at %2u outstanding: %.3f (%.3f to %.3f)\n", depths[i], middle, low, high);
    }
    (void)printf("p99 of vend at half of the %u-outstanding rate (%.0f/s, from the intended start): %.3f ms\n",
                 depths[MOST], half.rate, half.p99_ms);
    print_setting(bench, results);
}

static int print_json(const struct bench *bench, const struct results *results)
{
    json_t *rows = json_array();
    json_t *ratios = json_object();
    for (size_t i = 0; i < DEPTHS; i++) {
        struct summary echo = medians(&results->echo[i]);
        struct summary vend = medians(&results->vend[i]);
        (void)json_array_append_new(rows, report_json("echo", results->echo[i].loop, &echo));
        (void)json_array_append_new(rows, report_json("vend", results->vend[i].loop, &vend));
        double low;
        double middle;
        double high;
        ratio(results, i, &low, &middle, &high);
        char depth[16];
        (void)snprintf(depth, sizeof depth, "%u", depths[i]);
        (void)json_object_set_new(ratios, depth,
                                  json_pack("{s:f, s:f, s:f}", "median", middle, "low", low, "high", high));
    }
    struct summary half = medians(&results->half);
    (void)json_array_append_new(rows, report_json("vend", results->half.loop, &half));
    return cli_print_json(json_pack(
        "{s:o, s:o, s:f, s:I, s:I, s:I, s:b, s:{s:I, s:I, s:I, s:I}, s:I, s:s}", "rows", rows, "ratio", ratios,
        "p99_at_half_ms", half.p99_ms, "rounds", (json_int_t)bench->round_count, "seconds", (json_int_t)bench->run_s,
        "channels", (json_int_t)bench->connections.count, "tls", !bench->cli.insecure_loopback, "message_bytes",
        "echo_request", (json_int_t)results->echo_request, "echo_response", (json_int_t)results->echo_response,
        "vend_request", (json_int_t)results->vend_request, "vend_response", (json_int_t)results->vend_response,
        "meters", (json_int_t)bench->meter_count, "server", bench->note != NULL ? bench->note : ""));
}

/* CLI_REFUSED when a target is missed and --gate asked for it. */
static int judge(const struct bench *bench, const struct results *results)
{
    double low;
    double middle;
    double high;
    ratio(results, MOST, &low, &middle, &high);
    struct summary half = medians(&results->half);
    bool met = middle * 100 >= RATIO_TARGET_PERCENT && half.p99_ms < P99_TARGET_MS;
    if (!bench->cli.json)
        (void)printf("targets (ratio at %u of at least 0.%d, p99 under %d ms): %s\n", depths[MOST],
                     RATIO_TARGET_PERCENT, P99_TARGET_MS, met ? "met" : "missed");
    return met || !bench->gate ? CLI_DONE : CLI_REFUSED;
}

int bench_all(struct bench *bench)
{
    struct results *results = calloc(1, sizeof *results);
    if (results == NULL)
        return CLI_REFUSED;
    for (size_t i = 0; i < DEPTHS; i++) {
        results->echo[i].name = "echo";
        results->vend[i].name = "vend";
        (void)snprintf(results->echo[i].loop, sizeof results->echo[i].loop, "closed, %u", depths[i]);
        (void)snprintf(results->vend[i].loop, sizeof results->vend[i].loop, "closed, %u", depths[i]);
    }
    results->half.name = "vend";
    (void)snprintf(results->half.loop, sizeof results->half.loop, "open, half rate");
    struct work vend = work_vend(bench->first, bench->meter_count);
    int code = CLI_DONE;
    for (uint64_t round = 0; code == CLI_DONE && round < bench->round_count; round++) {
        if (!bench->cli.json)
            (void)fprintf(stderr, "round %" PRIu64 " of %" PRIu64 "\n", round + 1, bench->round_count);
        code = one_round(bench, &vend, results) ? CLI_DONE : CLI_REFUSED;
    }
    if (code == CLI_DONE && bench->cli.json)
        code = print_json(bench, results);
    else if (code == CLI_DONE)
        print_human(bench, results);
    if (code == CLI_DONE)
        code = judge(bench, results);
    free(results);
    return code;
}
