/* How many orders ended how. */
#ifndef METERVAULT_CLI_TALLY_H
#define METERVAULT_CLI_TALLY_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

enum { TALLY_NAMES = 64 };

struct tally {
    struct tally_entry {
        char name[64]; /* "issued", or "refused METER_UNKNOWN" */
        uint64_t count;
    } entries[TALLY_NAMES];
    size_t used;
};

/* `reason` may be empty. Reasons that do not fit any more are counted as one. */
void tally_add(struct tally *tally, const char *outcome, const char *reason);
/* All whose name begins so. */
uint64_t tally_count(const struct tally *tally, const char *outcome);
/* A line each on standard output. */
void tally_print(const struct tally *tally);
/* {"issued": 3, ...}; NULL when memory ran out. */
json_t *tally_json(const struct tally *tally);

#endif
