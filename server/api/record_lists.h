/* TokenService's calls that read native records and returns back. */
#ifndef MV_API_RECORD_LISTS_H
#define MV_API_RECORD_LISTS_H

#include "rpc/rpc.h"

void api_list_records(void *self, struct rpc_call *call, const ProtobufCMessage *message);
void api_list_returns(void *self, struct rpc_call *call, const ProtobufCMessage *message);

#endif
