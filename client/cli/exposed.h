/* Who was exposed when a vending key is compromised. */
#ifndef METERVAULT_CLI_EXPOSED_H
#define METERVAULT_CLI_EXPOSED_H

#include "cli.h"

/* Every meter that held the key or may have, page by page: a line each and a sum, or, when the settings ask for JSON,
 * into *object, which the caller then owns. Returns the exit code. */
int exposed_list(struct cli *cli, struct mv_client *client, const char *sgc, uint32_t krn, uint32_t kt,
                 json_t **object);

#endif
