/* A tariff version as a row of the ledger, and back. */
#include "vending/form.h"
#include "vending/tariff_parts.h"

enum { ON_ENERGY = 1, ON_CHARGES = 2 };

static struct store_tariff_part *next_part(struct store_tariff *row, enum store_tariff_part_kind kind, const char *name)
{
    struct store_tariff_part *part = &row->parts[row->part_count++];
    *part = (struct store_tariff_part){.kind = (uint8_t)kind};
    vend_copy(part->name, sizeof part->name, name);
    return part;
}

static void put_parts(const struct vend_tariff_version *tariff, struct store_tariff *row)
{
    for (size_t i = 0; i < tariff->step_count; i++) {
        struct store_tariff_part *part = next_part(row, STORE_STEP, "");
        part->a = tariff->steps[i].up_to;
        part->b = tariff->steps[i].price_e5;
    }
    for (size_t i = 0; i < tariff->period_count; i++) {
        struct store_tariff_part *part = next_part(row, STORE_PERIOD, tariff->periods[i].name);
        part->a = tariff->periods[i].price_e5;
        part->b = tariff->periods[i].share_e4;
    }
    for (size_t i = 0; i < tariff->charge_count; i++) {
        struct store_tariff_part *part = next_part(row, STORE_CHARGE, tariff->charges[i].name);
        part->a = (int64_t)tariff->charges[i].kind;
        part->b = tariff->charges[i].amount;
    }
    for (size_t i = 0; i < tariff->tax_count; i++) {
        const struct vend_tax *tax = &tariff->taxes[i];
        struct store_tariff_part *part = next_part(row, STORE_TAX, tax->name);
        part->a = tax->percent_e4;
        part->b = (tax->on_energy ? ON_ENERGY : 0) | (tax->on_charges ? ON_CHARGES : 0);
    }
}

void vend_tariff_to_row(const struct vend_tariff_version *tariff, struct store_tariff *row)
{
    *row = (struct store_tariff){.utility = (uint8_t)tariff->utility,
                                 .kind = (uint8_t)tariff->kind,
                                 .rounding = (uint8_t)tariff->rounding,
                                 .valid_from_unix_s = tariff->valid_from_unix_s,
                                 .free_units_per_month = tariff->free_units_per_month,
                                 .free_carry_months = tariff->free_carry_months,
                                 .fixed_charge_per_month = tariff->fixed_charge_per_month,
                                 .minimum_purchase = tariff->minimum_purchase,
                                 .maximum_purchase = tariff->maximum_purchase,
                                 .round_to = tariff->round_to};
    vend_copy(row->name, sizeof row->name, tariff->name);
    put_parts(tariff, row);
}

/* False when there are more of a kind than a version has. */
static bool take_part(const struct store_tariff_part *part, struct vend_tariff_version *tariff)
{
    if (part->kind == STORE_STEP && tariff->step_count < VEND_STEPS) {
        tariff->steps[tariff->step_count++] = (struct vend_step){part->a, part->b};
        return true;
    }
    if (part->kind == STORE_PERIOD && tariff->period_count < VEND_PERIODS) {
        struct vend_period *period = &tariff->periods[tariff->period_count++];
        period->price_e5 = part->a;
        period->share_e4 = (uint32_t)part->b;
        vend_copy(period->name, sizeof period->name, part->name);
        return true;
    }
    if (part->kind == STORE_CHARGE && tariff->charge_count < VEND_CHARGES) {
        struct vend_charge *charge = &tariff->charges[tariff->charge_count++];
        charge->kind = (enum vend_charge_kind)part->a;
        charge->amount = part->b;
        vend_copy(charge->name, sizeof charge->name, part->name);
        return true;
    }
    if (part->kind == STORE_TAX && tariff->tax_count < VEND_TAXES) {
        struct vend_tax *tax = &tariff->taxes[tariff->tax_count++];
        tax->percent_e4 = part->a;
        tax->on_energy = (part->b & ON_ENERGY) != 0;
        tax->on_charges = (part->b & ON_CHARGES) != 0;
        vend_copy(tax->name, sizeof tax->name, part->name);
        return true;
    }
    return false;
}

mv_status vend_tariff_from_row(const struct store_tariff *row, struct vend_tariff_version *tariff)
{
    *tariff = (struct vend_tariff_version){.version = row->version,
                                           .utility = (enum vend_utility)row->utility,
                                           .valid_from_unix_s = row->valid_from_unix_s,
                                           .kind = (enum vend_tariff_kind)row->kind,
                                           .free_units_per_month = row->free_units_per_month,
                                           .free_carry_months = row->free_carry_months,
                                           .fixed_charge_per_month = row->fixed_charge_per_month,
                                           .minimum_purchase = row->minimum_purchase,
                                           .maximum_purchase = row->maximum_purchase,
                                           .round_to = row->round_to,
                                           .rounding = (enum vend_rounding)row->rounding};
    vend_copy(tariff->name, sizeof tariff->name, row->name);
    for (size_t i = 0; i < row->part_count; i++)
        if (!take_part(&row->parts[i], tariff))
            return mv_fail(MV_LEDGER_CORRUPT, "tariff_part");
    return vend_tariff_check(tariff).ok ? mv_ok() : mv_fail(MV_LEDGER_CORRUPT, "tariff_version");
}
