/* Sessions with a user card that bring credit: opening, purchase, replacement. */
#include <string.h>

#include "card_content.h"
#include "key_options.h"
#include "quantity.h"

struct sell {
    struct card_given given;
    struct card_content content;
    struct quantity_options amount;
    const char *meter, *client;
    bool merge;
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

static bool any_amount(const struct quantity_options *amount)
{
    for (size_t i = 0; i < QUANTITY_UNITS; i++)
        if (amount->texts[i] != NULL)
            return true;
    return false;
}

/* A replacement without an amount brings what the meter may not have taken. */
static int read_purchase(const struct cli *cli, struct sell *sell, Metervault__V1__CardBegin *begin)
{
    enum mv_sale_unit unit;
    int64_t value;
    if (begin->purpose == METERVAULT__V1__CARD_PURPOSE__REPLACE && !any_amount(&sell->amount))
        return CLI_DONE;
    int code = quantity_from_options(cli, &sell->amount, &unit, &value);
    if (code != CLI_DONE)
        return code;
    metervault__v1__purchase_record__init(&sell->purchase);
    metervault__v1__quantity__init(&sell->quantity);
    mv_sale_quantity(unit, value, &sell->quantity);
    sell->purchase.quantity = &sell->quantity;
    sell->purchase.client_number = (char *)sell->client;
    begin->purchase = &sell->purchase;
    return CLI_DONE;
}

static int read_begin(const struct cli *cli, struct sell *sell, char **rest, int count,
                      Metervault__V1__CardBegin *begin)
{
    if (begin->purpose != METERVAULT__V1__CARD_PURPOSE__PURCHASE_CARD && *sell->meter == '\0')
        return cli_usage(cli, "--meter is needed: the meter's PAN of 18 digits");
    if (*sell->meter != '\0' && !meter_pan_valid(sell->meter))
        return cli_usage(cli, "--meter is the meter's PAN of 18 digits");
    int code = read_purchase(cli, sell, begin);
    begin->meter_pan = (char *)sell->meter;
    begin->merge_unread = sell->merge;
    return code == CLI_DONE ? card_content_read(cli, &sell->content, rest, count, begin) : code;
}

int card_sell(struct cli *cli, int argc, char **argv)
{
    enum { OWN = 3 };
    struct sell sell = {.meter = "", .client = ""};
    Metervault__V1__CardBegin begin = METERVAULT__V1__CARD_BEGIN__INIT;
    struct cli_option options[OWN + QUANTITY_UNITS + CARD_CONTENT_OPTIONS + CARD_OPTIONS] = {
        {.name = "meter", .text = &sell.meter},
        {.name = "client", .text = &sell.client},
        {.name = "merge", .flag = &sell.merge}};
    int first;
    int code;
    quantity_options(&sell.amount, options + OWN);
    card_content_options(&sell.content, options + OWN + QUANTITY_UNITS);
    begin.purpose = purpose_of(argv[0]);
    if (!card_parse(cli, &sell.given, options, OWN + QUANTITY_UNITS + CARD_CONTENT_OPTIONS, argc, argv, &first, &code))
        return code;
    code = read_begin(cli, &sell, argv + first, argc - first, &begin);
    if (code == CLI_DONE)
        code = card_session(cli, &sell.given, &begin);
    card_content_free(&sell.content);
    return code;
}
