/* All vectors of all files, in order of the tokens that they need. */
#ifndef CONFORMANCE_RUN_H
#define CONFORMANCE_RUN_H

#include <jansson.h>

#include "base/status.h"
#include "key_plan.h"
#include "tally.h"
#include "vector.h"

struct run {
    json_t *files; /* array of the files' arrays: the vectors point into them */
    struct vector *vectors;
    size_t count;
    struct key_plan plan;
    struct tally tally;
};

/* Reads one file; false after saying on standard error why it is no vector file. */
bool run_load(struct run *run, const char *path);
/* Plans the keys, makes the tokens below `directory`, runs and compares everything. Fails only when a token or its key
 * process cannot be made. */
MV_MUST_USE mv_status run_all(struct run *run, const char *directory, const char *hsmd_path);
void run_free(struct run *run);

#endif
