#include "api/api.h"

#include "api/services.h"

void api_services(struct vend *vend, struct rpc_service services[API_SERVICES])
{
    const struct rpc_service *all[API_SERVICES] = {&api_token_service, &api_meter_service, &api_operator_service,
                                                   &api_audit_service};
    for (size_t i = 0; i < API_SERVICES; i++) {
        services[i] = *all[i];
        services[i].self = vend;
    }
}
