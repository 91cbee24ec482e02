#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "receipt_number.h"
#include "sale_print.h"

static const ProtobufCServiceDescriptor *const service = &metervault__v1__token_service__descriptor;

static int show(struct cli *cli, const char *method, const ProtobufCMessage *request)
{
    int code = CLI_DONE;
    ProtobufCMessage *answer = cli_ask(cli, service, method, request, &code);
    if (answer == NULL)
        return code;
    code = sale_print(cli, (const Metervault__V1__IssuedTokens *)answer);
    protobuf_c_message_free_unpacked(answer, NULL);
    return code;
}

static int by_request(struct cli *cli, const char *request_id)
{
    Metervault__V1__GetTokenRequest request = METERVAULT__V1__GET_TOKEN_REQUEST__INIT;
    request.by_case = METERVAULT__V1__GET_TOKEN_REQUEST__BY_REQUEST_ID;
    request.request_id = (char *)request_id;
    return show(cli, "GetToken", &request.base);
}

static int by_receipt(struct cli *cli, const char *text)
{
    char parts[RECEIPT_NUMBER];
    Metervault__V1__ReceiptNumber receipt = METERVAULT__V1__RECEIPT_NUMBER__INIT;
    if (!receipt_number_read(text, parts, &receipt))
        return cli_usage(cli, "--receipt is ORGANISATION/TERMINAL/NUMBER, as printed");
    Metervault__V1__GetTokenRequest request = METERVAULT__V1__GET_TOKEN_REQUEST__INIT;
    request.by_case = METERVAULT__V1__GET_TOKEN_REQUEST__BY_RECEIPT;
    request.receipt = &receipt;
    return show(cli, "GetToken", &request.base);
}

static int by_terminal(struct cli *cli)
{
    if (cli_need_config(cli) != CLI_DONE)
        return CLI_USAGE;
    if (cli->terminal == NULL)
        return cli_usage(cli, "--last needs --terminal");
    Metervault__V1__LastResponseRequest request = METERVAULT__V1__LAST_RESPONSE_REQUEST__INIT;
    request.terminal_id = (char *)cli->terminal;
    return show(cli, "LastResponse", &request.base);
}

static int run(struct cli *cli, int argc, char **argv)
{
    const char *request_id = NULL;
    const char *receipt = NULL;
    bool last = false;
    int first;
    int code;
    const struct cli_option options[] = {
        {.name = "request-id", .text = &request_id},
        {.name = "receipt", .text = &receipt},
        {.name = "last", .flag = &last},
    };
    if (!cli_parse(cli, options, sizeof options / sizeof options[0], argc, argv, &first, &code))
        return code;
    if (first < argc)
        return cli_usage(cli, "'%s' is not an option", argv[first]);
    if ((request_id != NULL) + (receipt != NULL) + last != 1)
        return cli_usage(cli, "give one of --request-id, --receipt and --last");
    if (request_id != NULL)
        return by_request(cli, request_id);
    return receipt != NULL ? by_receipt(cli, receipt) : by_terminal(cli);
}

const struct cli_command cli_reprint = {
    .name = "reprint",
    .summary = "print a token that was sold before",
    .help = "Usage: metervault reprint --request-id ID\n"
            "       metervault reprint --receipt ORGANISATION/TERMINAL/NUMBER\n"
            "       metervault reprint --last [--terminal NAME]\n"
            "Prints the stored answer of a sale again; the meter takes its token once only.\n"
            "\n"
            "  --request-id ID  an own sale, by its request id\n"
            "  --receipt R      a sale by its receipt, as it was printed\n"
            "  --last           the last sale of this operator at this till\n"
            "Options of every command: metervault --help\n"
            "\n"
            "Examples:\n"
            "  metervault reprint --last --terminal till1\n"
            "  metervault reprint --receipt shop1/till1/17\n",
    .run = run,
};
