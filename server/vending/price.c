#include "vending/price.h"

#include "vending/content.h"
#include "vending/exact.h"
#include "vending/price_parts.h"

/* what a purchase is, while it is looked for */
struct purchase {
    const struct vend_tariff_version *tariff;
    const struct vend_price_facts *facts;
};

static bool debts_in_range(const struct vend_price_facts *facts)
{
    if (facts->debt_count > VEND_PRICE_DEBTS)
        return false;
    for (size_t i = 0; i < facts->debt_count; i++) {
        const struct vend_price_debt *debt = &facts->debts[i];
        bool percent = debt->rule == VEND_DEBT_PERCENT;
        if (debt->rule < VEND_DEBT_PERCENT || debt->rule > VEND_DEBT_PER_DAY || debt->days > VEND_DAYS_DUE ||
            debt->outstanding < 0 || debt->outstanding > VEND_MONEY_MOST ||
            (percent && (debt->percent_e4 < 1 || debt->percent_e4 > VEND_PERCENT_E4)) ||
            (!percent && (debt->amount < 0 || debt->amount > VEND_MONEY_MOST)))
            return false;
    }
    return true;
}

static bool monthly_in_range(const struct vend_price_facts *facts)
{
    uint32_t months = 0;
    if (facts->monthly_count > VEND_MONTHLY_RATES || (facts->monthly_count > 0 && facts->months_due > 0))
        return false;
    for (size_t i = 0; i < facts->monthly_count; i++) {
        const struct vend_monthly *monthly = &facts->monthly[i];
        if (monthly->months > VEND_MONTHS_DUE - months || monthly->charge < 0 || monthly->charge > VEND_MONEY_MOST)
            return false;
        months += monthly->months;
    }
    return true;
}

static mv_status check_facts(const struct vend_price_facts *facts)
{
    if (facts->ask < VEND_ASK_MONEY || facts->ask > VEND_ASK_FREE)
        return mv_fail(MV_INVALID_FIELD, "ask");
    if (facts->ask != VEND_ASK_FREE && facts->amount < 1)
        return mv_fail(MV_AMOUNT_TOO_SMALL, "amount");
    if (facts->ask != VEND_ASK_FREE &&
        facts->amount > (facts->ask == VEND_ASK_MONEY ? VEND_MONEY_MOST : VEND_UNITS_MOST))
        return mv_fail(MV_AMOUNT_TOO_LARGE, "amount");
    if (facts->grain < VEND_GRAIN_TOKEN || facts->grain > VEND_GRAIN_EXACT)
        return mv_fail(MV_INVALID_FIELD, "grain");
    if (facts->minor_digits > 3)
        return mv_fail(MV_INVALID_FIELD, "minor_digits");
    if (facts->bought_units < 0 || facts->bought_units > VEND_UNITS_MOST)
        return mv_fail(MV_INVALID_FIELD, "bought_units");
    if (facts->free_units < 0 || facts->free_units > (facts->currency ? 0 : VEND_UNITS_MOST))
        return mv_fail(MV_INVALID_FIELD, "free_units");
    if (facts->months_due > VEND_MONTHS_DUE)
        return mv_fail(MV_INVALID_FIELD, "months_due");
    if (!monthly_in_range(facts))
        return mv_fail(MV_INVALID_FIELD, "monthly");
    return debts_in_range(facts) ? mv_ok() : mv_fail(MV_INVALID_FIELD, "debts");
}

static int64_t least_units(const struct purchase *purchase)
{
    bool exact = purchase->facts->grain == VEND_GRAIN_EXACT || purchase->facts->currency;
    return exact ? 1 : vend_token_unit(purchase->tariff->utility);
}

/* What a token says that is asked for `units`: rounded up. */
static mv_status encoded(const struct purchase *purchase, int64_t units, int64_t *says)
{
    struct vend_content content;
    const struct vend_price_facts *facts = purchase->facts;
    if (facts->grain == VEND_GRAIN_EXACT) {
        *says = units;
        return units <= VEND_UNITS_MOST ? mv_ok() : mv_fail(MV_AMOUNT_TOO_LARGE, "amount");
    }
    const struct vend_quantity quantity = {
        facts->currency ? VEND_UNIT_CURRENCY_E5 : vend_unit_of(purchase->tariff->utility), units};
    MV_TRY(vend_content_credit(purchase->tariff->utility, facts->currency, &quantity, &content));
    *says = content.encoded;
    return mv_ok();
}

/* The bill of what the token says that is asked for `units`. */
static mv_status bill_of(const struct purchase *purchase, int64_t units, struct vend_bill *bill)
{
    int64_t says = 0;
    MV_TRY(encoded(purchase, units, &says));
    MV_TRY(vend_bill_fill(purchase->tariff, purchase->facts, says, bill));
    return vend_bill_debts(purchase->facts, bill);
}

/* Units that have a price come to nothing: rounding, not the tariff, would give them away. */
static bool for_nothing(const struct purchase *purchase, const struct vend_bill *bill)
{
    const int64_t from = purchase->facts->bought_units;
    return bill->total == 0 && vend_units_cost(purchase->tariff, purchase->facts, from, from + bill->paid_units);
}

typedef bool fits_fn(const struct purchase *purchase, int64_t units, int64_t money);

static bool pays(const struct purchase *purchase, int64_t units, int64_t money)
{
    struct vend_bill bill;
    mv_status status = bill_of(purchase, units, &bill);
    return status.ok && bill.total <= money;
}

static bool is_free(const struct purchase *purchase, int64_t units, int64_t money)
{
    struct vend_bill bill;
    mv_status status = bill_of(purchase, units, &bill);
    return status.ok && bill.total <= money && !for_nothing(purchase, &bill);
}

/* The most units that fit, from the least that are sold on: neither a bill nor the price of its units falls when the
 * units rise. 0: none do. */
static int64_t most_units(const struct purchase *purchase, fits_fn *fits, int64_t money)
{
    int64_t good = least_units(purchase);
    int64_t bad = VEND_UNITS_MOST + 1;
    if (!fits(purchase, good, money))
        return 0;
    while (bad - good > 1) {
        int64_t middle = good + (bad - good) / 2;
        if (fits(purchase, middle, money))
            good = middle;
        else
            bad = middle;
    }
    return good;
}

/* The total of the least units that are sold; when they come to nothing, of the first that come to something, unless
 * a minimum asks for money even so. 0: there is no such total. */
static int64_t least_total(const struct purchase *purchase)
{
    struct vend_bill bill;
    if (!bill_of(purchase, least_units(purchase), &bill).ok)
        return 0;
    bool free = bill.total == 0 && !for_nothing(purchase, &bill);
    if (free && purchase->tariff->minimum_purchase > 0)
        return purchase->tariff->minimum_purchase;
    if (bill.total > 0)
        return bill.total;
    return bill_of(purchase, most_units(purchase, pays, 0) + 1, &bill).ok ? bill.total : 0;
}

static mv_status too_small(const struct purchase *purchase, struct vend_bill *bill)
{
    const int64_t minimum = purchase->tariff->minimum_purchase;
    const int64_t maximum = purchase->tariff->maximum_purchase;
    const int64_t total = least_total(purchase);
    const int64_t least = total < minimum ? minimum : total;
    bool sold = total != 0 && (maximum == 0 || least <= maximum);
    *bill = (struct vend_bill){.least = sold ? least : 0};
    bool fits = bill->least <= (int64_t)UINT32_MAX;
    return mv_fail_code(MV_PURCHASE_TOO_SMALL, "amount", fits ? (unsigned long)bill->least : 0);
}

/* Minimum and maximum are of the money that is offered, by units of what is to be paid. */
static mv_status within(const struct purchase *purchase, int64_t money, struct vend_bill *bill)
{
    const struct vend_tariff_version *tariff = purchase->tariff;
    if (money < tariff->minimum_purchase)
        return too_small(purchase, bill);
    if (tariff->maximum_purchase != 0 && money > tariff->maximum_purchase)
        return mv_fail(MV_PURCHASE_TOO_LARGE, "amount");
    return mv_ok();
}

static mv_status by_money(const struct purchase *purchase, struct vend_bill *bill)
{
    const int64_t money = purchase->facts->amount;
    struct vend_bill more;
    MV_TRY(within(purchase, money, bill));
    int64_t units = most_units(purchase, pays, money);
    if (units != 0)
        MV_TRY(bill_of(purchase, units, bill));
    if (units != 0 && for_nothing(purchase, bill)) {
        /* only what is free without rounding */
        units = most_units(purchase, is_free, 0);
        if (units != 0)
            MV_TRY(bill_of(purchase, units, bill));
    }
    if (units == 0)
        return too_small(purchase, bill);
    bill->change = money - bill->total;
    /* what ends it has to be the money */
    if (bill->change > 0)
        MV_TRY(bill_of(purchase, units + 1, &more));
    return mv_ok();
}

static mv_status by_units(const struct purchase *purchase, struct vend_bill *bill)
{
    MV_TRY(bill_of(purchase, purchase->facts->amount, bill));
    if (for_nothing(purchase, bill))
        return too_small(purchase, bill);
    return within(purchase, bill->total, bill);
}

static mv_status free_only(const struct purchase *purchase, struct vend_bill *bill)
{
    int64_t low = 0;
    int64_t high = purchase->facts->free_units + 1;
    int64_t says = 0;
    if (purchase->facts->free_units < least_units(purchase))
        return mv_fail(MV_AMOUNT_TOO_SMALL, "free_units");
    for (low = least_units(purchase); high - low > 1;) {
        int64_t middle = low + (high - low) / 2;
        if (encoded(purchase, middle, &says).ok && says <= purchase->facts->free_units)
            low = middle;
        else
            high = middle;
    }
    return bill_of(purchase, low, bill);
}

mv_status vend_price(const struct vend_tariff_version *tariff, const struct vend_price_facts *facts,
                     struct vend_bill *bill)
{
    const struct purchase purchase = {tariff, facts};
    *bill = (struct vend_bill){0};
    MV_TRY(vend_tariff_check(tariff));
    MV_TRY(check_facts(facts));
    if (facts->ask == VEND_ASK_FREE)
        return free_only(&purchase, bill);
    if (facts->ask == VEND_ASK_MONEY)
        return by_money(&purchase, bill);
    return by_units(&purchase, bill);
}
