#include "quantity.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define AMOUNT_MOST (INT64_C(1) << 62)

static const struct quantity_unit units[QUANTITY_UNITS] = {
    {"kwh", MV_SALE_WH, 3},        {"wh", MV_SALE_WH, 0},           {"m3", MV_SALE_LITRES, 3},
    {"litres", MV_SALE_LITRES, 0}, {"seconds", MV_SALE_SECONDS, 0}, {"currency", MV_SALE_CURRENCY_E5, 5},
};

/* value * 10 + digit, kept at or below the most. */
static bool append(int64_t *value, int digit)
{
    if (digit < '0' || digit > '9' || *value > (AMOUNT_MOST - (digit - '0')) / 10)
        return false;
    *value = *value * 10 + (digit - '0');
    return true;
}

bool quantity_parse(const char *text, unsigned decimals, int64_t *value)
{
    int64_t number = 0;
    size_t whole = strspn(text, "0123456789");
    const char *point = text + whole;
    const char *fraction = *point == '.' ? point + 1 : point;
    size_t digits = strspn(fraction, "0123456789");
    if (whole == 0 || fraction[digits] != '\0' || (*point == '.' && digits == 0))
        return false;
    for (size_t i = 0; i < whole; i++)
        if (!append(&number, text[i]))
            return false;
    for (size_t i = 0; i < decimals; i++)
        if (!append(&number, i < digits ? fraction[i] : '0'))
            return false;
    for (size_t i = decimals; i < digits; i++)
        if (fraction[i] != '0')
            return false;
    *value = number;
    return number > 0;
}

/* With a point before the last `decimals` digits, without trailing zeros. */
static void with_point(int64_t value, unsigned decimals, const char *unit, char text[QUANTITY_TEXT])
{
    char digits[24];
    (void)snprintf(digits, sizeof digits, "%0*" PRId64, (int)decimals + 1, value);
    size_t whole = strlen(digits) - decimals;
    size_t end = strlen(digits);
    while (end > whole && digits[end - 1] == '0')
        end--;
    (void)snprintf(text, QUANTITY_TEXT, "%.*s%s%.*s %s", (int)whole, digits, end > whole ? "." : "", (int)(end - whole),
                   digits + whole, unit);
}

void quantity_text(const Metervault__V1__Quantity *quantity, char text[QUANTITY_TEXT])
{
    (void)snprintf(text, QUANTITY_TEXT, "-");
    if (quantity == NULL || quantity->energy_wh < 0) /* the amounts share their storage */
        return;
    switch (quantity->amount_case) {
    case METERVAULT__V1__QUANTITY__AMOUNT_ENERGY_WH:
        with_point(quantity->energy_wh, 3, "kWh", text);
        return;
    case METERVAULT__V1__QUANTITY__AMOUNT_VOLUME_L:
        with_point(quantity->volume_l, 3, "m3", text);
        return;
    case METERVAULT__V1__QUANTITY__AMOUNT_TIME_S:
        with_point(quantity->time_s, 0, "s", text);
        return;
    case METERVAULT__V1__QUANTITY__AMOUNT_CURRENCY_E5:
        with_point(quantity->currency_e5, 5, "(currency)", text);
        return;
    default:
        return;
    }
}

const struct quantity_unit *quantity_unit_find(const char *name)
{
    for (size_t i = 0; i < QUANTITY_UNITS; i++)
        if (strcmp(units[i].name, name) == 0)
            return &units[i];
    return NULL;
}

void quantity_options(struct quantity_options *options, struct cli_option *to)
{
    for (size_t i = 0; i < QUANTITY_UNITS; i++)
        to[i] = (struct cli_option){.name = units[i].name, .text = &options->texts[i]};
}

int quantity_from_options(const struct cli *cli, const struct quantity_options *options, enum mv_sale_unit *unit,
                          int64_t *amount)
{
    size_t given = QUANTITY_UNITS;
    for (size_t i = 0; i < QUANTITY_UNITS; i++) {
        if (options->texts[i] == NULL)
            continue;
        if (given != QUANTITY_UNITS)
            return cli_usage(cli, "give one amount, not both --%s and --%s", units[given].name, units[i].name);
        given = i;
    }
    if (given == QUANTITY_UNITS)
        return cli_usage(cli, "no amount: give --kwh, --wh, --m3, --litres, --seconds or --currency");
    *unit = units[given].unit;
    if (quantity_parse(options->texts[given], units[given].decimals, amount))
        return CLI_DONE;
    return cli_usage(cli, "--%s '%s': an amount above 0 with at most %u decimals, written like 25%s", units[given].name,
                     options->texts[given], units[given].decimals, units[given].decimals > 0 ? ".6" : "");
}
