/* Every vendor that is reached from here, a line each. */
#include <stdio.h>
#include <string.h>

#include "tariff_file.h"
#include "vendor.h"

const char *vendor_state_text(Metervault__V1__VendorState state)
{
    static const char *const texts[] = {"?", "waits", "sells", "stopped"};
    enum { TEXTS = sizeof texts / sizeof texts[0] };
    return texts[(unsigned)state < TEXTS ? state : 0];
}

static const char *amount_text(const struct vendor_desk *desk, int64_t amount, char text[TARIFF_DECIMAL])
{
    return tariff_decimal_text(amount, desk->office->minor_digits, desk->office->minor_digits, text);
}

/* A limit of 0 is none. */
static const char *limit_text(const struct vendor_desk *desk, int64_t limit, char text[TARIFF_DECIMAL])
{
    return limit == 0 ? "-" : amount_text(desk, limit, text);
}

static void print_line(const struct vendor_desk *desk, const Metervault__V1__Vendor *vendor)
{
    static const Metervault__V1__VendorTerms none = METERVAULT__V1__VENDOR_TERMS__INIT;
    const Metervault__V1__VendorTerms *terms = vendor->terms != NULL ? vendor->terms : &none;
    char columns[6][TARIFF_DECIMAL];
    (void)printf("%-24s %-8s %14s %14s %14s %14s %14s %14s%s\n", vendor->organisation, vendor_state_text(vendor->state),
                 amount_text(desk, vendor->balance, columns[0]), amount_text(desk, vendor->available, columns[1]),
                 amount_text(desk, terms->credit_limit, columns[2]), limit_text(desk, terms->sale_limit, columns[3]),
                 limit_text(desk, terms->day_limit, columns[4]), amount_text(desk, vendor->sold_today, columns[5]),
                 vendor->pending != NULL ? "  proposed" : "");
}

static void take_page(const struct vendor_desk *desk, const Metervault__V1__ListVendorsResponse *page, json_t *list)
{
    for (size_t i = 0; i < page->n_vendors; i++)
        if (list != NULL)
            (void)json_array_append_new(list, cli_message_json(&page->vendors[i]->base));
        else
            print_line(desk, page->vendors[i]);
}

static int list_all(struct cli *cli, const struct vendor_desk *desk, const char *organisation, json_t *list)
{
    enum { PAGE = 500, TOKEN_SIZE = 128 };
    char token[TOKEN_SIZE] = "";
    int code = CLI_DONE;
    Metervault__V1__ListVendorsRequest request = METERVAULT__V1__LIST_VENDORS_REQUEST__INIT;
    request.organisation = (char *)organisation;
    request.page_size = PAGE;
    request.page_token = token;
    if (list == NULL)
        (void)printf("%-24s %-8s %14s %14s %14s %14s %14s %14s\n", "vendor", "state", "balance", "available", "limit",
                     "of one sale", "of one day", "sold today");
    do {
        ProtobufCMessage *answer = vendor_desk_call(cli, desk, "ListVendors", &request.base, NULL, &code);
        if (answer == NULL)
            return code;
        const Metervault__V1__ListVendorsResponse *page = (const Metervault__V1__ListVendorsResponse *)answer;
        take_page(desk, page, list);
        (void)snprintf(token, sizeof token, "%s", page->next_page_token);
        protobuf_c_message_free_unpacked(answer, NULL);
    } while (token[0] != '\0');
    return CLI_DONE;
}

int vendor_list(struct cli *cli, int argc, char **argv)
{
    struct vendor_desk desk;
    int first;
    int code;
    if (!cli_parse(cli, NULL, 0, argc, argv, &first, &code))
        return code;
    if (argc - first > 1)
        return cli_usage(cli, "list takes one organisation, or none: your own");
    code = vendor_desk_open(cli, &desk);
    if (code != CLI_DONE)
        return code;
    json_t *list = cli->json ? json_array() : NULL;
    code = list_all(cli, &desk, first < argc ? argv[first] : "", list);
    vendor_desk_close(&desk);
    if (code == CLI_DONE && list != NULL)
        return cli_print_json(json_pack("{s:o}", "vendors", list));
    json_decref(list);
    return code == CLI_DONE ? cli_flush() : code;
}
