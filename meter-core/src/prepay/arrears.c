/* Arrears and fixed charges: what is taken without use. */
#include "account.h"
#include "exact.h"
#include "save.h"

enum { PERCENT = 100 };

static void take(struct mv_prepay *p, int64_t amount)
{
    int64_t *taken = &p->account.taken[p->parameters.credit_register];
    *taken = mv_add_i64(*taken, amount);
}

/* Arrears are never taken on credit: what overdraft and emergency advance is for supply. */
static void take_arrears(struct mv_prepay *p, int64_t wanted, int64_t available)
{
    int64_t amount = mv_lower_i64(wanted, mv_lower_i64(p->account.arrears, available));
    if (amount <= 0)
        return;
    p->account.arrears -= amount;
    take(p, amount);
}

void mv_account_forfeit(struct mv_prepay *p)
{
    take(p, p->account.reserved);
    p->account.reserved = 0;
}

void mv_account_days_begin(struct mv_prepay *p, const struct mv_local *today)
{
    struct mv_account *account = &p->account;
    bool first = account->day == 0;
    uint32_t oldest = today->day_number;
    if (!first)
        oldest = oldest > MV_DAYS_CHARGED ? oldest - MV_DAYS_CHARGED : 0;
    if (account->day >= oldest)
        return;
    account->day = oldest;
    mv_touch(p, MV_OBJECT_ACCOUNT, first); /* forgotten, the days until the next save would be free */
}

void mv_account_next_day(struct mv_prepay *p)
{
    p->account.day++;
    p->account.fixed_today_taken = mv_account_in_currency(p) ? p->tariff.fixed_per_day : 0;
    take(p, p->account.fixed_today_taken);
    take_arrears(p, p->parameters.arrears_per_day, mv_account_remaining(p));
    mv_touch(p, MV_OBJECT_ACCOUNT, false);
}

/* Rounded down: a fraction of the smallest amount stays with the customer, and is still owed. Of an amount above 0. */
static int64_t percent_of(int64_t amount, uint8_t percent)
{
    uint32_t rest = 0;
    uint64_t hundredths = mv_divide((uint64_t)amount, PERCENT, &rest);
    return (int64_t)(hundredths * percent + rest * percent / PERCENT);
}

void mv_account_credited(struct mv_prepay *p, int64_t amount)
{
    const struct mv_parameters *parameters = &p->parameters;
    int64_t remaining = mv_account_remaining(p);
    if (amount <= 0)
        return;
    take_arrears(p, mv_add_i64(parameters->arrears_per_purchase, percent_of(amount, parameters->arrears_percent)),
                 mv_lower_i64(amount, remaining));
    if (remaining >= 0)
        p->account.emergency_on = false;
    if (p->account.purchases < UINT32_MAX)
        p->account.purchases++;
    mv_touch(p, MV_OBJECT_ACCOUNT, true);
}
