/* What a refusal looks like on the wire. */
#ifndef MV_RPC_DETAILS_H
#define MV_RPC_DETAILS_H

#include <grpc/slice.h>

#include "rpc/call.h"

/* Sets status_text (the sentences of the reason) and status_details (google.rpc.Status with an ErrorInfo) of the call.
 */
grpc_status_code rpc_details_set(struct rpc_call *call, mv_status status);

#endif
