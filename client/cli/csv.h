/* Comma-separated values as RFC 4180 has them, in bounded memory: records of at most CSV_RECORD bytes and CSV_FIELDS
 * fields, lines that end with LF or CRLF, a byte order mark in front, empty lines between. */
#ifndef METERVAULT_CLI_CSV_H
#define METERVAULT_CLI_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { CSV_RECORD = 4096, CSV_FIELDS = 32 };

struct csv_reader {
    FILE *file;
    char text[CSV_RECORD];
    size_t used;
    const char *fields[CSV_FIELDS]; /* until the next record */
    size_t count;
    uint64_t bytes;    /* read so far: where the record ended */
    bool terminated;   /* the record ended with a line feed, not with the file */
    const char *wrong; /* of a CSV_BAD record: what is wrong with it */
};

enum csv_result {
    CSV_GOOD,
    CSV_BAD, /* the record is passed over; the next one can be read */
    CSV_END, /* of the file, or it cannot be read: ferror tells */
};

void csv_begin(struct csv_reader *reader, FILE *file);
enum csv_result csv_next(struct csv_reader *reader);

/* One cell, quoted when it has to be. What is not printable ASCII becomes '?'. A text that a spreadsheet would take for
 * a formula gets an apostrophe in front, as spreadsheets themselves mark a text. */
void csv_write(FILE *file, const char *text);

#endif
