#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/teardown.h"
#include "bench.h"
#include "channel.h"

#define NS_PER_S INT64_C(1000000000)
enum { OPEN_SLOTS = 4096, CALL_DEADLINE_MS = 20000, SETUP_OUTSTANDING = 256 };

bool bench_fine(const struct bench *bench, const char *what, const struct outcome *outcome)
{
    if (outcome->failed == 0)
        return true;
    (void)fprintf(stderr, "mv-bench: %s: %" PRIu64 " call(s) failed; the first:\n", what, outcome->failed);
    (void)cli_report(&bench->cli, &outcome->first_error);
    return false;
}

struct plan bench_plan(const struct bench *bench, unsigned outstanding, double rate)
{
    uint64_t warm = 0;
    (void)cli_number(bench->warm, 0, 3600, &warm);
    return (struct plan){.outstanding = outstanding,
                         .rate = rate,
                         .warm_ns = (int64_t)warm * NS_PER_S,
                         .run_ns = (int64_t)bench->run_s * NS_PER_S,
                         .deadline_ms = CALL_DEADLINE_MS};
}

static int run_one(struct bench *bench, struct work *work)
{
    char loop[32];
    if (bench->per_second > 0)
        (void)snprintf(loop, sizeof loop, "open, %" PRIu64 "/s", bench->per_second);
    else
        (void)snprintf(loop, sizeof loop, "closed, %" PRIu64, bench->k);
    unsigned outstanding = bench->per_second > 0 ? OPEN_SLOTS : (unsigned)bench->k;
    const struct plan plan = bench_plan(bench, outstanding, (double)bench->per_second);
    struct outcome outcome = load_run(&bench->connections, work, &plan);
    if (!bench_fine(bench, work->name, &outcome))
        return CLI_REFUSED;
    if (bench->cli.json)
        return cli_print_json(report_json(work->name, loop, &outcome.summary));
    report_header();
    report_row(work->name, loop, &outcome.summary);
    (void)printf("\n%" PRIu64 " s after %s s of warming; client: 1 thread, %zu channel(s), %s; messages %" PRIu64
                 "/%" PRIu64 " bytes\n",
                 bench->run_s, bench->warm, bench->connections.count,
                 bench->cli.insecure_loopback ? "no TLS" : "TLS 1.3 with client certificate", outcome.request_bytes,
                 outcome.response_bytes);
    return cli_flush();
}

static int run_echo(struct bench *bench)
{
    struct work work = work_echo();
    return run_one(bench, &work);
}

static int run_vend(struct bench *bench)
{
    struct work work = work_vend(bench->first, bench->meter_count);
    return run_one(bench, &work);
}

static int fill_ledger(struct bench *bench, struct work *work, const char *what)
{
    struct cli_progress progress = cli_progress_start(what);
    const struct plan plan = {.outstanding = SETUP_OUTSTANDING,
                              .run_ns = 3600 * NS_PER_S,
                              .calls = bench->meter_count,
                              .deadline_ms = CALL_DEADLINE_MS,
                              .progress = &progress};
    struct outcome outcome = load_run(&bench->connections, work, &plan);
    cli_progress_end(&progress);
    if (!bench_fine(bench, work->name, &outcome))
        return CLI_REFUSED;
    (void)printf("%" PRIu64 " %s, %.0f/s\n", outcome.summary.calls, what, outcome.summary.rate);
    return cli_flush();
}

static int run_setup(struct bench *bench)
{
    if (bench->organisation == NULL || bench->sgc == NULL)
        return cli_usage(&bench->cli, "--organisation and --sgc are needed");
    struct work work = work_register(bench->first, bench->organisation, bench->sgc);
    return fill_ledger(bench, &work, "meters registered");
}

static int run_accounts(struct bench *bench)
{
    struct work work = work_accounts(bench->first);
    return fill_ledger(bench, &work, "accounts opened");
}

#define SHARED_HELP                                                                                                    \
    "  --meters N        vend over N meters in turn, 20000; each takes about 60 tokens at once\n"                      \
    "  --first-meter N   serial number of the first, 1\n"                                                              \
    "  --seconds N       of measuring, 3; --warm N before it, 1\n"                                                     \
    "  --channels N      connections, 1\n"                                                                             \
    "  --json            the result as JSON\n"                                                                         \
    "Connection options as for metervault: --config --server --ca-file --certificate-file --key-file\n"

static const struct command {
    struct cli_command cli;
    int (*run)(struct bench *bench);
} commands[] = {
    {{.name = "echo",
      .help = "Usage: mv-bench echo [--outstanding K | --rate N] [OPTION]...\n"
              "Loads a server with health checks, the cheapest call there is.\n\n"
              "  --outstanding K   closed loop with K calls at once, 64\n"
              "  --rate N          open loop: N calls a second, latency from the intended start\n" SHARED_HELP
              "Example: mv-bench echo --config vendor1.conf --outstanding 8\n"},
     run_echo},
    {{.name = "vend",
      .help = "Usage: mv-bench vend [--outstanding K | --rate N] [OPTION]...\n"
              "Loads a server with sales. They are real: use a throw-away instance.\n\n"
              "  --outstanding K   closed loop with K calls at once, 64\n"
              "  --rate N          open loop: N calls a second, latency from the intended start\n" SHARED_HELP
              "Example: mv-bench vend --config vendor1.conf --rate 2000\n"},
     run_vend},
    {{.name = "all",
      .help = "Usage: mv-bench all [OPTION]...\n"
              "Echo and vend in turn with 1, 8 and 64 calls at once, then vend at half of its best rate; medians over\n"
              "rounds, and the ratio of the two.\n\n"
              "  --rounds N        5\n"
              "  --note TEXT       what the server runs with; printed with the result\n"
              "  --gate            exit 1 when a target is missed\n" SHARED_HELP
              "Example: mv-bench all --config vendor1.conf --meters 20000\n"},
     bench_all},
    {{.name = "batch",
      .help = "Usage: mv-bench batch --raw-folder DIR [OPTION]...\n"
              "Sales over one batch stream and raw rows of the same shape by plain SQL in turn, and the ratio of the "
              "two.\n\n"
              "  --raw-folder DIR  for the raw rows: on the same disk as the server's ledger\n"
              "  --rounds N        5\n"
              "  --gate            exit 1 when the target is missed\n" SHARED_HELP
              "Example: mv-bench batch --config vendor1.conf --meters 20000 --raw-folder /var/lib/metervault\n"},
     bench_batch},
    {{.name = "setup",
      .help = "Usage: mv-bench setup --organisation NAME --sgc SGC [--meters N] [OPTION]...\n"
              "Registers meters for the other commands; needs the role meter-admin.\n\n" SHARED_HELP
              "Example: mv-bench setup --config admin1.conf --organisation shop1 --sgc 123457 --meters 20000\n"},
     run_setup},
    {{.name = "accounts",
      .help = "Usage: mv-bench accounts [--first-meter N] [--meters N] [OPTION]...\n"
              "Opens an account for each of the meters; needs the role meter-admin.\n\n" SHARED_HELP
              "Example: mv-bench accounts --config admin1.conf --meters 20000\n"},
     run_accounts},
    {{.name = "vendors",
      .help = "Usage: mv-bench vendors --clients-folder DIR [--clients N] [--meters N] [--rounds N] [--gate]\n"
              "       mv-bench vendors --clients-folder DIR [--clients N] [--meters N] --spend\n"
              "N clients (64) on the credit of one vendor against N vendors of one client each, and the ratio of the\n"
              "two; or sells on the one vendor's credit until it is used up. See tests/bench/vendors.sh.\n\n"
              "  --clients-folder DIR  with bench-1.conf to bench-N.conf and bench-hot.conf\n"
              "  --meters N        of each client: with their accounts, the vendors' first, then the hot one's\n"
              "  --gate            exit 1 when the target is missed\n"
              "  --first-meter N   --seconds N   --warm N\n"
              "Example: mv-bench vendors --config vendor1.conf --clients-folder clients --meters 20\n"},
     bench_vendors},
};

static int connect_all(struct bench *bench)
{
    struct mv_client_options options;
    struct mv_client_error error;
    int code = cli_client_options(&bench->cli, &options);
    if (code != CLI_DONE)
        return code;
    for (size_t i = 0; i < bench->channel_count; i++) {
        grpc_channel *channel = mv_channel_new(&options, true, &error);
        if (channel == NULL)
            return cli_report(&bench->cli, &error);
        bench->connections.channels[bench->connections.count++] = channel;
    }
    return CLI_DONE;
}

static int numbers(struct bench *bench)
{
    const struct {
        const char *name, *text;
        uint64_t least, most;
        uint64_t *value;
    } all[] = {
        {"seconds", bench->seconds, 1, 3600, &bench->run_s},
        {"outstanding", bench->outstanding, 1, OPEN_SLOTS, &bench->k},
        {"rate", bench->rate, 0, 1000000, &bench->per_second},
        {"channels", bench->channels, 1, 64, &bench->channel_count},
        {"meters", bench->meters, 1, 10000000, &bench->meter_count},
        {"first-meter", bench->first_meter, 1, 89999999, &bench->first},
        {"rounds", bench->rounds, 1, 101, &bench->round_count},
        {"warm", bench->warm, 0, 3600, &(uint64_t){0}},
        {"clients", bench->clients, 1, 64, &bench->client_count},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (!cli_number(all[i].text, all[i].least, all[i].most, all[i].value))
            return cli_usage(&bench->cli, "--%s is a number from %" PRIu64 " to %" PRIu64, all[i].name, all[i].least,
                             all[i].most);
    return CLI_DONE;
}

static int run(struct bench *bench, const struct command *command, int argc, char **argv)
{
    int first;
    int code;
    const struct cli_option options[] = {
        {.name = "seconds", .text = &bench->seconds},
        {.name = "warm", .text = &bench->warm},
        {.name = "outstanding", .text = &bench->outstanding},
        {.name = "rate", .text = &bench->rate},
        {.name = "channels", .text = &bench->channels},
        {.name = "meters", .text = &bench->meters},
        {.name = "first-meter", .text = &bench->first_meter},
        {.name = "rounds", .text = &bench->rounds},
        {.name = "note", .text = &bench->note},
        {.name = "organisation", .text = &bench->organisation},
        {.name = "sgc", .text = &bench->sgc},
        {.name = "raw-folder", .text = &bench->raw_folder},
        {.name = "clients-folder", .text = &bench->clients_folder},
        {.name = "clients", .text = &bench->clients},
        {.name = "gate", .flag = &bench->gate},
        {.name = "spend", .flag = &bench->spend},
    };
    if (!cli_parse(&bench->cli, options, sizeof options / sizeof options[0], argc, argv, &first, &code))
        return code;
    if (first < argc)
        return cli_usage(&bench->cli, "'%s' is not an option", argv[first]);
    code = numbers(bench);
    if (code == CLI_DONE)
        code = connect_all(bench);
    if (code == CLI_DONE)
        code = command->run(bench);
    for (size_t i = 0; i < bench->connections.count; i++)
        grpc_channel_destroy(bench->connections.channels[i]);
    return code;
}

int main(int argc, char **argv)
{
    static const char usage[] =
        "Usage: mv-bench echo|vend|all|batch|setup|accounts|vendors [OPTION]...; see mv-bench all --help\n";
    struct bench bench = {.cli = {.program = "mv-bench"},
                          .seconds = "3",
                          .warm = "1",
                          .outstanding = "64",
                          .rate = "0",
                          .channels = "1",
                          .meters = "20000",
                          .first_meter = "1",
                          .rounds = "5",
                          .clients = "64"};
    mv_teardown_without_openssl();
    if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "--version") == 0)) {
        (void)fputs(strcmp(argv[1], "--help") == 0 ? usage : "mv-bench " METERVAULT_VERSION "\n", stdout);
        return cli_flush();
    }
    for (size_t i = 0; argc > 1 && i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(argv[1], commands[i].cli.name) != 0)
            continue;
        bench.cli.command = &commands[i].cli;
        cli_quiet();
        grpc_init();
        int code = run(&bench, &commands[i], argc - 1, argv + 1);
        cli_config_free(&bench.cli);
        grpc_shutdown_blocking();
        return code;
    }
    (void)fputs(usage, stderr);
    return CLI_USAGE;
}
