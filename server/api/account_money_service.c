#include <metervault/v1/account_money_service.pb-c.h>
#include <stdlib.h>

#include "api/claim_convert.h"
#include "api/convert.h"
#include "api/services.h"
#include "vending/debts.h"
#include "vending/price.h"

_Static_assert((int)STORE_ACT_DEBT_ADDED == METERVAULT__V1__ACCOUNT_ACT_KIND__ACT_DEBT_ADDED &&
                   (int)STORE_ACT_PAID_OUT == METERVAULT__V1__ACCOUNT_ACT_KIND__ACT_PAID_OUT &&
                   (int)STORE_ACT_DEBT_MOVED_HERE == METERVAULT__V1__ACCOUNT_ACT_KIND__ACT_DEBT_MOVED_HERE,
               "acts are numbered as in the protocol");
_Static_assert((int)VEND_DEBT_PERCENT == METERVAULT__V1__DEBT_RULE__DEBT_PERCENT &&
                   (int)VEND_DEBT_PER_DAY == METERVAULT__V1__DEBT_RULE__DEBT_PER_DAY,
               "rules of debts are numbered as in the protocol");

static void answer(struct rpc_call *call, mv_status status, const struct vend_act *act)
{
    Metervault__V1__AccountAct out = METERVAULT__V1__ACCOUNT_ACT__INIT;
    const struct store_act *row = &act->row;
    if (!status.ok) {
        api_fail(call, status);
        return;
    }
    out.number = row->id;
    out.kind = (Metervault__V1__AccountActKind)row->kind;
    out.account_number = (char *)act->account;
    out.amount = row->amount;
    out.debt_id = row->debt;
    out.payment = (Metervault__V1__Payment)row->payment;
    out.reason = (char *)row->reason;
    out.balance = row->balance;
    out.deposit = row->deposit;
    out.owed = row->owed;
    out.principal = (char *)act->principal;
    out.at_unix_s = row->at_unix_s;
    out.request_id = (char *)row->request_id;
    out.terminal_id = (char *)row->terminal;
    out.replayed = act->replayed;
    out.organisation = (char *)act->organisation;
    out.customer_name = (char *)act->customer;
    rpc_reply(call, &out.base);
}

static void act(void *vend, struct rpc_call *call, const struct vend_act_request *request)
{
    struct vend_caller caller = api_caller(call);
    struct vend_act done;
    mv_status status = vend_account_act(vend, &caller, request, &done);
    answer(call, status, &done);
}

static void terms_in(const Metervault__V1__DebtTerms *in, struct vend_debt_terms *terms)
{
    *terms = (struct vend_debt_terms){.label = ""};
    if (in == NULL)
        return; /* refused for its label */
    *terms = (struct vend_debt_terms){.label = in->label,
                                      .priority = in->priority,
                                      .rule = (uint32_t)in->rule,
                                      .amount = in->amount,
                                      .percent_e4 = in->percent_e4};
}

static void add_debt(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__AddDebtRequest *in = (const Metervault__V1__AddDebtRequest *)message;
    struct vend_act_request request = {.request_id = in->request_id,
                                       .account = in->account_number,
                                       .kind = STORE_ACT_DEBT_ADDED,
                                       .amount = in->amount,
                                       .reason = in->reason};
    terms_in(in->terms, &request.terms);
    act(self, call, &request);
}

static void change_debt(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__ChangeDebtRequest *in = (const Metervault__V1__ChangeDebtRequest *)message;
    struct vend_act_request request = {.request_id = in->request_id,
                                       .account = in->account_number,
                                       .kind = STORE_ACT_DEBT_CHANGED,
                                       .debt = in->debt_id,
                                       .reason = in->reason};
    terms_in(in->terms, &request.terms);
    act(self, call, &request);
}

static void write_off_debt(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__WriteOffDebtRequest *in = (const Metervault__V1__WriteOffDebtRequest *)message;
    const struct vend_act_request request = {.request_id = in->request_id,
                                             .account = in->account_number,
                                             .kind = STORE_ACT_DEBT_WRITTEN_OFF,
                                             .amount = in->amount,
                                             .debt = in->debt_id,
                                             .reason = in->reason};
    act(self, call, &request);
}

static enum store_act_kind kind_of(Metervault__V1__PayTo to)
{
    switch (to) {
    case METERVAULT__V1__PAY_TO__PAY_TO_BALANCE:
        return STORE_ACT_PAID_IN;
    case METERVAULT__V1__PAY_TO__PAY_TO_DEBT:
        return STORE_ACT_DEBT_PAID;
    case METERVAULT__V1__PAY_TO__PAY_TO_DEPOSIT:
        return STORE_ACT_DEPOSIT_TAKEN;
    default:
        return (enum store_act_kind)0;
    }
}

static void pay_account(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__PayAccountRequest *in = (const Metervault__V1__PayAccountRequest *)message;
    const struct vend_act_request request = {.request_id = in->request_id,
                                             .terminal = in->terminal_id,
                                             .account = in->account_number,
                                             .kind = kind_of(in->to),
                                             .amount = in->amount,
                                             .debt = in->debt_id,
                                             .payment = (uint32_t)in->payment,
                                             .reason = in->note};
    act(self, call, &request);
}

static void pay_out(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__PayOutRequest *in = (const Metervault__V1__PayOutRequest *)message;
    const struct vend_act_request request = {.request_id = in->request_id,
                                             .terminal = in->terminal_id,
                                             .account = in->account_number,
                                             .kind = in->from_deposit ? STORE_ACT_DEPOSIT_RETURNED : STORE_ACT_PAID_OUT,
                                             .amount = in->amount,
                                             .payment = (uint32_t)in->payment,
                                             .reason = in->reason};
    act(self, call, &request);
}

/* ---- the list and its messages, in one piece of memory ---- */
struct page {
    struct vend_debt_list list;
    Metervault__V1__Debt debts[VEND_DEBTS_LISTED];
    Metervault__V1__DebtTerms terms[VEND_DEBTS_LISTED];
    Metervault__V1__Debt *pointers[VEND_DEBTS_LISTED];
};

static void debt_out(const struct store_debt *debt, Metervault__V1__DebtTerms *terms, Metervault__V1__Debt *out)
{
    metervault__v1__debt_terms__init(terms);
    terms->label = (char *)debt->terms.label;
    terms->priority = debt->terms.priority;
    terms->rule = (Metervault__V1__DebtRule)debt->terms.rule;
    terms->amount = debt->terms.amount;
    terms->percent_e4 = (uint32_t)debt->terms.percent_e4;
    metervault__v1__debt__init(out);
    out->debt_id = debt->id;
    out->terms = terms;
    out->outstanding = debt->outstanding;
    out->taken_at_unix_s = debt->taken_at_unix_s;
}

static void answer_page(struct rpc_call *call, struct page *page)
{
    Metervault__V1__ListDebtsResponse out = METERVAULT__V1__LIST_DEBTS_RESPONSE__INIT;
    for (size_t i = 0; i < page->list.count; i++) {
        debt_out(&page->list.debts[i], &page->terms[i], &page->debts[i]);
        page->pointers[i] = &page->debts[i];
    }
    out.n_debts = page->list.count;
    out.debts = page->pointers;
    out.owed = page->list.owed;
    out.deposit = page->list.deposit;
    out.balance = page->list.balance;
    rpc_reply(call, &out.base);
}

static void list_debts(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__ListDebtsRequest *in = (const Metervault__V1__ListDebtsRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct page *page = malloc(sizeof *page);
    if (page == NULL) {
        api_fail(call, mv_fail(MV_OUT_OF_MEMORY, "debts"));
        return;
    }
    mv_status status = vend_list_debts(self, &caller, in->account_number, in->all != 0, &page->list);
    if (status.ok)
        answer_page(call, page);
    else
        api_fail(call, status);
    free(page);
}

static void get_act(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__GetActRequest *in = (const Metervault__V1__GetActRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_act found;
    mv_status status = vend_get_act(self, &caller, in->number, &found);
    answer(call, status, &found);
}

/* ---- claims ---- */
static void claim_credit(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__ClaimCreditRequest *in = (const Metervault__V1__ClaimCreditRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_claim claim;
    const struct vend_claim_request request = {.account = in->account_number,
                                               .pan = in->meter_pan,
                                               .units = in->units != 0,
                                               .amount = in->amount,
                                               .reason = in->reason};
    mv_status status = vend_claim_credit(self, &caller, &request, &claim);
    api_claim_answer(call, status, &claim);
}

static void approve_claim(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__ApproveClaimRequest *in = (const Metervault__V1__ApproveClaimRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_claim claim;
    mv_status status = vend_approve_claim(self, &caller, in->claim_id, &claim);
    api_claim_answer(call, status, &claim);
}

struct claims {
    struct vend_claim_list list;
    Metervault__V1__Claim claims[VEND_CLAIMS_LISTED];
    Metervault__V1__Claim *pointers[VEND_CLAIMS_LISTED];
};

static void answer_claims(struct rpc_call *call, struct claims *page)
{
    Metervault__V1__ListClaimsResponse out = METERVAULT__V1__LIST_CLAIMS_RESPONSE__INIT;
    for (size_t i = 0; i < page->list.count; i++) {
        api_claim_out(&page->list.claims[i], &page->claims[i]);
        page->pointers[i] = &page->claims[i];
    }
    out.n_claims = page->list.count;
    out.claims = page->pointers;
    rpc_reply(call, &out.base);
}

static void list_claims(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__ListClaimsRequest *in = (const Metervault__V1__ListClaimsRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct claims *page = malloc(sizeof *page);
    if (page == NULL) {
        api_fail(call, mv_fail(MV_OUT_OF_MEMORY, "claims"));
        return;
    }
    mv_status status = vend_list_claims(self, &caller, in->account_number, &page->list);
    if (status.ok)
        answer_claims(call, page);
    else
        api_fail(call, status);
    free(page);
}

static const struct rpc_method methods[] = {
    {"ClaimCredit", claim_credit, RPC_POOLED}, {"ApproveClaim", approve_claim, RPC_POOLED},
    {"ListClaims", list_claims, RPC_POOLED},   {"AddDebt", add_debt, RPC_POOLED},
    {"ChangeDebt", change_debt, RPC_POOLED},   {"WriteOffDebt", write_off_debt, RPC_POOLED},
    {"ListDebts", list_debts, RPC_POOLED},     {"PayAccount", pay_account, RPC_POOLED},
    {"PayOut", pay_out, RPC_POOLED},           {"GetAct", get_act, RPC_POOLED},
};

const struct rpc_service api_account_money_service = {.descriptor = &metervault__v1__account_money_service__descriptor,
                                                      .methods = methods,
                                                      .method_count = sizeof methods / sizeof methods[0]};
