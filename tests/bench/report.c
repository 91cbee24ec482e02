#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"

void report_header(void)
{
    (void)printf("%-6s %-16s %10s %9s %9s %9s %9s %10s\n", "call", "loop", "calls/s", "p50 ms", "p95 ms", "p99 ms",
                 "max ms", "calls");
}

void report_row(const char *name, const char *loop, const struct summary *summary)
{
    (void)printf("%-6s %-16s %10.0f %9.3f %9.3f %9.3f %9.3f %10" PRIu64 "\n", name, loop, summary->rate,
                 summary->p50_ms, summary->p95_ms, summary->p99_ms, summary->max_ms, summary->calls);
    (void)fflush(stdout);
}

json_t *report_json(const char *name, const char *loop, const struct summary *summary)
{
    return json_pack("{s:s, s:s, s:f, s:f, s:f, s:f, s:f, s:I}", "call", name, "loop", loop, "calls_per_s",
                     summary->rate, "p50_ms", summary->p50_ms, "p95_ms", summary->p95_ms, "p99_ms", summary->p99_ms,
                     "max_ms", summary->max_ms, "calls", (json_int_t)summary->calls);
}

static int by_size(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;
    return (left > right) - (left < right);
}

double bench_median(double *values, size_t count)
{
    if (count == 0)
        return 0;
    qsort(values, count, sizeof *values, by_size);
    return count % 2 == 1 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}
