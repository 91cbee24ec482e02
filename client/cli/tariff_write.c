#include <inttypes.h>

#include "tariff_file.h"

enum { E5 = 5, E5_LEAST = 2, PERCENT_E4 = 4, SHARE_DECIMALS = 2 };

/* A text in quotes: libconfuse knows backslashes, and takes what is in ${} out of the environment. */
static void quoted(FILE *out, const char *text)
{
    (void)fputc('"', out);
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\' || *text == '$')
            (void)fputc('\\', out);
        (void)fputc(*text, out);
    }
    (void)fputc('"', out);
}

static void write_prices(FILE *out, const Metervault__V1__TariffTerms *terms)
{
    char price[TARIFF_DECIMAL];
    char other[TARIFF_DECIMAL];
    for (size_t i = 0; i < terms->n_steps; i++) {
        const Metervault__V1__PriceStep *step = terms->steps[i];
        (void)fputs("step { ", out);
        if (step->up_to != 0)
            (void)fprintf(out, "up_to = \"%s\" ", tariff_units_text(step->up_to, terms->utility, other));
        (void)fprintf(out, "price = \"%s\" }\n", tariff_decimal_text(step->price_e5, E5, E5_LEAST, price));
    }
    for (size_t i = 0; i < terms->n_periods; i++) {
        const Metervault__V1__PricePeriod *period = terms->periods[i];
        (void)fputs("period ", out);
        quoted(out, period->name);
        (void)fprintf(out, " { price = \"%s\" share = \"%s\" }\n",
                      tariff_decimal_text(period->price_e5, E5, E5_LEAST, price),
                      tariff_decimal_text(period->share_e4, SHARE_DECIMALS, 0, other));
    }
}

static void write_charges(FILE *out, const Metervault__V1__TariffTerms *terms, unsigned digits)
{
    char text[TARIFF_DECIMAL];
    for (size_t i = 0; i < terms->n_charges; i++) {
        const Metervault__V1__TariffCharge *charge = terms->charges[i];
        (void)fputs("charge ", out);
        quoted(out, charge->name);
        if (charge->kind == METERVAULT__V1__CHARGE_KIND__CHARGE_PERCENT)
            (void)fprintf(out, " { percent = \"%s\" }\n", tariff_decimal_text(charge->amount, PERCENT_E4, 0, text));
        else if (charge->kind == METERVAULT__V1__CHARGE_KIND__CHARGE_PER_UNIT)
            (void)fprintf(out, " { per_unit = \"%s\" }\n", tariff_decimal_text(charge->amount, E5, E5_LEAST, text));
        else
            (void)fprintf(out, " { each = \"%s\" }\n", tariff_decimal_text(charge->amount, digits, digits, text));
    }
    for (size_t i = 0; i < terms->n_taxes; i++) {
        const Metervault__V1__TariffTax *tax = terms->taxes[i];
        (void)fputs("tax ", out);
        quoted(out, tax->name);
        (void)fprintf(out, " { percent = \"%s\" on_energy = %s on_charges = %s }\n",
                      tariff_decimal_text(tax->percent_e4, PERCENT_E4, 0, text), tax->on_energy ? "true" : "false",
                      tax->on_charges ? "true" : "false");
    }
}

static void write_money(FILE *out, const char *name, int64_t money, unsigned digits)
{
    char text[TARIFF_DECIMAL];
    if (money != 0)
        (void)fprintf(out, "%s = \"%s\"\n", name, tariff_decimal_text(money, digits, digits, text));
}

void tariff_file_write(FILE *out, const Metervault__V1__Tariff *tariff, const Metervault__V1__Office *office)
{
    static const char *const kinds[] = {"", "single", "steps", "time-of-use"};
    static const char *const roundings[] = {"", "up", "down", "half-even"};
    const Metervault__V1__TariffTerms *terms = tariff->terms;
    const unsigned digits = office->minor_digits;
    char text[TARIFF_DECIMAL];
    (void)fprintf(out, "# %s version %" PRIu32 ", put in by %s; amounts in %s, per %s, per cent\n", terms->name,
                  tariff->version, tariff->put_by, office->currency, tariff_account_unit(terms->utility));
    (void)fprintf(out, "name = \"%s\"\nutility = %s\nkind = %s\n", terms->name, tariff_utility_text(terms->utility),
                  kinds[terms->kind & 3]);
    (void)fprintf(out, "valid_from = \"%s\"\n",
                  tariff_time_text(terms->valid_from_unix_s, office->utc_offset_min, text));
    write_prices(out, terms);
    if (terms->free_units_per_month != 0)
        (void)fprintf(out, "free_per_month = \"%s\"\n",
                      tariff_units_text(terms->free_units_per_month, terms->utility, text));
    if (terms->free_units_per_month != 0 || terms->free_carry_months != 0)
        (void)fprintf(out, "free_carry_months = %" PRIu32 "\n", terms->free_carry_months);
    write_money(out, "fixed_per_month", terms->fixed_charge_per_month, digits);
    write_charges(out, terms, digits);
    write_money(out, "minimum", terms->minimum_purchase, digits);
    write_money(out, "maximum", terms->maximum_purchase, digits);
    write_money(out, "round_to", terms->round_to, digits);
    (void)fprintf(out, "rounding = %s\n", roundings[terms->rounding & 3]);
}
