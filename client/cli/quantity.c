#include "quantity.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define AMOUNT_MOST (INT64_C(1) << 62)

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

/* Thousandths without trailing zeros. */
static void thousandths(int64_t value, const char *unit, char text[QUANTITY_TEXT])
{
    char fraction[8];
    (void)snprintf(fraction, sizeof fraction, ".%03d", (int)(value % 1000));
    size_t length = strlen(fraction);
    while (length > 0 && (fraction[length - 1] == '0' || fraction[length - 1] == '.'))
        fraction[--length] = '\0';
    (void)snprintf(text, QUANTITY_TEXT, "%" PRId64 "%s %s", value / 1000, fraction, unit);
}

void quantity_text(const Metervault__V1__Quantity *quantity, char text[QUANTITY_TEXT])
{
    (void)snprintf(text, QUANTITY_TEXT, "-");
    if (quantity == NULL)
        return;
    if (quantity->amount_case == METERVAULT__V1__QUANTITY__AMOUNT_ENERGY_WH && quantity->energy_wh >= 0)
        thousandths(quantity->energy_wh, "kWh", text);
    if (quantity->amount_case == METERVAULT__V1__QUANTITY__AMOUNT_VOLUME_L && quantity->volume_l >= 0)
        thousandths(quantity->volume_l, "m3", text);
    if (quantity->amount_case == METERVAULT__V1__QUANTITY__AMOUNT_TIME_S)
        (void)snprintf(text, QUANTITY_TEXT, "%" PRId64 " s", quantity->time_s);
}

int quantity_from_options(const struct cli *cli, const struct quantity_options *options, enum mv_sale_unit *unit,
                          int64_t *amount)
{
    const struct form {
        const char *name;
        const char *text;
        enum mv_sale_unit unit;
        unsigned decimals;
    } forms[] = {
        {"kwh", options->kwh, MV_SALE_WH, 3},
        {"wh", options->wh, MV_SALE_WH, 0},
        {"m3", options->m3, MV_SALE_LITRES, 3},
        {"litres", options->litres, MV_SALE_LITRES, 0},
        {"seconds", options->seconds, MV_SALE_SECONDS, 0},
    };
    const struct form *given = NULL;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (forms[i].text == NULL)
            continue;
        if (given != NULL)
            return cli_usage(cli, "give one amount, not both --%s and --%s", given->name, forms[i].name);
        given = &forms[i];
    }
    if (given == NULL)
        return cli_usage(cli, "no amount: give --kwh, --wh, --m3, --litres or --seconds");
    *unit = given->unit;
    if (quantity_parse(given->text, given->decimals, amount))
        return CLI_DONE;
    return cli_usage(cli, "--%s '%s': an amount above 0 with at most %u decimals, written like 25%s", given->name,
                     given->text, given->decimals, given->decimals > 0 ? ".6" : "");
}
