#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "receipt.h"
#include "receipt_number.h"
#include "tariff.h"

enum { TEMPLATE = 65536 };

struct printing {
    const char *request_id, *receipt;
    const char *format, *language, *template_file, *out;
    bool last;
};

/* ---- the sale ---- */
static ProtobufCMessage *ask_sale(struct cli *cli, struct mv_client *client, const struct printing *printing, int *code)
{
    static const ProtobufCServiceDescriptor *const service = &metervault__v1__sale_service__descriptor;
    Metervault__V1__GetReceiptRequest request = METERVAULT__V1__GET_RECEIPT_REQUEST__INIT;
    Metervault__V1__LastSaleRequest last = METERVAULT__V1__LAST_SALE_REQUEST__INIT;
    Metervault__V1__ReceiptNumber receipt = METERVAULT__V1__RECEIPT_NUMBER__INIT;
    char parts[RECEIPT_NUMBER];
    if (printing->last) {
        last.terminal_id = (char *)cli->terminal;
        return cli_call(cli, client, service, "LastSale", &last.base, code);
    }
    if (printing->request_id != NULL) {
        request.by_case = METERVAULT__V1__GET_RECEIPT_REQUEST__BY_REQUEST_ID;
        request.request_id = (char *)printing->request_id;
    } else if (receipt_number_read(printing->receipt, parts, &receipt)) {
        request.by_case = METERVAULT__V1__GET_RECEIPT_REQUEST__BY_RECEIPT;
        request.receipt = &receipt;
    } else {
        *code = cli_usage(cli, "--receipt is ORGANISATION/TERMINAL/NUMBER, as printed");
        return NULL;
    }
    return cli_call(cli, client, service, "GetReceipt", &request.base, code);
}

/* ---- the paper ---- */
/* To be freed; NULL after it said why. */
static char *read_template(const struct printing *printing)
{
    if (printing->template_file == NULL)
        return strdup(receipt_builtin(printing->language));
    char *text = calloc(1, TEMPLATE + 1);
    FILE *in = fopen(printing->template_file, "re");
    size_t size = in != NULL && text != NULL ? fread(text, 1, TEMPLATE, in) : 0;
    if (in != NULL)
        (void)fclose(in);
    if (size > 0 && size < TEMPLATE)
        return text;
    (void)fprintf(stderr, "metervault receipt: %s: %s\n", printing->template_file,
                  in == NULL ? strerror(errno) : "empty, or larger than 64 KiB"); /* NOLINT(concurrency-mt-unsafe) */
    free(text);
    return NULL;
}

static bool write_out(const struct printing *printing, const struct receipt *receipt, FILE *out)
{
    if (strcmp(printing->format, "pdf") == 0)
        return receipt_pdf(receipt, out);
    if (strcmp(printing->format, "escpos") == 0)
        return receipt_escpos(receipt, out);
    receipt_text(receipt, true, out);
    return fflush(out) == 0;
}

static int print(const struct printing *printing, const Metervault__V1__Sold *sold, int32_t utc_offset_min)
{
    char wrong[RECEIPT_WRONG];
    char *template = read_template(printing);
    struct receipt *receipt = calloc(1, sizeof *receipt);
    FILE *out = NULL;
    int code = CLI_REFUSED;
    if (template != NULL && receipt != NULL) {
        if (!receipt_make(sold, template, utc_offset_min, receipt, wrong))
            (void)fprintf(stderr, "metervault receipt: template, %s\n", wrong);
        else if ((out = printing->out != NULL ? fopen(printing->out, "we") : stdout) == NULL)
            (void)fprintf(stderr, "metervault receipt: %s: %s\n", printing->out,
                          strerror(errno)); /* NOLINT(concurrency-mt-unsafe) */
        else if (!write_out(printing, receipt, out))
            (void)fputs("metervault receipt: it could not be written\n", stderr);
        else
            code = CLI_DONE;
    }
    if (out != NULL && out != stdout && fclose(out) != 0)
        code = CLI_REFUSED;
    free(template);
    free(receipt);
    return code;
}

static int show(struct cli *cli, const struct printing *printing)
{
    int code = CLI_DONE;
    struct mv_client *client = cli_connect(cli, &code);
    if (client == NULL)
        return code;
    Metervault__V1__Office *office = tariff_ask_office(cli, client, &code);
    ProtobufCMessage *answer = office != NULL ? ask_sale(cli, client, printing, &code) : NULL;
    if (answer != NULL) {
        code = cli->json ? cli_print_json(cli_message_json(answer))
                         : print(printing, (const Metervault__V1__Sold *)answer, office->utc_offset_min);
        protobuf_c_message_free_unpacked(answer, NULL);
    }
    if (office != NULL)
        protobuf_c_message_free_unpacked(&office->base, NULL);
    mv_client_close(client);
    return code;
}

static bool known_format(const char *format)
{
    return strcmp(format, "text") == 0 || strcmp(format, "pdf") == 0 || strcmp(format, "escpos") == 0;
}

static int run(struct cli *cli, int argc, char **argv)
{
    struct printing printing = {.format = "text", .language = "en"};
    int first;
    int code;
    const struct cli_option options[] = {{.name = "request-id", .text = &printing.request_id},
                                         {.name = "receipt", .text = &printing.receipt},
                                         {.name = "last", .flag = &printing.last},
                                         {.name = "format", .text = &printing.format},
                                         {.name = "language", .text = &printing.language},
                                         {.name = "template", .text = &printing.template_file},
                                         {.name = "out", .text = &printing.out}};
    if (!cli_parse(cli, options, sizeof options / sizeof options[0], argc, argv, &first, &code))
        return code;
    int ways = (printing.request_id != NULL) + (printing.receipt != NULL) + printing.last;
    if (first < argc || ways != 1)
        return cli_usage(cli, "receipt needs one of --request-id, --receipt and --last");
    if (!known_format(printing.format))
        return cli_usage(cli, "--format is text, pdf or escpos");
    if (receipt_builtin(printing.language) == NULL)
        return cli_usage(cli, "--language is en or zh");
    if (printing.last && cli->terminal == NULL)
        return cli_usage(cli, "--last needs --terminal");
    return show(cli, &printing);
}

const struct cli_command cli_receipt = {
    .name = "receipt",
    .summary = "the receipt of a priced sale: text, PDF, for a printer",
    .help =
        "Usage: metervault receipt (--request-id ID | --receipt ORGANISATION/TERMINAL/NUMBER | --last)\n"
        "                  [--format text|pdf|escpos] [--language en|zh] [--template FILE] [--out FILE]\n"
        "Prints a sale that was priced here, with its tokens in groups of four and as a QR code. escpos are the bytes\n"
        "for a receipt printer of 80 mm: send them there as they are. A template lays the receipt out otherwise; its\n"
        "form is in client/cli/receipt_template.md.\n"
        "\n"
        "Options of every command: metervault --help\n"
        "\n"
        "Examples:\n"
        "  metervault receipt --last\n"
        "  metervault receipt --receipt shop1/till-1/42 --format pdf --language zh --out receipt.pdf\n"
        "  metervault receipt --last --format escpos --template shop1.receipt --out /dev/usb/lp0\n",
    .run = run,
};
