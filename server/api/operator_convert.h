/* Organisations and principals as messages. */
#ifndef MV_API_OPERATOR_CONVERT_H
#define MV_API_OPERATOR_CONVERT_H

#include <metervault/v1/operator_service.pb-c.h>

#include "vending/vending.h"

struct api_organisation {
    struct vend_organisation row;
    Metervault__V1__Organisation message;
    char *grants[VEND_MAX_GRANTS];
};
/* From its own `row`. */
void api_organisation_out(struct api_organisation *organisation);

struct api_principal {
    Metervault__V1__Principal message;
    Metervault__V1__Role roles[VEND_ROLE_LAST];
};
void api_principal_out(const struct vend_principal *principal, struct api_principal *out);

/* INVALID_FIELD "roles": too many, unknown or none set. */
MV_MUST_USE mv_status api_roles_in(const Metervault__V1__Role *roles, size_t count, uint32_t *mask);

#endif
