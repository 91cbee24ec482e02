#include "api/claim_convert.h"

#include "api/convert.h"

_Static_assert((int)STORE_CLAIM_SALE == METERVAULT__V1__CLAIM_KIND__CLAIM_SALE &&
                   (int)STORE_CLAIM_UNITS == METERVAULT__V1__CLAIM_KIND__CLAIM_UNITS,
               "claims are numbered as in the protocol");

void api_claim_out(const struct vend_claim *claim, Metervault__V1__Claim *out)
{
    const struct store_claim *row = &claim->row;
    metervault__v1__claim__init(out);
    out->claim_id = row->id;
    out->kind = (Metervault__V1__ClaimKind)row->kind;
    out->account_number = (char *)claim->account;
    out->meter_pan = (char *)claim->pan;
    out->amount = row->amount;
    out->reason = (char *)row->reason;
    out->principal = (char *)claim->principal;
    out->at_unix_s = row->at_unix_s;
    out->approvals = row->approvals;
    out->act_number = row->act;
    out->units_issued = row->paid_sale != 0;
    out->proven = row->proven;
}

void api_claim_answer(struct rpc_call *call, mv_status status, const struct vend_claim *claim)
{
    Metervault__V1__Claim out;
    if (!status.ok) {
        api_fail(call, status);
        return;
    }
    api_claim_out(claim, &out);
    rpc_reply(call, &out.base);
}
