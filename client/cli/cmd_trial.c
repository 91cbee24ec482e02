#include "cli.h"
#include "quantity.h"
#include "sale_print.h"

static int ask(struct cli *cli, const char *meter, enum mv_sale_unit unit, int64_t amount)
{
    Metervault__V1__Quantity quantity = METERVAULT__V1__QUANTITY__INIT;
    static const Metervault__V1__Quantity__AmountCase cases[] = {
        [MV_SALE_WH] = METERVAULT__V1__QUANTITY__AMOUNT_ENERGY_WH,
        [MV_SALE_LITRES] = METERVAULT__V1__QUANTITY__AMOUNT_VOLUME_L,
        [MV_SALE_SECONDS] = METERVAULT__V1__QUANTITY__AMOUNT_TIME_S,
    };
    quantity.amount_case = cases[unit];
    quantity.energy_wh = amount; /* the three amounts share their storage */
    Metervault__V1__TrialCreditRequest request = METERVAULT__V1__TRIAL_CREDIT_REQUEST__INIT;
    request.terminal_id = (char *)cli->terminal;
    request.meter_pan = (char *)meter;
    request.quantity = &quantity;
    request.carrier = METERVAULT__V1__CARRIER__KEYPAD;
    int code = CLI_DONE;
    ProtobufCMessage *answer =
        cli_ask(cli, &metervault__v1__token_service__descriptor, "TrialCredit", &request.base, &code);
    if (answer == NULL)
        return code;
    code = sale_print(cli, (const Metervault__V1__IssuedTokens *)answer);
    protobuf_c_message_free_unpacked(answer, NULL);
    return code;
}

static int run(struct cli *cli, int argc, char **argv)
{
    const char *meter = NULL;
    struct quantity_options quantity = {0};
    enum mv_sale_unit unit;
    int64_t amount;
    int first;
    int code;
    const struct cli_option options[] = {
        {.name = "meter", .text = &meter},
        {.name = "kwh", .text = &quantity.kwh},
        {.name = "wh", .text = &quantity.wh},
        {.name = "m3", .text = &quantity.m3},
        {.name = "litres", .text = &quantity.litres},
        {.name = "seconds", .text = &quantity.seconds},
    };
    if (!cli_parse(cli, options, sizeof options / sizeof options[0], argc, argv, &first, &code))
        return code;
    if (first < argc)
        return cli_usage(cli, "'%s' is not an option", argv[first]);
    if (meter == NULL || cli->terminal == NULL)
        return cli_usage(cli, "--meter and --terminal are needed");
    code = quantity_from_options(cli, &quantity, &unit, &amount);
    return code == CLI_DONE ? ask(cli, meter, unit, amount) : code;
}

const struct cli_command cli_trial = {
    .name = "trial",
    .summary = "what a sale would give; nothing is issued",
    .help = "Usage: metervault trial --meter PAN AMOUNT [--terminal NAME]\n"
            "Shows what `metervault vend` would sell now, without selling: no digits, no receipt.\n"
            "\n"
            "  --meter PAN      18 digits\n"
            "  --kwh N | --wh N | --m3 N | --litres N | --seconds N\n"
            "Options of every command: metervault --help\n"
            "\n"
            "Examples:\n"
            "  metervault trial --meter 600727000000000009 --kwh 25.61\n",
    .run = run,
};
