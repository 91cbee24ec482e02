#include "vending/proof.h"

#include "vending/claim_parts.h"
#include "vending/exact.h"
#include "vending/internal.h"
#include "vending/record_parts.h"

/* ---- the return ---- */
static mv_status missing(const char *why)
{
    return mv_fail(MV_RETURN_MISSING, why);
}

/* The newest return answers the newest read request. */
static mv_status find_answer(struct store *store, int64_t meter, struct store_record *read, struct store_return *back)
{
    struct store_record_meter keys;
    mv_status found = store_record_meter_get(store, meter, &keys);
    if (!found.ok)
        return found.reason == MV_RECORDS_NOT_PROVISIONED ? missing("takes no records") : found;
    found = store_record_last_read(store, meter, keys.keys.epoch, read);
    if (!found.ok)
        return found.reason == MV_RECORD_UNKNOWN ? missing("not asked") : found;
    found = store_return_last(store, meter, keys.keys.epoch, back);
    if (!found.ok)
        return found.reason == MV_RECORD_UNKNOWN ? missing("not answered") : found;
    return back->answers == read->id ? mv_ok() : missing("not answered");
}

static mv_status outdated(const char *why)
{
    return mv_fail(MV_RETURN_OUTDATED, why);
}

/* What was sold before the request was signed is all that was sold, and the meter has it. */
static mv_status check_purchases(struct store *store, const struct store_record *read, const struct store_return *back)
{
    uint32_t before, last;
    int64_t taken;
    MV_TRY(store_record_before(store, read, MV_KIND_PURCHASE, &before));
    MV_TRY(store_record_last(store, read->meter, read->epoch, MV_KIND_PURCHASE, &last));
    if (last > before)
        return outdated("purchase since");
    return vend_return_number(back, MV_TAG_PURCHASE_SEQUENCE, &taken) && taken >= last ? mv_ok()
                                                                                       : outdated("purchase not taken");
}

static mv_status check_current(struct store *store, const struct store_record *read, int64_t account,
                               int64_t now_unix_s)
{
    struct store_read_mark mark;
    mv_status found = store_read_mark_get(store, read->id, &mark);
    if (!found.ok)
        return found.reason == MV_RECORD_UNKNOWN ? outdated("asked before") : found;
    if (mark.account != account)
        return outdated("another account");
    if (mark.token_made_since)
        return outdated("token since");
    /* a request of the time to come, by a clock that was put back since, has no age */
    const int64_t age = now_unix_s - read->issued_at_unix_s;
    return age >= -VEND_CLOCK_STEP_S && age <= VEND_PROOF_FRESH_S ? mv_ok() : outdated("age");
}

static mv_status needs_officers(const char *why)
{
    return mv_fail(MV_CREDIT_NEEDS_OFFICERS, why);
}

static mv_status read_values(const struct store_meter *meter, struct vend_proof *proof)
{
    int64_t counts, arrears;
    const struct store_return *back = &proof->back;
    if (!vend_return_number(back, MV_TAG_RETURN_REGISTER, &counts) || counts != vend_record_register(meter))
        return needs_officers("register");
    if (!vend_return_number(back, MV_TAG_ARREARS, &arrears) || arrears > 0)
        return needs_officers("arrears");
    return vend_return_number(back, MV_TAG_REMAINING, &proof->remaining) ? mv_ok() : needs_officers("remaining");
}

mv_status vend_proof_find(struct store *store, const struct store_meter *meter, int64_t account, int64_t now_unix_s,
                          struct vend_proof *proof)
{
    struct store_record read;
    bool used, other_used, reversed;
    MV_TRY(find_answer(store, meter->id, &read, &proof->back));
    MV_TRY(store_return_used(store, &proof->back, &used, &other_used));
    if (used)
        return mv_fail(MV_RETURN_USED, NULL);
    /* no return tells whether that has left the meter */
    if (other_used)
        return needs_officers("given back before");
    MV_TRY(check_current(store, &read, account, now_unix_s));
    MV_TRY(check_purchases(store, &read, &proof->back));
    /* its units may be in the meter, and its money went back, or will */
    MV_TRY(store_reversed_any(store, account, meter->id, &reversed));
    return reversed ? needs_officers("reversed sale") : read_values(meter, proof);
}

/* ---- what it is worth ---- */

/* Of the last `units` of a bill. */
static mv_status add_worth(const struct store_bill_units *bill, int64_t units, int64_t *worth)
{
    const struct vend_round down = {VEND_ROUND_DOWN, 1};
    const int64_t before_tax = bill->energy + bill->charges;
    int64_t gross, part;
    if (bill->energy == 0 || units == 0) /* sold for nothing, or void: that bill has no units at all */
        return mv_ok();
    if (!vend_divide((vend_wide)bill->energy * (vend_wide)(before_tax + bill->taxes), (vend_wide)before_tax, down,
                     &gross) ||
        !vend_divide((vend_wide)gross * (vend_wide)units, (vend_wide)bill->units, down, &part))
        return mv_fail(MV_MONEY_TOO_MUCH, NULL);
    *worth += part;
    return mv_ok();
}

mv_status vend_proof_worth(struct store *store, int64_t account, int64_t meter, int64_t units, int64_t *worth)
{
    struct store_account_month month;
    struct store_bill_units bill;
    MV_TRY(store_account_month_get(store, account, &month));
    *worth = 0;
    for (int64_t sale = month.bill; sale != 0 && units > 0; sale = bill.previous) {
        MV_TRY(store_bill_units_get(store, sale, &bill));
        if (bill.meter != meter)
            continue;
        int64_t left = bill.units < units ? bill.units : units;
        MV_TRY(add_worth(&bill, left, worth));
        units -= left;
    }
    return units <= 0 ? mv_ok() : needs_officers("not sold here for money");
}

/* ---- the claim ---- */
mv_status vend_proof_claim(struct store *store, const struct vend_proof *proof, struct store_claim *claim,
                           struct audit_record *record)
{
    const struct store_return *back = &proof->back;
    MV_TRY(store_claim_insert(store, claim));
    MV_TRY(store_claim_prove(store, claim->id, back));
    claim->proven = true;
    vend_note_detail(record, "claim=%lld kind=%u amount=%lld remaining=%lld return=%u/%u", (long long)claim->id,
                     claim->kind, (long long)claim->amount, (long long)proof->remaining, back->epoch, back->sequence);
    if (claim->kind == STORE_CLAIM_UNITS)
        return mv_ok();
    MV_TRY(vend_claim_pay(store, claim, claim->principal, claim->at_unix_s));
    vend_note_detail(record, "act=%lld", (long long)claim->act);
    return mv_ok();
}
