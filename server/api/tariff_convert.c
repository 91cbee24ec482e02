#include "api/tariff_convert.h"

#include <string.h>

#include "api/token_convert.h"
#include "vending/content.h"

_Static_assert((int)VEND_SINGLE == METERVAULT__V1__PRICING_KIND__PRICE_SINGLE &&
                   (int)VEND_TIME_OF_USE == METERVAULT__V1__PRICING_KIND__PRICE_TIME_OF_USE &&
                   (int)VEND_ROUND_HALF_EVEN == METERVAULT__V1__ROUNDING__ROUND_HALF_EVEN &&
                   (int)VEND_CHARGE_PER_UNIT == METERVAULT__V1__CHARGE_KIND__CHARGE_PER_UNIT &&
                   (int)VEND_TARIFF_APPROVED == METERVAULT__V1__TARIFF_STATE__TARIFF_APPROVED,
               "tariffs are numbered as in the protocol");

/* ---- out ---- */
static void parts_out(const struct vend_tariff_version *version, struct api_tariff *out)
{
    for (size_t i = 0; i < version->step_count; i++) {
        metervault__v1__price_step__init(out->step_pointers[i] = &out->steps[i]);
        out->steps[i].up_to = version->steps[i].up_to;
        out->steps[i].price_e5 = version->steps[i].price_e5;
    }
    for (size_t i = 0; i < version->period_count; i++) {
        metervault__v1__price_period__init(out->period_pointers[i] = &out->periods[i]);
        out->periods[i].name = (char *)version->periods[i].name;
        out->periods[i].price_e5 = version->periods[i].price_e5;
        out->periods[i].share_e4 = version->periods[i].share_e4;
    }
    for (size_t i = 0; i < version->charge_count; i++) {
        metervault__v1__tariff_charge__init(out->charge_pointers[i] = &out->charges[i]);
        out->charges[i].name = (char *)version->charges[i].name;
        out->charges[i].kind = (Metervault__V1__ChargeKind)version->charges[i].kind;
        out->charges[i].amount = version->charges[i].amount;
    }
    for (size_t i = 0; i < version->tax_count; i++) {
        metervault__v1__tariff_tax__init(out->tax_pointers[i] = &out->taxes[i]);
        out->taxes[i].name = (char *)version->taxes[i].name;
        out->taxes[i].percent_e4 = version->taxes[i].percent_e4;
        out->taxes[i].on_energy = version->taxes[i].on_energy;
        out->taxes[i].on_charges = version->taxes[i].on_charges;
    }
}

static void terms_out(const struct vend_tariff_version *version, struct api_tariff *out)
{
    Metervault__V1__TariffTerms *terms = &out->terms;
    metervault__v1__tariff_terms__init(terms);
    parts_out(version, out);
    terms->name = (char *)version->name;
    terms->utility = (Metervault__V1__Utility)version->utility;
    terms->kind = (Metervault__V1__PricingKind)version->kind;
    terms->valid_from_unix_s = version->valid_from_unix_s;
    terms->steps = out->step_pointers;
    terms->n_steps = version->step_count;
    terms->periods = out->period_pointers;
    terms->n_periods = version->period_count;
    terms->charges = out->charge_pointers;
    terms->n_charges = version->charge_count;
    terms->taxes = out->tax_pointers;
    terms->n_taxes = version->tax_count;
    terms->free_units_per_month = version->free_units_per_month;
    terms->free_carry_months = version->free_carry_months;
    terms->fixed_charge_per_month = version->fixed_charge_per_month;
    terms->minimum_purchase = version->minimum_purchase;
    terms->maximum_purchase = version->maximum_purchase;
    terms->round_to = version->round_to;
    terms->rounding = (Metervault__V1__Rounding)version->rounding;
}

static Metervault__V1__TariffDismissal *dismissal_out(const struct vend_dismissal *dismissal,
                                                      Metervault__V1__TariffDismissal *out)
{
    if (dismissal->by[0] == '\0')
        return NULL;
    metervault__v1__tariff_dismissal__init(out);
    out->by = (char *)dismissal->by;
    out->at_unix_s = dismissal->at_unix_s;
    out->reason = (char *)dismissal->reason;
    return out;
}

void api_assignment_out(const struct vend_assignment *assignment, struct api_assignment *out)
{
    Metervault__V1__TariffAssignment *message = &out->message;
    const struct store_tariff_assignment *row = &assignment->row;
    metervault__v1__tariff_assignment__init(message);
    message->organisation = (char *)assignment->organisation;
    message->utility = (Metervault__V1__Utility)row->utility;
    message->meter_class = (char *)row->meter_class;
    message->tariff = (char *)row->tariff;
    message->valid_from_unix_s = row->valid_from_unix_s;
    message->state = (Metervault__V1__TariffState)assignment->state;
    message->doubt = (char *)row->doubt;
    message->number = (uint64_t)row->id;
    message->assigned_by = (char *)assignment->assigned_by;
    message->assigned_at_unix_s = row->assigned_at_unix_s;
    message->approved_by = (char *)assignment->approved_by;
    message->approved_at_unix_s = row->approved_at_unix_s;
    message->dismissal = dismissal_out(&assignment->dismissal, &out->dismissal);
}

void api_tariff_out(const struct vend_tariff *tariff, struct api_tariff *out)
{
    Metervault__V1__Tariff *message = &out->message;
    metervault__v1__tariff__init(message);
    terms_out(&tariff->version, out);
    message->terms = &out->terms;
    message->version = tariff->version.version;
    message->organisation = (char *)tariff->organisation;
    message->state = (Metervault__V1__TariffState)tariff->state;
    message->doubt = (char *)tariff->doubt;
    message->put_by = (char *)tariff->put_by;
    message->put_at_unix_s = tariff->put_at_unix_s;
    message->approved_by = (char *)tariff->approved_by;
    message->approved_at_unix_s = tariff->approved_at_unix_s;
    message->dismissal = dismissal_out(&tariff->dismissal, &out->dismissal);
}

/* ---- in ---- */
static bool text_in(const char *text, char *to, size_t size)
{
    size_t length = strnlen(text, size);
    if (length == size)
        return false;
    memcpy(to, text, length + 1);
    return true;
}

static mv_status too_much(const char *field)
{
    return mv_fail(MV_TARIFF_INVALID, field);
}

static mv_status prices_in(const Metervault__V1__TariffTerms *terms, struct vend_tariff_version *version)
{
    if (terms->n_steps > VEND_STEPS)
        return too_much("steps");
    version->step_count = terms->n_steps;
    for (size_t i = 0; i < terms->n_steps; i++)
        version->steps[i] = (struct vend_step){terms->steps[i]->up_to, terms->steps[i]->price_e5};
    if (terms->n_periods > VEND_PERIODS)
        return too_much("periods");
    version->period_count = terms->n_periods;
    for (size_t i = 0; i < terms->n_periods; i++) {
        struct vend_period *period = &version->periods[i];
        period->price_e5 = terms->periods[i]->price_e5;
        period->share_e4 = terms->periods[i]->share_e4;
        if (!text_in(terms->periods[i]->name, period->name, sizeof period->name))
            return too_much("periods.name");
    }
    return mv_ok();
}

static mv_status charges_in(const Metervault__V1__TariffTerms *terms, struct vend_tariff_version *version)
{
    if (terms->n_charges > VEND_CHARGES)
        return too_much("charges");
    version->charge_count = terms->n_charges;
    for (size_t i = 0; i < terms->n_charges; i++) {
        struct vend_charge *charge = &version->charges[i];
        charge->kind = (enum vend_charge_kind)terms->charges[i]->kind;
        charge->amount = terms->charges[i]->amount;
        if (!text_in(terms->charges[i]->name, charge->name, sizeof charge->name))
            return too_much("charges.name");
    }
    if (terms->n_taxes > VEND_TAXES)
        return too_much("taxes");
    version->tax_count = terms->n_taxes;
    for (size_t i = 0; i < terms->n_taxes; i++) {
        struct vend_tax *tax = &version->taxes[i];
        tax->percent_e4 = terms->taxes[i]->percent_e4;
        tax->on_energy = terms->taxes[i]->on_energy != 0;
        tax->on_charges = terms->taxes[i]->on_charges != 0;
        if (!text_in(terms->taxes[i]->name, tax->name, sizeof tax->name))
            return too_much("taxes.name");
    }
    return mv_ok();
}

mv_status api_terms_in(const Metervault__V1__TariffTerms *terms, struct vend_tariff_version *version)
{
    *version = (struct vend_tariff_version){.version = 0};
    if (terms == NULL)
        return mv_fail(MV_INVALID_FIELD, "terms");
    if (!text_in(terms->name, version->name, sizeof version->name))
        return mv_fail(MV_INVALID_FIELD, "name");
    version->utility = (enum vend_utility)terms->utility;
    version->kind = (enum vend_tariff_kind)terms->kind;
    version->valid_from_unix_s = terms->valid_from_unix_s;
    version->free_units_per_month = terms->free_units_per_month;
    version->free_carry_months = terms->free_carry_months;
    version->fixed_charge_per_month = terms->fixed_charge_per_month;
    version->minimum_purchase = terms->minimum_purchase;
    version->maximum_purchase = terms->maximum_purchase;
    version->round_to = terms->round_to;
    version->rounding = (enum vend_rounding)terms->rounding;
    MV_TRY(prices_in(terms, version));
    return charges_in(terms, version);
}

/* ---- quotes ---- */
static void line_out(const struct vend_line *line, enum vend_unit unit, Metervault__V1__Quantity *units,
                     Metervault__V1__BillLine *out)
{
    metervault__v1__bill_line__init(out);
    out->kind = (Metervault__V1__BillLineKind)line->kind;
    out->text = (char *)line->label;
    out->rate_e5 = line->rate_e5;
    out->percent_e4 = (uint32_t)line->percent_e4;
    out->count = line->months;
    out->amount = line->amount;
    if (line->units == 0)
        return;
    api_quantity_out(unit, line->units, units);
    out->quantity = units;
}

void api_quote_out(const struct vend_quote *quote, struct api_quote *out)
{
    const struct vend_bill *bill = &quote->bill;
    const enum vend_unit unit = vend_unit_of(quote->tariff.utility);
    metervault__v1__quote_response__init(&out->message);
    metervault__v1__bill__init(&out->bill);
    for (size_t i = 0; i < bill->line_count; i++)
        line_out(&bill->lines[i], unit, &out->units[i], out->pointers[i] = &out->lines[i]);
    out->bill.lines = out->pointers;
    out->bill.n_lines = bill->line_count;
    api_quantity_out(unit, bill->units, &out->quantity);
    out->bill.quantity = &out->quantity;
    out->bill.total = bill->total;
    out->bill.tax = bill->taxes;
    out->bill.currency = (char *)quote->office.currency;
    out->bill.minor_digits = quote->office.minor_digits;
    out->bill.tariff = (char *)quote->tariff.name;
    out->bill.tariff_version = quote->tariff.version;
    out->message.bill = &out->bill;
    out->message.change = bill->change;
}
