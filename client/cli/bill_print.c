#include "bill_print.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "quantity.h"
#include "sale_print.h"
#include "tariff_file.h"

enum { E5 = 5, E5_LEAST = 2, PERCENT_E4 = 4 };

const char *bill_line_name(uint32_t kind, bool sum)
{
    static const char *const names[][2] = {{"?", "?"},
                                           {"units", "units"},
                                           {"free units", "free units"},
                                           {"monthly charge", "monthly charge"},
                                           {"charge", "charges"},
                                           {"tax", "tax"},
                                           {"debt", "debts"}};
    enum { NAMES = sizeof names / sizeof names[0] };
    return names[kind < NAMES ? kind : 0][sum];
}

static const char *line_name(const Metervault__V1__BillLine *line)
{
    return line->text[0] != '\0' ? line->text : bill_line_name((uint32_t)line->kind, false);
}

static void print_line(const Metervault__V1__BillLine *line, unsigned digits)
{
    char quantity[QUANTITY_TEXT] = "";
    char rate[TARIFF_DECIMAL];
    char amount[TARIFF_DECIMAL];
    char how[96] = "";
    if (line->quantity != NULL)
        quantity_text(line->quantity, quantity);
    if (line->quantity != NULL && line->rate_e5 != 0)
        (void)snprintf(how, sizeof how, "%s at %s", quantity, tariff_decimal_text(line->rate_e5, E5, E5_LEAST, rate));
    else if (line->quantity != NULL)
        (void)snprintf(how, sizeof how, "%s", quantity);
    else if (line->percent_e4 != 0)
        (void)snprintf(how, sizeof how, "%s %%", tariff_decimal_text(line->percent_e4, PERCENT_E4, 0, rate));
    else if (line->count != 0)
        (void)snprintf(how, sizeof how, "%" PRIu32 " months", line->count);
    (void)printf("%-20s %-28s %14s\n", line_name(line), how, tariff_decimal_text(line->amount, digits, digits, amount));
}

void bill_print(const Metervault__V1__Bill *bill)
{
    const unsigned digits = bill->minor_digits;
    char quantity[QUANTITY_TEXT];
    char amount[TARIFF_DECIMAL];
    (void)printf("%s version %" PRIu32 "\n", bill->tariff, bill->tariff_version);
    for (size_t i = 0; i < bill->n_lines; i++)
        print_line(bill->lines[i], digits);
    quantity_text(bill->quantity, quantity);
    (void)printf("%-20s %-28s %14s %s\n", "total", quantity, tariff_decimal_text(bill->total, digits, digits, amount),
                 bill->currency);
}

static const char *const payments[] = {"?", "cash", "bank", "card", "mobile", "balance"};
enum { PAYMENTS = sizeof payments / sizeof payments[0] };

const char *bill_payment_name(Metervault__V1__Payment payment)
{
    return payments[payment > 0 && (unsigned)payment < PAYMENTS ? payment : 0];
}

Metervault__V1__Payment bill_payment_find(const char *name)
{
    for (int i = 1; i < PAYMENTS; i++)
        if (strcmp(name, payments[i]) == 0)
            return (Metervault__V1__Payment)i;
    return METERVAULT__V1__PAYMENT__PAYMENT_UNSPECIFIED;
}

static void print_money(const char *name, const char *how, int64_t money, const Metervault__V1__Bill *bill)
{
    char amount[TARIFF_DECIMAL];
    (void)printf("%-20s %-28s %14s %s\n", name, how,
                 tariff_decimal_text(money, bill->minor_digits, bill->minor_digits, amount), bill->currency);
}

void bill_print_payment(const Metervault__V1__Sold *sold)
{
    print_money("tendered", bill_payment_name(sold->payment), sold->tendered, sold->bill);
    if (sold->change != 0)
        print_money("change", sold->change_kept ? "kept by the account" : "to give back", sold->change, sold->bill);
    if (sold->balance != 0)
        print_money("account holds", "", sold->balance, sold->bill);
}

int bill_print_sold(const struct cli *cli, const Metervault__V1__Sold *sold)
{
    if (cli->json)
        return cli_print_json(cli_message_json(&sold->base));
    (void)printf("Account  %s  %s\n", sold->account_number, sold->customer_name);
    bill_print(sold->bill);
    bill_print_payment(sold);
    return sale_print(cli, sold->issued);
}
