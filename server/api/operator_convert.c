#include "api/operator_convert.h"

_Static_assert((int)VEND_VENDOR == METERVAULT__V1__ROLE__VENDOR && (int)VEND_OFFICER == METERVAULT__V1__ROLE__OFFICER &&
                   (int)VEND_ROLE_LAST == METERVAULT__V1__ROLE__MANAGER,
               "roles are numbered as in the protocol");

void api_organisation_out(struct api_organisation *organisation)
{
    struct vend_organisation *row = &organisation->row;
    for (size_t i = 0; i < row->grant_count; i++)
        organisation->grants[i] = row->grants[i];
    metervault__v1__organisation__init(&organisation->message);
    organisation->message.name = row->name;
    organisation->message.parent = row->parent;
    organisation->message.n_supply_group_codes = row->grant_count;
    organisation->message.supply_group_codes = organisation->grants;
}

void api_principal_out(const struct vend_principal *principal, struct api_principal *out)
{
    metervault__v1__principal__init(&out->message);
    out->message.name = (char *)principal->name;
    out->message.organisation = (char *)principal->organisation;
    out->message.enabled = principal->enabled;
    out->message.roles = out->roles;
    for (unsigned role = VEND_VENDOR; role <= VEND_ROLE_LAST; role++)
        if ((principal->roles & UINT32_C(1) << role) != 0)
            out->roles[out->message.n_roles++] = (Metervault__V1__Role)role;
}

mv_status api_roles_in(const Metervault__V1__Role *roles, size_t count, uint32_t *mask)
{
    *mask = 0;
    if (count > VEND_ROLE_LAST)
        return mv_fail(MV_INVALID_FIELD, "roles");
    for (size_t i = 0; i < count; i++) {
        int role = (int)roles[i];
        if (role < VEND_VENDOR || role > VEND_ROLE_LAST)
            return mv_fail(MV_INVALID_FIELD, "roles");
        *mask |= UINT32_C(1) << role;
    }
    return mv_ok();
}
