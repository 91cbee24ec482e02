#include <confuse.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "tariff_file.h"

enum { E5 = 5, PERCENT_E4 = 4, SHARE_DECIMALS = 2 };

struct reading {
    struct tariff_file *file;
    const Metervault__V1__Office *office;
    char *wrong;
};

static bool complain(const struct reading *reading, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool complain(const struct reading *reading, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(reading->wrong, TARIFF_FILE_WRONG, format, arguments);
    va_end(arguments);
    return false;
}

/* libconfuse prints its complaints; this one keeps the first. */
static _Thread_local char syntax[TARIFF_FILE_WRONG];
static void keep_syntax(cfg_t *config, const char *format, va_list arguments)
{
    if (syntax[0] != '\0')
        return;
    int length = snprintf(syntax, sizeof syntax, "line %d: ", config->line);
    (void)vsnprintf(syntax + length, sizeof syntax - (size_t)length, format, arguments);
}

/* An amount that may be missing: 0 then. */
static bool decimal(const struct reading *reading, cfg_t *from, const char *name, unsigned decimals, int64_t *value)
{
    const char *text = cfg_getstr(from, name);
    *value = 0;
    if (text == NULL || tariff_decimal_read(text, decimals, value))
        return true;
    return complain(reading, "%s = \"%s\" is no amount with up to %u decimals", name, text, decimals);
}

static bool units(const struct reading *reading, cfg_t *from, const char *name, int64_t *value)
{
    const char *text = cfg_getstr(from, name);
    *value = 0;
    if (text == NULL || tariff_units_read(text, reading->file->terms.utility, value))
        return true;
    return complain(reading, "%s = \"%s\" is no amount of %s", name, text,
                    tariff_account_unit(reading->file->terms.utility));
}

static bool room(const struct reading *reading, const char *what, unsigned count, unsigned most)
{
    return count <= most || complain(reading, "%u of '%s', at most %u can be", count, what, most);
}

static bool read_prices(const struct reading *reading, cfg_t *config)
{
    struct tariff_file *file = reading->file;
    const unsigned steps = cfg_size(config, "step");
    const unsigned periods = cfg_size(config, "period");
    int64_t share = 0;
    if (!room(reading, "step", steps, TARIFF_FILE_STEPS) || !room(reading, "period", periods, TARIFF_FILE_PERIODS))
        return false;
    for (unsigned i = 0; i < steps; i++) {
        cfg_t *step = cfg_getnsec(config, "step", i);
        metervault__v1__price_step__init(file->step_pointers[i] = &file->steps[i]);
        if (!units(reading, step, "up_to", &file->steps[i].up_to) ||
            !decimal(reading, step, "price", E5, &file->steps[i].price_e5))
            return false;
    }
    for (unsigned i = 0; i < periods; i++) {
        cfg_t *period = cfg_getnsec(config, "period", i);
        metervault__v1__price_period__init(file->period_pointers[i] = &file->periods[i]);
        file->periods[i].name = (char *)cfg_title(period);
        if (!decimal(reading, period, "price", E5, &file->periods[i].price_e5) ||
            !decimal(reading, period, "share", SHARE_DECIMALS, &share))
            return false;
        file->periods[i].share_e4 = share <= UINT32_MAX ? (uint32_t)share : UINT32_MAX;
    }
    file->terms.n_steps = steps;
    file->terms.n_periods = periods;
    return true;
}

static bool read_charge(const struct reading *reading, cfg_t *section, Metervault__V1__TariffCharge *charge)
{
    const struct {
        const char *name;
        unsigned decimals;
        Metervault__V1__ChargeKind kind;
    } kinds[] = {{"each", reading->office->minor_digits, METERVAULT__V1__CHARGE_KIND__CHARGE_FIXED},
                 {"percent", PERCENT_E4, METERVAULT__V1__CHARGE_KIND__CHARGE_PERCENT},
                 {"per_unit", E5, METERVAULT__V1__CHARGE_KIND__CHARGE_PER_UNIT}};
    metervault__v1__tariff_charge__init(charge);
    charge->name = (char *)cfg_title(section);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (cfg_getstr(section, kinds[i].name) == NULL)
            continue;
        if (charge->kind != METERVAULT__V1__CHARGE_KIND__CHARGE_KIND_UNSPECIFIED)
            return complain(reading, "charge \"%s\" takes one of each, percent, per_unit", charge->name);
        charge->kind = kinds[i].kind;
        if (!decimal(reading, section, kinds[i].name, kinds[i].decimals, &charge->amount))
            return false;
    }
    if (charge->kind == METERVAULT__V1__CHARGE_KIND__CHARGE_KIND_UNSPECIFIED)
        return complain(reading, "charge \"%s\" needs one of each, percent, per_unit", charge->name);
    return true;
}

static bool read_tax(const struct reading *reading, cfg_t *section, Metervault__V1__TariffTax *tax)
{
    metervault__v1__tariff_tax__init(tax);
    tax->name = (char *)cfg_title(section);
    tax->on_energy = cfg_getbool(section, "on_energy") == cfg_true;
    tax->on_charges = cfg_getbool(section, "on_charges") == cfg_true;
    return decimal(reading, section, "percent", PERCENT_E4, &tax->percent_e4);
}

static bool read_charges(const struct reading *reading, cfg_t *config)
{
    struct tariff_file *file = reading->file;
    const unsigned charges = cfg_size(config, "charge");
    const unsigned taxes = cfg_size(config, "tax");
    if (!room(reading, "charge", charges, TARIFF_FILE_CHARGES) || !room(reading, "tax", taxes, TARIFF_FILE_TAXES))
        return false;
    for (unsigned i = 0; i < charges; i++)
        if (!read_charge(reading, cfg_getnsec(config, "charge", i), file->charge_pointers[i] = &file->charges[i]))
            return false;
    for (unsigned i = 0; i < taxes; i++)
        if (!read_tax(reading, cfg_getnsec(config, "tax", i), file->tax_pointers[i] = &file->taxes[i]))
            return false;
    file->terms.n_charges = charges;
    file->terms.n_taxes = taxes;
    return true;
}

static bool choice(const struct reading *reading, cfg_t *config, const char *name, const char *const *names,
                   int *number)
{
    const char *text = cfg_getstr(config, name);
    for (int i = 1; names[i - 1] != NULL; i++)
        if (text != NULL && strcmp(text, names[i - 1]) == 0) {
            *number = i;
            return true;
        }
    return complain(reading, "%s = \"%s\" is not one of its words", name, text != NULL ? text : "");
}

static bool read_terms(const struct reading *reading, cfg_t *config)
{
    static const char *const kinds[] = {"single", "steps", "time-of-use", NULL};
    static const char *const roundings[] = {"up", "down", "half-even", NULL};
    Metervault__V1__TariffTerms *terms = &reading->file->terms;
    const unsigned digits = reading->office->minor_digits;
    const char *from = cfg_getstr(config, "valid_from");
    int kind = 0;
    int rounding = 0;
    int64_t carry = cfg_getint(config, "free_carry_months");
    terms->name = cfg_getstr(config, "name");
    terms->utility = tariff_utility_read(cfg_getstr(config, "utility"));
    if (terms->name == NULL)
        return complain(reading, "name is missing");
    if (terms->utility == METERVAULT__V1__UTILITY__UTILITY_UNSPECIFIED)
        return complain(reading, "utility is one of electricity, water, gas, time");
    if (from == NULL || !tariff_time_read(from, reading->office->utc_offset_min, &terms->valid_from_unix_s))
        return complain(reading, "valid_from is a day at the office: \"2026-01-31\", or \"2026-01-31 06:00\"");
    if (carry < 0 || carry > UINT32_MAX)
        return complain(reading, "free_carry_months is a number of months");
    terms->free_carry_months = (uint32_t)carry;
    if (!choice(reading, config, "kind", kinds, &kind) || !choice(reading, config, "rounding", roundings, &rounding))
        return false;
    terms->kind = (Metervault__V1__PricingKind)kind;
    terms->rounding = (Metervault__V1__Rounding)rounding;
    if (!decimal(reading, config, "round_to", digits, &terms->round_to))
        return false;
    if (terms->round_to == 0)
        terms->round_to = 1;
    return units(reading, config, "free_per_month", &terms->free_units_per_month) &&
           decimal(reading, config, "fixed_per_month", digits, &terms->fixed_charge_per_month) &&
           decimal(reading, config, "minimum", digits, &terms->minimum_purchase) &&
           decimal(reading, config, "maximum", digits, &terms->maximum_purchase) && read_prices(reading, config) &&
           read_charges(reading, config);
}

static cfg_t *parse(const char *path, char wrong[TARIFF_FILE_WRONG])
{
    cfg_opt_t step[] = {CFG_STR("up_to", NULL, CFGF_NONE), CFG_STR("price", NULL, CFGF_NODEFAULT), CFG_END()};
    cfg_opt_t period[] = {CFG_STR("price", NULL, CFGF_NODEFAULT), CFG_STR("share", NULL, CFGF_NODEFAULT), CFG_END()};
    cfg_opt_t charge[] = {CFG_STR("each", NULL, CFGF_NONE), CFG_STR("percent", NULL, CFGF_NONE),
                          CFG_STR("per_unit", NULL, CFGF_NONE), CFG_END()};
    cfg_opt_t tax[] = {CFG_STR("percent", NULL, CFGF_NODEFAULT), CFG_BOOL("on_energy", cfg_true, CFGF_NONE),
                       CFG_BOOL("on_charges", cfg_true, CFGF_NONE), CFG_END()};
    cfg_opt_t all[] = {CFG_STR("name", NULL, CFGF_NONE),
                       CFG_STR("utility", "electricity", CFGF_NONE),
                       CFG_STR("kind", "single", CFGF_NONE),
                       CFG_STR("valid_from", NULL, CFGF_NONE),
                       CFG_SEC("step", step, CFGF_MULTI),
                       CFG_SEC("period", period, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
                       CFG_STR("free_per_month", NULL, CFGF_NONE),
                       CFG_INT("free_carry_months", 0, CFGF_NONE),
                       CFG_STR("fixed_per_month", NULL, CFGF_NONE),
                       CFG_SEC("charge", charge, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
                       CFG_SEC("tax", tax, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
                       CFG_STR("minimum", NULL, CFGF_NONE),
                       CFG_STR("maximum", NULL, CFGF_NONE),
                       CFG_STR("round_to", NULL, CFGF_NONE),
                       CFG_STR("rounding", "half-even", CFGF_NONE),
                       CFG_END()};
    cfg_t *config = cfg_init(all, CFGF_NONE);
    if (config == NULL)
        return NULL;
    syntax[0] = '\0';
    (void)cfg_set_error_function(config, keep_syntax);
    int code = cfg_parse(config, path);
    if (code == CFG_SUCCESS)
        return config;
    (void)snprintf(wrong, TARIFF_FILE_WRONG, "%s",
                   code == CFG_FILE_ERROR ? strerror(errno) : syntax); /* NOLINT(concurrency-mt-unsafe) */
    (void)cfg_free(config);
    return NULL;
}

bool tariff_file_read(const char *path, const Metervault__V1__Office *office, struct tariff_file *file,
                      char wrong[TARIFF_FILE_WRONG])
{
    const struct reading reading = {file, office, wrong};
    memset(file, 0, sizeof *file);
    (void)snprintf(wrong, TARIFF_FILE_WRONG, "memory ran out");
    metervault__v1__tariff_terms__init(&file->terms);
    file->terms.steps = file->step_pointers;
    file->terms.periods = file->period_pointers;
    file->terms.charges = file->charge_pointers;
    file->terms.taxes = file->tax_pointers;
    file->parsed = parse(path, wrong);
    if (file->parsed == NULL)
        return false;
    if (read_terms(&reading, file->parsed))
        return true;
    tariff_file_free(file);
    return false;
}

void tariff_file_free(struct tariff_file *file)
{
    (void)cfg_free(file->parsed);
    file->parsed = NULL;
}
