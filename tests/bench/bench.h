/* The load generator's parts. Times in nanoseconds of the monotonic clock unless a name says otherwise. */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <grpc/grpc.h>

#include "cli.h"

/* ---- latencies.c ---- */
struct latencies {
    uint32_t *us;
    size_t count;
    size_t room;
};
struct summary {
    double rate; /* calls a second */
    double p50_ms, p95_ms, p99_ms, max_ms;
    uint64_t calls;
};
void latencies_add(struct latencies *latencies, int64_t ns); /* aborts when memory runs out */
/* Sorts. Rate over `ns`. */
struct summary latencies_summary(struct latencies *latencies, int64_t ns);
void latencies_free(struct latencies *latencies);

/* ---- work.c: what is called ---- */
struct work {
    const char *name;
    const char *path;
    /* The next request; the engine frees it. */
    grpc_byte_buffer *(*request)(struct work *work);
    uint64_t next;                  /* number of the next request */
    uint64_t first_meter;           /* vend, setup: serial number of the first meter */
    uint64_t meters;                /* vend: how many, in turn */
    uint64_t clients;               /* sell: in turn, each with so many meters */
    const char *organisation, *sgc; /* setup */
};
struct work work_echo(void);
struct work work_vend(uint64_t first_meter, uint64_t meters);
struct work work_accounts(uint64_t first_meter);
struct work work_register(uint64_t first_meter, const char *organisation, const char *sgc);
/* A valid meter PAN, 18 digits, from a serial number below 10^8. */
enum { BENCH_PAN_SIZE = 19 };
void bench_pan(uint64_t serial, char pan[BENCH_PAN_SIZE]);

/* ---- load.c: the engine, one thread on one completion queue ---- */
struct connections {
    grpc_channel *channels[64];
    size_t count;
};
struct plan {
    unsigned outstanding; /* closed loop: calls at once; open loop: most at once */
    double rate;          /* calls a second; 0: closed loop */
    int64_t warm_ns;      /* not counted */
    int64_t run_ns;
    uint64_t calls; /* end after so many; 0: by time only */
    unsigned deadline_ms;
    struct cli_progress *progress; /* NULL: none */
};
struct outcome {
    struct summary summary;
    uint64_t failed;
    struct mv_client_error first_error;
    uint64_t request_bytes, response_bytes; /* messages, without framing */
};
int64_t bench_now_ns(void);
struct outcome load_run(struct connections *connections, struct work *work, const struct plan *plan);

/* ---- report.c ---- */
void report_header(void);
void report_row(const char *name, const char *loop, const struct summary *summary);
json_t *report_json(const char *name, const char *loop, const struct summary *summary);
double bench_median(double *values, size_t count); /* sorts */

/* ---- raw.c: the rows of sales by plain SQL ---- */
struct raw_rows;
/* A ledger of its own in the folder, with so many meters. NULL after it said why. */
struct raw_rows *raw_open(const char *folder, uint64_t meters);
/* Rows a second, `group` a commit. */
bool raw_measure(struct raw_rows *rows, unsigned group, int64_t run_ns, double *rate);
void raw_close(struct raw_rows *rows); /* and removes the files */

/* ---- all.c, batch.c, main.c ---- */
struct bench {
    struct cli cli;
    const char *seconds, *warm, *outstanding, *rate, *channels, *meters, *first_meter, *rounds, *note;
    const char *organisation, *sgc, *raw_folder, *clients_folder, *clients;
    bool gate, spend;
    uint64_t run_s, k, per_second, channel_count, meter_count, first, round_count, client_count;
    struct connections connections;
};
int bench_all(struct bench *bench);
int bench_batch(struct bench *bench);
int bench_vendors(struct bench *bench); /* vendors.c */
/* Ends with a message when a call failed. */
bool bench_fine(const struct bench *bench, const char *what, const struct outcome *outcome);
struct plan bench_plan(const struct bench *bench, unsigned outstanding, double rate);

#endif
