#include "vending/claims.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "store/vendors.h"
#include "store/voids.h"
#include "vending/claim_parts.h"
#include "vending/internal.h"
#include "vending/price.h"

struct act {
    const char *principal;
    enum vend_call call;
    const char *request_id;
    const struct vend_reversal_request *reversal;
    const struct vend_claim_request *credit;
    int64_t id;
    struct vend_identity identity;
    struct vend_claim *out;
};

static mv_status form_reason(const char *reason)
{
    size_t length = strnlen(reason, STORE_ACT_REASON + 1);
    bool fits = length >= 1 && length <= STORE_ACT_REASON && mv_text_printable(reason, length);
    return fits ? mv_ok() : mv_fail(MV_INVALID_FIELD, "reason");
}

static mv_status enter(struct vend *vend, struct act *act)
{
    return vend_may_call(&vend->directory, act->principal, act->call, &act->identity);
}

static mv_status carry_out(struct vend *vend, const struct vend_caller *caller, struct act *act, const char *object,
                           vend_work_fn *work)
{
    act->principal = caller->principal;
    return vend_told(act->call, vend_change_call(vend, caller, act->call, object, work, act));
}

/* ---- confirming and giving up ---- */
static mv_status confirm(struct vend *vend, struct store *store, struct vend_change *change)
{
    struct act *act = change->arg;
    struct store_sale sale;
    struct store_meter meter;
    MV_TRY(enter(vend, act));
    MV_TRY(vend_form_name(act->request_id, STORE_REQUEST_ID, "request_id"));
    MV_TRY(store_sale_by_request(store, act->identity.id, act->request_id, &sale));
    MV_TRY(store_meter_by_id(store, sale.meter, &meter));
    MV_TRY(vend_may_touch(&vend->directory, &act->identity, act->call, meter.organisation, sale.sgc));
    vend_note_detail(&change->record, "request=%s", act->request_id);
    return store_sale_confirm(store, sale.id, change->now_us / 1000000, &change->changed);
}

mv_status vend_confirm_sale(struct vend *vend, const struct vend_caller *caller, const char *request_id)
{
    struct act act = {.call = VEND_CONFIRM_SALE, .request_id = request_id};
    return carry_out(vend, caller, &act, NULL, confirm);
}

static mv_status cancel(struct vend *vend, struct store *store, struct vend_change *change)
{
    struct act *act = change->arg;
    MV_TRY(enter(vend, act));
    MV_TRY(vend_form_name(act->request_id, STORE_REQUEST_ID, "request_id"));
    vend_note_detail(&change->record, "request=%s", act->request_id);
    return store_request_cancel(store, act->identity.id, act->request_id, change->now_us / 1000000, &change->changed);
}

mv_status vend_cancel_sale(struct vend *vend, const struct vend_caller *caller, const char *request_id)
{
    struct act act = {.call = VEND_CANCEL_SALE, .request_id = request_id};
    return carry_out(vend, caller, &act, NULL, cancel);
}

/* ---- claims ---- */
static mv_status fill(struct vend *vend, struct store *store, const struct store_claim *row, struct vend_claim *out)
{
    struct store_account account;
    struct store_meter meter;
    MV_TRY(store_account_by_id(store, row->account, &account));
    MV_TRY(store_meter_by_id(store, row->meter, &meter));
    out->row = *row;
    vend_copy(out->account, sizeof out->account, account.number);
    vend_copy(out->pan, sizeof out->pan, meter.pan);
    vend_principal_name(&vend->directory, row->principal, out->principal);
    return mv_ok();
}

static mv_status make(struct vend *vend, struct store *store, struct vend_change *change, struct store_claim *row,
                      const char *reason)
{
    struct act *act = change->arg;
    row->principal = act->identity.id;
    row->at_unix_s = change->now_us / 1000000;
    vend_copy(row->reason, sizeof row->reason, reason);
    MV_TRY(store_claim_insert(store, row));
    MV_TRY(fill(vend, store, row, act->out));
    vend_note_detail(&change->record, "claim=%lld kind=%u account=%s amount=%lld", (long long)row->id, row->kind,
                     act->out->account, (long long)row->amount);
    change->changed = true;
    return mv_ok();
}

static mv_status find_sale(struct vend *vend, struct store *store, const struct act *act, struct store_sale *sale)
{
    const struct vend_reversal_request *request = act->reversal;
    struct store_organisation organisation;
    mv_status found = vend_organisation_by_name(&vend->directory, request->organisation, "organisation", &organisation);
    if (!found.ok)
        return mv_fail(MV_TOKEN_UNKNOWN, NULL);
    return store_sale_by_receipt(store, organisation.id, request->terminal, request->receipt, sale);
}

/* A sale by record that was voided, and that a return showed the meter never to take, needs no officers. */
static mv_status pay_void(struct store *store, struct vend_change *change, struct store_claim *row)
{
    struct act *act = change->arg;
    MV_TRY(store_sale_is_void(store, row->sale, &row->proven));
    if (!row->proven)
        return mv_ok();
    MV_TRY(vend_claim_pay(store, row, act->identity.id, change->now_us / 1000000));
    act->out->row = *row;
    vend_note_detail(&change->record, "act=%lld", (long long)row->act);
    return mv_ok();
}

struct credit {
    int64_t meter;
    bool claimed;
};

static mv_status look_at(void *self, const struct store_claim *row)
{
    struct credit *credit = self;
    credit->claimed |= row->kind != STORE_CLAIM_SALE && row->meter == credit->meter;
    return mv_ok();
}

/* What the meter had of a sale went back with its credit; what it never takes is no part of that. */
static mv_status check_not_given_back(struct store *store, int64_t account, const struct store_sale *sale)
{
    struct credit credit = {.meter = sale->meter};
    bool is_void;
    MV_TRY(store_sale_is_void(store, sale->id, &is_void));
    if (is_void)
        return mv_ok();
    MV_TRY(store_claims(store, account, look_at, &credit));
    return credit.claimed ? mv_fail(MV_CLAIM_NOT_DUE, "credit given back") : mv_ok();
}

static mv_status reverse(struct vend *vend, struct store *store, struct vend_change *change)
{
    struct act *act = change->arg;
    struct store_sale sale;
    struct store_meter meter;
    struct store_bill bill;
    struct store_bill_of of;
    MV_TRY(enter(vend, act));
    MV_TRY(vend_form_name(act->reversal->organisation, STORE_NAME, "organisation"));
    MV_TRY(vend_form_name(act->reversal->terminal, STORE_TERMINAL, "terminal_id"));
    if (act->reversal->receipt == 0 || act->reversal->receipt > INT64_MAX)
        return mv_fail(MV_INVALID_FIELD, "number");
    MV_TRY(form_reason(act->reversal->reason));
    MV_TRY(find_sale(vend, store, act, &sale));
    MV_TRY(store_meter_by_id(store, sale.meter, &meter));
    MV_TRY(vend_may_touch(&vend->directory, &act->identity, act->call, meter.organisation, sale.sgc));
    MV_TRY(store_bill_get(store, sale.id, &bill, &of));
    if (bill.total == 0)
        return mv_fail(MV_CLAIM_NOT_DUE, "nothing was paid");
    MV_TRY(check_not_given_back(store, bill.account, &sale));
    struct store_claim row = {
        .kind = STORE_CLAIM_SALE, .account = bill.account, .meter = sale.meter, .sale = sale.id, .amount = bill.total};
    MV_TRY(make(vend, store, change, &row, act->reversal->reason));
    MV_TRY(pay_void(store, change, &row));
    vend_note_detail(&change->record, "receipt=%s/%s/%llu risk=%s", act->reversal->organisation,
                     act->reversal->terminal, (unsigned long long)act->reversal->receipt,
                     row.proven ? "none" : "meter-may-hold-it");
    return mv_ok();
}

mv_status vend_reverse_sale(struct vend *vend, const struct vend_caller *caller,
                            const struct vend_reversal_request *request, struct vend_claim *claim)
{
    struct act act = {.call = VEND_REVERSE_SALE, .reversal = request, .out = claim};
    return carry_out(vend, caller, &act, NULL, reverse);
}

static mv_status claim_credit(struct vend *vend, struct store *store, struct vend_change *change)
{
    struct act *act = change->arg;
    const struct vend_claim_request *request = act->credit;
    struct store_account account;
    struct store_meter meter;
    int64_t most = request->units ? VEND_UNITS_MOST : VEND_MONEY_MOST;
    MV_TRY(enter(vend, act));
    MV_TRY(vend_form_name(request->account, STORE_ACCOUNT_NUMBER, "account_number"));
    MV_TRY(vend_form_pan(request->pan));
    MV_TRY(form_reason(request->reason));
    if (request->amount < 1 || request->amount > most)
        return mv_fail(MV_INVALID_FIELD, "amount");
    MV_TRY(store_account_by_number(store, request->account, &account));
    MV_TRY(vend_may_touch(&vend->directory, &act->identity, act->call, account.organisation, ""));
    MV_TRY(store_meter_by_pan(store, request->pan, &meter));
    if (meter.organisation != account.organisation)
        return mv_fail(MV_METER_UNKNOWN, NULL);
    bool had;
    MV_TRY(store_account_had_meter(store, account.id, meter.id, &had));
    if (!had)
        return mv_fail(MV_METER_UNKNOWN, NULL);
    struct store_claim row = {.kind = request->units ? STORE_CLAIM_UNITS : STORE_CLAIM_CREDIT,
                              .account = account.id,
                              .meter = meter.id,
                              .amount = request->amount};
    return make(vend, store, change, &row, request->reason);
}

mv_status vend_claim_credit(struct vend *vend, const struct vend_caller *caller,
                            const struct vend_claim_request *request, struct vend_claim *claim)
{
    struct act act = {.call = VEND_CLAIM_CREDIT, .credit = request, .out = claim};
    return carry_out(vend, caller, &act, vend_form_object(request->pan), claim_credit);
}

/* ---- two officers ---- */
static mv_status count_debt(void *self, const struct store_debt *row)
{
    size_t *count = self;
    (void)row;
    (*count)++;
    return mv_ok();
}

static mv_status owe_again(struct store *store, const struct store_act *paid, const struct store_bill_line *line)
{
    struct store_debt debt;
    size_t unpaid = 0;
    struct store_act again = *paid;
    MV_TRY(store_debts(store, paid->account, false, count_debt, &unpaid));
    if (unpaid >= VEND_PRICE_DEBTS)
        return mv_fail(MV_TOO_MANY_DEBTS, NULL);
    MV_TRY(store_debt_get(store, line->debt, &debt));
    again.kind = STORE_ACT_DEBT_ADDED;
    again.amount = line->amount;
    again.other = 0;
    (void)snprintf(again.request_id, sizeof again.request_id, "#claim-%lld-debt-%lld", (long long)paid->other,
                   (long long)line->debt);
    return store_act_insert(store, &again, &debt.terms);
}

/* The money that paid debts is given back with all of it: they are owed again, or nobody had paid them. */
static mv_status owe_debts_again(struct store *store, const struct store_act *paid, int64_t sale)
{
    struct store_bill bill;
    struct store_bill_of of;
    MV_TRY(store_bill_get(store, sale, &bill, &of));
    for (size_t i = 0; i < bill.line_count; i++)
        if (bill.lines[i].kind == VEND_LINE_DEBT)
            MV_TRY(owe_again(store, paid, &bill.lines[i]));
    return mv_ok();
}

static mv_status count_owed_again(struct store *store, int64_t sale, size_t *count)
{
    struct store_bill bill;
    struct store_bill_of of;
    MV_TRY(store_bill_get(store, sale, &bill, &of));
    *count = 0;
    for (size_t i = 0; i < bill.line_count; i++)
        *count += bill.lines[i].kind == VEND_LINE_DEBT ? 1 : 0;
    return mv_ok();
}

mv_status vend_claim_room(struct store *store, const struct store_claim *claim, bool *room)
{
    struct store_account_month month;
    size_t unpaid = 0, again = 0;
    MV_TRY(store_account_month_get(store, claim->account, &month));
    MV_TRY(store_debts(store, claim->account, false, count_debt, &unpaid));
    if (claim->kind == STORE_CLAIM_SALE)
        MV_TRY(count_owed_again(store, claim->sale, &again));
    *room = month.balance <= VEND_MONEY_MOST - claim->amount && (again == 0 || unpaid + again <= VEND_PRICE_DEBTS);
    return mv_ok();
}

mv_status vend_claim_pay(struct store *store, struct store_claim *claim, int64_t principal, int64_t now_unix_s)
{
    struct store_act paid = {.principal = principal,
                             .account = claim->account,
                             .kind = STORE_ACT_CLAIM_PAID,
                             .amount = claim->amount,
                             .other = claim->id,
                             .at_unix_s = now_unix_s};
    (void)snprintf(paid.request_id, sizeof paid.request_id, "#claim-%lld", (long long)claim->id);
    vend_copy(paid.reason, sizeof paid.reason, claim->reason);
    MV_TRY(store_act_insert(store, &paid, NULL));
    claim->act = paid.id;
    if (claim->kind != STORE_CLAIM_SALE)
        return mv_ok();
    MV_TRY(owe_debts_again(store, &paid, claim->sale));
    /* the vendor keeps the money that it took, which the account holds now; it keeps no commission for it */
    return store_vendor_commission_back(store, claim->sale, principal, now_unix_s);
}

mv_status vend_claim_note(struct store *store, const struct store_claim *claim, struct audit_record *record)
{
    struct store_account account;
    MV_TRY(store_account_by_id(store, claim->account, &account));
    vend_note_detail(record, "claim=%lld account=%s amount=%lld act=%lld", (long long)claim->id, account.number,
                     (long long)claim->amount, (long long)claim->act);
    return mv_ok();
}

/* One that a return proves waits for room alone: one officer is enough, and may have agreed before. */
static mv_status pay(struct store *store, const struct act *act, int64_t now_us, struct store_claim *row)
{
    bool good = row->approvals >= VEND_CLAIM_APPROVALS || row->proven;
    if (row->kind == STORE_CLAIM_UNITS || !good || row->act != 0)
        return mv_ok();
    return vend_claim_pay(store, row, act->identity.id, now_us / 1000000);
}

static mv_status approve(struct vend *vend, struct store *store, struct vend_change *change)
{
    struct act *act = change->arg;
    struct store_claim row;
    struct store_account account;
    MV_TRY(enter(vend, act));
    MV_TRY(store_claim_get(store, act->id, &row));
    MV_TRY(store_account_by_id(store, row.account, &account));
    MV_TRY(vend_may_touch(&vend->directory, &act->identity, act->call, account.organisation, ""));
    MV_TRY(store_claim_approve(store, &row, act->identity.id, change->now_us / 1000000, &change->changed));
    const int64_t paid_before = row.act;
    row.approvals += change->changed ? 1 : 0;
    MV_TRY(pay(store, act, change->now_us, &row));
    change->changed = change->changed || row.act != paid_before;
    vend_note_detail(&change->record, "claim=%lld kind=%u account=%s amount=%lld approvals=%u act=%lld",
                     (long long)row.id, row.kind, account.number, (long long)row.amount, row.approvals,
                     (long long)row.act);
    return fill(vend, store, &row, act->out);
}

mv_status vend_approve_claim(struct vend *vend, const struct vend_caller *caller, int64_t id, struct vend_claim *claim)
{
    struct act act = {.call = VEND_APPROVE_CLAIM, .id = id, .out = claim};
    return carry_out(vend, caller, &act, NULL, approve);
}

/* ---- the list ---- */
struct reading {
    struct vend *vend;
    struct store *store;
    struct vend_claim_list *list;
};

static mv_status add(void *self, const struct store_claim *row)
{
    struct vend_claim_list *list = self;
    if (list->count < VEND_CLAIMS_LISTED)
        list->claims[list->count++].row = *row;
    return mv_ok();
}

static mv_status read_claims(const struct reading *reading, const struct vend_identity *identity, const char *number)
{
    struct store *store = reading->store;
    struct vend_claim_list *list = reading->list;
    struct store_account account;
    MV_TRY(store_begin_read(store));
    MV_TRY(store_account_by_number(store, number, &account));
    MV_TRY(vend_may_touch(&reading->vend->directory, identity, VEND_LIST_CLAIMS, account.organisation, ""));
    MV_TRY(store_claims(store, account.id, add, list));
    for (size_t i = 0; i < list->count; i++) {
        const struct store_claim row = list->claims[i].row;
        MV_TRY(fill(reading->vend, store, &row, &list->claims[i]));
    }
    return mv_ok();
}

static mv_status list_claims(struct vend *vend, const struct vend_caller *caller, const char *account,
                             struct vend_claim_list *list)
{
    struct vend_identity identity;
    struct store *store = NULL;
    list->count = 0;
    MV_TRY(vend_may_call(&vend->directory, caller->principal, VEND_LIST_CLAIMS, &identity));
    MV_TRY(vend_form_name(account, STORE_ACCOUNT_NUMBER, "account_number"));
    MV_TRY(vend_reader_take(&vend->readers, &store));
    const struct reading reading = {vend, store, list};
    mv_status status = read_claims(&reading, &identity, account);
    vend_reader_give(&vend->readers, store, !status.ok && !vend_noted(status));
    return status;
}

mv_status vend_list_claims(struct vend *vend, const struct vend_caller *caller, const char *account,
                           struct vend_claim_list *list)
{
    return vend_answer(vend, caller, VEND_LIST_CLAIMS, NULL, list_claims(vend, caller, account, list));
}
