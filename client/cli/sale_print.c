#include "sale_print.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "quantity.h"

enum { DIGITS = 20, GROUP = 4 };

void sale_group_digits(const char *digits, char text[SALE_DIGITS_TEXT])
{
    if (strlen(digits) != DIGITS || strspn(digits, "0123456789") != DIGITS) {
        (void)snprintf(text, SALE_DIGITS_TEXT, "%s", digits);
        return;
    }
    size_t used = 0;
    for (size_t i = 0; i < DIGITS; i++) {
        if (i > 0 && i % GROUP == 0)
            text[used++] = ' ';
        text[used++] = digits[i];
    }
    text[used] = '\0';
}

void sale_time_text(int64_t unix_s, char text[SALE_TIME_TEXT])
{
    const time_t seconds = (time_t)unix_s;
    struct tm parts;
    if (unix_s <= 0 || gmtime_r(&seconds, &parts) == NULL ||
        strftime(text, SALE_TIME_TEXT, "%Y-%m-%d %H:%M:%S UTC", &parts) == 0)
        (void)snprintf(text, SALE_TIME_TEXT, "-");
}

static void print_token(const Metervault__V1__Token *token, const Metervault__V1__Quantity *asked)
{
    char digits[SALE_DIGITS_TEXT];
    char carried[QUANTITY_TEXT];
    char wanted[QUANTITY_TEXT];
    quantity_text(token->quantity, carried);
    quantity_text(asked, wanted);
    if (token->digits[0] != '\0') {
        sale_group_digits(token->digits, digits);
        (void)printf("Token    %s\n", digits);
    }
    if (strcmp(carried, wanted) == 0)
        (void)printf("Credit   %s\n", carried);
    else
        (void)printf("Credit   %s (asked: %s)\n", carried, wanted);
}

static void print_human(const Metervault__V1__IssuedTokens *sale)
{
    char when[SALE_TIME_TEXT];
    for (size_t i = 0; i < sale->n_tokens; i++)
        print_token(sale->tokens[i], sale->requested);
    (void)printf("Meter    %s\n", sale->meter_pan);
    if (sale->receipt != NULL)
        (void)printf("Receipt  %s/%s/%" PRIu64 "\n", sale->receipt->organisation, sale->receipt->terminal_id,
                     sale->receipt->number);
    sale_time_text(sale->issued_at_unix_s, when);
    (void)printf("Time     %s\n", when);
    if (sale->principal[0] != '\0')
        (void)printf("Sold by  %s\n", sale->principal);
    if (sale->request_id[0] != '\0')
        (void)printf("Request  %s\n", sale->request_id);
    else
        (void)puts("Trial    nothing was issued");
    if (sale->replayed)
        (void)puts("Copy     the stored answer; nothing new was issued");
}

int sale_print(const struct cli *cli, const Metervault__V1__IssuedTokens *sale)
{
    if (cli->json)
        return cli_print_json(cli_message_json(&sale->base));
    print_human(sale);
    return cli_flush();
}
