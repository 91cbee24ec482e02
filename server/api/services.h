/* What each service file gives to api.c. */
#ifndef MV_API_SERVICES_H
#define MV_API_SERVICES_H

#include "rpc/rpc.h"

extern const struct rpc_service api_token_service, api_meter_service, api_operator_service, api_audit_service,
    api_approval_service;
extern const struct rpc_service api_account_service, api_sale_service;
extern const struct rpc_service api_account_money_service;
extern const struct rpc_service api_card_service;

extern const struct rpc_service api_tariff_service;
extern const struct rpc_service api_vendor_service;

#endif
