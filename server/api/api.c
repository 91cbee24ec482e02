#include "api/api.h"

#include <stdio.h>
#include <string.h>

#include "api/services.h"

/* "/metervault.v1.TokenService/IssueCredit" is TokenService.IssueCredit in audit, as when the domain refuses. */
static void action_of(const char *path, char action[AUDIT_TEXT + 1])
{
    static const char package[] = "/metervault.v1.";
    if (strncmp(path, package, sizeof package - 1) == 0)
        path += sizeof package - 1;
    else if (path[0] == '/')
        path++;
    (void)snprintf(action, AUDIT_TEXT + 1, "%s", strcmp(path, RPC_UNKNOWN_PATH) == 0 ? "unknown-method" : path);
    char *slash = strchr(action, '/');
    if (slash != NULL)
        *slash = '.';
}

void api_refused(void *vend, const char *principal, const char *path, mv_status status)
{
    char action[AUDIT_TEXT + 1];
    action_of(path, action);
    vend_refused(vend, principal, action, status);
}

void api_services(struct vend *vend, struct rpc_service services[API_SERVICES])
{
    const struct rpc_service *all[API_SERVICES] = {
        &api_token_service,    &api_meter_service,  &api_operator_service,     &api_audit_service,
        &api_approval_service, &api_tariff_service, &api_vendor_service,       &api_account_service,
        &api_sale_service,     &api_card_service,   &api_account_money_service};
    for (size_t i = 0; i < API_SERVICES; i++) {
        services[i] = *all[i];
        services[i].self = vend;
    }
}
