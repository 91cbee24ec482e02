#include <stdio.h>

#include "vending/exact.h"
#include "vending/price_parts.h"

struct vend_line *vend_bill_line(struct vend_bill *bill, enum vend_line_kind kind, const char *label, int64_t amount)
{
    struct vend_line *line = &bill->lines[bill->line_count++];
    *line = (struct vend_line){.kind = kind, .amount = amount};
    (void)snprintf(line->label, sizeof line->label, "%s", label);
    bill->total += amount;
    return line;
}

static mv_status too_large(void)
{
    return mv_fail(MV_AMOUNT_TOO_LARGE, "amount");
}

static void add_energy(const struct vend_tariff_version *tariff, const struct vend_price_facts *facts, size_t step,
                       int64_t units, int64_t amount, struct vend_bill *bill)
{
    struct vend_line *line = vend_bill_line(bill, VEND_LINE_ENERGY, "", amount);
    line->units = units;
    line->rate_e5 = vend_shown_rate(tariff, facts, step);
    bill->energy += amount;
}

/* A line for each step that b..b+paid touches. */
static mv_status fill_energy(const struct vend_tariff_version *tariff, const struct vend_price_facts *facts,
                             const struct vend_running *before, const struct vend_running *after,
                             struct vend_bill *bill)
{
    const int64_t end = facts->bought_units + bill->paid_units;
    int64_t from = facts->bought_units;
    int64_t paid = before->energy;
    if (facts->currency || tariff->kind == VEND_TIME_OF_USE) {
        if (end > from)
            add_energy(tariff, facts, 0, end - from, after->energy - paid, bill);
        return mv_ok();
    }
    for (size_t i = 0; i < tariff->step_count && from < end; i++) {
        int64_t to = tariff->steps[i].up_to == 0 || tariff->steps[i].up_to > end ? end : tariff->steps[i].up_to;
        int64_t upto = 0;
        if (to <= from)
            continue;
        if (!vend_running_energy(tariff, facts, to, &upto))
            return too_large();
        add_energy(tariff, facts, i, to - from, upto - paid, bill);
        from = to;
        paid = upto;
    }
    return mv_ok();
}

static int64_t add_monthly(uint32_t months, int64_t charge, struct vend_bill *bill)
{
    int64_t amount = charge * (int64_t)months;
    if (amount == 0)
        return 0;
    vend_bill_line(bill, VEND_LINE_MONTHLY, "", amount)->months = months;
    bill->charges += amount;
    return amount;
}

/* `fixed` becomes what charges do not depend on units. */
static void fill_charges(const struct vend_tariff_version *tariff, const struct vend_price_facts *facts,
                         const struct vend_running *before, const struct vend_running *after, struct vend_bill *bill,
                         int64_t *fixed)
{
    *fixed = 0;
    *fixed += add_monthly(facts->months_due, tariff->fixed_charge_per_month, bill);
    for (size_t i = 0; i < facts->monthly_count; i++)
        *fixed += add_monthly(facts->monthly[i].months, facts->monthly[i].charge, bill);
    for (size_t i = 0; i < tariff->charge_count; i++) {
        const struct vend_charge *charge = &tariff->charges[i];
        if (charge->kind == VEND_CHARGE_PER_UNIT && facts->currency)
            continue;
        bool each = charge->kind == VEND_CHARGE_FIXED;
        int64_t amount = each ? charge->amount : after->charges[i] - before->charges[i];
        struct vend_line *line = vend_bill_line(bill, VEND_LINE_CHARGE, charge->name, amount);
        line->percent_e4 = charge->kind == VEND_CHARGE_PERCENT ? charge->amount : 0;
        line->rate_e5 = charge->kind == VEND_CHARGE_PER_UNIT ? charge->amount : 0;
        bill->charges += amount;
        *fixed += each ? amount : 0;
    }
}

static mv_status fill_taxes(const struct vend_tariff_version *tariff, const struct vend_running *before,
                            const struct vend_running *after, int64_t fixed, struct vend_bill *bill)
{
    const struct vend_round round = {tariff->rounding, tariff->round_to};
    for (size_t i = 0; i < tariff->tax_count; i++) {
        const struct vend_tax *tax = &tariff->taxes[i];
        int64_t amount = 0;
        if (tax->on_charges && !vend_percent(fixed, tax->percent_e4, round, &amount))
            return too_large();
        amount += after->taxes[i] - before->taxes[i];
        vend_bill_line(bill, VEND_LINE_TAX, tax->name, amount)->percent_e4 = tax->percent_e4;
        bill->taxes += amount;
    }
    return mv_ok();
}

mv_status vend_bill_fill(const struct vend_tariff_version *tariff, const struct vend_price_facts *facts, int64_t units,
                         struct vend_bill *bill)
{
    struct vend_running before;
    struct vend_running after;
    int64_t fixed = 0;
    *bill = (struct vend_bill){.units = units};
    bill->free_units = units < facts->free_units ? units : facts->free_units;
    bill->paid_units = units - bill->free_units;
    if (bill->paid_units > VEND_UNITS_MOST - facts->bought_units)
        return too_large();
    if (!vend_running(tariff, facts, facts->bought_units, &before) ||
        !vend_running(tariff, facts, facts->bought_units + bill->paid_units, &after))
        return too_large();
    if (bill->free_units > 0)
        vend_bill_line(bill, VEND_LINE_FREE, "", 0)->units = bill->free_units;
    if (facts->ask == VEND_ASK_FREE)
        return mv_ok();
    MV_TRY(fill_energy(tariff, facts, &before, &after, bill));
    fill_charges(tariff, facts, &before, &after, bill, &fixed);
    MV_TRY(fill_taxes(tariff, &before, &after, fixed, bill));
    return bill->total > VEND_MONEY_MOST ? too_large() : mv_ok();
}
