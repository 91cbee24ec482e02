/* Claims between the domain and the protocol. */
#ifndef MV_API_CLAIM_CONVERT_H
#define MV_API_CLAIM_CONVERT_H

#include <metervault/v1/claim.pb-c.h>

#include "rpc/rpc.h"
#include "vending/claims.h"

void api_claim_out(const struct vend_claim *claim, Metervault__V1__Claim *out);
/* Answers a call that ends with one claim, or why it did not. */
void api_claim_answer(struct rpc_call *call, mv_status status, const struct vend_claim *claim);

#endif
