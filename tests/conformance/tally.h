/* Counts by kind. */
#ifndef CONFORMANCE_TALLY_H
#define CONFORMANCE_TALLY_H

#include <stddef.h>

enum tally_result { TALLY_PASSED, TALLY_FAILED, TALLY_SKIPPED, TALLY_RESULTS };
enum { TALLY_KINDS = 64, TALLY_NAME = 32 };

struct tally {
    struct {
        char name[TALLY_NAME];
        size_t counts[TALLY_RESULTS];
    } kinds[TALLY_KINDS]; /* the last one takes what does not fit */
    size_t kind_count;
};

void tally_add(struct tally *tally, const char *kind, enum tally_result result);
size_t tally_total(const struct tally *tally, enum tally_result result);
/* A line per kind, then "N passed, N failed, N skipped". */
void tally_print(const struct tally *tally);

#endif
