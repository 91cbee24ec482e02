/* What is bought, from options or from questions at the counter. */
#include <stdio.h>
#include <string.h>

#include "bill_print.h"
#include "sell.h"
#include "tariff_file.h"

enum { PAN_DIGITS = 18, ACCOUNT_NUMBER = 32 };

size_t sell_amounts(const struct sell *sell)
{
    size_t said = (size_t)(sell->money != NULL) + sell->free_units;
    for (size_t i = 0; i < QUANTITY_UNITS; i++)
        said += sell->quantity.texts[i] != NULL;
    return said;
}

static bool is_pan(const char *text)
{
    return strlen(text) == PAN_DIGITS && strspn(text, "0123456789") == PAN_DIGITS;
}

/* ---- questions ---- */
static bool ask(const char *question, char answer[SELL_ANSWER])
{
    (void)fprintf(stderr, "%s: ", question);
    if (fgets(answer, SELL_ANSWER, stdin) == NULL)
        return false;
    answer[strcspn(answer, "\n")] = '\0';
    return true;
}

/* "25 kwh" or, without a unit, money. */
static bool take_amount(struct sell *sell)
{
    char *space = strchr(sell->answers.amount, ' ');
    if (space == NULL) {
        sell->money = sell->answers.amount;
        return true;
    }
    struct cli_option names[QUANTITY_UNITS];
    *space = '\0';
    quantity_options(&sell->quantity, names);
    for (size_t i = 0; i < QUANTITY_UNITS; i++)
        if (strcmp(names[i].name, space + 1) == 0) {
            *names[i].text = sell->answers.amount;
            return true;
        }
    return false;
}

int sell_ask(const struct cli *cli, struct sell *sell, const char *currency)
{
    struct sell_answers *answers = &sell->answers;
    char question[SELL_ANSWER];
    if (sell->account == NULL && sell->meter == NULL) {
        if (!ask("Account number or meter", answers->who))
            return cli_usage(cli, "nobody answers");
        if (is_pan(answers->who))
            sell->meter = answers->who;
        else
            sell->account = answers->who;
    }
    (void)snprintf(question, sizeof question, "Amount in %s, or units as in 25 kwh", currency);
    if (!ask(question, answers->amount))
        return cli_usage(cli, "nobody answers");
    if (!take_amount(sell))
        return cli_usage(cli, "units are kwh, wh, m3, litres, seconds or currency");
    if (sell->payment == NULL) {
        if (!ask("Paid by cash, bank, card, mobile or balance [cash]", answers->payment))
            return cli_usage(cli, "nobody answers");
        sell->payment = answers->payment[0] == '\0' ? "cash" : answers->payment;
    }
    if (sell->tendered == NULL && strcmp(sell->payment, "cash") == 0) {
        if (!ask("Handed over [exactly that]", answers->tendered))
            return cli_usage(cli, "nobody answers");
        sell->tendered = answers->tendered[0] == '\0' ? NULL : answers->tendered;
    }
    return CLI_DONE;
}

/* ---- to the request ---- */
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
        bool good = tariff_decimal_read(sell->money, sell->minor_digits, &sell->purchase.money);
        return good && sell->purchase.money > 0
                   ? CLI_DONE
                   : cli_usage(cli, "--money is an amount with up to %u decimals", sell->minor_digits);
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

static int complete_who(const struct cli *cli, struct sell *sell)
{
    if ((sell->account == NULL) == (sell->meter == NULL))
        return cli_usage(cli, "give one of --account and --meter");
    if (sell->meter != NULL && !is_pan(sell->meter))
        return cli_usage(cli, "--meter is the meter's PAN of 18 digits");
    if (sell->account != NULL && (strlen(sell->account) < 1 || strlen(sell->account) > ACCOUNT_NUMBER))
        return cli_usage(cli, "--account is an account number of 1 to 32 characters");
    sell->purchase.who_case =
        sell->meter != NULL ? METERVAULT__V1__PURCHASE__WHO_METER_PAN : METERVAULT__V1__PURCHASE__WHO_ACCOUNT_NUMBER;
    if (sell->meter != NULL)
        sell->purchase.meter_pan = (char *)sell->meter;
    else
        sell->purchase.account_number = (char *)sell->account;
    return CLI_DONE;
}

int sell_complete(const struct cli *cli, struct sell *sell)
{
    metervault__v1__purchase__init(&sell->purchase);
    int code = complete_who(cli, sell);
    if (code == CLI_DONE)
        code = complete_amount(cli, sell);
    if (code != CLI_DONE)
        return code;
    sell->purchase.payment = bill_payment_find(sell->payment == NULL ? "cash" : sell->payment);
    if (sell->purchase.payment == METERVAULT__V1__PAYMENT__PAYMENT_UNSPECIFIED)
        return cli_usage(cli, "--pay is cash, bank, card, mobile or balance");
    if (sell->tendered != NULL && !tariff_decimal_read(sell->tendered, sell->minor_digits, &sell->purchase.tendered))
        return cli_usage(cli, "--tendered is an amount with up to %u decimals", sell->minor_digits);
    sell->purchase.keep_change = sell->keep_change;
    sell->purchase.carrier = METERVAULT__V1__CARRIER__KEYPAD;
    return CLI_DONE;
}
