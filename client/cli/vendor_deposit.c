/* Money paid in for a vendor, its slips, and the statement. */
#include <inttypes.h>
#include <stdio.h>

#include "order_id.h"
#include "sale_print.h"
#include "tariff_file.h"
#include "vendor.h"

static int print_slip(const struct cli *cli, const struct vendor_desk *desk, ProtobufCMessage *answer, int code)
{
    if (answer == NULL || cli->json)
        return cli_show(cli, answer, NULL, code);
    const Metervault__V1__DepositSlip *slip = (const Metervault__V1__DepositSlip *)answer;
    char when[SALE_TIME_TEXT];
    sale_time_text(slip->booked_at_unix_s, when);
    (void)printf("Deposit %s/%" PRIu64 "  slip %s\n", slip->organisation, slip->number, slip->slip);
    if (slip->takes_back != 0)
        (void)printf("Takes back deposit %" PRIu64 "\n", slip->takes_back);
    vendor_desk_print(desk, "amount", slip->amount);
    vendor_desk_print(desk, "balance after it", slip->balance);
    (void)printf("Booked by %s, %s\n", slip->booked_by, when);
    protobuf_c_message_free_unpacked(answer, NULL);
    return cli_flush();
}

/* ---- booking ---- */
struct booking {
    const char *organisation, *amount, *slip, *deposit, *request_id;
    bool yes;
    char fresh_id[MV_REQUEST_ID_SIZE];
};

static int send(struct cli *cli, const struct vendor_desk *desk, const struct booking *booking)
{
    Metervault__V1__DepositRequest request = METERVAULT__V1__DEPOSIT_REQUEST__INIT;
    uint64_t taken_back = 0;
    int code = vendor_desk_amount(cli, desk, booking->amount, "amount", &request.amount);
    if (code != CLI_DONE)
        return code;
    if (booking->deposit != NULL && !cli_number(booking->deposit, 1, INT64_MAX, &taken_back))
        return cli_usage(cli, "--deposit is the number of a deposit: see `metervault vendor statement`");
    request.request_id = (char *)booking->request_id;
    request.organisation = (char *)booking->organisation;
    request.slip = (char *)booking->slip;
    request.takes_back = taken_back;
    ProtobufCMessage *answer = vendor_desk_call(cli, desk, "Deposit", &request.base, booking->request_id, &code);
    return print_slip(cli, desk, answer, code);
}

static int book(struct cli *cli, struct booking *booking)
{
    char question[200];
    struct vendor_desk desk;
    int code = order_id_complete(cli, &booking->request_id, booking->fresh_id);
    if (code != CLI_DONE)
        return code;
    if (booking->deposit == NULL)
        (void)snprintf(question, sizeof question, "Books %.32s for %.64s, slip %.64s.", booking->amount,
                       booking->organisation, booking->slip);
    else
        (void)snprintf(question, sizeof question, "Takes deposit %.20s of %.64s back.", booking->deposit,
                       booking->organisation);
    code = cli_confirm(cli, booking->yes, question);
    if (code == CLI_DONE)
        code = vendor_desk_open(cli, &desk);
    if (code != CLI_DONE)
        return code;
    code = send(cli, &desk, booking);
    vendor_desk_close(&desk);
    return code;
}

static int read_booking(struct cli *cli, struct booking *booking, const char *option, const char **value, int argc,
                        char **argv)
{
    int first;
    int code;
    const struct cli_option options[] = {{.name = option, .text = value},
                                         {.name = "slip", .text = &booking->slip},
                                         {.name = "request-id", .text = &booking->request_id},
                                         {.name = "yes", .flag = &booking->yes}};
    if (!cli_parse(cli, options, 4, argc, argv, &first, &code))
        return code;
    if (argc - first != 1 || *value == NULL || booking->slip == NULL)
        return cli_usage(cli, "%s needs one organisation, --%s and --slip", argv[0], option);
    booking->organisation = argv[first];
    return book(cli, booking);
}

int vendor_deposit(struct cli *cli, int argc, char **argv)
{
    struct booking booking = {.yes = false};
    return read_booking(cli, &booking, "amount", &booking.amount, argc, argv);
}

int vendor_take_back(struct cli *cli, int argc, char **argv)
{
    struct booking booking = {.yes = false};
    return read_booking(cli, &booking, "deposit", &booking.deposit, argc, argv);
}

int vendor_slip(struct cli *cli, int argc, char **argv)
{
    const char *deposit = NULL;
    uint64_t number = 0;
    struct vendor_desk desk;
    int first;
    int code;
    const struct cli_option options[] = {{.name = "deposit", .text = &deposit}};
    if (!cli_parse(cli, options, 1, argc, argv, &first, &code))
        return code;
    if (argc - first != 1 || deposit == NULL || !cli_number(deposit, 1, INT64_MAX, &number))
        return cli_usage(cli, "slip needs one organisation and --deposit, a number from 1");
    code = vendor_desk_open(cli, &desk);
    if (code != CLI_DONE)
        return code;
    Metervault__V1__GetDepositRequest request = METERVAULT__V1__GET_DEPOSIT_REQUEST__INIT;
    request.organisation = argv[first];
    request.number = number;
    ProtobufCMessage *answer = vendor_desk_call(cli, &desk, "GetDeposit", &request.base, NULL, &code);
    code = print_slip(cli, &desk, answer, code);
    vendor_desk_close(&desk);
    return code;
}

/* ---- the statement ---- */
static void print_row(const struct vendor_desk *desk, const Metervault__V1__StatementRow *row)
{
    static const char *const names[] = {"?",          "deposit",         "taken back", "sale",    "sale reversed",
                                        "commission", "commission back", "taken in",   "paid out"};
    enum { NAMES = sizeof names / sizeof names[0] };
    const unsigned digits = desk->office->minor_digits;
    char when[SALE_TIME_TEXT];
    char amount[TARIFF_DECIMAL];
    char balance[TARIFF_DECIMAL];
    char what[192] = "";
    sale_time_text(row->at_unix_s, when);
    if (row->receipt != 0)
        (void)snprintf(what, sizeof what, "%.64s/%.64s/%" PRIu64, row->shop, row->terminal_id, row->receipt);
    else if (row->deposit != 0)
        (void)snprintf(what, sizeof what, "deposit %" PRIu64, row->deposit);
    (void)printf("%8" PRIu64 "  %s  %-15s %14s %16s  %s  %s\n", row->entry, when,
                 names[row->kind >= 0 && (unsigned)row->kind < NAMES ? row->kind : 0],
                 tariff_decimal_text(row->amount, digits, digits, amount),
                 tariff_decimal_text(row->balance, digits, digits, balance), what, row->principal);
}

static void take_page(const struct vendor_desk *desk, const Metervault__V1__StatementResponse *page, json_t *list)
{
    for (size_t i = 0; i < page->n_rows; i++)
        if (list != NULL)
            (void)json_array_append_new(list, cli_message_json(&page->rows[i]->base));
        else
            print_row(desk, page->rows[i]);
}

static int state_all(struct cli *cli, const struct vendor_desk *desk, const char *organisation, json_t *list)
{
    enum { PAGE = 500, TOKEN_SIZE = 32 };
    char token[TOKEN_SIZE] = "";
    int code = CLI_DONE;
    Metervault__V1__StatementRequest request = METERVAULT__V1__STATEMENT_REQUEST__INIT;
    request.organisation = (char *)organisation;
    request.page_size = PAGE;
    request.page_token = token;
    do {
        ProtobufCMessage *answer = vendor_desk_call(cli, desk, "Statement", &request.base, NULL, &code);
        if (answer == NULL)
            return code;
        const Metervault__V1__StatementResponse *page = (const Metervault__V1__StatementResponse *)answer;
        take_page(desk, page, list);
        (void)snprintf(token, sizeof token, "%s", page->next_page_token);
        protobuf_c_message_free_unpacked(answer, NULL);
    } while (token[0] != '\0');
    return CLI_DONE;
}

int vendor_statement(struct cli *cli, int argc, char **argv)
{
    struct vendor_desk desk;
    int first;
    int code;
    if (!cli_parse(cli, NULL, 0, argc, argv, &first, &code))
        return code;
    if (argc - first != 1)
        return cli_usage(cli, "statement needs one organisation");
    code = vendor_desk_open(cli, &desk);
    if (code != CLI_DONE)
        return code;
    json_t *list = cli->json ? json_array() : NULL;
    code = state_all(cli, &desk, argv[first], list);
    vendor_desk_close(&desk);
    if (code == CLI_DONE && list != NULL)
        return cli_print_json(json_pack("{s:o}", "rows", list));
    json_decref(list);
    return code == CLI_DONE ? cli_flush() : code;
}
