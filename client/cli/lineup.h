/* Rows that have begun and are not written yet, in order: those that wait for the server, and between them those whose
 * outcome is known already. */
#ifndef METERVAULT_CLI_LINEUP_H
#define METERVAULT_CLI_LINEUP_H

#include <stdbool.h>
#include <stdint.h>

enum { LINEUP_ROWS = 1024 };

struct lineup_row {
    uint64_t number; /* of the row, from 1 */
    bool local;      /* the outcome is known without the server */
    char meter[32];
    char request_id[68];
    const char *outcome; /* of a local row: static text */
    char reason[48];
    char message[200];
};

struct lineup {
    struct lineup_row rows[LINEUP_ROWS];
    unsigned first;
    unsigned count;
};

bool lineup_full(const struct lineup *lineup);
/* A row at the end, zeroed; the line-up must not be full. */
struct lineup_row *lineup_add(struct lineup *lineup);
/* Takes the last one back. */
void lineup_drop_last(struct lineup *lineup);
/* The oldest row, NULL when there is none. */
struct lineup_row *lineup_oldest(struct lineup *lineup);
void lineup_drop_oldest(struct lineup *lineup);

#endif
