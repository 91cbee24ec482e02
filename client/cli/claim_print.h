/* Claims, as a person reads them. */
#ifndef METERVAULT_CLI_CLAIM_PRINT_H
#define METERVAULT_CLI_CLAIM_PRINT_H

#include "cli.h"

/* As cli_show, of a Claim or a ListClaimsResponse; asks for the office's currency, to know where the point is; without
 * one the smallest unit is what is shown. */
int claim_show(struct cli *cli, ProtobufCMessage *answer, int code);

#endif
