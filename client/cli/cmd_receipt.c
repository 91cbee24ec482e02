#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "receipt_find.h"
#include "tariff.h"

enum { TEMPLATE = 65536 };

struct printing {
    struct receipt_wanted wanted;
    const char *format, *language, *template_file, *columns_text, *out;
    size_t columns;
};

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
        return receipt_escpos(receipt, printing->columns, out);
    receipt_text(receipt, printing->columns, true, out);
    return fflush(out) == 0;
}

static int print(const struct printing *printing, const struct receipt_of *of)
{
    char wrong[RECEIPT_WRONG];
    char *template = read_template(printing);
    struct receipt *receipt = calloc(1, sizeof *receipt);
    FILE *out = NULL;
    int code = CLI_REFUSED;
    if (template != NULL && receipt != NULL) {
        if (!receipt_make(of, template, receipt, wrong))
            (void)fprintf(stderr, "metervault receipt: %s, %s\n",
                          printing->template_file != NULL ? printing->template_file : "template", wrong);
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
    struct receipt_of of = {.currency = ""};
    struct mv_client *client = cli_connect(cli, &code);
    if (client == NULL)
        return code;
    Metervault__V1__Office *office = tariff_ask_office(cli, client, &code);
    ProtobufCMessage *answer = office != NULL ? receipt_find(cli, client, &printing->wanted, &of, &code) : NULL;
    if (answer != NULL) {
        of.currency = office->currency;
        of.minor_digits = office->minor_digits;
        of.utc_offset_min = office->utc_offset_min;
        code = cli->json ? cli_print_json(cli_message_json(of.claim != NULL ? &of.claim->base : answer))
                         : print(printing, &of);
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

static int check(const struct cli *cli, struct printing *printing)
{
    uint64_t columns = strcmp(printing->format, "escpos") == 0 ? RECEIPT_PRINTER_COLUMNS : RECEIPT_COLUMNS;
    if (!known_format(printing->format))
        return cli_usage(cli, "--format is text, pdf or escpos");
    if (receipt_builtin(printing->language) == NULL)
        return cli_usage(cli, "--language is en or zh");
    if (printing->columns_text != NULL &&
        !cli_number(printing->columns_text, RECEIPT_COLUMNS_LEAST, RECEIPT_COLUMNS_MOST, &columns))
        return cli_usage(cli, "--columns is %d to %d: what fits on a line of the paper", RECEIPT_COLUMNS_LEAST,
                         RECEIPT_COLUMNS_MOST);
    printing->columns = (size_t)columns;
    return receipt_wanted_check(cli, &printing->wanted);
}

static int run(struct cli *cli, int argc, char **argv)
{
    struct printing printing = {.format = "text", .language = "en"};
    struct receipt_wanted *wanted = &printing.wanted;
    int first;
    int code;
    const struct cli_option options[] = {{.name = "request-id", .text = &wanted->request_id},
                                         {.name = "receipt", .text = &wanted->receipt},
                                         {.name = "last", .flag = &wanted->last},
                                         {.name = "slip", .text = &wanted->slip},
                                         {.name = "claim", .text = &wanted->claim},
                                         {.name = "account", .text = &wanted->account},
                                         {.name = "format", .text = &printing.format},
                                         {.name = "language", .text = &printing.language},
                                         {.name = "template", .text = &printing.template_file},
                                         {.name = "columns", .text = &printing.columns_text},
                                         {.name = "out", .text = &printing.out}};
    if (!cli_parse(cli, options, sizeof options / sizeof options[0], argc, argv, &first, &code))
        return code;
    if (first < argc)
        return cli_usage(cli, "'%s' is not an option", argv[first]);
    code = check(cli, &printing);
    return code == CLI_DONE ? show(cli, &printing) : code;
}

const struct cli_command cli_receipt = {
    .name = "receipt",
    .summary = "the receipt of a sale, a payment or a claim: text, PDF, for a printer",
    .help =
        "Usage: metervault receipt --request-id ID | --receipt ORGANISATION/TERMINAL/NUMBER | --last\n"
        "       metervault receipt --slip NUMBER | --claim NUMBER --account NUMBER\n"
        "                  [--format text|pdf|escpos] [--language en|zh] [--template FILE] [--columns N] [--out FILE]\n"
        "Prints what was sold or issued for free, with its tokens in groups of four and as a QR code; or the slip of\n"
        "money that came or went at the counter, of a debt, of a deposit; or a claim. escpos are the bytes for a\n"
        "receipt printer: send them there as they are. A template lays receipts out otherwise; its form is in\n"
        "client/cli/receipt_template.md.\n"
        "\n"
        "  --request-id ID  an own sale, by its request id\n"
        "  --receipt R      a sale by its receipt, as it was printed\n"
        "  --last           the last sale of this operator at this till\n"
        "  --slip NUMBER    as `metervault account pay` and its like printed it\n"
        "  --claim NUMBER   of the account that --account says\n"
        "  --columns N      that fit on a line: 40 (text), 48 (escpos, paper of 80 mm), 32 on paper of 58 mm\n"
        "Options of every command: metervault --help\n"
        "\n"
        "Examples:\n"
        "  metervault receipt --last\n"
        "  metervault receipt --receipt shop1/till-1/42 --format pdf --language zh --out receipt.pdf\n"
        "  metervault receipt --slip 17 --format escpos --template shop1.receipt --out /dev/usb/lp0\n",
    .run = run,
};
