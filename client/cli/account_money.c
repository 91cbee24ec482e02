/* What an account owes, and its money besides sales, at the counter. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "account.h"
#include "bill_print.h"
#include "journal.h"
#include "metervault/v1/account_money_service.pb-c.h"
#include "money.h"
#include "retry.h"
#include "sale_print.h"
#include "tariff.h"
#include "tariff_file.h"

enum { PERCENT_DECIMALS = 4, DEFAULT_PRIORITY = 10 };

static const ProtobufCServiceDescriptor *const service = &metervault__v1__account_money_service__descriptor;

/* One command: what its options say. */
struct money {
    const char *number; /* of the account */
    const char *amount, *debt, *label, *priority, *percent, *per_purchase, *per_day, *reason, *payment, *request_id;
    bool yes, deposit;
    char fresh_id[MV_REQUEST_ID_SIZE];
    Metervault__V1__Office *office;
    Metervault__V1__DebtTerms terms;
};

static int money_text(const struct cli *cli, const struct money *money, const char *text, const char *option,
                      int64_t *value)
{
    char why[MONEY_WHY];
    if (text == NULL)
        return cli_usage(cli, "--%s is missing: an amount of %s", option, money->office->currency);
    return money_read(text, money->office->minor_digits, value, why) ? CLI_DONE
                                                                     : cli_usage(cli, "--%s %s", option, why);
}

static int debt_number(const struct cli *cli, const struct money *money, int64_t *debt)
{
    uint64_t value = 0;
    if (money->debt == NULL || !cli_number(money->debt, 1, INT64_MAX, &value))
        return cli_usage(cli, "--debt is the number of a debt: see `metervault account debts NUMBER`");
    *debt = (int64_t)value;
    return CLI_DONE;
}

static void print_text(const char *name, const char *text)
{
    if (text[0] != '\0')
        (void)printf("%-9s %s\n", name, text);
}

static void print_amount(const char *name, int64_t amount, const Metervault__V1__Office *office)
{
    char text[TARIFF_DECIMAL];
    (void)printf("%-9s %s %s\n", name, tariff_decimal_text(amount, office->minor_digits, office->minor_digits, text),
                 office->currency);
}

static int print_act(const struct cli *cli, const Metervault__V1__AccountAct *act, const Metervault__V1__Office *office)
{
    static const char *const names[] = {"?",         "debt added", "debt changed",    "debt written off",
                                        "debt paid", "paid in",    "deposit taken",   "deposit returned",
                                        "paid out",  "claim paid", "debt moved away", "debt moved here"};
    enum { NAMES = sizeof names / sizeof names[0] };
    char when[SALE_TIME_TEXT];
    if (cli->json)
        return cli_print_json(cli_message_json(&act->base));
    sale_time_text(act->at_unix_s, when);
    (void)printf("%-9s %" PRId64 "  %s%s\n", "Slip", act->number,
                 names[act->kind >= 0 && (unsigned)act->kind < NAMES ? act->kind : 0],
                 act->replayed ? "  (stored answer)" : "");
    print_text("Account", act->account_number);
    print_text("Time", when);
    if (act->amount != 0)
        print_amount("Amount", act->amount, office);
    if (act->payment != METERVAULT__V1__PAYMENT__PAYMENT_UNSPECIFIED)
        print_text("By", bill_payment_name(act->payment));
    print_text("Reason", act->reason);
    if (act->debt_id != 0) {
        (void)printf("%-9s %" PRId64 "\n", "Debt", act->debt_id);
        print_amount("Owed", act->owed, office);
    }
    print_amount("Balance", act->balance, office);
    print_amount("Deposit", act->deposit, office);
    return cli_flush();
}

static int send(struct cli *cli, struct mv_client *client, const struct money *money, const char *method,
                const ProtobufCMessage *request)
{
    ProtobufCMessage *answer = NULL;
    struct mv_client_error error;
    if (!mv_client_call(client, service, method, request, true, &answer, &error)) {
        int code = cli_report(cli, &error);
        if (mv_retry_outcome_open(&error))
            (void)fprintf(stderr,
                          "It is not known whether it was done. Repeat this command with --request-id %s: it is done "
                          "once at most.\n",
                          money->request_id);
        return code;
    }
    int code = print_act(cli, (const Metervault__V1__AccountAct *)answer, money->office);
    protobuf_c_message_free_unpacked(answer, NULL);
    return code;
}

/* ---- the five commands: from options to the request ---- */
typedef int send_fn(struct cli *cli, struct mv_client *client, struct money *money);

static int read_terms(const struct cli *cli, struct money *money)
{
    Metervault__V1__DebtTerms *terms = &money->terms;
    uint64_t priority = DEFAULT_PRIORITY;
    int64_t percent = 0;
    int rules = (money->percent != NULL) + (money->per_purchase != NULL) + (money->per_day != NULL);
    metervault__v1__debt_terms__init(terms);
    if (rules != 1)
        return cli_usage(cli, "say how it is paid back: one of --percent, --per-purchase and --per-day");
    if (money->priority != NULL && !cli_number(money->priority, 0, 99, &priority))
        return cli_usage(cli, "--priority is 0 to 99, the lowest is taken first");
    if (money->label == NULL)
        return cli_usage(cli, "--label says what bills call the debt");
    terms->label = (char *)money->label;
    terms->priority = (uint32_t)priority;
    if (money->percent != NULL) {
        terms->rule = METERVAULT__V1__DEBT_RULE__DEBT_PERCENT;
        bool good =
            tariff_decimal_read(money->percent, PERCENT_DECIMALS, &percent) && percent > 0 && percent <= 1000000;
        terms->percent_e4 = (uint32_t)percent;
        return good ? CLI_DONE : cli_usage(cli, "--percent is above 0 and at most 100");
    }
    bool daily = money->per_day != NULL;
    terms->rule = daily ? METERVAULT__V1__DEBT_RULE__DEBT_PER_DAY : METERVAULT__V1__DEBT_RULE__DEBT_FIXED;
    return money_text(cli, money, daily ? money->per_day : money->per_purchase, daily ? "per-day" : "per-purchase",
                      &terms->amount);
}

static int send_add(struct cli *cli, struct mv_client *client, struct money *money)
{
    Metervault__V1__AddDebtRequest request = METERVAULT__V1__ADD_DEBT_REQUEST__INIT;
    int code = money_text(cli, money, money->amount, "amount", &request.amount);
    if (code == CLI_DONE)
        code = read_terms(cli, money);
    if (code != CLI_DONE)
        return code;
    request.request_id = (char *)money->request_id;
    request.account_number = (char *)money->number;
    request.terms = &money->terms;
    request.reason = (char *)money->reason;
    return send(cli, client, money, "AddDebt", &request.base);
}

static int send_change(struct cli *cli, struct mv_client *client, struct money *money)
{
    Metervault__V1__ChangeDebtRequest request = METERVAULT__V1__CHANGE_DEBT_REQUEST__INIT;
    int code = debt_number(cli, money, &request.debt_id);
    if (code == CLI_DONE)
        code = read_terms(cli, money);
    if (code != CLI_DONE)
        return code;
    request.request_id = (char *)money->request_id;
    request.account_number = (char *)money->number;
    request.terms = &money->terms;
    request.reason = (char *)money->reason;
    return send(cli, client, money, "ChangeDebt", &request.base);
}

static int send_write_off(struct cli *cli, struct mv_client *client, struct money *money)
{
    Metervault__V1__WriteOffDebtRequest request = METERVAULT__V1__WRITE_OFF_DEBT_REQUEST__INIT;
    int code = debt_number(cli, money, &request.debt_id);
    if (code == CLI_DONE)
        code = money_text(cli, money, money->amount, "amount", &request.amount);
    if (code == CLI_DONE)
        code = cli_confirm(cli, money->yes, "Nobody will have to pay this. Write it off?");
    if (code != CLI_DONE)
        return code;
    request.request_id = (char *)money->request_id;
    request.account_number = (char *)money->number;
    request.reason = (char *)money->reason;
    return send(cli, client, money, "WriteOffDebt", &request.base);
}

static int send_pay(struct cli *cli, struct mv_client *client, struct money *money)
{
    Metervault__V1__PayAccountRequest request = METERVAULT__V1__PAY_ACCOUNT_REQUEST__INIT;
    int code = money_text(cli, money, money->amount, "amount", &request.amount);
    if (code == CLI_DONE && money->debt != NULL)
        code = debt_number(cli, money, &request.debt_id);
    if (code == CLI_DONE && money->debt != NULL && money->deposit)
        code = cli_usage(cli, "give one of --debt and --deposit");
    if (code != CLI_DONE)
        return code;
    request.request_id = (char *)money->request_id;
    request.terminal_id = (char *)cli->terminal;
    request.account_number = (char *)money->number;
    request.payment = bill_payment_find(money->payment == NULL ? "cash" : money->payment);
    request.to = money->debt != NULL ? METERVAULT__V1__PAY_TO__PAY_TO_DEBT
                 : money->deposit    ? METERVAULT__V1__PAY_TO__PAY_TO_DEPOSIT
                                     : METERVAULT__V1__PAY_TO__PAY_TO_BALANCE;
    if (money->reason != NULL)
        request.note = (char *)money->reason;
    return send(cli, client, money, "PayAccount", &request.base);
}

static int send_pay_out(struct cli *cli, struct mv_client *client, struct money *money)
{
    Metervault__V1__PayOutRequest request = METERVAULT__V1__PAY_OUT_REQUEST__INIT;
    int code = money_text(cli, money, money->amount, "amount", &request.amount);
    if (code == CLI_DONE)
        code = cli_confirm(cli, money->yes, "Give this money out?");
    if (code != CLI_DONE)
        return code;
    request.request_id = (char *)money->request_id;
    request.terminal_id = (char *)cli->terminal;
    request.account_number = (char *)money->number;
    request.payment = bill_payment_find(money->payment == NULL ? "cash" : money->payment);
    request.from_deposit = money->deposit;
    request.reason = (char *)money->reason;
    return send(cli, client, money, "PayOut", &request.base);
}

/* ---- options and the way there ---- */
struct way {
    const char *name;
    send_fn *send;
    bool needs_reason, needs_till, asks;
};

static int carry_out(struct cli *cli, struct money *money, const struct way *way)
{
    int code = CLI_DONE;
    struct mv_client *client = cli_connect(cli, &code);
    if (client == NULL)
        return code;
    money->office = tariff_ask_office(cli, client, &code);
    if (money->office != NULL) {
        code = way->send(cli, client, money);
        protobuf_c_message_free_unpacked(&money->office->base, NULL);
    }
    mv_client_close(client);
    return code;
}

static int run_way(struct cli *cli, int argc, char **argv, const struct way *way)
{
    struct money money = {.number = NULL};
    int first;
    int code;
    const struct cli_option options[] = {
        {.name = "amount", .text = &money.amount},   {.name = "debt", .text = &money.debt},
        {.name = "label", .text = &money.label},     {.name = "priority", .text = &money.priority},
        {.name = "percent", .text = &money.percent}, {.name = "per-purchase", .text = &money.per_purchase},
        {.name = "per-day", .text = &money.per_day}, {.name = "reason", .text = &money.reason},
        {.name = "pay", .text = &money.payment},     {.name = "request-id", .text = &money.request_id},
        {.name = "deposit", .flag = &money.deposit}, {.name = "yes", .flag = &money.yes}};
    if (!cli_parse(cli, options, sizeof options / sizeof options[0], argc, argv, &first, &code))
        return code;
    if (argc - first != 1)
        return cli_usage(cli, "%s needs one account number", way->name);
    money.number = argv[first];
    if (way->needs_reason && money.reason == NULL)
        return cli_usage(cli, "%s needs --reason", way->name);
    if (way->asks && cli_can_ask(cli, money.yes) != CLI_DONE)
        return CLI_USAGE;
    if (way->needs_till && cli_need_terminal(cli) != CLI_DONE)
        return CLI_USAGE;
    if (money.request_id != NULL && !journal_id_valid(money.request_id, 64))
        return cli_usage(cli, "--request-id has 1 to 64 letters, digits, '.', '_', '-'");
    if (money.request_id == NULL) {
        if (!mv_client_request_id(money.fresh_id))
            return cli_usage(cli, "the system gives no random numbers for a request id");
        money.request_id = money.fresh_id;
    }
    return carry_out(cli, &money, way);
}

int account_debt_add(struct cli *cli, int argc, char **argv)
{
    static const struct way way = {"debt-add", send_add, true, false, false};
    return run_way(cli, argc, argv, &way);
}

int account_debt_change(struct cli *cli, int argc, char **argv)
{
    static const struct way way = {"debt-change", send_change, true, false, false};
    return run_way(cli, argc, argv, &way);
}

int account_write_off(struct cli *cli, int argc, char **argv)
{
    static const struct way way = {"write-off", send_write_off, true, false, true};
    return run_way(cli, argc, argv, &way);
}

int account_pay(struct cli *cli, int argc, char **argv)
{
    static const struct way way = {"pay", send_pay, false, true, false};
    return run_way(cli, argc, argv, &way);
}

int account_pay_out(struct cli *cli, int argc, char **argv)
{
    static const struct way way = {"pay-out", send_pay_out, true, true, true};
    return run_way(cli, argc, argv, &way);
}

/* ---- the list ---- */
static void print_debt(const Metervault__V1__Debt *debt, const Metervault__V1__Office *office)
{
    char owed[TARIFF_DECIMAL];
    char part[TARIFF_DECIMAL];
    const Metervault__V1__DebtTerms *terms = debt->terms;
    const bool percent = terms->rule == METERVAULT__V1__DEBT_RULE__DEBT_PERCENT;
    const char *rule = percent                                                ? "% of a purchase"
                       : terms->rule == METERVAULT__V1__DEBT_RULE__DEBT_FIXED ? "with each purchase"
                                                                              : "a day";
    unsigned digits = office->minor_digits;
    (void)printf("%6" PRId64 "  %2" PRIu32 "  %-20s %12s  %s %s\n", debt->debt_id, terms->priority, terms->label,
                 tariff_decimal_text(debt->outstanding, digits, digits, owed),
                 percent ? tariff_decimal_text(terms->percent_e4, PERCENT_DECIMALS, 0, part)
                         : tariff_decimal_text(terms->amount, digits, digits, part),
                 rule);
}

static int print_debts(const struct cli *cli, const Metervault__V1__ListDebtsResponse *list,
                       const Metervault__V1__Office *office)
{
    if (cli->json)
        return cli_print_json(cli_message_json(&list->base));
    for (size_t i = 0; i < list->n_debts; i++)
        print_debt(list->debts[i], office);
    print_amount("Owed", list->owed, office);
    print_amount("Balance", list->balance, office);
    print_amount("Deposit", list->deposit, office);
    return cli_flush();
}

static int show_debts(struct cli *cli, struct mv_client *client, const Metervault__V1__ListDebtsRequest *request)
{
    int code = CLI_DONE;
    Metervault__V1__Office *office = tariff_ask_office(cli, client, &code);
    if (office == NULL)
        return code;
    ProtobufCMessage *answer = cli_call(cli, client, service, "ListDebts", &request->base, &code);
    if (answer != NULL) {
        code = print_debts(cli, (const Metervault__V1__ListDebtsResponse *)answer, office);
        protobuf_c_message_free_unpacked(answer, NULL);
    }
    protobuf_c_message_free_unpacked(&office->base, NULL);
    return code;
}

int account_debts(struct cli *cli, int argc, char **argv)
{
    bool all = false;
    int first;
    int code;
    Metervault__V1__ListDebtsRequest request = METERVAULT__V1__LIST_DEBTS_REQUEST__INIT;
    const struct cli_option options[] = {{.name = "all", .flag = &all}};
    if (!cli_parse(cli, options, 1, argc, argv, &first, &code))
        return code;
    if (argc - first != 1)
        return cli_usage(cli, "debts needs one account number");
    request.account_number = argv[first];
    request.all = all;
    struct mv_client *client = cli_connect(cli, &code);
    if (client == NULL)
        return code;
    code = show_debts(cli, client, &request);
    mv_client_close(client);
    return code;
}
