#include "cli.h"
#include "quantity.h"
#include "sale_print.h"

static int ask(struct cli *cli, const char *meter, enum mv_sale_unit unit, int64_t amount)
{
    Metervault__V1__Quantity quantity;
    mv_sale_quantity(unit, amount, &quantity);
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
    struct cli_option options[QUANTITY_UNITS + 1] = {{.name = "meter", .text = &meter}};
    quantity_options(&quantity, options + 1);
    if (!cli_parse(cli, options, sizeof options / sizeof options[0], argc, argv, &first, &code))
        return code;
    if (first < argc)
        return cli_usage(cli, "'%s' is not an option", argv[first]);
    if (meter == NULL)
        return cli_usage(cli, "--meter is needed");
    if (cli_need_terminal(cli) != CLI_DONE)
        return CLI_USAGE;
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
            "  --kwh N | --wh N | --m3 N | --litres N | --seconds N | --currency N\n"
            "Options of every command: metervault --help\n"
            "\n"
            "Examples:\n"
            "  metervault trial --meter 600727000000000009 --kwh 25.61\n",
    .run = run,
};
