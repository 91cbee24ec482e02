/* The parts of `metervault engineer`; each takes the arguments from its own name on. */
#ifndef METERVAULT_CLI_ENGINEER_H
#define METERVAULT_CLI_ENGINEER_H

#include "cli.h"
#include "sale.h"

/* What every token is ordered with. */
struct engineer_order {
    const char *meter;
    const char *request_id; /* NULL: a fresh one */
    bool yes;               /* do not ask */
    bool special;
    char fresh_id[MV_REQUEST_ID_SIZE];
};
/* Their options; `to` has room for ENGINEER_OPTIONS. */
enum { ENGINEER_OPTIONS = 4 };
void engineer_options(struct engineer_order *given, struct cli_option *to);
/* Checks them and makes a request id where none was given. CLI_DONE, or CLI_USAGE after it said what is wrong. */
int engineer_complete(const struct cli *cli, struct engineer_order *given);
/* Asks first unless `question` is NULL, then issues and prints. Returns the exit code. */
int engineer_issue(struct cli *cli, const struct engineer_order *given, const char *question,
                   const Metervault__V1__BatchItem *order);

int engineer_management(struct cli *cli, int argc, char **argv); /* argv[0] names the action */
int engineer_test(struct cli *cli, int argc, char **argv);
int engineer_key_change(struct cli *cli, int argc, char **argv);
int engineer_assign_key(struct cli *cli, int argc, char **argv);
int engineer_confirm_key(struct cli *cli, int argc, char **argv);
int engineer_verify(struct cli *cli, int argc, char **argv);
int engineer_history(struct cli *cli, int argc, char **argv);
int engineer_exposed(struct cli *cli, int argc, char **argv);

#endif
