#include <metervault/v1/operator_service.pb-c.h>
#include <stdlib.h>

#include "api/convert.h"
#include "api/operator_convert.h"
#include "api/operator_lists.h"
#include "api/services.h"

static void answer_organisation(struct rpc_call *call, mv_status status, struct api_organisation *organisation)
{
    if (!status.ok) {
        api_fail(call, status);
        return;
    }
    api_organisation_out(organisation);
    rpc_reply(call, &organisation->message.base);
}

static void answer_principal(struct rpc_call *call, mv_status status, const struct vend_principal *principal)
{
    struct api_principal out;
    if (!status.ok) {
        api_fail(call, status);
        return;
    }
    api_principal_out(principal, &out);
    rpc_reply(call, &out.message.base);
}

static void who_am_i(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    (void)message;
    struct vend_caller caller = api_caller(call);
    struct vend_principal principal;
    mv_status status = vend_who_am_i(self, &caller, &principal);
    answer_principal(call, status, &principal);
}

static void create_organisation(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__CreateOrganisationRequest *in = (const Metervault__V1__CreateOrganisationRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct api_organisation out;
    mv_status status = vend_create_organisation(self, &caller, in->name, in->parent, &out.row);
    answer_organisation(call, status, &out);
}

static void grant(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__GrantSupplyGroupRequest *in = (const Metervault__V1__GrantSupplyGroupRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct api_organisation out;
    mv_status status = vend_grant(self, &caller, in->organisation, in->supply_group_code, true, &out.row);
    answer_organisation(call, status, &out);
}

static void revoke(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__RevokeSupplyGroupRequest *in = (const Metervault__V1__RevokeSupplyGroupRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct api_organisation out;
    mv_status status = vend_grant(self, &caller, in->organisation, in->supply_group_code, false, &out.row);
    answer_organisation(call, status, &out);
}

static void create_principal(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__CreatePrincipalRequest *in = (const Metervault__V1__CreatePrincipalRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_principal principal;
    uint32_t roles = 0;
    mv_status status = api_roles_in(in->roles, in->n_roles, &roles);
    if (status.ok)
        status = vend_create_principal(self, &caller, in->name, in->organisation, roles, &principal);
    else
        status = vend_refuse(self, &caller, VEND_CREATE_PRINCIPAL, status);
    answer_principal(call, status, &principal);
}

static void update_principal(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__UpdatePrincipalRequest *in = (const Metervault__V1__UpdatePrincipalRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_principal principal;
    uint32_t roles = 0;
    mv_status status = api_roles_in(in->roles, in->n_roles, &roles);
    if (status.ok)
        status = vend_update_principal(self, &caller, in->name, roles, in->enabled != 0, &principal);
    else
        status = vend_refuse(self, &caller, VEND_UPDATE_PRINCIPAL, status);
    answer_principal(call, status, &principal);
}

static void confirm_clock(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__ConfirmClockRequest *in = (const Metervault__V1__ConfirmClockRequest *)message;
    struct vend_caller caller = api_caller(call);
    Metervault__V1__ConfirmClockResponse out = METERVAULT__V1__CONFIRM_CLOCK_RESPONSE__INIT;
    mv_status status = vend_confirm_clock(self, &caller, in->now_unix_s, &out.now_unix_s);
    if (status.ok)
        rpc_reply(call, &out.base);
    else
        api_fail(call, status);
}

static const struct rpc_method methods[] = {
    {"WhoAmI", who_am_i, RPC_POOLED},
    {"CreateOrganisation", create_organisation, RPC_POOLED},
    {"ListOrganisations", api_list_organisations, RPC_POOLED},
    {"GrantSupplyGroup", grant, RPC_POOLED},
    {"RevokeSupplyGroup", revoke, RPC_POOLED},
    {"CreatePrincipal", create_principal, RPC_POOLED},
    {"UpdatePrincipal", update_principal, RPC_POOLED},
    {"ListPrincipals", api_list_principals, RPC_POOLED},
    {"ConfirmClock", confirm_clock, RPC_POOLED},
};

const struct rpc_service api_operator_service = {.descriptor = &metervault__v1__operator_service__descriptor,
                                                 .methods = methods,
                                                 .method_count = sizeof methods / sizeof methods[0]};
