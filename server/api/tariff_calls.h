/* Calls of TariffService that have a file of their own. */
#ifndef MV_API_TARIFF_CALLS_H
#define MV_API_TARIFF_CALLS_H

#include "rpc/rpc.h"

void api_list_tariffs(void *self, struct rpc_call *call, const ProtobufCMessage *message);
void api_assign_tariff(void *self, struct rpc_call *call, const ProtobufCMessage *message);
void api_list_assignments(void *self, struct rpc_call *call, const ProtobufCMessage *message);
void api_withdraw_tariff(void *self, struct rpc_call *call, const ProtobufCMessage *message);
void api_reject_tariff(void *self, struct rpc_call *call, const ProtobufCMessage *message);

#endif
