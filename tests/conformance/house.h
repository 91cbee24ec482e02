/* A throw-away SoftHSM token with a real key process on it, in a folder of its own. */
#ifndef CONFORMANCE_HOUSE_H
#define CONFORMANCE_HOUSE_H

#include <sys/types.h>

#include "approver.h"
#include "hsmd/client.h"
#include "key_plan.h"

enum { HOUSE_PATH = 200 };
/* The key process's date, 3 January 2000: none of the published keys had expired. */
#define HOUSE_NOW INT64_C(946857600)

struct house {
    char directory[HOUSE_PATH];
    struct hsm_config config;
    struct approver approver; /* enrolled */
    pid_t hsmd;               /* 0: not running */
    struct hsmd_client *client;
};

/* Makes the token, imports every key of `plan` that is for token `token` by what `metervault-keys import` uses, starts
 * `hsmd_path` and waits until it serves. A refused key is noted in the plan and is no failure. Close it in any case. */
MV_MUST_USE mv_status house_open(struct house *house, const char *directory, const char *hsmd_path,
                                 struct key_plan *plan, size_t token);
/* A token without keys and without a key process, opened; hsm_close it. */
MV_MUST_USE mv_status house_token(struct house *house, const char *directory, struct hsm **hsm);
void house_close(struct house *house);

#endif
