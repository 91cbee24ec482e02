/* What the programs under test computed for one vector, by the names that vector files use, and the comparison with
 * what the vector expects. */
#ifndef CONFORMANCE_FACTS_H
#define CONFORMANCE_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "vector.h"

enum { FACTS_MOST = 24, FACTS_NAME = 32, FACTS_TROUBLES = 8, FACTS_TROUBLE = 512 };

struct fact {
    char name[FACTS_NAME];
    char value[VECTOR_TEXT];
};

struct facts {
    struct fact items[FACTS_MOST];
    size_t count;
    char troubles[FACTS_TROUBLES][FACTS_TROUBLE]; /* findings besides expected values */
    size_t trouble_count;
    bool all;        /* every expected value is one of ours: none may be missing */
    size_t compared; /* expected values that are no text, which who made the facts compared */
};

void facts_text(struct facts *facts, const char *name, const char *value);
void facts_number(struct facts *facts, const char *name, uint64_t value);
/* Upper case, at least `digits` digits. */
void facts_hex(struct facts *facts, const char *name, uint64_t value, int digits);
void facts_bytes(struct facts *facts, const char *name, const uint8_t *bytes, size_t size);
/* The refusal; a vector that expects none then differs. */
void facts_refusal(struct facts *facts, enum mv_reason reason);
/* Something that no vector can expect: a round trip that does not close, a missing input. */
void facts_trouble(struct facts *facts, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Compares every expected value, and every intermediate one that was computed. Prints each difference with the vector's
 * id and both values. True when nothing differs and at least one value was compared. */
bool facts_agree(const struct facts *facts, const struct vector *vector);

#endif
