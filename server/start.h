/* Shared by the server's main program and its --check. */
#ifndef MV_START_H
#define MV_START_H

#include "config.h"
#include "rpc/rpc.h"
#include "vending/vending.h"

enum { EXIT_DONE = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2, EXIT_NOT_READY = 3 };

struct arguments {
    const char *config_file;
    bool check;
    bool insecure_loopback;
    const char *insecure_principal;
};

void start_rpc_options(const struct config *config, const struct arguments *arguments, struct rpc_options *options);
/* EXIT_NOT_READY for what may be better later, EXIT_REFUSED for what somebody must correct. */
int start_exit_code(mv_status status);
/* Prints each check and its outcome on standard output; changes nothing. Returns the exit code. */
int check_all(const struct config *config, const struct arguments *arguments);

#endif
