/* Sessions with a user card that bring credit: opening, purchase, replacement. */
#include <string.h>

#include "card_content.h"
#include "key_options.h"
#include "quantity.h"
#include "sell.h"
#include "tariff.h"

struct visit {
    struct card_given given;
    struct card_content content;
    struct sell sell; /* the amount; with a price, how it is paid */
    const char *meter, *client;
    bool merge, yes;
    Metervault__V1__PurchaseRecord purchase;
    Metervault__V1__Quantity quantity;
};

static Metervault__V1__CardPurpose purpose_of(const char *part)
{
    if (strcmp(part, "open") == 0)
        return METERVAULT__V1__CARD_PURPOSE__OPEN_ACCOUNT_CARD;
    return strcmp(part, "purchase") == 0 ? METERVAULT__V1__CARD_PURPOSE__PURCHASE_CARD
                                         : METERVAULT__V1__CARD_PURPOSE__REPLACE;
}

/* Units alone have no price; who says money or how it is paid buys at the account's tariff. */
static bool is_priced(const struct sell *sell)
{
    return sell->money != NULL || sell->payment != NULL || sell->free_units;
}

static int ask_digits(struct cli *cli, struct sell *sell)
{
    int code = CLI_DONE;
    struct mv_client *client = cli_connect(cli, &code);
    if (client == NULL)
        return code;
    Metervault__V1__Office *office = tariff_ask_office(cli, client, &code);
    mv_client_close(client);
    if (office == NULL)
        return code;
    sell->minor_digits = office->minor_digits;
    protobuf_c_message_free_unpacked(&office->base, NULL);
    return CLI_DONE;
}

static int read_sale(struct cli *cli, struct visit *visit, Metervault__V1__CardBegin *begin)
{
    if (sell_amounts(&visit->sell) != 1)
        return cli_usage(cli, "give one amount: --money, --free-units or units");
    int code = cli_need_terminal(cli);
    if (code == CLI_DONE)
        code = ask_digits(cli, &visit->sell);
    if (code == CLI_DONE)
        code = sell_complete_payment(cli, &visit->sell);
    begin->sale = &visit->sell.purchase;
    return code;
}

/* A replacement without an amount brings what the meter may not have taken. */
static int read_purchase(struct cli *cli, struct visit *visit, Metervault__V1__CardBegin *begin)
{
    enum mv_sale_unit unit;
    int64_t value;
    const bool priced = is_priced(&visit->sell);
    if (!priced && (visit->sell.tendered != NULL || visit->sell.keep_change))
        return cli_usage(cli, "--tendered and --keep-change are of a sale: say --money, or --pay with units");
    if (begin->purpose == METERVAULT__V1__CARD_PURPOSE__REPLACE && sell_amounts(&visit->sell) == 0)
        return CLI_DONE;
    metervault__v1__purchase_record__init(&visit->purchase);
    visit->purchase.client_number = (char *)visit->client;
    begin->purchase = &visit->purchase;
    if (priced)
        return read_sale(cli, visit, begin);
    int code = quantity_from_options(cli, &visit->sell.quantity, &unit, &value);
    if (code != CLI_DONE)
        return code;
    metervault__v1__quantity__init(&visit->quantity);
    mv_sale_quantity(unit, value, &visit->quantity);
    visit->purchase.quantity = &visit->quantity;
    return CLI_DONE;
}

static int read_begin(struct cli *cli, struct visit *visit, char **rest, int count, Metervault__V1__CardBegin *begin)
{
    if (begin->purpose != METERVAULT__V1__CARD_PURPOSE__PURCHASE_CARD && *visit->meter == '\0')
        return cli_usage(cli, "--meter is needed: the meter's PAN of 18 digits");
    if (*visit->meter != '\0' && !meter_pan_valid(visit->meter))
        return cli_usage(cli, "--meter is the meter's PAN of 18 digits");
    int code = read_purchase(cli, visit, begin);
    begin->meter_pan = (char *)visit->meter;
    begin->merge_unread = visit->merge;
    return code == CLI_DONE ? card_content_read(cli, &visit->content, rest, count, begin) : code;
}

int card_sell(struct cli *cli, int argc, char **argv)
{
    enum { OWN = 9 };
    struct visit visit = {.meter = "", .client = ""};
    struct sell *sell = &visit.sell;
    Metervault__V1__CardBegin begin = METERVAULT__V1__CARD_BEGIN__INIT;
    struct cli_option options[OWN + QUANTITY_UNITS + CARD_CONTENT_OPTIONS + CARD_OPTIONS] = {
        {.name = "meter", .text = &visit.meter},
        {.name = "client", .text = &visit.client},
        {.name = "merge", .flag = &visit.merge},
        {.name = "money", .text = &sell->money},
        {.name = "pay", .text = &sell->payment},
        {.name = "tendered", .text = &sell->tendered},
        {.name = "keep-change", .flag = &sell->keep_change},
        {.name = "free-units", .flag = &sell->free_units},
        {.name = "yes", .flag = &visit.yes}};
    int first;
    int code;
    quantity_options(&sell->quantity, options + OWN);
    card_content_options(&visit.content, options + OWN + QUANTITY_UNITS);
    begin.purpose = purpose_of(argv[0]);
    if (!card_parse(cli, &visit.given, options, OWN + QUANTITY_UNITS + CARD_CONTENT_OPTIONS, argc, argv, &first, &code))
        return code;
    const bool replaces = begin.purpose == METERVAULT__V1__CARD_PURPOSE__REPLACE;
    if (replaces && cli_can_ask(cli, visit.yes) != CLI_DONE)
        return CLI_USAGE;
    code = read_begin(cli, &visit, argv + first, argc - first, &begin);
    if (code == CLI_DONE && replaces)
        code = cli_confirm(cli, visit.yes, "The card that the meter's account has is denied for ever. Replace it?");
    if (code == CLI_DONE)
        code = card_session(cli, &visit.given, &begin);
    card_content_free(&visit.content);
    return code;
}
