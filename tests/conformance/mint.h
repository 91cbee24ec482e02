/* One token through the key process. */
#ifndef CONFORMANCE_MINT_H
#define CONFORMANCE_MINT_H

#include "facts.h"
#include "hsmd/client.h"

/* `meter` NULL: class 1, which needs no key. False, with the refusal among the facts, when it is refused. */
bool mint(struct facts *facts, struct hsmd_client *client, const struct hsmd_meter *meter, uint8_t token_class,
          uint64_t clear, char digits[21]);

#endif
