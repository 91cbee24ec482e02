/* What a receipt is printed of, as the server has it. */
#ifndef METERVAULT_CLI_RECEIPT_FIND_H
#define METERVAULT_CLI_RECEIPT_FIND_H

#include "cli.h"
#include "receipt.h"

/* One of the first five, the others NULL or false; `account` with a claim. */
struct receipt_wanted {
    const char *request_id, *receipt, *slip, *claim;
    bool last;
    const char *account;
};
/* CLI_DONE, or CLI_USAGE after it said what is wrong. */
int receipt_wanted_check(const struct cli *cli, const struct receipt_wanted *wanted);

/* Sets one of the four of `of`. The answer, to be freed, or NULL after the failure was reported; then *code is set. */
ProtobufCMessage *receipt_find(struct cli *cli, struct mv_client *client, const struct receipt_wanted *wanted,
                               struct receipt_of *of, int *code);

#endif
