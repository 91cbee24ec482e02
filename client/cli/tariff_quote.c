/* What a purchase would cost, line by line. */
#include <inttypes.h>
#include <stdio.h>

#include "bill_print.h"
#include "tariff.h"
#include "tariff_file.h"

static const ProtobufCServiceDescriptor *const service = &metervault__v1__tariff_service__descriptor;

static void print_quote(const ProtobufCMessage *answer)
{
    const Metervault__V1__QuoteResponse *quote = (const Metervault__V1__QuoteResponse *)answer;
    const Metervault__V1__Bill *bill = quote->bill;
    const unsigned digits = bill->minor_digits;
    char amount[TARIFF_DECIMAL];
    bill_print(bill);
    if (quote->change != 0)
        (void)printf("%-20s %-28s %14s %s\n", "left of the money", "",
                     tariff_decimal_text(quote->change, digits, digits, amount), bill->currency);
}

struct asked {
    const char *money, *units, *bought, *free, *months, *version;
};

/* CLI_DONE, or CLI_USAGE after it said what is wrong. */
static int read_amounts(struct cli *cli, const struct asked *asked, unsigned digits,
                        Metervault__V1__QuoteRequest *request)
{
    uint64_t number = 0;
    if (asked->money != NULL) {
        request->what_case = METERVAULT__V1__QUOTE_REQUEST__WHAT_MONEY;
        if (!tariff_decimal_read(asked->money, digits, &request->money))
            return cli_usage(cli, "--money is an amount with up to %u decimals", digits);
    } else {
        request->what_case = METERVAULT__V1__QUOTE_REQUEST__WHAT_UNITS;
        if (!tariff_units_read(asked->units, request->utility, &request->units))
            return cli_usage(cli, "--units is an amount of %s", tariff_account_unit(request->utility));
    }
    if (asked->bought != NULL && !tariff_units_read(asked->bought, request->utility, &request->bought_units))
        return cli_usage(cli, "--bought is an amount of %s", tariff_account_unit(request->utility));
    if (asked->free != NULL && !tariff_units_read(asked->free, request->utility, &request->free_units))
        return cli_usage(cli, "--free is an amount of %s", tariff_account_unit(request->utility));
    if (asked->months != NULL) {
        if (!cli_number(asked->months, 0, UINT32_MAX, &number))
            return cli_usage(cli, "--months is a number");
        request->months_due = (uint32_t)number;
    }
    if (asked->version != NULL) {
        if (!cli_number(asked->version, 1, UINT32_MAX, &number))
            return cli_usage(cli, "--version is a number from 1");
        request->version = (uint32_t)number;
    }
    return CLI_DONE;
}

static int ask(struct cli *cli, const struct asked *asked, Metervault__V1__QuoteRequest *request)
{
    int code = CLI_DONE;
    struct mv_client *client = cli_connect(cli, &code);
    if (client == NULL)
        return code;
    ProtobufCMessage *answer = NULL;
    Metervault__V1__Office *office = tariff_ask_office(cli, client, &code);
    if (office != NULL) {
        code = read_amounts(cli, asked, office->minor_digits, request);
        if (code == CLI_DONE)
            answer = cli_call(cli, client, service, "Quote", &request->base, &code);
        protobuf_c_message_free_unpacked(&office->base, NULL);
    }
    mv_client_close(client);
    return cli_show(cli, answer, print_quote, code);
}

int tariff_quote(struct cli *cli, int argc, char **argv)
{
    const char *organisation = NULL;
    const char *utility = NULL;
    const char *class = "default";
    const char *tariff = NULL;
    struct asked asked = {0};
    int first;
    int code;
    const struct cli_option options[] = {{.name = "organisation", .text = &organisation},
                                         {.name = "utility", .text = &utility},
                                         {.name = "class", .text = &class},
                                         {.name = "tariff", .text = &tariff},
                                         {.name = "version", .text = &asked.version},
                                         {.name = "money", .text = &asked.money},
                                         {.name = "units", .text = &asked.units},
                                         {.name = "bought", .text = &asked.bought},
                                         {.name = "free", .text = &asked.free},
                                         {.name = "months", .text = &asked.months}};
    if (!cli_parse(cli, options, sizeof options / sizeof options[0], argc, argv, &first, &code))
        return code;
    if (first < argc || utility == NULL || (asked.money == NULL) == (asked.units == NULL))
        return cli_usage(cli, "quote needs --utility and one of --money and --units");
    Metervault__V1__QuoteRequest request = METERVAULT__V1__QUOTE_REQUEST__INIT;
    request.organisation = organisation != NULL ? (char *)organisation : request.organisation;
    request.utility = tariff_utility_read(utility);
    request.meter_class = (char *)class;
    request.tariff = tariff != NULL ? (char *)tariff : request.tariff;
    if (request.utility == METERVAULT__V1__UTILITY__UTILITY_UNSPECIFIED)
        return cli_usage(cli, "--utility is one of electricity, water, gas, time");
    return ask(cli, &asked, &request);
}
