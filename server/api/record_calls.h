/* TokenService's calls about native records. */
#ifndef MV_API_RECORD_CALLS_H
#define MV_API_RECORD_CALLS_H

#include "rpc/rpc.h"

void api_issue_record(void *self, struct rpc_call *call, const ProtobufCMessage *message);
void api_accept_return(void *self, struct rpc_call *call, const ProtobufCMessage *message);

#endif
