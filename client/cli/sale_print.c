#include "sale_print.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "management.h"
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

/* A section of a key change set: 1..4, by the token's class and subclass. 0: the token is none. */
static unsigned key_section(const Metervault__V1__Token *token)
{
    static const unsigned subclasses[] = {3, 4, 8, 9}; /* of class 2; the section's number is the place, from 1 */
    for (unsigned i = 0; token->token_class == 2 && i < sizeof subclasses / sizeof subclasses[0]; i++)
        if (token->token_subclass == subclasses[i])
            return i + 1;
    return 0;
}

size_t sale_key_sections(const Metervault__V1__IssuedTokens *issued)
{
    size_t count = 0;
    while (count < issued->n_tokens && key_section(issued->tokens[count]) != 0)
        count++;
    return count;
}

void sale_key_text(const Metervault__V1__MeterKey *key, char text[SALE_KEY_TEXT])
{
    (void)snprintf(text, SALE_KEY_TEXT, "SGC %s  KRN %u  TI %u  KT %u  KEN %u  base date %u  EA %u  DKGA %u",
                   key->supply_group_code, key->key_revision_number, key->tariff_index, key->key_type,
                   key->key_expiry_number, key->base_date, key->encryption_algorithm, key->key_generation_algorithm);
}

/* ---- the tokens, in the order in which they are entered ---- */
static const char *const sections[] = {"", "1st section", "2nd section", "3rd section", "4th section"};

static void print_credit(const Metervault__V1__Token *token, const Metervault__V1__Quantity *asked)
{
    char carried[QUANTITY_TEXT];
    char wanted[QUANTITY_TEXT];
    quantity_text(token->quantity, carried);
    quantity_text(asked, wanted);
    if (strcmp(carried, wanted) == 0)
        (void)printf("Credit   %s\n", carried);
    else
        (void)printf("Credit   %s (asked: %s)\n", carried, wanted);
}

/* Sections come first; returns how many there are. */
static size_t print_sections(const Metervault__V1__IssuedTokens *issued)
{
    const size_t count = sale_key_sections(issued);
    for (size_t i = 0; i < count; i++) {
        char digits[SALE_DIGITS_TEXT];
        sale_group_digits(issued->tokens[i]->digits, digits);
        (void)printf("Key %zu/%zu  %s  %s\n", i + 1, count, digits[0] != '\0' ? digits : "(not shown)",
                     sections[key_section(issued->tokens[i])]);
    }
    return count;
}

static void print_tokens(const Metervault__V1__IssuedTokens *issued, size_t first)
{
    for (size_t i = first; i < issued->n_tokens; i++) {
        const Metervault__V1__Token *token = issued->tokens[i];
        char digits[SALE_DIGITS_TEXT];
        sale_group_digits(token->digits, digits);
        if (digits[0] != '\0')
            (void)printf("Token    %s\n", digits);
        if (issued->requested != NULL)
            print_credit(token, issued->requested);
    }
}

/* What the customer has to do, in a sentence. */
static void print_steps(const Metervault__V1__IssuedTokens *issued, size_t count)
{
    const Metervault__V1__KeyChange *change = issued->key_change;
    if (change != NULL && change->confirmed) {
        (void)puts("Type     the key change is in the meter already; only what follows it is typed");
        return;
    }
    bool more = count < issued->n_tokens;
    if (change == NULL || !change->resent)
        (void)printf("Type     first the %zu key change tokens, from 1/%zu to %zu/%zu%s\n", count, count, count, count,
                     more ? ", then the token" : "");
    else if (more) /* a meter that has the new key counts each key change token as a wrong entry, and then locks */
        (void)printf(
            "Again    this key change was given out before: type the last token first; only if the meter refuses "
            "it, type the %zu key change tokens and then the last token once more\n",
            count);
    else
        (void)printf(
            "Again    this key change was given out before: type the %zu key change tokens only if the meter has "
            "not taken them yet\n",
            count);
    if (change != NULL && change->rollover)
        (void)puts("Note     after this key change older tokens that were not typed yet are lost");
}

static void print_order(const Metervault__V1__IssuedTokens *issued)
{
    char text[SALE_KEY_TEXT];
    if (issued->key_change != NULL && issued->key_change->to != NULL) {
        sale_key_text(issued->key_change->to, text);
        (void)printf("New key  %s\n", text);
    }
    if (issued->management != NULL) {
        management_text(issued->management, text);
        (void)printf("Order    %s\n", text);
    }
    if (issued->test != NULL) {
        test_text(issued->test, text);
        (void)printf("Order    %s\n", text);
    }
}

static void print_human(const Metervault__V1__IssuedTokens *sale)
{
    char when[SALE_TIME_TEXT];
    size_t count = print_sections(sale);
    print_tokens(sale, count);
    if (count > 0)
        print_steps(sale, count);
    print_order(sale);
    (void)printf("Meter    %s\n", sale->meter_pan);
    if (sale->receipt != NULL)
        (void)printf("Receipt  %s/%s/%" PRIu64 "\n", sale->receipt->organisation, sale->receipt->terminal_id,
                     sale->receipt->number);
    sale_time_text(sale->issued_at_unix_s, when);
    (void)printf("Time     %s\n", when);
    if (sale->principal[0] != '\0')
        (void)printf("%s  %s\n", sale->requested != NULL ? "Sold by" : "Made by", sale->principal);
    if (sale->free_reason[0] != '\0')
        (void)printf("Free     %s\n", sale->free_reason);
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
