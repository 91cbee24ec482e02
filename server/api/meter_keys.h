/* What MeterService tells and asks about keys. */
#ifndef MV_API_METER_KEYS_H
#define MV_API_METER_KEYS_H

#include "rpc/rpc.h"
#include "vending/vending.h"

void api_answer_meter(struct rpc_call *call, mv_status status, const struct vend_meter *meter);

rpc_handler api_assign_key;
rpc_handler api_confirm_key_change;
rpc_handler api_get_meter_history;
rpc_handler api_list_exposed;

#endif
