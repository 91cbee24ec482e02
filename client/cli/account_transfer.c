/* Another owner of a place, from now on or since a date. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "account.h"
#include "sale_print.h"
#include "tariff.h"
#include "tariff_file.h"

static const ProtobufCServiceDescriptor *const service = &metervault__v1__account_service__descriptor;

struct transfer {
    struct account_said said;
    const char *reason, *to, *debts, *since;
    bool yes;
    Metervault__V1__Customer customer;
    Metervault__V1__OpenAccountRequest next;
    Metervault__V1__TransferAccountRequest request;
};

/* ---- the halves ---- */
static void print_counts(const char *name, int64_t before, int64_t after, int64_t whole)
{
    (void)printf("%-14s %14" PRId64 " %14" PRId64 " %14" PRId64 "\n", name, before, after, whole);
}

static void print_money(const char *name, const int64_t parts[3], unsigned digits)
{
    char text[3][TARIFF_DECIMAL];
    for (size_t i = 0; i < 3; i++)
        (void)tariff_decimal_text(parts[i], digits, digits, text[i]);
    (void)printf("%-14s %14s %14s %14s\n", name, text[0], text[1], text[2]);
}

static void print_halves(const Metervault__V1__Halves *halves, const Metervault__V1__Office *office)
{
    const Metervault__V1__Half *half[] = {halves->before, halves->after, halves->whole};
    const unsigned digits = office->minor_digits;
    char when[SALE_TIME_TEXT];
    if (half[0] == NULL || half[1] == NULL || half[2] == NULL)
        return;
    sale_time_text(halves->since_unix_s, when);
    (void)printf("\nSince %s\n%-14s %14s %14s %14s\n", when, "", "before", "since", "both");
    print_counts("Sales", half[0]->sales, half[1]->sales, half[2]->sales);
    print_money("Paid", (const int64_t[]){half[0]->total, half[1]->total, half[2]->total}, digits);
    print_money("Charges", (const int64_t[]){half[0]->charges, half[1]->charges, half[2]->charges}, digits);
    print_money("For debts", (const int64_t[]){half[0]->debts_taken, half[1]->debts_taken, half[2]->debts_taken},
                digits);
    print_money("Balance", (const int64_t[]){half[0]->balance, half[1]->balance, half[2]->balance}, digits);
    print_money("Deposit", (const int64_t[]){half[0]->deposit, half[1]->deposit, half[2]->deposit}, digits);
    print_money("Owed", (const int64_t[]){half[0]->owed, half[1]->owed, half[2]->owed}, digits);
    print_counts("Months due", half[0]->months_due, half[1]->months_due, half[2]->months_due);
}

/* ---- the command ---- */
static int complete(const struct cli *cli, struct transfer *transfer, char *number)
{
    metervault__v1__customer__init(&transfer->customer);
    metervault__v1__open_account_request__init(&transfer->next);
    metervault__v1__transfer_account_request__init(&transfer->request);
    if (transfer->reason == NULL || transfer->to == NULL || transfer->said.name == NULL)
        return cli_usage(cli, "transfer needs one account number, --to, --name and --reason");
    if (transfer->debts != NULL && strcmp(transfer->debts, "stay") != 0 && strcmp(transfer->debts, "go") != 0)
        return cli_usage(cli, "--debts is stay or go");
    account_said_customer(&transfer->said, &transfer->customer);
    transfer->next.account_number = (char *)transfer->to;
    transfer->next.customer = &transfer->customer;
    if (transfer->said.tariff_class != NULL)
        transfer->next.tariff_class = (char *)transfer->said.tariff_class;
    transfer->request.account_number = number;
    transfer->request.next = &transfer->next;
    transfer->request.reason = (char *)transfer->reason;
    if (transfer->debts != NULL)
        transfer->request.debts = strcmp(transfer->debts, "go") == 0 ? METERVAULT__V1__DEBTS_AT__DEBTS_GO_ALONG
                                                                     : METERVAULT__V1__DEBTS_AT__DEBTS_STAY;
    return CLI_DONE;
}

/* `office` NULL: it has no currency yet, so nothing was sold or held. */
static int send(struct cli *cli, struct mv_client *client, struct transfer *transfer,
                const Metervault__V1__Office *office)
{
    int code = CLI_DONE;
    if (transfer->since != NULL &&
        !tariff_time_read(transfer->since, office->utc_offset_min, &transfer->request.since_unix_s))
        return cli_usage(cli, "--since is a date at the office, as 2026-01-31 or \"2026-01-31 06:00\"");
    ProtobufCMessage *answer = cli_call(cli, client, service, "TransferAccount", &transfer->request.base, &code);
    const Metervault__V1__Account *account = (const Metervault__V1__Account *)answer;
    if (cli->json || account == NULL || account->halves == NULL || office == NULL)
        return cli_show(cli, answer, account_print, code);
    account_print(answer);
    print_halves(account->halves, office);
    protobuf_c_message_free_unpacked(answer, NULL);
    return cli_flush();
}

static int carry_out(struct cli *cli, struct transfer *transfer)
{
    int code = CLI_DONE;
    struct mv_client *client = cli_connect(cli, &code);
    if (client == NULL)
        return code;
    Metervault__V1__Office *office =
        transfer->since != NULL ? tariff_ask_office(cli, client, &code) : tariff_ask_office_if_any(cli, client, &code);
    if (code == CLI_DONE)
        code = send(cli, client, transfer, office);
    if (office != NULL)
        protobuf_c_message_free_unpacked(&office->base, NULL);
    mv_client_close(client);
    return code;
}

int account_transfer(struct cli *cli, int argc, char **argv)
{
    enum { OWN = 5 };
    struct transfer transfer = {.reason = NULL};
    int first;
    int code;
    struct cli_option options[OWN + ACCOUNT_SAID] = {{.name = "to", .text = &transfer.to},
                                                     {.name = "debts", .text = &transfer.debts},
                                                     {.name = "reason", .text = &transfer.reason},
                                                     {.name = "since", .text = &transfer.since},
                                                     {.name = "yes", .flag = &transfer.yes}};
    account_said_options(&transfer.said, options + OWN);
    if (!cli_parse(cli, options, sizeof options / sizeof options[0], argc, argv, &first, &code))
        return code;
    if (argc - first != 1)
        return cli_usage(cli, "transfer needs one account number, --to, --name and --reason");
    code = complete(cli, &transfer, argv[first]);
    if (code == CLI_DONE)
        code = cli_confirm(cli, transfer.yes, "The account of who leaves is closed. Go on?");
    return code == CLI_DONE ? carry_out(cli, &transfer) : code;
}
