/* Tokens of a batch and raw rows of the same shape in turn, several rounds, so that both see the same machine. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "batch.h"
#include "bench.h"

enum { ROUNDS_MAX = 101, TARGET_PERCENT = 60, AMOUNT_WH = 25600, RAW_GROUP = 256 };

/* One stream of sales that ends with the time. What an order points to lives until the next order is asked for. */
struct stream {
    const struct bench *bench;
    uint64_t next, answered, refused;
    int64_t counted_from, until, first_counted, last;
    uint64_t counted;
    char id[MV_REQUEST_ID_SIZE], pan[BENCH_PAN_SIZE], reason[48];
    Metervault__V1__Quantity quantity;
    Metervault__V1__IssueCreditRequest request;
};

static enum mv_batch_next next_sale(void *self, Metervault__V1__BatchItem *order)
{
    struct stream *stream = self;
    if (bench_now_ns() >= stream->until)
        return MV_BATCH_END;
    if (!mv_client_request_id(stream->id))
        abort();
    bench_pan(stream->bench->first + stream->next++ % stream->bench->meter_count, stream->pan);
    metervault__v1__quantity__init(&stream->quantity);
    stream->quantity.amount_case = METERVAULT__V1__QUANTITY__AMOUNT_ENERGY_WH;
    stream->quantity.energy_wh = AMOUNT_WH;
    metervault__v1__issue_credit_request__init(&stream->request);
    stream->request.request_id = stream->id;
    stream->request.terminal_id = "bench1";
    stream->request.meter_pan = stream->pan;
    stream->request.quantity = &stream->quantity;
    stream->request.carrier = METERVAULT__V1__CARRIER__KEYPAD;
    order->order_case = METERVAULT__V1__BATCH_ITEM__ORDER_CREDIT;
    order->credit = &stream->request;
    return MV_BATCH_ORDER;
}

static bool take_result(void *self, const Metervault__V1__BatchItem *order, const Metervault__V1__BatchResult *result)
{
    struct stream *stream = self;
    (void)order;
    if (result->result_case != METERVAULT__V1__BATCH_RESULT__RESULT_ISSUED) {
        if (stream->refused++ == 0 && result->result_case == METERVAULT__V1__BATCH_RESULT__RESULT_REFUSED)
            (void)snprintf(stream->reason, sizeof stream->reason, "%s", result->refused->reason);
        return true;
    }
    stream->last = bench_now_ns();
    if (stream->last < stream->counted_from)
        return true;
    if (stream->counted++ == 0)
        stream->first_counted = stream->last;
    return true;
}

static bool measure_batch(const struct bench *bench, struct mv_client *client, uint64_t *next, double *rate)
{
    const struct plan plan = bench_plan(bench, 0, 0);
    struct mv_client_error error;
    struct stream stream = {.bench = bench, .next = *next};
    stream.counted_from = bench_now_ns() + plan.warm_ns;
    stream.until = stream.counted_from + plan.run_ns;
    const struct mv_batch batch = {.self = &stream, .next = next_sale, .result = take_result};
    if (!mv_client_batch(client, &batch, &error)) {
        (void)cli_report(&bench->cli, &error);
        return false;
    }
    *next = stream.next;
    if (stream.refused > 0 || stream.counted < 2) {
        (void)fprintf(stderr, "mv-bench: batch: %" PRIu64 " refused (%s), %" PRIu64 " issued\n", stream.refused,
                      stream.reason, stream.counted);
        return false;
    }
    *rate = (double)(stream.counted - 1) * 1e9 / (double)(stream.last - stream.first_counted);
    return true;
}

struct rates {
    double batch[ROUNDS_MAX], raw[ROUNDS_MAX], ratio[ROUNDS_MAX];
    size_t count;
};

static bool one_round(const struct bench *bench, struct mv_client *client, struct raw_rows *raw, uint64_t *next,
                      struct rates *rates)
{
    const struct plan plan = bench_plan(bench, 0, 0);
    size_t i = rates->count;
    if (!raw_measure(raw, RAW_GROUP, plan.run_ns, &rates->raw[i]) ||
        !measure_batch(bench, client, next, &rates->batch[i]))
        return false;
    rates->ratio[i] = rates->batch[i] / rates->raw[i];
    rates->count++;
    return true;
}

static int report(const struct bench *bench, struct rates *rates)
{
    double ratio = bench_median(rates->ratio, rates->count);
    double batch = bench_median(rates->batch, rates->count);
    double raw = bench_median(rates->raw, rates->count);
    double low = rates->ratio[0];
    double high = rates->ratio[rates->count - 1];
    bool met = ratio * 100 >= TARGET_PERCENT;
    if (bench->cli.json)
        (void)cli_print_json(json_pack("{s:f, s:f, s:{s:f, s:f, s:f}}", "batch_tokens_per_s", batch, "raw_rows_per_s",
                                       raw, "ratio", "median", ratio, "low", low, "high", high));
    else
        (void)printf("batch of sales     %10.0f tokens/s, durable before they are answered\n"
                     "raw rows, SQL only %10.0f rows/s (a sale and its audit record), %d a commit\n"
                     "batch/raw: %.3f (%.3f to %.3f) over %zu rounds of %" PRIu64 " s\n"
                     "target (at least 0.%d): %s\n",
                     batch, raw, RAW_GROUP, ratio, low, high, rates->count, bench->run_s, TARGET_PERCENT,
                     met ? "met" : "missed");
    int code = cli_flush();
    return code == CLI_DONE && !met && bench->gate ? CLI_REFUSED : code;
}

static int run_rounds(const struct bench *bench, struct mv_client *client, struct raw_rows *raw)
{
    struct rates *rates = calloc(1, sizeof *rates);
    if (rates == NULL)
        return CLI_REFUSED;
    int code = CLI_DONE;
    uint64_t next = 0;
    for (uint64_t round = 0; code == CLI_DONE && round < bench->round_count; round++) {
        if (!bench->cli.json)
            (void)fprintf(stderr, "round %" PRIu64 " of %" PRIu64 "\n", round + 1, bench->round_count);
        code = one_round(bench, client, raw, &next, rates) ? CLI_DONE : CLI_REFUSED;
    }
    if (code == CLI_DONE)
        code = report(bench, rates);
    free(rates);
    return code;
}

int bench_batch(struct bench *bench)
{
    if (bench->raw_folder == NULL)
        return cli_usage(&bench->cli, "--raw-folder is needed: a folder on the disk of the server's ledger");
    struct mv_client_options options;
    struct mv_client_error error;
    int code = cli_client_options(&bench->cli, &options);
    if (code != CLI_DONE)
        return code;
    struct mv_client *client = mv_client_open(&options, &error);
    if (client == NULL)
        return cli_report(&bench->cli, &error);
    struct raw_rows *raw = raw_open(bench->raw_folder, bench->meter_count);
    code = raw == NULL ? CLI_REFUSED : run_rounds(bench, client, raw);
    if (raw != NULL)
        raw_close(raw);
    mv_client_close(client);
    return code;
}
