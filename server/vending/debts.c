/* Acts on what an account owes and holds. */
#include "vending/debts.h"

#include <string.h>

#include "base/digest.h"
#include "base/utf8.h"
#include "base/wire.h"
#include "vending/internal.h"
#include "vending/price.h"

enum { DIGEST_FORM = 1, DIGEST_LONGEST = 512 };

/* ---- the form of what is said ---- */
static mv_status form_text(const char *text, size_t least, size_t longest, const char *field)
{
    size_t length = strnlen(text, longest + 1);
    bool fits = length >= least && length <= longest && mv_text_printable(text, length);
    return fits ? mv_ok() : mv_fail(MV_INVALID_FIELD, field);
}

static mv_status form_terms(const struct vend_debt_terms *terms)
{
    MV_TRY(form_text(terms->label, 1, STORE_BILL_LABEL, "terms.label"));
    if (terms->priority > STORE_DEBT_PRIORITY)
        return mv_fail(MV_INVALID_FIELD, "terms.priority");
    if (terms->rule < VEND_DEBT_PERCENT || terms->rule > VEND_DEBT_PER_DAY)
        return mv_fail(MV_INVALID_FIELD, "terms.rule");
    bool percent = terms->rule == VEND_DEBT_PERCENT;
    if (percent ? terms->amount != 0 : terms->amount < 1 || terms->amount > VEND_MONEY_MOST)
        return mv_fail(MV_INVALID_FIELD, "terms.amount");
    if (percent ? terms->percent_e4 < 1 || terms->percent_e4 > VEND_PERCENT_E4 : terms->percent_e4 != 0)
        return mv_fail(MV_INVALID_FIELD, "terms.percent_e4");
    return mv_ok();
}

static bool says_terms(enum store_act_kind kind)
{
    return kind == STORE_ACT_DEBT_ADDED || kind == STORE_ACT_DEBT_CHANGED;
}

static bool is_of_debt(enum store_act_kind kind)
{
    return kind >= STORE_ACT_DEBT_CHANGED && kind <= STORE_ACT_DEBT_PAID;
}

static bool moves_money(enum store_act_kind kind)
{
    return kind >= STORE_ACT_DEBT_PAID && kind <= STORE_ACT_PAID_OUT;
}

static mv_status form_payment(const struct vend_act_request *request)
{
    if (!moves_money(request->kind))
        return request->payment == 0 ? mv_ok() : mv_fail(MV_INVALID_FIELD, "payment");
    MV_TRY(vend_form_name(request->terminal, STORE_TERMINAL, "terminal_id"));
    bool to_itself = request->kind == STORE_ACT_PAID_IN || request->kind == STORE_ACT_PAID_OUT;
    uint32_t last = to_itself ? VEND_PAY_MOBILE : VEND_PAY_BALANCE;
    bool known = request->payment >= VEND_PAY_CASH && request->payment <= last;
    return known ? mv_ok() : mv_fail(MV_INVALID_FIELD, "payment");
}

static mv_status form_act(const struct vend_act_request *request)
{
    bool came_in = request->kind >= STORE_ACT_DEBT_PAID && request->kind <= STORE_ACT_DEPOSIT_TAKEN;
    if (request->kind < STORE_ACT_DEBT_ADDED || request->kind > STORE_ACT_PAID_OUT)
        return mv_fail(MV_INVALID_FIELD, "to");
    MV_TRY(vend_form_name(request->request_id, STORE_REQUEST_ID, "request_id"));
    MV_TRY(vend_form_name(request->account, STORE_ACCOUNT_NUMBER, "account_number"));
    if (request->kind == STORE_ACT_DEBT_CHANGED ? request->amount != 0
                                                : request->amount < 1 || request->amount > VEND_MONEY_MOST)
        return mv_fail(MV_INVALID_FIELD, "amount");
    if (is_of_debt(request->kind) ? request->debt < 1 : request->debt != 0)
        return mv_fail(MV_INVALID_FIELD, "debt_id");
    MV_TRY(form_payment(request));
    MV_TRY(form_text(request->reason, came_in ? 0 : 1, STORE_ACT_REASON, came_in ? "note" : "reason"));
    return says_terms(request->kind) ? form_terms(&request->terms) : mv_ok();
}

static mv_status digest_act(const struct vend_act_request *request, uint8_t digest[VEND_DIGEST])
{
    uint8_t fields[DIGEST_LONGEST];
    struct mv_writer writer = mv_writer_on(fields, sizeof fields);
    mv_put_u8(&writer, DIGEST_FORM);
    mv_put_text(&writer, request->account);
    mv_put_u8(&writer, (uint8_t)request->kind);
    mv_put_u64(&writer, (uint64_t)request->amount);
    mv_put_u64(&writer, (uint64_t)request->debt);
    mv_put_u32(&writer, request->payment);
    mv_put_text(&writer, moves_money(request->kind) ? request->terminal : "");
    mv_put_text(&writer, request->reason);
    if (says_terms(request->kind)) {
        mv_put_text(&writer, request->terms.label);
        mv_put_u32(&writer, request->terms.priority);
        mv_put_u32(&writer, request->terms.rule);
        mv_put_u64(&writer, (uint64_t)request->terms.amount);
        mv_put_u64(&writer, (uint64_t)request->terms.percent_e4);
    }
    return mv_writer_ok(&writer) ? mv_sha256(fields, writer.used, digest) : mv_fail(MV_INTERNAL_ERROR, "digest");
}

/* ---- doing it ---- */
struct acting {
    const struct vend_act_request *request;
    const char *principal;
    enum vend_call call;
    struct vend_identity identity;
    uint8_t digest[VEND_DIGEST];
    struct vend_act *out;
};

static mv_status count_debt(void *self, const struct store_debt *row)
{
    size_t *count = self;
    (void)row;
    (*count)++;
    return mv_ok();
}

static mv_status check_debts(struct store *store, const struct store_account *account)
{
    size_t count = 0;
    MV_TRY(store_debts(store, account->id, false, count_debt, &count));
    return count < VEND_PRICE_DEBTS ? mv_ok() : mv_fail(MV_TOO_MANY_DEBTS, NULL);
}

static mv_status check_account(struct store *store, const struct acting *acting, const struct store_account *account)
{
    struct store_office office;
    enum store_act_kind kind = acting->request->kind;
    bool settles = kind == STORE_ACT_DEBT_WRITTEN_OFF || kind == STORE_ACT_DEBT_PAID ||
                   kind == STORE_ACT_DEPOSIT_RETURNED || kind == STORE_ACT_PAID_OUT;
    if (account->state == STORE_ACCOUNT_CLOSED && !settles)
        return mv_fail(MV_ACCOUNT_CLOSED, NULL);
    MV_TRY(store_office_get(store, &office));
    return kind == STORE_ACT_DEBT_ADDED ? check_debts(store, account) : mv_ok();
}

static mv_status answer(struct vend *vend, const struct store_account *account, const struct store_act *row,
                        struct vend_act *out)
{
    out->row = *row;
    vend_copy(out->account, sizeof out->account, account->number);
    vend_copy(out->customer, sizeof out->customer, account->customer.name);
    vend_principal_name(&vend->directory, row->principal, out->principal);
    vend_organisation_name(&vend->directory, account->organisation, out->organisation);
    return mv_ok();
}

static mv_status insert(struct store *store, const struct acting *acting, const struct store_account *account,
                        int64_t now_us, struct store_act *row)
{
    const struct vend_act_request *request = acting->request;
    const struct vend_debt_terms *said = &request->terms;
    struct store_debt_terms terms;
    *row = (struct store_act){.principal = acting->identity.id,
                              .account = account->id,
                              .kind = (uint8_t)request->kind,
                              .amount = request->amount,
                              .debt = request->debt,
                              .payment = (uint8_t)request->payment,
                              .at_unix_s = now_us / 1000000};
    vend_copy(row->request_id, sizeof row->request_id, request->request_id);
    vend_copy(row->terminal, sizeof row->terminal, moves_money(request->kind) ? request->terminal : "");
    vend_copy(row->reason, sizeof row->reason, request->reason);
    memcpy(row->digest, acting->digest, sizeof row->digest);
    if (!says_terms(request->kind))
        return store_act_insert(store, row, NULL);
    terms = (struct store_debt_terms){.priority = (uint8_t)said->priority,
                                      .rule = (uint8_t)said->rule,
                                      .amount = said->amount,
                                      .percent_e4 = said->percent_e4};
    vend_copy(terms.label, sizeof terms.label, said->label);
    return store_act_insert(store, row, &terms);
}

/* Money over the counter is on the credit of a vendor, as sales are: above 0 what came, below 0 what was paid out. */
static int64_t over_the_counter(const struct store_act *row)
{
    if (row->payment == 0 || row->payment == STORE_PAY_BALANCE)
        return 0;
    bool out = row->kind == STORE_ACT_DEPOSIT_RETURNED || row->kind == STORE_ACT_PAID_OUT;
    return out ? -row->amount : row->amount;
}

static mv_status book_credit(struct store *store, const struct acting *acting, const struct store_act *row)
{
    int64_t money = over_the_counter(row);
    if (money == 0)
        return mv_ok();
    return vend_credit_counter(store, acting->identity.organisation, money, row->id, row->principal, row->at_unix_s);
}

static mv_status do_act(struct vend *vend, struct store *store, struct vend_change *change)
{
    struct acting *acting = change->arg;
    struct store_account account;
    struct store_act row;
    bool found;
    MV_TRY(vend_may_call(&vend->directory, acting->principal, acting->call, &acting->identity));
    MV_TRY(form_act(acting->request));
    MV_TRY(digest_act(acting->request, acting->digest));
    MV_TRY(store_account_by_number(store, acting->request->account, &account));
    MV_TRY(vend_may_touch(&vend->directory, &acting->identity, acting->call, account.organisation, ""));
    MV_TRY(store_act_by_request(store, acting->identity.id, acting->request->request_id, &row, &found));
    acting->out->replayed = found;
    if (found && memcmp(row.digest, acting->digest, sizeof row.digest) != 0)
        return mv_fail(MV_REQUEST_ID_REUSED, NULL);
    if (found)
        return answer(vend, &account, &row, acting->out);
    MV_TRY(check_account(store, acting, &account));
    MV_TRY(insert(store, acting, &account, change->now_us, &row));
    MV_TRY(book_credit(store, acting, &row));
    vend_note_detail(&change->record,
                     "act=%lld kind=%u amount=%lld debt=%lld payment=%u balance=%lld deposit=%lld owed=%lld",
                     (long long)row.id, row.kind, (long long)row.amount, (long long)row.debt, row.payment,
                     (long long)row.balance, (long long)row.deposit, (long long)row.owed);
    change->changed = true;
    return answer(vend, &account, &row, acting->out);
}

static enum vend_call call_of(enum store_act_kind kind)
{
    switch (kind) {
    case STORE_ACT_DEBT_ADDED:
        return VEND_ADD_DEBT;
    case STORE_ACT_DEBT_CHANGED:
        return VEND_CHANGE_DEBT;
    case STORE_ACT_DEBT_WRITTEN_OFF:
        return VEND_WRITE_OFF_DEBT;
    case STORE_ACT_DEPOSIT_RETURNED:
    case STORE_ACT_PAID_OUT:
        return VEND_PAY_OUT;
    default:
        return VEND_PAY_ACCOUNT;
    }
}

static const char *object_of(const char *number)
{
    return vend_form_name(number, STORE_ACCOUNT_NUMBER, "account_number").ok ? number : NULL;
}

mv_status vend_account_act(struct vend *vend, const struct vend_caller *caller, const struct vend_act_request *request,
                           struct vend_act *act)
{
    struct acting acting = {
        .request = request, .principal = caller->principal, .call = call_of(request->kind), .out = act};
    return vend_told(acting.call,
                     vend_change_call(vend, caller, acting.call, object_of(request->account), do_act, &acting));
}

/* ---- an act again ---- */
static mv_status read_act(struct vend *vend, struct store *store, const struct vend_identity *identity, int64_t number,
                          struct vend_act *act)
{
    struct store_account account;
    struct store_act row;
    MV_TRY(store_begin_read(store));
    MV_TRY(store_act_get(store, number, &row));
    MV_TRY(store_account_by_id(store, row.account, &account));
    MV_TRY(vend_may_touch(&vend->directory, identity, VEND_GET_ACT, account.organisation, ""));
    act->replayed = true;
    return answer(vend, &account, &row, act);
}

static mv_status get_act(struct vend *vend, const struct vend_caller *caller, int64_t number, struct vend_act *act)
{
    struct vend_identity identity;
    struct store *store = NULL;
    MV_TRY(vend_may_call(&vend->directory, caller->principal, VEND_GET_ACT, &identity));
    MV_TRY(vend_reader_take(&vend->readers, &store));
    mv_status status = read_act(vend, store, &identity, number, act);
    vend_reader_give(&vend->readers, store, !status.ok && !vend_noted(status));
    return status;
}

mv_status vend_get_act(struct vend *vend, const struct vend_caller *caller, int64_t number, struct vend_act *act)
{
    return vend_answer(vend, caller, VEND_GET_ACT, NULL, get_act(vend, caller, number, act));
}

/* ---- the list ---- */
static mv_status add(void *self, const struct store_debt *row)
{
    struct vend_debt_list *list = self;
    list->owed += row->outstanding;
    if (list->count < VEND_DEBTS_LISTED)
        list->debts[list->count++] = *row;
    return mv_ok();
}

static mv_status read_debts(struct vend *vend, struct store *store, const struct vend_identity *identity,
                            const char *number, bool all, struct vend_debt_list *list)
{
    struct store_account account;
    MV_TRY(store_begin_read(store));
    MV_TRY(store_account_by_number(store, number, &account));
    MV_TRY(vend_may_touch(&vend->directory, identity, VEND_LIST_DEBTS, account.organisation, ""));
    list->balance = account.balance;
    MV_TRY(store_deposit_get(store, account.id, &list->deposit));
    return store_debts(store, account.id, all, add, list);
}

static mv_status list_debts(struct vend *vend, const struct vend_caller *caller, const char *number, bool all,
                            struct vend_debt_list *list)
{
    struct vend_identity identity;
    struct store *store = NULL;
    list->count = 0;
    list->owed = 0;
    MV_TRY(vend_may_call(&vend->directory, caller->principal, VEND_LIST_DEBTS, &identity));
    MV_TRY(vend_form_name(number, STORE_ACCOUNT_NUMBER, "account_number"));
    MV_TRY(vend_reader_take(&vend->readers, &store));
    mv_status status = read_debts(vend, store, &identity, number, all, list);
    vend_reader_give(&vend->readers, store, !status.ok && !vend_noted(status));
    return status;
}

mv_status vend_list_debts(struct vend *vend, const struct vend_caller *caller, const char *number, bool all,
                          struct vend_debt_list *list)
{
    return vend_answer(vend, caller, VEND_LIST_DEBTS, object_of(number), list_debts(vend, caller, number, all, list));
}
