/* One vendor's credit that many clients sell on, against as many vendors, in turn in one run, so that both see the same
 * machine. Client N of the many vendors is bench-N.conf of the folder, those of the hot one are bench-hot.conf. Each
 * client has meters of its own: the vendors' from the first serial number on, then the hot one's. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "channel.h"
#include "metervault/v1/account_service.pb-c.h"
#include "metervault/v1/sale_service.pb-c.h"

/* A till waits 5 s for its answer; a tenth of that. */
enum { ROUNDS_MAX = 101, RATIO_TARGET_PERCENT = 50, P99_TARGET_MS = 500, SOLD_WH = 1000 };

static void account_number(uint64_t serial, char number[32])
{
    (void)snprintf(number, 32, "B-%" PRIu64, serial);
}

/* ---- accounts, before ---- */
static grpc_byte_buffer *account_request(struct work *work)
{
    char number[32];
    char pan[BENCH_PAN_SIZE];
    uint64_t serial = work->first_meter + work->next++;
    account_number(serial, number);
    bench_pan(serial, pan);
    Metervault__V1__Customer customer = METERVAULT__V1__CUSTOMER__INIT;
    customer.name = number;
    Metervault__V1__OpenAccountRequest request = METERVAULT__V1__OPEN_ACCOUNT_REQUEST__INIT;
    request.account_number = number;
    request.meter_pan = pan;
    request.customer = &customer;
    return mv_buffer_from_message(&request.base);
}

struct work work_accounts(uint64_t first_meter)
{
    return (struct work){.name = "accounts",
                         .path = "/metervault.v1.AccountService/OpenAccount",
                         .request = account_request,
                         .first_meter = first_meter};
}

/* ---- sales ---- */
static grpc_byte_buffer *sell_request(struct work *work)
{
    char id[MV_REQUEST_ID_SIZE];
    char till[16];
    char number[32];
    uint64_t client = work->next % work->clients;
    if (!mv_client_request_id(id))
        abort();
    (void)snprintf(till, sizeof till, "bench%u", (unsigned)client);
    account_number(work->first_meter + client * work->meters + work->next / work->clients % work->meters, number);
    work->next++;
    Metervault__V1__Quantity quantity = METERVAULT__V1__QUANTITY__INIT;
    quantity.amount_case = METERVAULT__V1__QUANTITY__AMOUNT_ENERGY_WH;
    quantity.energy_wh = SOLD_WH;
    Metervault__V1__Purchase purchase = METERVAULT__V1__PURCHASE__INIT;
    purchase.who_case = METERVAULT__V1__PURCHASE__WHO_ACCOUNT_NUMBER;
    purchase.account_number = number;
    purchase.what_case = METERVAULT__V1__PURCHASE__WHAT_QUANTITY;
    purchase.quantity = &quantity;
    purchase.payment = METERVAULT__V1__PAYMENT__PAY_CASH;
    purchase.carrier = METERVAULT__V1__CARRIER__KEYPAD;
    Metervault__V1__SellRequest request = METERVAULT__V1__SELL_REQUEST__INIT;
    request.request_id = id;
    request.terminal_id = till;
    request.purchase = &purchase;
    return mv_buffer_from_message(&request.base);
}

/* One side of the comparison. */
struct side {
    const char *name;
    struct connections connections; /* one for each client */
    struct work work;
    struct summary rounds[ROUNDS_MAX];
};

static bool connect_client(struct bench *bench, const char *name, struct connections *connections)
{
    char path[1024];
    struct cli one = {.program = bench->cli.program, .command = bench->cli.command, .config_file = path};
    struct mv_client_options options;
    struct mv_client_error error;
    (void)snprintf(path, sizeof path, "%s/bench-%s.conf", bench->clients_folder, name);
    bool read = cli_config_read(&one) && cli_client_options(&one, &options) == CLI_DONE;
    grpc_channel *channel = read ? mv_channel_new(&options, true, &error) : NULL;
    if (channel != NULL)
        connections->channels[connections->count++] = channel;
    else if (read)
        (void)cli_report(&bench->cli, &error);
    cli_config_free(&one);
    return channel != NULL;
}

static bool open_side(struct bench *bench, struct side *side, bool hot, uint64_t first)
{
    side->name = hot ? "one" : "many";
    side->work = (struct work){.name = side->name,
                               .path = "/metervault.v1.SaleService/Sell",
                               .request = sell_request,
                               .first_meter = first,
                               .meters = bench->meter_count,
                               .clients = bench->client_count};
    for (uint64_t i = 1; i <= bench->client_count; i++) {
        char name[24];
        (void)snprintf(name, sizeof name, "%" PRIu64, i);
        if (!connect_client(bench, hot ? "hot" : name, &side->connections))
            return false;
    }
    return true;
}

static void close_side(struct side *side)
{
    for (size_t i = 0; i < side->connections.count; i++)
        grpc_channel_destroy(side->connections.channels[i]);
}

/* ---- the comparison ---- */
static bool measure(const struct bench *bench, struct side *side, uint64_t round)
{
    const struct plan plan = bench_plan(bench, (unsigned)bench->client_count, 0);
    /* the engine begins with the first connection, whatever the last round ended with */
    side->work.next += (bench->client_count - side->work.next % bench->client_count) % bench->client_count;
    struct outcome outcome = load_run(&side->connections, &side->work, &plan);
    side->rounds[round] = outcome.summary;
    return bench_fine(bench, side->name, &outcome);
}

static double ratio(const struct side *many, const struct side *hot, uint64_t rounds)
{
    double ratios[ROUNDS_MAX];
    for (uint64_t i = 0; i < rounds; i++)
        ratios[i] = many->rounds[i].rate > 0 ? hot->rounds[i].rate / many->rounds[i].rate : 0;
    return bench_median(ratios, rounds);
}

static double p99_ms(const struct side *side, uint64_t rounds)
{
    double waits[ROUNDS_MAX];
    for (uint64_t i = 0; i < rounds; i++)
        waits[i] = side->rounds[i].p99_ms;
    return bench_median(waits, rounds);
}

static int compare(const struct bench *bench, struct side *many, struct side *hot)
{
    for (uint64_t round = 0; round < bench->round_count; round++)
        if (!measure(bench, many, round) || !measure(bench, hot, round))
            return CLI_REFUSED;
    report_header();
    for (uint64_t round = 0; round < bench->round_count; round++) {
        report_row("sell", many->name, &many->rounds[round]);
        report_row("sell", hot->name, &hot->rounds[round]);
    }
    double median = ratio(many, hot, bench->round_count);
    bool met = median * 100 >= RATIO_TARGET_PERCENT;
    (void)printf("\none vendor against %" PRIu64 ": %.3f, target of at least 0.%d %s\n", bench->client_count, median,
                 RATIO_TARGET_PERCENT, met ? "met" : "missed");
    double wait = p99_ms(hot, bench->round_count);
    bool in_time = wait <= P99_TARGET_MS;
    (void)printf("one vendor, 99 of 100 answers within %.1f ms, target of at most %d ms %s\n", wait, P99_TARGET_MS,
                 in_time ? "met" : "missed");
    int code = cli_flush();
    return code == CLI_DONE && bench->gate && !(met && in_time) ? CLI_REFUSED : code;
}

/* Sells on the hot vendor's credit until it is used up, and nothing else may end that. */
static int spend(const struct bench *bench, struct side *hot)
{
    const struct plan plan = bench_plan(bench, (unsigned)bench->client_count, 0);
    struct outcome outcome = load_run(&hot->connections, &hot->work, &plan);
    if (outcome.failed == 0 || strcmp(outcome.first_error.reason, "VENDOR_CREDIT_EXHAUSTED") != 0) {
        (void)fprintf(stderr, "mv-bench: the credit was not used up\n");
        (void)bench_fine(bench, hot->name, &outcome);
        return CLI_REFUSED;
    }
    (void)printf("credit used up: %" PRIu64 " sold, %" PRIu64 " refused\n", outcome.summary.calls, outcome.failed);
    return cli_flush();
}

int bench_vendors(struct bench *bench)
{
    struct side *sides = calloc(2, sizeof *sides);
    int code = CLI_REFUSED;
    if (sides == NULL)
        return code;
    if (bench->clients_folder == NULL) {
        free(sides);
        return cli_usage(&bench->cli, "--clients-folder is needed");
    }
    uint64_t hot_first = bench->first + bench->client_count * bench->meter_count;
    bool open = (bench->spend || open_side(bench, &sides[0], false, bench->first)) &&
                open_side(bench, &sides[1], true, hot_first);
    if (open)
        code = bench->spend ? spend(bench, &sides[1]) : compare(bench, &sides[0], &sides[1]);
    close_side(&sides[0]);
    close_side(&sides[1]);
    free(sides);
    return code;
}
