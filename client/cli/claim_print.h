/* A claim, as a person reads it. */
#ifndef METERVAULT_CLI_CLAIM_PRINT_H
#define METERVAULT_CLI_CLAIM_PRINT_H

#include "cli.h"
#include "metervault/v1/claim.pb-c.h"

/* As cli_print_fn. Money is in the currency's minor unit: who asks for the office's currency knows where the point is.
 */
void claim_print(const ProtobufCMessage *answer);

#endif
