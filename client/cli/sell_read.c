/* What is bought, from options or answers to the request. */
#include <string.h>

#include "bill_print.h"
#include "key_options.h"
#include "metervault/sts.h"
#include "money.h"
#include "sell.h"

enum { ACCOUNT_NUMBER = 32 };

size_t sell_amounts(const struct sell *sell)
{
    size_t said = (size_t)(sell->money != NULL) + sell->free_units;
    for (size_t i = 0; i < QUANTITY_UNITS; i++)
        said += sell->quantity.texts[i] != NULL;
    return said;
}

static int read_money(const struct cli *cli, const struct sell *sell, const char *option, const char *text,
                      int64_t *value)
{
    char why[MONEY_WHY];
    return money_read(text, sell->minor_digits, value, why) ? CLI_DONE : cli_usage(cli, "--%s %s", option, why);
}

static int complete_amount(const struct cli *cli, struct sell *sell)
{
    enum mv_sale_unit unit = MV_SALE_WH;
    int64_t amount = 0;
    if (sell->free_units) {
        sell->purchase.what_case = METERVAULT__V1__PURCHASE__WHAT_FREE_UNITS;
        sell->purchase.free_units = true;
        return CLI_DONE;
    }
    if (sell->money != NULL) {
        sell->purchase.what_case = METERVAULT__V1__PURCHASE__WHAT_MONEY;
        return read_money(cli, sell, "money", sell->money, &sell->purchase.money);
    }
    int code = quantity_from_options(cli, &sell->quantity, &unit, &amount);
    if (code != CLI_DONE)
        return code;
    metervault__v1__quantity__init(&sell->bought);
    mv_sale_quantity(unit, amount, &sell->bought);
    sell->purchase.what_case = METERVAULT__V1__PURCHASE__WHAT_QUANTITY;
    sell->purchase.quantity = &sell->bought;
    return CLI_DONE;
}

int sell_check_who(const struct cli *cli, const struct sell *sell)
{
    if (sell->account != NULL && sell->meter != NULL)
        return cli_usage(cli, "give one of --account and --meter");
    if (sell->meter != NULL && !meter_pan_valid(sell->meter))
        return cli_usage(cli, "--meter is the meter's PAN of 18 digits");
    if (sell->meter != NULL && mv_pan_check(sell->meter) != MV_DONE)
        return cli_usage(cli, "--meter %s: a digit is wrong, its check digit does not fit", sell->meter);
    if (sell->account != NULL && (strlen(sell->account) < 1 || strlen(sell->account) > ACCOUNT_NUMBER))
        return cli_usage(cli, "--account is an account number of 1 to 32 characters");
    return CLI_DONE;
}

static int complete_who(const struct cli *cli, struct sell *sell)
{
    if (sell->account == NULL && sell->meter == NULL)
        return cli_usage(cli, "give --account or --meter: who buys?");
    if (sell->meter != NULL) {
        sell->purchase.who_case = METERVAULT__V1__PURCHASE__WHO_METER_PAN;
        sell->purchase.meter_pan = (char *)sell->meter;
    } else {
        sell->purchase.who_case = METERVAULT__V1__PURCHASE__WHO_ACCOUNT_NUMBER;
        sell->purchase.account_number = (char *)sell->account;
    }
    return CLI_DONE;
}

static int complete_payment(const struct cli *cli, struct sell *sell)
{
    int code = complete_amount(cli, sell);
    if (code != CLI_DONE)
        return code;
    sell->purchase.payment = bill_payment_find(sell->payment == NULL ? "cash" : sell->payment);
    if (sell->purchase.payment == METERVAULT__V1__PAYMENT__PAYMENT_UNSPECIFIED)
        return cli_usage(cli, "--pay is cash, bank, card, mobile or balance");
    if (sell->tendered != NULL)
        code = read_money(cli, sell, "tendered", sell->tendered, &sell->purchase.tendered);
    sell->purchase.keep_change = sell->keep_change;
    return code;
}

int sell_complete_payment(const struct cli *cli, struct sell *sell)
{
    metervault__v1__purchase__init(&sell->purchase);
    return complete_payment(cli, sell);
}

int sell_complete(const struct cli *cli, struct sell *sell)
{
    metervault__v1__purchase__init(&sell->purchase);
    sell->purchase.carrier = METERVAULT__V1__CARRIER__KEYPAD;
    int code = complete_who(cli, sell);
    return code == CLI_DONE ? complete_payment(cli, sell) : code;
}
