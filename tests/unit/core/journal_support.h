/* Objects in a journal, with an oracle in RAM that knows what the memory may hold. */
#ifndef MV_TEST_JOURNAL_SUPPORT_H
#define MV_TEST_JOURNAL_SUPPORT_H

#include "../../../meter-core/src/nv/nv.h"
#include "../../support/flash_model.h"

/* As a meter has them: everything about tokens, what was consumed, a few parameters, a log. */
enum { OBJECTS = 4, OBJECT_BYTES_MAX = 500 };
extern const uint16_t object_sizes[OBJECTS];

struct objects {
    uint8_t bytes[OBJECTS][OBJECT_BYTES_MAX];
};

struct bench {
    struct flash flash;
    struct mv_meter_port port;
    struct mv_nv_memory memory;
    struct mv_nv_journal journal;
    struct objects ram;   /* what the journal encodes and decodes */
    struct objects known; /* what it holds */
    struct objects next;  /* or this, while a commit is not answered */
    bool unsure;
    uint64_t random;
};

/* Erased sectors of that shape. */
void bench_init(struct bench *bench, uint32_t sectors, uint32_t sector_size);
/* Opens; fills the oracle's objects and commits all where there is nothing. The result of mv_nv_open. */
enum mv_result bench_open(struct bench *bench);
enum mv_result bench_begin(struct bench *bench);
/* The id of an object. */
uint8_t bench_id(unsigned n);
/* Changes the objects of the mask (bit n: the n-th) at random and commits them. */
enum mv_result bench_commit(struct bench *bench, unsigned mask);
/* Whether RAM holds what the oracle says; an unsure commit is settled by it. */
bool bench_agrees(struct bench *bench);

#endif
