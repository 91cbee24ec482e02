#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bill_print.h"
#include "journal.h"
#include "retry.h"
#include "sell.h"
#include "tariff.h"
#include "vend_resume.h"

enum { PATH_SIZE = 4096 };

static const ProtobufCServiceDescriptor *const service = &metervault__v1__sale_service__descriptor;

/* ---- the price, and whether it is agreed to ---- */
static Metervault__V1__Sold *try_sale(struct cli *cli, struct mv_client *client, struct sell *sell, int *code)
{
    Metervault__V1__TrialSellRequest request = METERVAULT__V1__TRIAL_SELL_REQUEST__INIT;
    request.terminal_id = (char *)cli->terminal;
    request.purchase = &sell->purchase;
    return (Metervault__V1__Sold *)cli_call(cli, client, service, "TrialSell", &request.base, code);
}

/* What it comes to is shown, and sold for nothing else. */
static int agree(struct cli *cli, struct mv_client *client, struct sell *sell)
{
    int code = CLI_DONE;
    Metervault__V1__Sold *sold = try_sale(cli, client, sell, &code);
    if (sold == NULL)
        return code;
    (void)printf("%s  %s\n", sold->account_number, sold->customer_name);
    bill_print(sold->bill);
    bill_print_payment(sold);
    sell->purchase.expected_total = sold->bill->total;
    sell->priced = true;
    protobuf_c_message_free_unpacked(&sold->base, NULL);
    (void)fflush(stdout);
    return cli_confirm(cli, false, "Sell this?");
}

static int show_trial(struct cli *cli, struct mv_client *client, struct sell *sell)
{
    int code = CLI_DONE;
    Metervault__V1__Sold *sold = try_sale(cli, client, sell, &code);
    if (sold == NULL)
        return code;
    code = bill_print_sold(cli, sold);
    protobuf_c_message_free_unpacked(&sold->base, NULL);
    return code;
}

/* ---- the sale: its id is on disk before it is sent ---- */
static bool keep(const struct cli *cli, const struct sell *sell, const char *state_dir)
{
    struct journal_entry entry = {.priced = true, .amount = 1, .sent_at_unix_s = (int64_t)time(NULL)};
    const char *certificate = cli->certificate_file != NULL ? cli->certificate_file : "";
    const char *who = sell->meter != NULL ? sell->meter : sell->account;
    (void)snprintf(entry.request_id, sizeof entry.request_id, "%s", sell->request_id);
    (void)snprintf(entry.terminal, sizeof entry.terminal, "%s", cli->terminal);
    (void)snprintf(entry.meter_pan, sizeof entry.meter_pan, "%s", who);
    (void)snprintf(entry.server, sizeof entry.server, "%s", cli->server);
    (void)snprintf(entry.certificate_file, sizeof entry.certificate_file, "%s", certificate);
    return journal_put(state_dir, &entry);
}

static int refused(const struct cli *cli, const struct sell *sell, const char *state_dir, bool sent_before,
                   const struct mv_client_error *error)
{
    int code = cli_report(cli, error);
    if (mv_retry_outcome_open(error))
        (void)fprintf(stderr,
                      "It is not known whether the sale was made. Do not sell again: run `metervault vend --resume`,\n"
                      "or repeat this command with --request-id %s\n",
                      sell->request_id);
    else if (!sent_before)
        (void)journal_remove(state_dir, sell->request_id);
    return code;
}

static int send_sale(struct cli *cli, struct mv_client *client, struct sell *sell, const char *state_dir)
{
    Metervault__V1__SellRequest request = METERVAULT__V1__SELL_REQUEST__INIT;
    ProtobufCMessage *answer = NULL;
    struct mv_client_error error;
    bool sent_before = journal_has(state_dir, sell->request_id);
    if (!keep(cli, sell, state_dir)) {
        (void)fputs("metervault sell: not sold: the request id could not be stored first\n", stderr);
        return CLI_REFUSED;
    }
    request.request_id = (char *)sell->request_id;
    request.terminal_id = (char *)cli->terminal;
    request.purchase = &sell->purchase;
    if (!mv_client_call(client, service, "Sell", &request.base, true, &answer, &error))
        return refused(cli, sell, state_dir, sent_before, &error);
    int code = bill_print_sold(cli, (const Metervault__V1__Sold *)answer);
    protobuf_c_message_free_unpacked(answer, NULL);
    if (code == CLI_DONE)
        (void)journal_remove(state_dir, sell->request_id);
    return code;
}

/* ---- the command ---- */
/* What options did not say is asked, and asked again when the server refuses it: too small, too little handed over. */
static int by_questions(struct cli *cli, struct mv_client *client, struct sell *sell, const char *currency)
{
    for (;;) {
        int code = sell_ask(cli, client, sell, currency);
        if (code == CLI_REFUSED)
            (void)fputs("metervault sell: nothing was sold\n", stderr);
        if (code == CLI_DONE)
            code = sell_complete(cli, sell);
        if (code == CLI_DONE)
            code = sell->trial ? show_trial(cli, client, sell) : agree(cli, client, sell);
        if (code != CLI_REFUSED || sell->priced || sell->ended)
            return code;
        sell_forget(sell);
    }
}

static int prepare(struct cli *cli, struct mv_client *client, struct sell *sell)
{
    int code = CLI_DONE;
    Metervault__V1__Office *office = tariff_ask_office(cli, client, &code);
    if (office == NULL)
        return code;
    sell->minor_digits = office->minor_digits;
    if (sell_amounts(sell) == 0) {
        code = by_questions(cli, client, sell, office->currency);
    } else {
        code = sell_complete(cli, sell);
        if (code == CLI_DONE && sell->trial)
            code = show_trial(cli, client, sell);
        else if (code == CLI_DONE && !sell->yes)
            code = agree(cli, client, sell);
    }
    protobuf_c_message_free_unpacked(&office->base, NULL);
    return code;
}

static int carry_out(struct cli *cli, struct sell *sell, const char *state_dir)
{
    int code = CLI_DONE;
    struct mv_client *client = cli_connect(cli, &code);
    if (client == NULL)
        return code;
    vend_hint(state_dir);
    code = prepare(cli, client, sell);
    if (code == CLI_DONE && !sell->trial)
        code = send_sale(cli, client, sell, state_dir);
    mv_client_close(client);
    return code;
}

static int run(struct cli *cli, int argc, char **argv)
{
    struct sell sell = {.account = NULL};
    char state_dir[PATH_SIZE];
    char fresh_id[MV_REQUEST_ID_SIZE];
    int first;
    int code;
    struct cli_option options[QUANTITY_UNITS + 10] = {
        {.name = "account", .text = &sell.account},
        {.name = "meter", .text = &sell.meter},
        {.name = "money", .text = &sell.money},
        {.name = "pay", .text = &sell.payment},
        {.name = "tendered", .text = &sell.tendered},
        {.name = "request-id", .text = &sell.request_id},
        {.name = "keep-change", .flag = &sell.keep_change},
        {.name = "trial", .flag = &sell.trial},
        {.name = "yes", .flag = &sell.yes},
        {.name = "free-units", .flag = &sell.free_units},
    };
    quantity_options(&sell.quantity, options + 10);
    if (!cli_parse(cli, options, sizeof options / sizeof options[0], argc, argv, &first, &code))
        return code;
    if (first < argc)
        return cli_usage(cli, "'%s' is not an option", argv[first]);
    if (cli_need_terminal(cli) != CLI_DONE)
        return CLI_USAGE;
    if (sell_amounts(&sell) > 1)
        return cli_usage(cli, "give one amount: --money, --free-units or units");
    if (cli->json && !sell.trial && !sell.yes) /* the price is prose, on the same stream */
        return cli_usage(cli, "--json needs --yes");
    if (sell_amounts(&sell) == 0 && ((cli->json && !sell.trial) || !isatty(STDIN_FILENO)))
        return cli_usage(cli, "say how much: --money, --kwh, --wh, --m3, --litres, --seconds or --currency");
    if (sell_check_who(cli, &sell) != CLI_DONE)
        return CLI_USAGE;
    if (!sell.trial && cli_can_ask(cli, sell.yes) != CLI_DONE)
        return CLI_USAGE;
    if (!cli_state_dir(cli, state_dir, sizeof state_dir))
        return cli_usage(cli, "no home directory: give --state-dir");
    if (sell.request_id != NULL && !journal_id_valid(sell.request_id, 64))
        return cli_usage(cli, "--request-id has 1 to 64 letters, digits, '.', '_', '-'");
    if (sell.request_id == NULL) {
        if (!mv_client_request_id(fresh_id))
            return cli_usage(cli, "the system gives no random numbers for a request id");
        sell.request_id = fresh_id;
    }
    return carry_out(cli, &sell, state_dir);
}

const struct cli_command cli_sell = {
    .name = "sell",
    .summary = "sell at the account's tariff, for money or by units",
    .help = "Usage: metervault sell --account NUMBER|--meter PAN --money AMOUNT [OPTION]...\n"
            "       metervault sell --account NUMBER|--meter PAN --kwh N [OPTION]...\n"
            "       metervault sell            (at a terminal: asks)\n"
            "Shows what it comes to, asks, sells, and prints bill and token. The request id is stored before anything\n"
            "is sent; `metervault vend --resume` prints answers that never arrived.\n"
            "\n"
            "  --money AMOUNT    as much as this pays for; the rest is change\n"
            "  --kwh N           or --wh, --m3, --litres, --seconds, --currency: so much is bought\n"
            "  --free-units      the tariff's free units that are left, and nothing else\n"
            "  --pay HOW         cash (default), bank, card, mobile or balance (what the account holds)\n"
            "  --tendered AMOUNT what was handed over\n"
            "  --keep-change     the account keeps the change\n"
            "  --trial           only show what it comes to\n"
            "  --yes             do not ask\n"
            "  --request-id ID   an own request id instead of a fresh one; the same id never sells twice\n"
            "Options of every command: metervault --help\n"
            "\n"
            "Examples:\n"
            "  metervault sell --account A-1001 --money 20.00 --tendered 50.00\n"
            "  metervault sell --meter 600727000000000009 --kwh 25 --pay card --yes\n",
    .run = run,
};
