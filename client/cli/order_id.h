/* The id under which an order is sent, and sent again. */
#ifndef METERVAULT_CLI_ORDER_ID_H
#define METERVAULT_CLI_ORDER_ID_H

#include "cli.h"

/* Checks *given, or makes a fresh one for it where it is NULL. CLI_DONE, or CLI_USAGE after it said what is wrong. */
int order_id_complete(const struct cli *cli, const char **given, char fresh[MV_REQUEST_ID_SIZE]);

#endif
