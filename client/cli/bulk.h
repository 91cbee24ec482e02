/* Many orders from a source, over one batch, into one result file: what `metervault batch` and `metervault rollover`
 * share. */
#ifndef METERVAULT_CLI_BULK_H
#define METERVAULT_CLI_BULK_H

#include "batch.h"
#include "bulk_file.h"
#include "cli.h"
#include "lineup.h"
#include "tally.h"

/* The next row. MV_BATCH_ORDER with *order filled, or with row->local set and its outcome; MV_BATCH_END. */
typedef enum mv_batch_next bulk_next(void *self, struct lineup_row *row, Metervault__V1__BatchItem *order);
/* The outcome's name for what the server answered: static text. */
typedef const char *bulk_judge(const Metervault__V1__BatchResult *result);

struct bulk {
    bulk_next *next;
    bulk_judge *judge;
    void *self;
    struct bulk_file *file; /* rows are appended */
    uint64_t rows;          /* that it holds already */
    uint64_t replayed;      /* answers that the server had given before */
    unsigned per_second;
    struct tally tally; /* of all rows of the file */
    struct cli_progress progress;
    bool failed; /* a row could not be written */
    struct lineup lineup;
};

enum { BULK_TOKENS = 8, BULK_COLUMNS = 7 + BULK_TOKENS };
/* row,meter,request_id,outcome,receipt,token1..token8,reason,message */
void bulk_write_head(FILE *file);
/* A record of the file that was read again: number 0 is the head, the others count from 1. Adds it to the tally. */
bool bulk_read_again(struct bulk *bulk, uint64_t number, const struct csv_reader *record);

/* Until the source ends. Returns the exit code of what stopped it, CLI_DONE when all rows are written; what was refused
 * is in the tally. */
int bulk_run(struct cli *cli, struct mv_client *client, struct bulk *bulk);

/* "100" or "100/s" as orders a second; NULL is no limit. CLI_DONE, or CLI_USAGE after it said what is wrong. */
int bulk_rate(const struct cli *cli, const char *text, unsigned *per_second);

#endif
