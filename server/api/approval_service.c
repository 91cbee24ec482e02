#include <metervault/v1/approval_service.pb-c.h>
#include <stdlib.h>

#include "api/convert.h"
#include "api/services.h"

/* A proposal as a message, which points into this and into the proposal. */
struct api_proposal {
    Metervault__V1__Proposal message;
    Metervault__V1__Approval approvals[VEND_MAX_APPROVALS];
    Metervault__V1__Approval *pointers[VEND_MAX_APPROVALS];
};

static void proposal_out(const struct vend_proposal *proposal, struct api_proposal *out)
{
    metervault__v1__proposal__init(&out->message);
    for (size_t i = 0; i < proposal->approval_count; i++) {
        const struct vend_approval *row = &proposal->approvals[i];
        metervault__v1__approval__init(&out->approvals[i]);
        out->approvals[i].principal = (char *)row->principal;
        out->approvals[i].officer = (char *)row->officer;
        out->approvals[i].approved_at_unix_s = row->approved_at_unix_s;
        out->pointers[i] = &out->approvals[i];
    }
    out->message.id = (uint64_t)proposal->row.id;
    out->message.text = (char *)proposal->row.text;
    out->message.proposer = (char *)proposal->proposer;
    out->message.proposed_at_unix_s = proposal->row.proposed_at_unix_s;
    out->message.expires_unix_s = proposal->row.expires_unix_s;
    out->message.n_approvals = proposal->approval_count;
    out->message.approvals = out->pointers;
}

static void answer(struct rpc_call *call, mv_status status, const struct vend_proposal *proposal)
{
    struct api_proposal out;
    if (!status.ok) {
        api_fail(call, status);
        return;
    }
    proposal_out(proposal, &out);
    rpc_reply(call, &out.message.base);
}

static void propose(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__ProposeSupplyGroupChangeRequest *in =
        (const Metervault__V1__ProposeSupplyGroupChangeRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_proposal proposal;
    mv_status status = vend_propose(self, &caller, in->from_supply_group_code, in->to_supply_group_code, in->meter_pan,
                                    in->valid_s, &proposal);
    answer(call, status, &proposal);
}

static void approve(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__ApproveRequest *in = (const Metervault__V1__ApproveRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_proposal proposal;
    const struct vend_signature signature = {.certificate = in->certificate.data,
                                             .certificate_size = in->certificate.len,
                                             .signature = in->signature.data,
                                             .signature_size = in->signature.len};
    mv_status status = vend_approve(self, &caller, in->id, &signature, &proposal);
    answer(call, status, &proposal);
}

/* A page's messages, in one piece of memory. */
struct page {
    Metervault__V1__Proposal *pointers[VEND_MAX_PAGE];
    struct api_proposal proposals[VEND_MAX_PAGE];
};

static void answer_page(struct rpc_call *call, struct vend_proposal_list *list)
{
    Metervault__V1__ListProposalsResponse out = METERVAULT__V1__LIST_PROPOSALS_RESPONSE__INIT;
    struct page *page = malloc(sizeof *page);
    if (page == NULL) {
        api_fail(call, mv_fail(MV_OUT_OF_MEMORY, "proposals"));
        return;
    }
    for (size_t i = 0; i < list->count; i++) {
        proposal_out(&list->proposals[i], &page->proposals[i]);
        page->pointers[i] = &page->proposals[i].message;
    }
    out.n_proposals = list->count;
    out.proposals = page->pointers;
    out.next_page_token = list->next;
    rpc_reply(call, &out.base);
    free(page);
}

static void list_proposals(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__ListProposalsRequest *in = (const Metervault__V1__ListProposalsRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_proposal_list list;
    mv_status status = vend_proposals(self, &caller, in->page_size, in->page_token, &list);
    if (!status.ok) {
        api_fail(call, status);
        return;
    }
    answer_page(call, &list);
    vend_proposals_free(&list);
}

static const struct rpc_method methods[] = {
    {"ProposeSupplyGroupChange", propose, RPC_POOLED},
    {"Approve", approve, RPC_POOLED},
    {"ListProposals", list_proposals, RPC_POOLED},
};

const struct rpc_service api_approval_service = {.descriptor = &metervault__v1__approval_service__descriptor,
                                                 .methods = methods,
                                                 .method_count = sizeof methods / sizeof methods[0]};
