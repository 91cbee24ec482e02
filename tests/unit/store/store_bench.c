/* Rows per second through the ledger: one sale, with and without its audit record, at several sizes of a group commit.
 * Usage: store-bench [DIRECTORY [SALES_PER_ROUND [METERS]]]. No test: it only prints. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "store/store.h"

enum { TERMINALS = 50, MOST_COMMITS = 1 << 20 };

struct bench {
    struct store *store;
    int64_t principal;
    int64_t *meters;
    size_t meter_count;
    uint64_t made;
    uint64_t random;
};

static double commit_ms[MOST_COMMITS];

static void must(mv_status status)
{
    char text[512];
    if (status.ok)
        return;
    (void)fprintf(stderr, "store-bench: %s\n", mv_status_text(status, text, sizeof text));
    exit(1);
}

static double now_s(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* xorshift64: spreads request ids and meters as clients do */
static uint64_t draw(struct bench *bench)
{
    bench->random ^= bench->random << 13;
    bench->random ^= bench->random >> 7;
    bench->random ^= bench->random << 17;
    return bench->random;
}

static void fill(struct bench *bench)
{
    struct store_principal principal = {.organisation = 1, .name = "bench", .roles = 2, .enabled = true};
    must(store_begin_write(bench->store));
    must(store_principal_put(bench->store, &principal));
    bench->principal = principal.id;
    for (size_t i = 0; i < bench->meter_count; i++) {
        struct store_meter meter = {.organisation = 1, .utility = 1, .state = 2, .sgc = "123456", .krn = 1};
        (void)snprintf(meter.pan, sizeof meter.pan, "600727%012u", (unsigned)i);
        must(store_meter_insert(bench->store, &meter));
        bench->meters[i] = meter.id;
    }
    must(store_commit(bench->store));
}

static void sell(struct bench *bench, bool audit)
{
    size_t meter = draw(bench) % bench->meter_count;
    uint64_t number = ++bench->made;
    struct store_sale sale = {.organisation = 1,
                              .principal = bench->principal,
                              .carrier = 1,
                              .requested = 25600,
                              .encoded = 25600,
                              .sgc = "123456",
                              .krn = 1,
                              .kt = 2,
                              .ken = 255,
                              .ea = 7,
                              .dkga = 4,
                              .base_date = 2014,
                              .issued_at_unix_s = 1700000000};
    struct store_sale found;
    struct store_meter read;
    (void)snprintf(sale.terminal, sizeof sale.terminal, "till-%u", (unsigned)(draw(bench) % TERMINALS));
    /* as the client library makes them: time first */
    (void)snprintf(sale.request_id, sizeof sale.request_id, "%012llx-7000-8%015llx", (unsigned long long)number,
                   (unsigned long long)(draw(bench) >> 4));
    (void)snprintf(sale.digits, sizeof sale.digits, "%020llu", (unsigned long long)number);
    sale.meter = bench->meters[meter];
    if (store_sale_by_request(bench->store, sale.principal, sale.request_id, &found).ok)
        must(mv_fail(MV_INTERNAL_ERROR, "a new request id is known"));
    must(store_meter_by_id(bench->store, sale.meter, &read));
    sale.tid = read.last_tid + 1;
    must(store_sale_insert(bench->store, &sale));
    if (!audit)
        return;
    struct audit_record record = {
        .time_unix_us = 1700000000000000, .principal = "bench", .action = "TokenService.IssueCredit", .outcome = "ok"};
    memcpy(record.object, read.pan, sizeof read.pan);
    (void)snprintf(record.detail, sizeof record.detail, "request=%s receipt=%s/%llu encoded=25600 kcv=000000",
                   sale.request_id, sale.terminal, (unsigned long long)sale.receipt);
    must(store_audit_append(bench->store, &record));
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void measure(struct bench *bench, size_t group, bool audit, size_t sales)
{
    size_t commits = 0;
    double start = now_s();
    for (size_t done = 0; done < sales && commits < MOST_COMMITS; done += group) {
        double from = now_s();
        must(store_begin_write(bench->store));
        for (size_t i = 0; i < group; i++)
            sell(bench, audit);
        must(store_commit(bench->store));
        commit_ms[commits++] = (now_s() - from) * 1e3;
    }
    double taken = now_s() - start;
    qsort(commit_ms, commits, sizeof commit_ms[0], by_size);
    printf("%5zu per commit %-13s %8.0f sales/s   group ms p50 %.2f p99 %.2f max %.2f\n", group,
           audit ? "with audit" : "without audit", (double)(commits * group) / taken, commit_ms[commits / 2],
           commit_ms[commits * 99 / 100], commit_ms[commits - 1]);
}

int main(int argc, char **argv)
{
    static const size_t groups[] = {1, 10, 100, 256};
    char directory[4096], path[4200], url[4300];
    size_t sales = argc > 2 ? strtoul(argv[2], NULL, 10) : 20000;
    struct bench bench = {.meter_count = argc > 3 ? strtoul(argv[3], NULL, 10) : 20000, .random = 88172645463325252ULL};
    (void)snprintf(directory, sizeof directory, "%s/store-bench-XXXXXX", argc > 1 ? argv[1] : "/tmp");
    bench.meters = calloc(bench.meter_count, sizeof bench.meters[0]);
    if (bench.meters == NULL || mkdtemp(directory) == NULL)
        must(mv_fail(MV_FILE_FAILED, "directory"));
    (void)snprintf(path, sizeof path, "%s/ledger.db", directory);
    (void)snprintf(url, sizeof url, "sqlite:%s", path);
    must(store_open(url, STORE_WRITER, &bench.store));
    fill(&bench);
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        measure(&bench, groups[i], false, groups[i] == 1 ? sales / 4 : sales);
        measure(&bench, groups[i], true, groups[i] == 1 ? sales / 4 : sales);
    }
    store_close(bench.store);
    (void)unlink(path);
    (void)rmdir(directory);
    free(bench.meters);
    return 0;
}
