#include "vending/account_life.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "vending/account_parts.h"
#include "vending/internal.h"
#include "vending/proof.h"

struct act {
    const struct vend_life_request *request;
    const char *principal;
    enum vend_call call;
    struct vend_identity identity;
    struct vend_account *out;
};

/* ---- what all three begin and end with ---- */
static mv_status begin(struct vend *vend, struct store *store, struct act *act, struct store_account *row)
{
    MV_TRY(vend_may_call(&vend->directory, act->principal, act->call, &act->identity));
    MV_TRY(vend_form_name(act->request->number, STORE_ACCOUNT_NUMBER, "account_number"));
    MV_TRY(vend_account_form_text(act->request->reason, 1, STORE_ACCOUNT_NOTE, "reason"));
    MV_TRY(store_account_by_number(store, act->request->number, row));
    return vend_may_touch(&vend->directory, &act->identity, act->call, row->organisation, "");
}

static mv_status write(struct vend *vend, struct store *store, struct vend_change *change, enum store_account_kind kind,
                       struct store_account *row)
{
    const struct act *act = change->arg;
    const struct store_account_act done = {.kind = kind,
                                           .note = act->request->reason,
                                           .principal = act->identity.id,
                                           .at_unix_s = change->now_us / 1000000};
    MV_TRY(store_account_change(store, row, &done));
    vend_note_detail(&change->record, "account=%s version=%u state=%u", row->number, row->version, row->state);
    change->changed = true;
    return vend_account_fill(vend, store, row, act->out);
}

static mv_status carry_out(struct vend *vend, const struct vend_caller *caller, struct act *act, vend_work_fn *work)
{
    const char *number = act->request->number;
    act->principal = caller->principal;
    const char *object = vend_form_name(number, STORE_ACCOUNT_NUMBER, "account_number").ok ? number : NULL;
    return vend_told(act->call, vend_change_call(vend, caller, act->call, object, work, act));
}

static mv_status sum_debt(void *self, const struct store_debt *row)
{
    int64_t *owed = self;
    *owed += row->outstanding;
    return mv_ok();
}

static mv_status check_owes_nothing(struct store *store, int64_t account)
{
    int64_t owed = 0;
    MV_TRY(store_debts(store, account, false, sum_debt, &owed));
    return owed == 0 ? mv_ok() : mv_fail(MV_ACCOUNT_OWES, NULL);
}

/* ---- credit left in a meter, as its return proves it ---- */
static mv_status claim_by_return(struct store *store, struct vend_change *change, const struct store_account *row,
                                 const struct store_meter *meter, uint8_t kind, struct store_claim *claim)
{
    const struct act *act = change->arg;
    struct vend_proof proof;
    if (change->state.clock_unconfirmed) /* nobody knows how old the return is */
        return mv_fail(MV_CLOCK_STEPPED, NULL);
    *claim = (struct store_claim){.kind = kind,
                                  .account = row->id,
                                  .meter = meter->id,
                                  .principal = act->identity.id,
                                  .at_unix_s = change->now_us / 1000000};
    vend_copy(claim->reason, sizeof claim->reason, act->request->reason);
    MV_TRY(vend_proof_find(store, meter, row->id, claim->at_unix_s, &proof));
    claim->amount = proof.remaining;
    if (kind == STORE_CLAIM_CREDIT)
        MV_TRY(vend_proof_worth(store, row->id, meter->id, proof.remaining, &claim->amount));
    if (claim->amount > 0)
        return vend_proof_claim(store, &proof, claim, &change->record);
    vend_note_detail(&change->record, "remaining=%lld", (long long)proof.remaining);
    return mv_ok();
}

/* ---- closing ---- */
static mv_status refund(struct store *store, struct vend_change *change, struct store_account *row,
                        struct store_claim *claim)
{
    struct store_meter meter;
    MV_TRY(store_meter_by_id(store, row->meter, &meter));
    MV_TRY(claim_by_return(store, change, row, &meter, STORE_CLAIM_CREDIT, claim));
    row->balance += claim->id != 0 ? claim->amount : 0;
    return mv_ok();
}

static mv_status close_account(struct vend *vend, struct store *store, struct vend_change *change)
{
    struct act *act = change->arg;
    struct store_account row;
    struct store_claim claim = {.id = 0};
    int64_t deposit;
    MV_TRY(begin(vend, store, act, &row));
    if (row.state == STORE_ACCOUNT_CLOSED)
        return vend_account_fill(vend, store, &row, act->out);
    MV_TRY(store_deposit_get(store, row.id, &deposit));
    if (row.balance != 0 || deposit != 0)
        return mv_fail(MV_ACCOUNT_HOLDS_MONEY, NULL);
    if (!act->request->leaves_debts)
        MV_TRY(check_owes_nothing(store, row.id));
    if (act->request->by_return)
        MV_TRY(refund(store, change, &row, &claim));
    row.state = STORE_ACCOUNT_CLOSED;
    MV_TRY(write(vend, store, change, STORE_ACCOUNT_ENDED, &row));
    act->out->claim = claim.id;
    return mv_ok();
}

mv_status vend_close_account(struct vend *vend, const struct vend_caller *caller,
                             const struct vend_life_request *request, struct vend_account *account)
{
    struct act act = {.request = request, .call = VEND_CLOSE_ACCOUNT, .out = account};
    return carry_out(vend, caller, &act, close_account);
}

/* ---- another meter ---- */
static mv_status check_meters(struct store *store, const struct store_meter *old, const struct store_meter *new)
{
    struct store_account other;
    if (new->state != VEND_METER_ACTIVE)
        return mv_fail(MV_METER_NOT_ACTIVE, "meter_pan");
    if (new->utility != old->utility || new->currency != old->currency)
        return mv_fail(MV_WRONG_UTILITY, "meter_pan");
    /* a token for the one would wait for the other */
    if (old->pending_change != 0 || new->pending_change != 0)
        return mv_fail(MV_KEY_CHANGE_PENDING, NULL);
    mv_status found = store_account_by_meter(store, new->id, &other);
    if (found.ok)
        return mv_fail(MV_METER_HAS_ACCOUNT, "meter_pan");
    return found.reason == MV_ACCOUNT_UNKNOWN ? mv_ok() : found;
}

static mv_status change_meter(struct vend *vend, struct store *store, struct vend_change *change)
{
    struct act *act = change->arg;
    struct store_account row;
    struct store_meter old, new;
    struct store_claim claim = {.id = 0};
    MV_TRY(begin(vend, store, act, &row));
    MV_TRY(vend_form_pan(act->request->pan));
    MV_TRY(store_meter_by_pan(store, act->request->pan, &new));
    if (new.organisation != row.organisation)
        return mv_fail(MV_METER_UNKNOWN, "meter_pan");
    if (row.state == STORE_ACCOUNT_CLOSED)
        return mv_fail(MV_ACCOUNT_CLOSED, NULL);
    if (row.meter == new.id)
        return vend_account_fill(vend, store, &row, act->out);
    MV_TRY(store_meter_by_id(store, row.meter, &old));
    MV_TRY(check_meters(store, &old, &new));
    if (act->request->by_return)
        MV_TRY(claim_by_return(store, change, &row, &old, STORE_CLAIM_UNITS, &claim));
    vend_note_detail(&change->record, "from=%s to=%s", old.pan, new.pan);
    row.meter = new.id;
    vend_copy(row.pan, sizeof row.pan, new.pan);
    MV_TRY(write(vend, store, change, STORE_ACCOUNT_METER_CHANGED, &row));
    act->out->claim = claim.id;
    return mv_ok();
}

mv_status vend_change_meter(struct vend *vend, const struct vend_caller *caller,
                            const struct vend_life_request *request, struct vend_account *account)
{
    struct act act = {.request = request, .call = VEND_CHANGE_METER, .out = account};
    return carry_out(vend, caller, &act, change_meter);
}

/* ---- another owner ---- */
struct moving {
    struct store_debt debts[STORE_BILL_LINES];
    size_t count;
};

static mv_status note_debt(void *self, const struct store_debt *row)
{
    struct moving *moving = self;
    if (moving->count == sizeof moving->debts / sizeof moving->debts[0])
        return mv_fail(MV_TOO_MANY_DEBTS, NULL);
    moving->debts[moving->count++] = *row;
    return mv_ok();
}

static mv_status move_debt(struct store *store, const struct act *act, const struct store_debt *debt, int64_t to,
                           int64_t now_s)
{
    struct store_act away = {.principal = act->identity.id,
                             .account = debt->account,
                             .kind = STORE_ACT_DEBT_MOVED_AWAY,
                             .amount = debt->outstanding,
                             .debt = debt->id,
                             .other = to,
                             .at_unix_s = now_s};
    (void)snprintf(away.request_id, sizeof away.request_id, "#debt-%" PRId64 "-away", debt->id);
    vend_copy(away.reason, sizeof away.reason, act->request->reason);
    struct store_act here = away;
    here.account = to;
    here.kind = STORE_ACT_DEBT_MOVED_HERE;
    here.debt = 0;
    here.other = debt->account;
    (void)snprintf(here.request_id, sizeof here.request_id, "#debt-%" PRId64 "-here", debt->id);
    MV_TRY(store_act_insert(store, &away, NULL));
    return store_act_insert(store, &here, &debt->terms);
}

/* Those that were added since the date are of who comes in any case. */
static mv_status move_debts(struct store *store, const struct act *act, const struct store_transfer *transfer)
{
    struct moving moving = {.count = 0};
    if (act->request->debts_go_along)
        MV_TRY(store_transfer_debts(store, transfer->account, transfer->cut_unix_s, false, note_debt, &moving));
    MV_TRY(store_transfer_debts(store, transfer->account, transfer->cut_unix_s, true, note_debt, &moving));
    for (size_t i = 0; i < moving.count; i++)
        MV_TRY(move_debt(store, act, &moving.debts[i], transfer->next, transfer->at_unix_s));
    return mv_ok();
}

static mv_status open_next(struct store *store, const struct vend_change *change, const struct store_account *old,
                           struct store_account *row)
{
    const struct act *act = change->arg;
    const struct vend_account_request *next = act->request->next;
    const struct store_account_act opened = {.kind = STORE_ACCOUNT_OPENED,
                                             .note = act->request->reason,
                                             .principal = act->identity.id,
                                             .at_unix_s = change->now_us / 1000000};
    *row = (struct store_account){.organisation = old->organisation, .meter = old->meter};
    vend_copy(row->number, sizeof row->number, next->number);
    vend_copy(row->pan, sizeof row->pan, old->pan);
    vend_account_say(next, old->tariff_class, &row->customer, row->tariff_class);
    return store_account_open(store, row, &opened);
}

/* The transfer was made already, to this very account as of this date; else nothing would have been moved. */
static mv_status answer_again(struct vend *vend, struct store *store, const struct act *act,
                              const struct store_account *old)
{
    struct store_account row;
    struct store_transfer made;
    bool found;
    MV_TRY(store_transfer_get(store, old->id, &made, &found));
    if (!found || (act->request->since_unix_s != 0 && act->request->since_unix_s != made.cut_unix_s))
        return mv_fail(MV_ACCOUNT_CLOSED, NULL);
    MV_TRY(store_account_by_id(store, made.next, &row));
    if (strcmp(row.number, act->request->next->number) != 0)
        return mv_fail(MV_ACCOUNT_CLOSED, NULL);
    MV_TRY(vend_account_fill(vend, store, &row, act->out));
    act->out->has_transfer = true;
    act->out->transfer = made;
    return mv_ok();
}

static mv_status split(struct store *store, const struct act *act, const struct store_account *old, int64_t now_us,
                       struct store_transfer *parts)
{
    const struct vend_life_request *request = act->request;
    MV_TRY(vend_transfer_split(store, old, request->since_unix_s, now_us / 1000000, parts));
    bool owes = parts->halves.of[STORE_PART_OWED].before != 0;
    return owes && !request->leaves_debts && !request->debts_go_along ? mv_fail(MV_ACCOUNT_OWES, NULL) : mv_ok();
}

static mv_status transfer(struct vend *vend, struct store *store, struct vend_change *change)
{
    struct act *act = change->arg;
    struct store_account old, next;
    struct store_transfer parts;
    MV_TRY(begin(vend, store, act, &old));
    MV_TRY(vend_account_form(act->request->next));
    if (old.state == STORE_ACCOUNT_CLOSED)
        return answer_again(vend, store, act, &old);
    MV_TRY(split(store, act, &old, change->now_us, &parts));
    old.state = STORE_ACCOUNT_CLOSED;
    MV_TRY(write(vend, store, change, STORE_ACCOUNT_ENDED, &old));
    MV_TRY(open_next(store, change, &old, &next));
    parts.next = next.id;
    parts.principal = act->identity.id;
    MV_TRY(vend_transfer_write(store, &parts, act->request->reason));
    MV_TRY(move_debts(store, act, &parts));
    vend_note_detail(&change->record, "to=%s since=%lld balance=%lld debts=%s", next.number,
                     (long long)parts.cut_unix_s, (long long)parts.balance,
                     act->request->debts_go_along ? "go-along" : "stay");
    MV_TRY(store_account_by_id(store, next.id, &next));
    MV_TRY(vend_account_fill(vend, store, &next, act->out));
    act->out->has_transfer = true;
    act->out->transfer = parts;
    return mv_ok();
}

mv_status vend_transfer_account(struct vend *vend, const struct vend_caller *caller,
                                const struct vend_life_request *request, struct vend_account *account)
{
    struct act act = {.request = request, .call = VEND_TRANSFER_ACCOUNT, .out = account};
    return carry_out(vend, caller, &act, transfer);
}
