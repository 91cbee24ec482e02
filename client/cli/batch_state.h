/* What ties a batch's result file to its input: a small file beside it, there from before the first order until the
 * result is complete. */
#ifndef METERVAULT_CLI_BATCH_STATE_H
#define METERVAULT_CLI_BATCH_STATE_H

#include "cli.h"

enum { BATCH_DIGEST = 65 };

/* SHA-256 of the file and the run's name, in hex, and the file is at its beginning again. False: it cannot be read. */
bool batch_digest(FILE *input, const char *run, char digest[BATCH_DIGEST]);

/* Of row `number` (from 1): the same at every start with the same file and run. */
enum { BATCH_ID = 64 };
void batch_request_id(const char *digest, uint64_t number, char id[BATCH_ID]);

/* A run that begins (no result file yet) or goes on (the same input, till, server and certificate). CLI_DONE, or
 * CLI_USAGE after it said what is wrong. */
int batch_state_begin(const struct cli *cli, const char *out, const char *digest, bool *resumed);
/* The result is complete and durable. */
bool batch_state_end(const char *out);

#endif
