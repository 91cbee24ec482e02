/* Tokens that were issued, read back. Scoped like issuing them. */
#include "store/claims.h"
#include "vending/internal.h"
#include "vending/issued.h"
#include "vending/sales.h"

/* How a stored sale is looked for. */
struct key {
    const char *request_id; /* of the caller; else */
    const char *terminal;   /* the last of the caller there; with `receipt` a receipt of `organisation` */
    const char *organisation;
    uint64_t receipt;
};

struct answer {
    struct vend_issued *issued;
    struct vend_charged *charged; /* NULL: of a priced sale or not; otherwise only of a priced one */
};

static mv_status look_up(struct vend *vend, struct store *store, const struct vend_identity *identity,
                         const struct key *key, struct store_sale *sale)
{
    if (key->request_id != NULL)
        return store_sale_by_request(store, identity->id, key->request_id, sale);
    if (key->receipt == 0)
        return store_sale_last(store, identity->id, key->terminal, sale);
    struct store_organisation organisation;
    mv_status found = vend_organisation_by_name(&vend->directory, key->organisation, "organisation", &organisation);
    if (!found.ok)
        return mv_fail(MV_TOKEN_UNKNOWN, NULL);
    return store_sale_by_receipt(store, organisation.id, key->terminal, key->receipt, sale);
}

/* Who may have such an order issued may read it back; an auditor reads all. */
static mv_status check_kind(const struct vend_identity *identity, enum vend_call call, const struct store_sale *sale)
{
    uint32_t roles = vend_readers_of(vend_kind_of(sale));
    if (call == VEND_GET_TOKEN || call == VEND_GET_RECEIPT)
        roles |= vend_role_bit(VEND_AUDITOR);
    return (roles & identity->roles) != 0 ? mv_ok() : mv_fail(MV_ROLE_MISSING, NULL);
}

static mv_status read_order(struct vend *vend, struct store *store, const struct vend_identity *identity,
                            enum vend_call call, const struct key *key, struct answer *answer)
{
    struct vend_trace trace = {.position = 0};
    struct store_meter meter;
    char seller[STORE_NAME + 1];
    char free_reason[STORE_ACT_REASON + 1];
    MV_TRY(store_begin_read(store));
    MV_TRY(look_up(vend, store, identity, key, &trace.sale));
    MV_TRY(store_meter_by_id(store, trace.sale.meter, &meter));
    MV_TRY(vend_may_touch(&vend->directory, identity, call, meter.organisation, trace.sale.sgc));
    MV_TRY(check_kind(identity, call, &trace.sale));
    if (answer->charged == NULL && trace.sale.order == STORE_RECORD_SALE)
        return mv_fail(MV_TOKEN_UNKNOWN, NULL); /* a receipt, of no token */
    MV_TRY(vend_trace_set(store, &trace));
    if (answer->charged != NULL)
        MV_TRY(vend_sale_read(store, &trace.sale, answer->charged));
    MV_TRY(store_free_issue_reason(store, trace.sale.id, free_reason));
    vend_principal_name(&vend->directory, trace.sale.principal, seller);
    const struct vend_issued_parts parts = {.sale = &trace.sale,
                                            .set = trace.sale.key_change == 0 ? NULL : &trace.set,
                                            .pan = meter.pan,
                                            .principal = seller,
                                            .free_reason = free_reason,
                                            .resent = trace.resent,
                                            .replayed = true};
    vend_issued_fill(vend, &parts, answer->issued);
    return mv_ok();
}

static mv_status recall(struct vend *vend, const struct vend_caller *caller, enum vend_call call, const struct key *key,
                        struct answer *answer)
{
    struct vend_identity identity;
    struct store *store = NULL;
    MV_TRY(vend_may_call(&vend->directory, caller->principal, call, &identity));
    if (key->request_id != NULL)
        MV_TRY(vend_form_name(key->request_id, STORE_REQUEST_ID, "request_id"));
    else
        MV_TRY(vend_form_name(key->terminal, STORE_TERMINAL, "terminal_id"));
    MV_TRY(vend_reader_take(&vend->readers, &store));
    mv_status status = read_order(vend, store, &identity, call, key, answer);
    vend_reader_give(&vend->readers, store, !status.ok && !vend_noted(status));
    return status;
}

static mv_status by_request(struct vend *vend, const struct vend_caller *caller, enum vend_call call,
                            const char *request_id, struct answer answer)
{
    const struct key key = {.request_id = request_id};
    return vend_answer(vend, caller, call, NULL, recall(vend, caller, call, &key, &answer));
}

static mv_status by_receipt(struct vend *vend, const struct vend_caller *caller, enum vend_call call,
                            const struct key *key, struct answer answer)
{
    mv_status status = vend_form_name(key->organisation, STORE_NAME, "organisation");
    if (status.ok && (key->receipt == 0 || key->receipt > INT64_MAX))
        status = mv_fail(MV_INVALID_FIELD, "number");
    if (status.ok)
        status = recall(vend, caller, call, key, &answer);
    return vend_answer(vend, caller, call, NULL, status);
}

static mv_status last(struct vend *vend, const struct vend_caller *caller, enum vend_call call, const char *terminal,
                      struct answer answer)
{
    const struct key key = {.terminal = terminal};
    return vend_answer(vend, caller, call, terminal, recall(vend, caller, call, &key, &answer));
}

mv_status vend_token_by_request(struct vend *vend, const struct vend_caller *caller, const char *request_id,
                                struct vend_issued *issued)
{
    return by_request(vend, caller, VEND_GET_TOKEN, request_id, (struct answer){issued, NULL});
}

mv_status vend_token_by_receipt(struct vend *vend, const struct vend_caller *caller, const char *organisation,
                                const char *terminal, uint64_t receipt, struct vend_issued *issued)
{
    const struct key key = {.terminal = terminal, .organisation = organisation, .receipt = receipt};
    return by_receipt(vend, caller, VEND_GET_TOKEN, &key, (struct answer){issued, NULL});
}

mv_status vend_last_response(struct vend *vend, const struct vend_caller *caller, const char *terminal,
                             struct vend_issued *issued)
{
    return last(vend, caller, VEND_LAST_RESPONSE, terminal, (struct answer){issued, NULL});
}

mv_status vend_receipt_by_request(struct vend *vend, const struct vend_caller *caller, const char *request_id,
                                  struct vend_sold *sold)
{
    return by_request(vend, caller, VEND_GET_RECEIPT, request_id, (struct answer){&sold->issued, &sold->charged});
}

mv_status vend_receipt_by_number(struct vend *vend, const struct vend_caller *caller, const char *organisation,
                                 const char *terminal, uint64_t receipt, struct vend_sold *sold)
{
    const struct key key = {.terminal = terminal, .organisation = organisation, .receipt = receipt};
    return by_receipt(vend, caller, VEND_GET_RECEIPT, &key, (struct answer){&sold->issued, &sold->charged});
}

mv_status vend_last_sale(struct vend *vend, const struct vend_caller *caller, const char *terminal,
                         struct vend_sold *sold)
{
    return last(vend, caller, VEND_LAST_SALE, terminal, (struct answer){&sold->issued, &sold->charged});
}
