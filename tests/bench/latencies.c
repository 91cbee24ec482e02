#include <stdlib.h>

#include "bench.h"

enum { FIRST_ROOM = 1 << 16, NS_PER_US = 1000 };

void latencies_add(struct latencies *latencies, int64_t ns)
{
    if (latencies->count == latencies->room) {
        size_t room = latencies->room != 0 ? latencies->room * 2 : FIRST_ROOM;
        uint32_t *grown = reallocarray(latencies->us, room, sizeof *grown);
        if (grown == NULL)
            abort();
        latencies->us = grown;
        latencies->room = room;
    }
    int64_t us = ns / NS_PER_US;
    latencies->us[latencies->count++] = us > (int64_t)UINT32_MAX ? UINT32_MAX : (uint32_t)us;
}

static int by_size(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a;
    uint32_t right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

/* The smallest latency that `share` of 1000 calls do not exceed. */
static double quantile_ms(const struct latencies *latencies, size_t share)
{
    if (latencies->count == 0)
        return 0;
    size_t rank = (latencies->count * share + 999) / 1000;
    return (double)latencies->us[rank > 0 ? rank - 1 : 0] / 1000.0;
}

struct summary latencies_summary(struct latencies *latencies, int64_t ns)
{
    if (latencies->count > 0)
        qsort(latencies->us, latencies->count, sizeof *latencies->us, by_size);
    return (struct summary){.rate = ns > 0 ? (double)latencies->count * 1e9 / (double)ns : 0,
                            .p50_ms = quantile_ms(latencies, 500),
                            .p95_ms = quantile_ms(latencies, 950),
                            .p99_ms = quantile_ms(latencies, 990),
                            .max_ms = quantile_ms(latencies, 1000),
                            .calls = latencies->count};
}

void latencies_free(struct latencies *latencies)
{
    free(latencies->us);
    *latencies = (struct latencies){0};
}
