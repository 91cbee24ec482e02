/* What a vendor may do, and how much it has. */
#include <inttypes.h>
#include <stdio.h>

#include "sale_print.h"
#include "tariff_file.h"
#include "vendor.h"

enum { PERCENT_DECIMALS = 4, ALL_E4 = 1000000 };

static void print_terms(const struct vendor_desk *desk, const char *name, const Metervault__V1__VendorTerms *terms)
{
    char percent[TARIFF_DECIMAL];
    char when[SALE_TIME_TEXT];
    if (terms == NULL)
        return;
    sale_time_text(terms->put_at_unix_s, when);
    (void)printf("%s, version %" PRIu32 ", by %s, %s", name, terms->version, terms->put_by, when);
    (void)printf("%s%s\n", terms->approved_by[0] != '\0' ? ", approved by " : ", waits for another person",
                 terms->approved_by);
    vendor_desk_print(desk, "  credit limit", terms->credit_limit);
    if (terms->sale_limit != 0)
        vendor_desk_print(desk, "  of one sale", terms->sale_limit);
    if (terms->day_limit != 0)
        vendor_desk_print(desk, "  of one day", terms->day_limit);
    (void)printf("  %-20s %16s %%\n", "commission",
                 tariff_decimal_text(terms->commission_percent_e4, PERCENT_DECIMALS, 0, percent));
}

static int print_vendor(const struct cli *cli, const struct vendor_desk *desk, ProtobufCMessage *answer, int code)
{
    if (answer == NULL || cli->json)
        return cli_show(cli, answer, NULL, code);
    const Metervault__V1__Vendor *vendor = (const Metervault__V1__Vendor *)answer;
    (void)printf("Vendor %s, %s\n", vendor->organisation, vendor_state_text(vendor->state));
    vendor_desk_print(desk, "balance", vendor->balance);
    vendor_desk_print(desk, "available", vendor->available);
    vendor_desk_print(desk, "sold today", vendor->sold_today);
    print_terms(desk, "In force", vendor->terms);
    print_terms(desk, "Proposed", vendor->pending);
    protobuf_c_message_free_unpacked(answer, NULL);
    return cli_flush();
}

/* ---- terms put in ---- */
struct said {
    const char *credit_limit, *sale_limit, *day_limit, *commission;
};

static int read_terms(const struct cli *cli, const struct vendor_desk *desk, const struct said *said,
                      Metervault__V1__VendorTerms *terms)
{
    int64_t percent = 0;
    int code = vendor_desk_amount(cli, desk, said->credit_limit, "credit-limit", &terms->credit_limit);
    if (code == CLI_DONE)
        code = vendor_desk_amount(cli, desk, said->sale_limit, "sale-limit", &terms->sale_limit);
    if (code == CLI_DONE)
        code = vendor_desk_amount(cli, desk, said->day_limit, "day-limit", &terms->day_limit);
    if (code != CLI_DONE)
        return code;
    if (said->commission != NULL &&
        (!tariff_decimal_read(said->commission, PERCENT_DECIMALS, &percent) || percent > ALL_E4))
        return cli_usage(cli, "--commission is a percentage of 0 to 100");
    terms->commission_percent_e4 = (uint32_t)percent;
    return CLI_DONE;
}

static int put(struct cli *cli, const struct vendor_desk *desk, const char *organisation, const struct said *said)
{
    Metervault__V1__VendorTerms terms = METERVAULT__V1__VENDOR_TERMS__INIT;
    Metervault__V1__SetTermsRequest request = METERVAULT__V1__SET_TERMS_REQUEST__INIT;
    int code = read_terms(cli, desk, said, &terms);
    if (code != CLI_DONE)
        return code;
    request.organisation = (char *)organisation;
    request.terms = &terms;
    ProtobufCMessage *answer = vendor_desk_call(cli, desk, "SetTerms", &request.base, NULL, &code);
    return print_vendor(cli, desk, answer, code);
}

int vendor_terms(struct cli *cli, int argc, char **argv)
{
    struct said said = {.sale_limit = NULL};
    struct vendor_desk desk;
    int first;
    int code;
    const struct cli_option options[] = {{.name = "credit-limit", .text = &said.credit_limit},
                                         {.name = "sale-limit", .text = &said.sale_limit},
                                         {.name = "day-limit", .text = &said.day_limit},
                                         {.name = "commission", .text = &said.commission}};
    if (!cli_parse(cli, options, 4, argc, argv, &first, &code))
        return code;
    if (argc - first != 1 || said.credit_limit == NULL)
        return cli_usage(cli, "terms needs one organisation and --credit-limit");
    code = vendor_desk_open(cli, &desk);
    if (code != CLI_DONE)
        return code;
    code = put(cli, &desk, argv[first], &said);
    vendor_desk_close(&desk);
    return code;
}

/* ---- approved ---- */
int vendor_approve(struct cli *cli, int argc, char **argv)
{
    const char *version = NULL;
    bool yes = false;
    uint64_t number = 0;
    char question[200];
    struct vendor_desk desk;
    int first;
    int code;
    const struct cli_option options[] = {{.name = "version", .text = &version}, {.name = "yes", .flag = &yes}};
    if (!cli_parse(cli, options, 2, argc, argv, &first, &code))
        return code;
    if (argc - first != 1 || version == NULL || !cli_number(version, 1, UINT32_MAX, &number))
        return cli_usage(cli, "approve needs one organisation and --version, a number from 1");
    (void)snprintf(question, sizeof question,
                   "From now on version %" PRIu64 " is what %.64s may sell on credit. (See: vendor show)", number,
                   argv[first]);
    code = cli_confirm(cli, yes, question);
    if (code == CLI_DONE)
        code = vendor_desk_open(cli, &desk);
    if (code != CLI_DONE)
        return code;
    Metervault__V1__ApproveTermsRequest request = METERVAULT__V1__APPROVE_TERMS_REQUEST__INIT;
    request.organisation = argv[first];
    request.version = (uint32_t)number;
    ProtobufCMessage *answer = vendor_desk_call(cli, &desk, "ApproveTerms", &request.base, NULL, &code);
    code = print_vendor(cli, &desk, answer, code);
    vendor_desk_close(&desk);
    return code;
}

int vendor_show(struct cli *cli, int argc, char **argv)
{
    struct vendor_desk desk;
    int first;
    int code;
    if (!cli_parse(cli, NULL, 0, argc, argv, &first, &code))
        return code;
    if (argc - first > 1)
        return cli_usage(cli, "show takes one organisation, or none: your own credit");
    code = vendor_desk_open(cli, &desk);
    if (code != CLI_DONE)
        return code;
    Metervault__V1__GetVendorRequest request = METERVAULT__V1__GET_VENDOR_REQUEST__INIT;
    if (first < argc)
        request.organisation = argv[first];
    ProtobufCMessage *answer = vendor_desk_call(cli, &desk, "GetVendor", &request.base, NULL, &code);
    code = print_vendor(cli, &desk, answer, code);
    vendor_desk_close(&desk);
    return code;
}
