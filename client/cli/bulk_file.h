/* The results of many orders: a CSV file that only grows, a row for each order, in order. A run that was killed goes on
 * behind the last whole row. The file is closed to others: it holds tokens. */
#ifndef METERVAULT_CLI_BULK_FILE_H
#define METERVAULT_CLI_BULK_FILE_H

#include "cli.h"
#include "csv.h"

struct bulk_file {
    FILE *file;
    const char *path;
};

/* What is in the file already, record by record from 0. False: the file is not what was expected. */
typedef bool bulk_file_each(void *self, uint64_t number, const struct csv_reader *record);

/* Opens or makes the file, holds it alone, hands out its whole records and cuts off the part of a row at its end that a
 * kill has left. Returns the exit code: CLI_DONE, or CLI_USAGE after it said what is wrong; then it changed nothing. */
int bulk_file_open(const struct cli *cli, const char *path, bulk_file_each *each, void *self, struct bulk_file *file);

/* Durable when it returns. False after it said what failed. */
bool bulk_file_sync(const struct cli *cli, struct bulk_file *file);
void bulk_file_close(struct bulk_file *file);

/* The name of the folder's entry is durable as well. */
bool bulk_file_sync_folder(const char *path);

#endif
