/* A mass key change: every meter of a supply group, page by page, in one journal that is also the list of what came of
 * it. */
#ifndef METERVAULT_CLI_ROLLOVER_H
#define METERVAULT_CLI_ROLLOVER_H

#include "bulk.h"
#include "metervault/v1/meter_service.pb-c.h"

enum { ROLLOVER_ID = 33, ROLLOVER_SETTINGS = 2048, ROLLOVER_PAGE_TOKEN = 512 };

struct rollover {
    const char *from; /* supply group */
    const char *to;   /* may be the same */
    uint32_t krn;     /* to this revision; 0: the newest usable one */
    uint32_t old_krn; /* only meters of this revision; 0: all */
    const char *organisation;
    bool with_sgc;

    /* of the journal */
    char id[ROLLOVER_ID];
    char settings[ROLLOVER_SETTINGS];
    char last_pan[19]; /* the last meter whose row is written; "" */
    bool resumed;

    /* of the walk */
    struct cli *cli;
    struct mv_client *client;
    Metervault__V1__ListMetersResponse *page;
    size_t at;
    char page_token[ROLLOVER_PAGE_TOKEN];
    int code; /* of what ended the walk early */
    Metervault__V1__IssueKeyChangeRequest request;
    Metervault__V1__KeyTarget target;

    struct bulk bulk;
};

/* ---- rollover_walk.c ---- */
/* The source of the rows and how their outcomes are called: bulk_next and bulk_judge. */
enum mv_batch_next rollover_next(void *self, struct lineup_row *row, Metervault__V1__BatchItem *order);
const char *rollover_judge(const Metervault__V1__BatchResult *result);
/* How many meters the walk will meet; CLI_DONE, or the exit code after the failure was reported. */
int rollover_count(struct rollover *rollover, uint64_t *count);
void rollover_walk_end(struct rollover *rollover);

/* ---- rollover_journal.c ---- */
/* Opens or begins the journal: bulk_file_open's exit codes. */
int rollover_journal_open(struct rollover *rollover, const char *path, struct bulk_file *file);
/* The journal's rows without its head, as a CSV file that is there whole or not at all. False after it said why. */
bool rollover_report(const struct rollover *rollover, const char *journal, const char *report);

#endif
