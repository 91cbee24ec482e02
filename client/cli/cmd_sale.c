/* `metervault sale`: what becomes of a sale after it was made, or before. */
#include <stdio.h>
#include <string.h>

#include "claim_print.h"
#include "journal.h"
#include "metervault/v1/sale_service.pb-c.h"
#include "quantity.h"
#include "receipt_number.h"
#include "retry.h"
#include "sale_print.h"

static const ProtobufCServiceDescriptor *const service = &metervault__v1__sale_service__descriptor;

static int settle(struct cli *cli, const char *method, char *request_id, const char *said)
{
    int code = CLI_DONE;
    Metervault__V1__SaleByRequest request = METERVAULT__V1__SALE_BY_REQUEST__INIT;
    request.request_id = request_id;
    ProtobufCMessage *answer = cli_ask(cli, service, method, &request.base, &code);
    if (answer == NULL)
        return code;
    protobuf_c_message_free_unpacked(answer, NULL);
    if (cli->json)
        return cli_print_json(json_pack("{s:s}", "request_id", request_id));
    (void)puts(said);
    return cli_flush();
}

static int sale_confirm(struct cli *cli, int argc, char **argv)
{
    bool yes = false;
    int first;
    int code;
    const struct cli_option options[] = {{.name = "yes", .flag = &yes}};
    if (!cli_parse(cli, options, 1, argc, argv, &first, &code))
        return code;
    if (argc - first != 1)
        return cli_usage(cli, "confirm needs one request id");
    code = cli_confirm(cli, yes, "A sale that is finished is not reversed any more. Has the customer the token?");
    if (code != CLI_DONE)
        return code;
    return settle(cli, "ConfirmSale", argv[first], "finished: this sale is not reversed any more");
}

static int sale_cancel(struct cli *cli, int argc, char **argv)
{
    bool yes = false;
    int first;
    int code;
    const struct cli_option options[] = {{.name = "yes", .flag = &yes}};
    if (!cli_parse(cli, options, 1, argc, argv, &first, &code))
        return code;
    if (argc - first != 1)
        return cli_usage(cli, "cancel needs one request id");
    code = cli_confirm(cli, yes, "Nothing will ever be sold under this request id. Give it up?");
    if (code != CLI_DONE)
        return code;
    return settle(cli, "CancelSale", argv[first],
                  "given up: nothing was sold under this request id, and nothing will be");
}

static int sale_reverse(struct cli *cli, int argc, char **argv)
{
    const char *reason = NULL;
    bool yes = false;
    int first;
    int code;
    char parts[RECEIPT_NUMBER];
    Metervault__V1__ReceiptNumber receipt = METERVAULT__V1__RECEIPT_NUMBER__INIT;
    Metervault__V1__ReverseSaleRequest request = METERVAULT__V1__REVERSE_SALE_REQUEST__INIT;
    const struct cli_option options[] = {{.name = "reason", .text = &reason}, {.name = "yes", .flag = &yes}};
    if (!cli_parse(cli, options, 2, argc, argv, &first, &code))
        return code;
    if (argc - first != 1 || reason == NULL || !receipt_number_read(argv[first], parts, &receipt))
        return cli_usage(cli, "reverse needs one receipt, as ORGANISATION/TERMINAL/NUMBER, and --reason");
    code = cli_confirm(cli, yes,
                       "The meter may hold the token, which stays good; two officers decide about the money. Reverse?");
    if (code != CLI_DONE)
        return code;
    request.receipt = &receipt;
    request.reason = (char *)reason;
    ProtobufCMessage *answer = cli_ask(cli, service, "ReverseSale", &request.base, &code);
    return claim_show(cli, answer, code);
}

/* ---- free ---- */
struct free_sale {
    const char *meter, *reason, *claim, *request_id;
    struct quantity_options quantity;
    bool yes;
    char fresh_id[MV_REQUEST_ID_SIZE];
};

static int send_free(struct cli *cli, const struct free_sale *sale, Metervault__V1__FreeIssueRequest *request)
{
    ProtobufCMessage *answer = NULL;
    struct mv_client_error error;
    int code = CLI_DONE;
    struct mv_client *client = cli_connect(cli, &code);
    if (client == NULL)
        return code;
    if (mv_client_call(client, service, "FreeIssue", &request->base, true, &answer, &error)) {
        code = sale_print(cli, (const Metervault__V1__IssuedTokens *)answer);
        protobuf_c_message_free_unpacked(answer, NULL);
    } else {
        code = cli_report(cli, &error);
        if (mv_retry_outcome_open(&error))
            (void)fprintf(stderr, "It is not known whether the token was made. Repeat with --request-id %s\n",
                          sale->request_id);
    }
    mv_client_close(client);
    return code;
}

static int order_free(struct cli *cli, struct free_sale *sale)
{
    enum mv_sale_unit unit = MV_SALE_WH;
    int64_t amount = 0;
    uint64_t claim = 0;
    Metervault__V1__Quantity quantity = METERVAULT__V1__QUANTITY__INIT;
    Metervault__V1__FreeIssueRequest request = METERVAULT__V1__FREE_ISSUE_REQUEST__INIT;
    int code = quantity_from_options(cli, &sale->quantity, &unit, &amount);
    if (code == CLI_DONE && sale->claim != NULL && !cli_number(sale->claim, 1, INT64_MAX, &claim))
        code = cli_usage(cli, "--claim is the number of a claim");
    if (code == CLI_DONE)
        code = cli_confirm(cli, sale->yes, "Nobody pays for this token. Make it?");
    if (code != CLI_DONE)
        return code;
    mv_sale_quantity(unit, amount, &quantity);
    request.request_id = (char *)sale->request_id;
    request.terminal_id = (char *)cli->terminal;
    request.meter_pan = (char *)sale->meter;
    request.quantity = &quantity;
    request.reason = (char *)sale->reason;
    request.claim_id = (int64_t)claim;
    request.carrier = METERVAULT__V1__CARRIER__KEYPAD;
    return send_free(cli, sale, &request);
}

static int sale_free(struct cli *cli, int argc, char **argv)
{
    struct free_sale sale = {.meter = NULL};
    int first;
    int code;
    struct cli_option options[QUANTITY_UNITS + 5] = {{.name = "meter", .text = &sale.meter},
                                                     {.name = "reason", .text = &sale.reason},
                                                     {.name = "claim", .text = &sale.claim},
                                                     {.name = "request-id", .text = &sale.request_id},
                                                     {.name = "yes", .flag = &sale.yes}};
    quantity_options(&sale.quantity, options + 5);
    if (!cli_parse(cli, options, sizeof options / sizeof options[0], argc, argv, &first, &code))
        return code;
    if (first < argc || sale.meter == NULL || sale.reason == NULL)
        return cli_usage(cli, "free needs --meter, --reason and how much");
    if (cli_need_terminal(cli) != CLI_DONE)
        return CLI_USAGE;
    if (sale.request_id != NULL && !journal_id_valid(sale.request_id, 64))
        return cli_usage(cli, "--request-id has 1 to 64 letters, digits, '.', '_', '-'");
    if (sale.request_id == NULL) {
        if (!mv_client_request_id(sale.fresh_id))
            return cli_usage(cli, "the system gives no random numbers for a request id");
        sale.request_id = sale.fresh_id;
    }
    return order_free(cli, &sale);
}

static int run(struct cli *cli, int argc, char **argv)
{
    static const struct cli_part parts[] = {
        {"confirm", sale_confirm}, {"cancel", sale_cancel}, {"reverse", sale_reverse}, {"free", sale_free}};
    return cli_run_part(cli, parts, sizeof parts / sizeof parts[0], argc, argv,
                        "say what: confirm, cancel, reverse or free");
}

const struct cli_command cli_sale = {
    .name = "sale",
    .summary = "confirm a sale, give a request up, reverse a sale, issue for free",
    .help =
        "Usage: metervault sale confirm REQUEST-ID [--yes]\n"
        "       metervault sale cancel REQUEST-ID [--yes]\n"
        "       metervault sale reverse ORGANISATION/TERMINAL/NUMBER --reason TEXT [--yes]\n"
        "       metervault sale free --meter PAN --kwh N --reason TEXT [--claim N] [--request-id ID] [--yes]\n"
        "\n"
        "confirm: the customer has the token; the sale is not reversed any more. cancel: nothing was sold under the\n"
        "id, and nothing will be; a sale that was made is refused here. reverse: the meter may hold the token, so the\n"
        "money is a claim that two officers decide (`metervault account approve-claim`). free: nobody pays; with\n"
        "--claim the units of a claim that was agreed to. Amounts: --kwh, --wh, --m3, --litres, --seconds, --currency\n"
        "Options of every command: metervault --help\n"
        "\n"
        "Examples:\n"
        "  metervault sale reverse shop/till1/17 --reason \"sold to the wrong meter\"\n"
        "  metervault sale free --meter 600727000000000009 --kwh 5 --reason \"storm\"\n",
    .run = run,
};
