#include "api/operator_lists.h"

#include <stdlib.h>

#include "api/convert.h"
#include "api/operator_convert.h"

struct organisations {
    Metervault__V1__Organisation *pointers[VEND_MAX_ORGANISATIONS];
    size_t count;
};

static mv_status add_organisation(void *self, const struct vend_organisation *row)
{
    struct organisations *all = self;
    struct api_organisation *organisation = malloc(sizeof *organisation);
    if (organisation == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "organisations");
    organisation->row = *row;
    api_organisation_out(organisation);
    all->pointers[all->count++] = &organisation->message;
    return mv_ok();
}

static void free_organisations(struct organisations *all)
{
    for (size_t i = 0; i < all->count; i++)
        free((char *)all->pointers[i] - offsetof(struct api_organisation, message));
    free(all);
}

void api_list_organisations(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    (void)message;
    struct vend_caller caller = api_caller(call);
    struct organisations *all = calloc(1, sizeof *all);
    if (all == NULL) {
        api_fail(call, mv_fail(MV_OUT_OF_MEMORY, "organisations"));
        return;
    }
    mv_status status = vend_list_organisations(self, &caller, add_organisation, all);
    if (status.ok) {
        Metervault__V1__ListOrganisationsResponse out = METERVAULT__V1__LIST_ORGANISATIONS_RESPONSE__INIT;
        out.n_organisations = all->count;
        out.organisations = all->pointers;
        rpc_reply(call, &out.base);
    } else {
        api_fail(call, status);
    }
    free_organisations(all);
}

struct principals {
    struct vend_principal_list list;
    struct api_principal messages[VEND_MAX_PAGE];
    Metervault__V1__Principal *pointers[VEND_MAX_PAGE];
};

static void answer_principals(struct rpc_call *call, struct principals *all)
{
    Metervault__V1__ListPrincipalsResponse out = METERVAULT__V1__LIST_PRINCIPALS_RESPONSE__INIT;
    for (size_t i = 0; i < all->list.count; i++) {
        api_principal_out(&all->list.principals[i], &all->messages[i]);
        all->pointers[i] = &all->messages[i].message;
    }
    out.n_principals = all->list.count;
    out.principals = all->pointers;
    out.next_page_token = all->list.next;
    rpc_reply(call, &out.base);
}

void api_list_principals(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__ListPrincipalsRequest *in = (const Metervault__V1__ListPrincipalsRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct principals *all = malloc(sizeof *all);
    if (all == NULL) {
        api_fail(call, mv_fail(MV_OUT_OF_MEMORY, "principals"));
        return;
    }
    mv_status status = vend_list_principals(self, &caller, in->page_size, in->page_token, &all->list);
    if (status.ok)
        answer_principals(call, all);
    else
        api_fail(call, status);
    free(all);
}
