/* The price of a month's units from its first one on, as a function that never falls: purchases are its differences. */
#include "vending/exact.h"
#include "vending/price_parts.h"

enum { SHARES_E4 = 10000, E5_DIGITS = 5 };

/* e5 of the currency in one minor unit */
static int64_t minor_e5(const struct vend_price_facts *facts)
{
    int64_t e5 = 1;
    for (int digit = facts->minor_digits; digit < E5_DIGITS; digit++)
        e5 *= 10;
    return e5;
}

static struct vend_round rounding(const struct vend_tariff_version *tariff)
{
    return (struct vend_round){tariff->rounding, tariff->round_to};
}

/* e5 per unit of account times units, in shares */
static vend_wide by_share(const struct vend_tariff_version *tariff)
{
    vend_wide sum = 0;
    for (size_t i = 0; i < tariff->period_count; i++)
        sum += (vend_wide)tariff->periods[i].price_e5 * tariff->periods[i].share_e4;
    return sum;
}

static vend_wide by_step(const struct vend_tariff_version *tariff, int64_t x)
{
    vend_wide sum = 0;
    int64_t from = 0;
    for (size_t i = 0; i < tariff->step_count && from < x; i++) {
        const struct vend_step *step = &tariff->steps[i];
        int64_t to = step->up_to == 0 || step->up_to > x ? x : step->up_to;
        sum += (vend_wide)(to - from) * (vend_wide)step->price_e5;
        from = to;
    }
    return sum;
}

bool vend_running_energy(const struct vend_tariff_version *tariff, const struct vend_price_facts *facts, int64_t x,
                         int64_t *energy)
{
    vend_wide divisor = (vend_wide)minor_e5(facts);
    if (facts->currency)
        return vend_divide((vend_wide)x, divisor, rounding(tariff), energy);
    divisor *= (uint64_t)vend_tariff_scale(tariff->utility);
    if (tariff->kind == VEND_TIME_OF_USE)
        return vend_divide(by_share(tariff) * (uint64_t)x, divisor * SHARES_E4, rounding(tariff), energy);
    return vend_divide(by_step(tariff, x), divisor, rounding(tariff), energy);
}

static bool running_charge(const struct vend_tariff_version *tariff, const struct vend_price_facts *facts,
                           const struct vend_charge *charge, int64_t x, int64_t energy, int64_t *amount)
{
    *amount = 0;
    if (charge->kind == VEND_CHARGE_PERCENT)
        return vend_percent(energy, charge->amount, rounding(tariff), amount);
    if (charge->kind != VEND_CHARGE_PER_UNIT || facts->currency)
        return true;
    vend_wide divisor = (vend_wide)minor_e5(facts) * (vend_wide)vend_tariff_scale(tariff->utility);
    return vend_divide((vend_wide)x * (vend_wide)charge->amount, divisor, rounding(tariff), amount);
}

bool vend_running(const struct vend_tariff_version *tariff, const struct vend_price_facts *facts, int64_t x,
                  struct vend_running *running)
{
    int64_t charges = 0;
    if (!vend_running_energy(tariff, facts, x, &running->energy))
        return false;
    for (size_t i = 0; i < tariff->charge_count; i++) {
        if (!running_charge(tariff, facts, &tariff->charges[i], x, running->energy, &running->charges[i]))
            return false;
        charges += running->charges[i];
    }
    for (size_t i = 0; i < tariff->tax_count; i++) {
        const struct vend_tax *tax = &tariff->taxes[i];
        int64_t base = (tax->on_energy ? running->energy : 0) + (tax->on_charges ? charges : 0);
        if (!vend_percent(base, tax->percent_e4, rounding(tariff), &running->taxes[i]))
            return false;
    }
    return true;
}

bool vend_units_cost(const struct vend_tariff_version *tariff, const struct vend_price_facts *facts, int64_t from,
                     int64_t to)
{
    if (to <= from)
        return false;
    if (facts->currency || tariff->kind == VEND_TIME_OF_USE || by_step(tariff, to) > by_step(tariff, from))
        return true;
    for (size_t i = 0; i < tariff->charge_count; i++)
        if (tariff->charges[i].kind == VEND_CHARGE_PER_UNIT && tariff->charges[i].amount > 0)
            return true;
    return false;
}

int64_t vend_shown_rate(const struct vend_tariff_version *tariff, const struct vend_price_facts *facts, size_t step)
{
    int64_t rate = 0;
    if (facts->currency)
        return 0;
    if (tariff->kind != VEND_TIME_OF_USE)
        return tariff->steps[step].price_e5;
    (void)vend_divide(by_share(tariff), SHARES_E4, (struct vend_round){VEND_ROUND_HALF_EVEN, 1}, &rate);
    return rate;
}
