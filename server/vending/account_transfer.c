/* Another owner as of a date: what was before it, what came after it, and what has to be moved for that. */
#include <inttypes.h>
#include <stdio.h>

#include "vending/account_life.h"
#include "vending/account_parts.h"
#include "vending/internal.h"
#include "vending/price.h"

/* A transfer for now leaves everything so far where it is: it begins with the next second. */
static mv_status find_cut(struct store *store, const struct store_account *old, int64_t since_unix_s,
                          int64_t now_unix_s, int64_t *cut)
{
    enum { DAY_S = 86400 };
    int64_t first;
    *cut = now_unix_s + 1;
    if (since_unix_s == 0)
        return mv_ok();
    MV_TRY(store_transfer_since(store, old->id, &first));
    if (since_unix_s > now_unix_s || since_unix_s < first ||
        since_unix_s < now_unix_s - (int64_t)VEND_TRANSFER_DAYS * DAY_S)
        return mv_fail(MV_TRANSFER_DATE, "since_unix_s");
    *cut = since_unix_s;
    return mv_ok();
}

/* Up to which month the account has paid the monthly charge, or owes none. */
static mv_status find_charged(struct store *store, const struct store_account *old, int32_t utc_offset_min,
                              int64_t *through)
{
    struct store_account_month month;
    int64_t since_unix_s;
    bool came = false;
    MV_TRY(store_account_month_get(store, old->id, &month));
    *through = month.charged_through;
    if (month.bill == 0)
        MV_TRY(store_transfer_charged(store, old->id, through, &since_unix_s, &came));
    if (month.bill == 0 && !came)
        *through = vend_month(old->opened_at_unix_s, utc_offset_min) - 1;
    return mv_ok();
}

static int64_t at_least_0(int64_t number)
{
    return number < 0 ? 0 : number;
}

/* The month of the date is the next owner's, unless it is paid. */
static mv_status split_months(struct store *store, const struct store_account *old, int64_t since_unix_s,
                              int64_t now_unix_s, struct store_transfer *transfer)
{
    struct store_office office = {.utc_offset_min = 0};
    struct store_half *half = &transfer->halves.of[STORE_PART_MONTHS_DUE];
    int64_t charged;
    mv_status found = store_office_get(store, &office);
    if (!found.ok && found.reason != MV_CURRENCY_NOT_SET)
        return found;
    MV_TRY(find_charged(store, old, office.utc_offset_min, &charged));
    int64_t now = vend_month(now_unix_s, office.utc_offset_min);
    int64_t before = vend_month(since_unix_s == 0 ? now_unix_s : since_unix_s, office.utc_offset_min) - 1;
    half->before = at_least_0(before - charged);
    half->after = at_least_0(now - (charged > before ? charged : before));
    /* who comes from now on begins a month of their own */
    transfer->charged_through = since_unix_s != 0 && charged > before ? charged : before;
    return mv_ok();
}

mv_status vend_transfer_split(struct store *store, const struct store_account *old, int64_t since_unix_s,
                              int64_t now_unix_s, struct store_transfer *transfer)
{
    struct store_halves *halves = &transfer->halves;
    *transfer = (struct store_transfer){.account = old->id, .at_unix_s = now_unix_s};
    MV_TRY(find_cut(store, old, since_unix_s, now_unix_s, &transfer->cut_unix_s));
    MV_TRY(store_halves_get(store, old->id, transfer->cut_unix_s, halves));
    const struct store_half *balance = &halves->of[STORE_PART_BALANCE];
    const struct store_half *deposit = &halves->of[STORE_PART_DEPOSIT];
    /* what one of them held the other one has spent: only they can settle that */
    if (balance->after < 0 || deposit->after < 0)
        return mv_fail(MV_TRANSFER_SPENT, NULL);
    transfer->balance = balance->after + deposit->after;
    return split_months(store, old, since_unix_s, now_unix_s, transfer);
}

static mv_status move_deposit(struct store *store, const struct store_transfer *transfer, enum store_act_kind kind,
                              const char *reason)
{
    const bool back = kind == STORE_ACT_DEPOSIT_RETURNED;
    struct store_act act = {.principal = transfer->principal,
                            .account = back ? transfer->account : transfer->next,
                            .kind = (uint8_t)kind,
                            .amount = transfer->halves.of[STORE_PART_DEPOSIT].after,
                            .payment = STORE_PAY_BALANCE,
                            .at_unix_s = transfer->at_unix_s};
    if (act.amount == 0)
        return mv_ok();
    (void)snprintf(act.request_id, sizeof act.request_id, "#transfer-%" PRId64 "-%s", transfer->account,
                   back ? "back" : "taken");
    vend_copy(act.reason, sizeof act.reason, reason);
    return store_act_insert(store, &act, NULL);
}

/* A deposit goes along as money: given back to the one balance, and taken from the other. */
mv_status vend_transfer_write(struct store *store, const struct store_transfer *transfer, const char *reason)
{
    MV_TRY(move_deposit(store, transfer, STORE_ACT_DEPOSIT_RETURNED, reason));
    MV_TRY(store_transfer_insert(store, transfer));
    return move_deposit(store, transfer, STORE_ACT_DEPOSIT_TAKEN, reason);
}
