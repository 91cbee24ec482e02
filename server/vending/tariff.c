#include "vending/tariff.h"

#include <string.h>

#include "base/utf8.h"
#include "vending/content.h"

enum { SHARES_E4 = 10000, ROUND_MOST = 1000000, DAY_S = 86400, MONTHS = 12 };

static mv_status wrong(const char *field)
{
    return mv_fail(MV_TARIFF_INVALID, field);
}

static bool within(int64_t value, int64_t least, int64_t most)
{
    return value >= least && value <= most;
}

int64_t vend_tariff_scale(enum vend_utility utility)
{
    return utility == VEND_TIME ? 3600 : 1000;
}

static bool label_ok(const char label[VEND_LABEL + 1])
{
    size_t size = strnlen(label, VEND_LABEL + 1);
    return size > 0 && size <= VEND_LABEL && mv_text_printable(label, size);
}

static mv_status check_steps(const struct vend_tariff_version *tariff)
{
    int64_t before = 0;
    const size_t count = tariff->step_count;
    if (count < 1 || count > VEND_STEPS || (tariff->kind == VEND_SINGLE && count != 1))
        return wrong("steps");
    for (size_t i = 0; i < count; i++) {
        const struct vend_step *step = &tariff->steps[i];
        bool last = i + 1 == count;
        if (last != (step->up_to == 0))
            return wrong("steps.up_to");
        if (!last && !within(step->up_to, before + 1, VEND_UNITS_MOST))
            return wrong("steps.up_to");
        if (!within(step->price_e5, last ? 1 : 0, VEND_RATE_MOST_E5))
            return wrong("steps.price_e5");
        before = step->up_to;
    }
    return tariff->period_count == 0 ? mv_ok() : wrong("periods");
}

static mv_status check_periods(const struct vend_tariff_version *tariff)
{
    uint32_t shares = 0;
    bool paid = false;
    if (tariff->period_count < 1 || tariff->period_count > VEND_PERIODS)
        return wrong("periods");
    for (size_t i = 0; i < tariff->period_count; i++) {
        const struct vend_period *period = &tariff->periods[i];
        if (!label_ok(period->name))
            return wrong("periods.name");
        if (!within(period->price_e5, 0, VEND_RATE_MOST_E5))
            return wrong("periods.price_e5");
        if (period->share_e4 > SHARES_E4)
            return wrong("periods.share_e4");
        shares += period->share_e4;
        paid = paid || (period->price_e5 > 0 && period->share_e4 > 0);
    }
    if (shares != SHARES_E4)
        return wrong("periods.share_e4");
    if (!paid)
        return wrong("periods.price_e5");
    return tariff->step_count == 0 ? mv_ok() : wrong("steps");
}

static bool is_rounded(const struct vend_tariff_version *tariff, int64_t money)
{
    return within(money, 0, VEND_MONEY_MOST) && money % tariff->round_to == 0;
}

static mv_status check_charges(const struct vend_tariff_version *tariff)
{
    if (tariff->charge_count > VEND_CHARGES)
        return wrong("charges");
    for (size_t i = 0; i < tariff->charge_count; i++) {
        const struct vend_charge *charge = &tariff->charges[i];
        bool fits = false;
        if (!label_ok(charge->name))
            return wrong("charges.name");
        if (charge->kind == VEND_CHARGE_FIXED)
            fits = is_rounded(tariff, charge->amount);
        else if (charge->kind == VEND_CHARGE_PERCENT)
            fits = within(charge->amount, 0, VEND_PERCENT_E4);
        else if (charge->kind == VEND_CHARGE_PER_UNIT)
            fits = within(charge->amount, 0, VEND_RATE_MOST_E5);
        if (!fits)
            return wrong("charges.amount");
    }
    return mv_ok();
}

static mv_status check_taxes(const struct vend_tariff_version *tariff)
{
    if (tariff->tax_count > VEND_TAXES)
        return wrong("taxes");
    for (size_t i = 0; i < tariff->tax_count; i++) {
        const struct vend_tax *tax = &tariff->taxes[i];
        if (!label_ok(tax->name))
            return wrong("taxes.name");
        if (!within(tax->percent_e4, 0, VEND_PERCENT_E4))
            return wrong("taxes.percent_e4");
        if (!tax->on_energy && !tax->on_charges)
            return wrong("taxes.on");
    }
    return mv_ok();
}

static mv_status check_limits(const struct vend_tariff_version *tariff)
{
    if (!within(tariff->free_units_per_month, 0, VEND_UNITS_MOST / (VEND_FREE_CARRY + 1)) ||
        tariff->free_units_per_month % vend_token_unit(tariff->utility) != 0)
        return wrong("free_units_per_month");
    if (tariff->free_carry_months > VEND_FREE_CARRY)
        return wrong("free_carry_months");
    if (!is_rounded(tariff, tariff->fixed_charge_per_month))
        return wrong("fixed_charge_per_month");
    if (!within(tariff->minimum_purchase, 0, VEND_MONEY_MOST))
        return wrong("minimum_purchase");
    if (!within(tariff->maximum_purchase, 0, VEND_MONEY_MOST) ||
        (tariff->maximum_purchase != 0 && tariff->maximum_purchase < tariff->minimum_purchase))
        return wrong("maximum_purchase");
    return mv_ok();
}

mv_status vend_tariff_check(const struct vend_tariff_version *tariff)
{
    if (!within((int64_t)tariff->utility, VEND_ELECTRICITY, VEND_TIME))
        return wrong("utility");
    if (!within((int64_t)tariff->kind, VEND_SINGLE, VEND_TIME_OF_USE))
        return wrong("kind");
    if (!within((int64_t)tariff->rounding, VEND_ROUND_UP, VEND_ROUND_HALF_EVEN))
        return wrong("rounding");
    if (!within(tariff->round_to, 1, ROUND_MOST))
        return wrong("round_to");
    MV_TRY(tariff->kind == VEND_TIME_OF_USE ? check_periods(tariff) : check_steps(tariff));
    MV_TRY(check_charges(tariff));
    MV_TRY(check_taxes(tariff));
    return check_limits(tariff);
}

int64_t vend_month(int64_t unix_s, int32_t utc_offset_min)
{
    /* days to months of the Gregorian calendar, counted from 0000-03-01 in eras of 400 years */
    enum { ERA_DAYS = 146097, ERA_YEARS = 400, DAYS_TO_1970 = 719468, YEAR_1970 = 1970 };
    int64_t local = unix_s + (int64_t)utc_offset_min * 60;
    int64_t days = local / DAY_S - (local % DAY_S < 0) + DAYS_TO_1970;
    int64_t era = (days >= 0 ? days : days - (ERA_DAYS - 1)) / ERA_DAYS;
    int64_t of_era = days - era * ERA_DAYS;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t day = of_era - (365 * year + year / 4 - year / 100);
    int64_t from_march = (5 * day + 2) / 153;
    return (era * ERA_YEARS + year - YEAR_1970) * MONTHS + from_march + 2;
}

int64_t vend_month_begin(int64_t month, int32_t utc_offset_min)
{
    /* days before each month of a year that begins in March, and leap days of the years before */
    enum { YEAR_1970 = 1970, DAYS_TO_1970 = 719468, YEAR_DAYS = 365 };
    int64_t of_march = month + (int64_t)YEAR_1970 * MONTHS - 2;
    int64_t year = of_march / MONTHS;
    int64_t days = year * YEAR_DAYS + year / 4 - year / 100 + year / 400 + (153 * (of_march % MONTHS) + 2) / 5;
    return (days - DAYS_TO_1970) * DAY_S - (int64_t)utc_offset_min * 60;
}

int64_t vend_free_left(const struct vend_free_month *months, size_t count)
{
    struct vend_free_month kept[VEND_FREE_CARRY + 1] = {{0}}; /* what is left of each, oldest first */
    const size_t here = VEND_FREE_CARRY;
    int64_t left = 0;
    for (size_t month = 0; month < count; month++) {
        int64_t took = months[month].taken;
        for (size_t i = 0; i < here; i++) {
            kept[i] = kept[i + 1];
            if (kept[i].carry < here - i)
                kept[i].quota = 0;
        }
        kept[here] = months[month];
        for (size_t i = 0; i <= here; i++) {
            int64_t part = took < kept[i].quota ? took : kept[i].quota;
            kept[i].quota -= part;
            took -= part;
        }
    }
    for (size_t i = 0; i <= here; i++)
        left += kept[i].quota;
    return left;
}
