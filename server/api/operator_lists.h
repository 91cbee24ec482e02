/* The lists of OperatorService. */
#ifndef MV_API_OPERATOR_LISTS_H
#define MV_API_OPERATOR_LISTS_H

#include "rpc/rpc.h"

rpc_handler api_list_organisations;
rpc_handler api_list_principals;

#endif
