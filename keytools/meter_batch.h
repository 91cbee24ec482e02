/* The meters of a production batch: a CSV file, one meter a line. The first line names the columns, which are those of
 * struct meter_text with _ for -, in any order; what has no column, or an empty value, is as the options say. Values
 * need no quotes. */
#ifndef KEYTOOLS_METER_BATCH_H
#define KEYTOOLS_METER_BATCH_H

#include "meter_data.h"

struct meter_batch {
    char *text; /* the file; rows point into it */
    char *next;
    unsigned line; /* of the row that was read last, from 1 */
    size_t columns[METER_TEXTS];
    size_t column_count;
    struct meter_text defaults;
};

/* INVALID_FIELD (batch) remarks what is wrong with the first line. Close it even after a failure. */
MV_MUST_USE mv_status meter_batch_open(const char *path, const struct meter_text *defaults, struct meter_batch *batch);
void meter_batch_close(struct meter_batch *batch);
/* False at the end. `whole` is false when a line has another number of values than the first. Empty lines are skipped.
 */
bool meter_batch_next(struct meter_batch *batch, struct meter_text *row, bool *whole);

#endif
