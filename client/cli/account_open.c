/* Opening an account, with what is sold to it at once, as a token or on a card. */
#include <stdio.h>
#include <string.h>

#include "account.h"
#include "bill_print.h"
#include "card_desk.h"
#include "journal.h"
#include "retry.h"
#include "sell.h"
#include "tariff.h"

static const ProtobufCServiceDescriptor *const service = &metervault__v1__account_service__descriptor;

enum { OPEN_ID = 64, CARD_ID = 40, CLIENT_DIGITS = 12 };

struct opening {
    struct account_said said;
    struct sell sell;
    const char *meter;
    char id[OPEN_ID + 1];
    bool card;
    const char *client;
    struct card_given reader;
    Metervault__V1__Customer customer;
    Metervault__V1__OpenAccountRequest request;
    Metervault__V1__FirstSale sale;
};

/* ---- what is said of a customer ---- */
void account_said_options(struct account_said *said, struct cli_option to[ACCOUNT_SAID])
{
    to[0] = (struct cli_option){.name = "name", .text = &said->name};
    to[1] = (struct cli_option){.name = "address", .text = &said->address};
    to[2] = (struct cli_option){.name = "contact", .text = &said->contact};
    to[3] = (struct cli_option){.name = "reference", .text = &said->reference};
    to[4] = (struct cli_option){.name = "class", .text = &said->tariff_class};
}

static void say(const char *given, char **field)
{
    if (given != NULL)
        *field = (char *)given;
}

void account_said_customer(const struct account_said *said, Metervault__V1__Customer *customer)
{
    say(said->name, &customer->name);
    say(said->address, &customer->address);
    say(said->contact, &customer->contact);
    say(said->reference, &customer->reference);
}

/* ---- the sale ---- */
/* An account is opened once, so its number says which sale is its first: the same command again is the same order. */
static int complete_id(const struct cli *cli, struct opening *opening)
{
    const char *given = opening->sell.request_id;
    const int longest = opening->card ? CARD_ID : OPEN_ID;
    if (given != NULL && !journal_id_valid(given, (size_t)longest))
        return cli_usage(cli, "--request-id has 1 to %d letters, digits, '.', '_', '-'", longest);
    if (given != NULL)
        (void)snprintf(opening->id, sizeof opening->id, "%s", given);
    else
        (void)snprintf(opening->id, sizeof opening->id, "open.%.*s", OPEN_ID - 5, opening->request.account_number);
    return CLI_DONE;
}

static int complete_sale(struct cli *cli, struct mv_client *client, struct opening *opening)
{
    int code = CLI_DONE;
    struct sell *sell = &opening->sell;
    Metervault__V1__Office *office = tariff_ask_office(cli, client, &code);
    if (office == NULL)
        return code;
    sell->minor_digits = office->minor_digits;
    protobuf_c_message_free_unpacked(&office->base, NULL);
    sell->account = opening->request.account_number;
    code = sell_complete(cli, sell);
    if (code == CLI_DONE)
        code = complete_id(cli, opening);
    sell->purchase.who_case = METERVAULT__V1__PURCHASE__WHO__NOT_SET;
    metervault__v1__first_sale__init(&opening->sale);
    opening->sale.request_id = opening->id;
    opening->sale.terminal_id = (char *)cli->terminal;
    opening->sale.purchase = &sell->purchase;
    opening->request.first_sale = &opening->sale;
    return code;
}

static void show_price(struct opening *opening, const Metervault__V1__Sold *sold)
{
    (void)printf("%s  %s\n", sold->account_number, sold->customer_name);
    bill_print(sold->bill);
    bill_print_payment(sold);
    opening->sell.purchase.expected_total = sold->bill->total;
    (void)fflush(stdout);
}

/* The account is there and its card is not. Where no price can be told, what was sold before may still be finished. */
static int agree_on_card(const struct cli *cli, struct mv_client *client, struct opening *opening)
{
    Metervault__V1__TrialSellRequest request = METERVAULT__V1__TRIAL_SELL_REQUEST__INIT;
    Metervault__V1__Purchase purchase = opening->sell.purchase;
    ProtobufCMessage *answer = NULL;
    struct mv_client_error error;
    purchase.who_case = METERVAULT__V1__PURCHASE__WHO_ACCOUNT_NUMBER;
    purchase.account_number = opening->request.account_number;
    request.terminal_id = (char *)cli->terminal;
    request.purchase = &purchase;
    if (mv_client_call(client, &metervault__v1__sale_service__descriptor, "TrialSell", &request.base, true, &answer,
                       &error)) {
        show_price(opening, (const Metervault__V1__Sold *)answer);
        protobuf_c_message_free_unpacked(answer, NULL);
    }
    return cli_confirm(cli, false, "There is such an account. Sell to it with this card?");
}

/* The price is shown before anything is done. An account that is there already was opened by this very command, which
 * is then told its answer, or by another one, which is refused: nothing is left to agree to. */
static int agree(struct cli *cli, struct mv_client *client, struct opening *opening)
{
    ProtobufCMessage *answer = NULL;
    struct mv_client_error error;
    if (opening->sell.yes)
        return CLI_DONE;
    opening->sale.trial = true;
    bool tried = mv_client_call(client, service, "OpenAccount", &opening->request.base, true, &answer, &error);
    opening->sale.trial = false;
    if (!tried && strcmp(error.reason, "ACCOUNT_EXISTS") == 0)
        return opening->card ? agree_on_card(cli, client, opening) : CLI_DONE;
    if (!tried)
        return cli_report(cli, &error);
    const Metervault__V1__Sold *sold = ((const Metervault__V1__Account *)answer)->first_sale;
    if (sold != NULL)
        show_price(opening, sold);
    protobuf_c_message_free_unpacked(answer, NULL);
    return cli_confirm(cli, false, "Open the account and sell this?");
}

static int print_opened(const struct cli *cli, ProtobufCMessage *answer)
{
    const Metervault__V1__Account *account = (const Metervault__V1__Account *)answer;
    int code = CLI_DONE;
    if (cli->json || account->first_sale == NULL)
        return cli_show(cli, answer, account_print, CLI_DONE);
    account_print(answer);
    (void)putchar('\n');
    code = bill_print_sold(cli, account->first_sale);
    protobuf_c_message_free_unpacked(answer, NULL);
    return code;
}

static int open_with_sale(const struct cli *cli, struct mv_client *client, const struct opening *opening)
{
    ProtobufCMessage *answer = NULL;
    struct mv_client_error error;
    if (mv_client_call(client, service, "OpenAccount", &opening->request.base, true, &answer, &error))
        return print_opened(cli, answer);
    int code = cli_report(cli, &error);
    if (mv_retry_outcome_open(&error))
        (void)fprintf(stderr,
                      "It is not known whether the account was opened and the sale made. Do not sell again:\n"
                      "repeat this very command (--request-id %s)\n",
                      opening->id);
    return code;
}

/* ---- on a card ---- */
static int complete_card(const struct cli *cli, struct opening *opening)
{
    const char *number = opening->request.account_number;
    size_t length = strlen(number);
    if (opening->client == NULL && length <= CLIENT_DIGITS && strspn(number, "0123456789") == length)
        opening->client = number;
    if (opening->client == NULL)
        return cli_usage(cli, "--client is needed: up to %d digits by which the meter knows its customer",
                         CLIENT_DIGITS);
    return CLI_DONE;
}

/* An opening that is repeated is answered with the account as it is by now: a card would bill whoever has the meter. */
static int check_opened(const struct cli *cli, const struct opening *opening, const Metervault__V1__Account *account)
{
    if (account->state == METERVAULT__V1__ACCOUNT_STATE__ACCOUNT_IN_USE &&
        strcmp(account->meter_pan, opening->meter) == 0)
        return CLI_DONE;
    (void)fprintf(stderr, "%s %s: account %s is %s, with meter %s: nothing was sold\n", cli->program,
                  cli->command->name, account->account_number, account_state_text(account->state), account->meter_pan);
    return CLI_REFUSED;
}

/* The account may be open and the card not written: both steps are the same again when they are made again, so the next
 * run of the command finishes what this one leaves. */
static int open_on_card(struct cli *cli, struct mv_client *client, struct opening *opening)
{
    int code = CLI_DONE;
    Metervault__V1__CardBegin begin = METERVAULT__V1__CARD_BEGIN__INIT;
    Metervault__V1__PurchaseRecord purchase = METERVAULT__V1__PURCHASE_RECORD__INIT;
    opening->request.first_sale = NULL;
    opening->sell.purchase.carrier = METERVAULT__V1__CARRIER__CARRIER_UNSPECIFIED;
    ProtobufCMessage *answer = cli_call(cli, client, service, "OpenAccount", &opening->request.base, &code);
    if (answer == NULL)
        return code;
    if (!cli->json)
        account_print(answer);
    (void)fflush(stdout);
    code = check_opened(cli, opening, (const Metervault__V1__Account *)answer);
    protobuf_c_message_free_unpacked(answer, NULL);
    if (code != CLI_DONE)
        return code;
    purchase.client_number = (char *)opening->client;
    begin.purpose = METERVAULT__V1__CARD_PURPOSE__OPEN_ACCOUNT_CARD;
    begin.meter_pan = (char *)opening->meter;
    begin.purchase = &purchase;
    begin.sale = &opening->sell.purchase;
    opening->reader.request_id = opening->id;
    code = card_session(cli, &opening->reader, &begin);
    if (code != CLI_DONE)
        (void)fputs("The same command again goes on with the same sale.\n", stderr);
    return code;
}

static int open_and_sell(struct cli *cli, struct opening *opening)
{
    int code = CLI_DONE;
    if (cli->json && !opening->sell.yes) /* the price is prose, on the same stream */
        return cli_usage(cli, "--json needs --yes");
    if (cli_can_ask(cli, opening->sell.yes) != CLI_DONE)
        return CLI_USAGE;
    struct mv_client *client = cli_connect(cli, &code);
    if (client == NULL)
        return code;
    code = complete_sale(cli, client, opening);
    if (code == CLI_DONE)
        code = agree(cli, client, opening);
    if (code == CLI_DONE)
        code = opening->card ? open_on_card(cli, client, opening) : open_with_sale(cli, client, opening);
    mv_client_close(client);
    return code;
}

/* What is given and would not be looked at is a slip of who gave it. */
static int check_options(const struct cli *cli, const struct opening *opening)
{
    const struct sell *sell = &opening->sell;
    const size_t amounts = sell_amounts(sell);
    if (amounts > 1)
        return cli_usage(cli, "give one amount: --money or units");
    if (opening->card && amounts == 0)
        return cli_usage(cli, "--card needs an amount: --money or units");
    if (!opening->card && (opening->client != NULL || opening->reader.reader != NULL || opening->reader.wait_s != NULL))
        return cli_usage(cli, "--client, --reader and --wait are of --card");
    if (amounts == 0 &&
        (sell->payment != NULL || sell->tendered != NULL || sell->keep_change || sell->request_id != NULL))
        return cli_usage(cli, "--pay, --tendered, --keep-change and --request-id are of a sale: say --money or units");
    return CLI_DONE;
}

static int complete(const struct cli *cli, struct opening *opening, char *number)
{
    metervault__v1__customer__init(&opening->customer);
    metervault__v1__open_account_request__init(&opening->request);
    account_said_customer(&opening->said, &opening->customer);
    opening->request.account_number = number;
    opening->request.meter_pan = (char *)opening->meter;
    opening->request.customer = &opening->customer;
    say(opening->said.tariff_class, &opening->request.tariff_class);
    int code = check_options(cli, opening);
    if (code == CLI_DONE && opening->card)
        code = complete_card(cli, opening);
    return code == CLI_DONE && sell_amounts(&opening->sell) == 1 ? cli_need_terminal(cli) : code;
}

int account_open(struct cli *cli, int argc, char **argv)
{
    enum { OWN = 11 };
    struct opening opening = {.meter = NULL};
    struct sell *sell = &opening.sell;
    int first;
    int code;
    struct cli_option options[OWN + ACCOUNT_SAID + QUANTITY_UNITS] = {
        {.name = "meter", .text = &opening.meter},
        {.name = "money", .text = &sell->money},
        {.name = "pay", .text = &sell->payment},
        {.name = "tendered", .text = &sell->tendered},
        {.name = "keep-change", .flag = &sell->keep_change},
        {.name = "yes", .flag = &sell->yes},
        {.name = "request-id", .text = &sell->request_id},
        {.name = "card", .flag = &opening.card},
        {.name = "client", .text = &opening.client},
        {.name = "reader", .text = &opening.reader.reader},
        {.name = "wait", .text = &opening.reader.wait_s}};
    account_said_options(&opening.said, options + OWN);
    quantity_options(&sell->quantity, options + OWN + ACCOUNT_SAID);
    if (!cli_parse(cli, options, sizeof options / sizeof options[0], argc, argv, &first, &code))
        return code;
    if (argc - first != 1 || opening.meter == NULL || opening.said.name == NULL)
        return cli_usage(cli, "open needs an account number, --meter and --name");
    code = complete(cli, &opening, argv[first]);
    if (code != CLI_DONE)
        return code;
    if (sell_amounts(sell) == 1)
        return open_and_sell(cli, &opening);
    ProtobufCMessage *answer = cli_ask(cli, service, "OpenAccount", &opening.request.base, &code);
    return cli_show(cli, answer, account_print, code);
}
