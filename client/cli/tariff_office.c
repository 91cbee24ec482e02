/* The currency of the ledger. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tariff.h"

static const ProtobufCServiceDescriptor *const service = &metervault__v1__tariff_service__descriptor;

static void print_office(const ProtobufCMessage *answer)
{
    const Metervault__V1__Office *office = (const Metervault__V1__Office *)answer;
    (void)printf("%s with %" PRIu32 " decimals, days %" PRId32 " minutes ahead of UTC\n", office->currency,
                 office->minor_digits, office->utc_offset_min);
}

Metervault__V1__Office *tariff_ask_office(struct cli *cli, struct mv_client *client, int *code)
{
    Metervault__V1__GetOfficeRequest request = METERVAULT__V1__GET_OFFICE_REQUEST__INIT;
    return (Metervault__V1__Office *)cli_call(cli, client, service, "GetOffice", &request.base, code);
}

Metervault__V1__Office *tariff_ask_office_if_any(struct cli *cli, struct mv_client *client, int *code)
{
    Metervault__V1__GetOfficeRequest request = METERVAULT__V1__GET_OFFICE_REQUEST__INIT;
    ProtobufCMessage *answer = NULL;
    struct mv_client_error error;
    *code = CLI_DONE;
    if (mv_client_call(client, service, "GetOffice", &request.base, true, &answer, &error))
        return (Metervault__V1__Office *)answer;
    if (strcmp(error.reason, "CURRENCY_NOT_SET") != 0)
        *code = cli_report(cli, &error);
    return NULL;
}

static bool read_offset(const char *text, int32_t *minutes)
{
    enum { MOST = 840 };
    uint64_t value = 0;
    bool behind = text[0] == '-';
    if (!cli_number(behind ? text + 1 : text, 0, MOST, &value))
        return false;
    *minutes = behind ? -(int32_t)value : (int32_t)value;
    return true;
}

static int set_office(struct cli *cli, Metervault__V1__Office *office, bool yes)
{
    char question[160];
    (void)snprintf(question, sizeof question, "The ledger's currency becomes %.8s with %" PRIu32 " decimals, for ever.",
                   office->currency, office->minor_digits);
    int code = cli_confirm(cli, yes, question);
    if (code != CLI_DONE)
        return code;
    ProtobufCMessage *answer = cli_ask(cli, service, "SetOffice", &office->base, &code);
    return cli_show(cli, answer, print_office, code);
}

int tariff_office(struct cli *cli, int argc, char **argv)
{
    enum { MOST_DIGITS = 3 };
    const char *currency = NULL;
    const char *digits = NULL;
    const char *offset = "0";
    bool yes = false;
    uint64_t minor = 0;
    int first;
    int code;
    const struct cli_option options[] = {{.name = "currency", .text = &currency},
                                         {.name = "digits", .text = &digits},
                                         {.name = "utc-offset-min", .text = &offset},
                                         {.name = "yes", .flag = &yes}};
    if (!cli_parse(cli, options, 4, argc, argv, &first, &code))
        return code;
    Metervault__V1__Office office = METERVAULT__V1__OFFICE__INIT;
    if (first < argc || (currency == NULL) != (digits == NULL))
        return cli_usage(cli, "office takes nothing, or --currency and --digits");
    if (currency == NULL) {
        Metervault__V1__GetOfficeRequest request = METERVAULT__V1__GET_OFFICE_REQUEST__INIT;
        ProtobufCMessage *answer = cli_ask(cli, service, "GetOffice", &request.base, &code);
        return cli_show(cli, answer, print_office, code);
    }
    if (!cli_number(digits, 0, MOST_DIGITS, &minor))
        return cli_usage(cli, "--digits is 0 to 3");
    if (!read_offset(offset, &office.utc_offset_min))
        return cli_usage(cli, "--utc-offset-min is a number of minutes, -720 to 840");
    office.currency = (char *)currency;
    office.minor_digits = (uint32_t)minor;
    return set_office(cli, &office, yes);
}
