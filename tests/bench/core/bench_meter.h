/* What the benches of the whole payment meter share: its board, measuring, native records made for it. */
#ifndef MV_BENCH_METER_H
#define MV_BENCH_METER_H

#include "metervault/prepay_record.h"

extern struct mv_prepay bench_meter;
extern uint32_t bench_now; /* the board's seconds */
extern bool bench_good;    /* all went as it should */
extern struct mv_record_keys bench_keys;
extern struct mv_record_writer bench_record;
extern uint32_t bench_sequences[MV_RECORD_KINDS]; /* given out */

/* In two sectors of about 4 KiB, with keys for records, in the epoch 1. */
void bench_make_meter(void);

struct figure {
    uint32_t instructions, stack;
};
/* The worst of `figure` and this call. */
void bench_measure(enum mv_result (*call)(const void *what), const void *what, enum mv_result wanted,
                   struct figure *figure);

/* ---- records: begin, put more, seal ---- */
void bench_begin(uint8_t kind);
void bench_seal(void);
/* On the card of that serial; 0: on none. */
void bench_purchase(uint8_t kind, uint64_t card);
/* A set in one part. */
void bench_set(uint8_t what, const uint8_t *bytes, uint32_t size);

#endif
