/* Whether a version may have been mistyped: 10 where 0.10 was meant. */
#include "vending/tariff.h"

/* What is more than half as much again, or less than two thirds, is doubted. */
enum { FACTOR_HIGH = 3, FACTOR_LOW = 2 };

bool vend_tariff_may_begin(int64_t valid_from_unix_s, int64_t now_unix_s)
{
    enum { DAY_S = 86400, AHEAD_DAYS = 2 * 366 };
    return valid_from_unix_s >= now_unix_s - DAY_S && valid_from_unix_s <= now_unix_s + (int64_t)AHEAD_DAYS * DAY_S;
}

int64_t vend_tariff_waits_since(int64_t now_unix_s)
{
    enum { WAITS_S = 30 * 86400 };
    return now_unix_s - WAITS_S;
}

bool vend_tariff_waited(int64_t since_unix_s, int64_t now_unix_s)
{
    return since_unix_s < vend_tariff_waits_since(now_unix_s);
}

static bool far(int64_t before, int64_t after)
{
    const int64_t low = before < after ? before : after;
    const int64_t high = before < after ? after : before;
    return high * FACTOR_LOW > low * FACTOR_HIGH;
}

static const char *doubt_prices(const struct vend_tariff_version *before, const struct vend_tariff_version *after)
{
    if (before->kind != after->kind)
        return "kind";
    if (before->step_count != after->step_count)
        return "steps";
    for (size_t i = 0; i < after->step_count; i++) {
        if (far(before->steps[i].price_e5, after->steps[i].price_e5))
            return "steps.price_e5";
        if (far(before->steps[i].up_to, after->steps[i].up_to))
            return "steps.up_to";
    }
    if (before->period_count != after->period_count)
        return "periods";
    for (size_t i = 0; i < after->period_count; i++) {
        if (far(before->periods[i].price_e5, after->periods[i].price_e5))
            return "periods.price_e5";
        if (far(before->periods[i].share_e4, after->periods[i].share_e4))
            return "periods.share_e4";
    }
    return NULL;
}

static const char *doubt_charges(const struct vend_tariff_version *before, const struct vend_tariff_version *after)
{
    if (before->charge_count != after->charge_count)
        return "charges";
    for (size_t i = 0; i < after->charge_count; i++)
        if (before->charges[i].kind != after->charges[i].kind ||
            far(before->charges[i].amount, after->charges[i].amount))
            return "charges.amount";
    if (before->tax_count != after->tax_count)
        return "taxes";
    for (size_t i = 0; i < after->tax_count; i++) {
        if (far(before->taxes[i].percent_e4, after->taxes[i].percent_e4))
            return "taxes.percent_e4";
        if (before->taxes[i].on_energy != after->taxes[i].on_energy ||
            before->taxes[i].on_charges != after->taxes[i].on_charges)
            return "taxes.on";
    }
    return NULL;
}

const char *vend_tariff_doubt(const struct vend_tariff_version *before, const struct vend_tariff_version *after)
{
    const char *doubt = NULL;
    if (before == NULL)
        return "version";
    doubt = doubt_prices(before, after);
    if (doubt == NULL)
        doubt = doubt_charges(before, after);
    if (doubt != NULL)
        return doubt;
    if (before->rounding != after->rounding || before->round_to != after->round_to)
        return "rounding";
    if (far(before->fixed_charge_per_month, after->fixed_charge_per_month))
        return "fixed_charge_per_month";
    if (far(before->free_units_per_month, after->free_units_per_month))
        return "free_units_per_month";
    if (far(before->free_carry_months, after->free_carry_months))
        return "free_carry_months";
    if (far(before->minimum_purchase, after->minimum_purchase))
        return "minimum_purchase";
    return far(before->maximum_purchase, after->maximum_purchase) ? "maximum_purchase" : NULL;
}
