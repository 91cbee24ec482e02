#include <stdio.h>
#include <string.h>

#include "account.h"
#include "sale_print.h"
#include "tariff.h"
#include "tariff_file.h"

static const ProtobufCServiceDescriptor *const service = &metervault__v1__account_service__descriptor;

const char *account_state_text(Metervault__V1__AccountState state)
{
    if (state == METERVAULT__V1__ACCOUNT_STATE__ACCOUNT_IN_USE)
        return "in use";
    if (state == METERVAULT__V1__ACCOUNT_STATE__ACCOUNT_ENDED)
        return "closed";
    return state == METERVAULT__V1__ACCOUNT_STATE__ACCOUNT_ON_HOLD ? "suspended" : "?";
}

static void print_text(const char *name, const char *text)
{
    if (text[0] != '\0')
        (void)printf("%-9s %s\n", name, text);
}

void account_print(const ProtobufCMessage *answer)
{
    const Metervault__V1__Account *account = (const Metervault__V1__Account *)answer;
    char when[SALE_TIME_TEXT];
    print_text("Account", account->account_number);
    if (account->customer != NULL) {
        print_text("Name", account->customer->name);
        print_text("Address", account->customer->address);
        print_text("Contact", account->customer->contact);
        print_text("Reference", account->customer->reference);
    }
    print_text("Meter", account->meter_pan);
    print_text("Shop", account->organisation);
    print_text("Class", account->tariff_class);
    print_text("State", account_state_text(account->state));
    sale_time_text(account->opened_at_unix_s, when);
    print_text("Opened", when);
    (void)printf("%-9s %u\n", "Version", account->version);
}

/* What is not said stays: it is asked for first. */
static int update(struct cli *cli, struct mv_client *client, const char *number, const struct account_said *said)
{
    int code = CLI_DONE;
    Metervault__V1__GetAccountRequest look = METERVAULT__V1__GET_ACCOUNT_REQUEST__INIT;
    look.by_case = METERVAULT__V1__GET_ACCOUNT_REQUEST__BY_ACCOUNT_NUMBER;
    look.account_number = (char *)number;
    ProtobufCMessage *found = cli_call(cli, client, service, "GetAccount", &look.base, &code);
    if (found == NULL)
        return code;
    const Metervault__V1__Account *account = (const Metervault__V1__Account *)found;
    Metervault__V1__Customer customer = METERVAULT__V1__CUSTOMER__INIT;
    Metervault__V1__UpdateAccountRequest request = METERVAULT__V1__UPDATE_ACCOUNT_REQUEST__INIT;
    if (account->customer != NULL)
        customer = *account->customer;
    account_said_customer(said, &customer);
    request.account_number = (char *)number;
    request.version = account->version;
    request.customer = &customer;
    if (said->tariff_class != NULL)
        request.tariff_class = (char *)said->tariff_class;
    ProtobufCMessage *answer = cli_call(cli, client, service, "UpdateAccount", &request.base, &code);
    protobuf_c_message_free_unpacked(found, NULL);
    return cli_show(cli, answer, account_print, code);
}

static int account_update(struct cli *cli, int argc, char **argv)
{
    struct account_said said = {0};
    int first;
    int code;
    struct cli_option options[ACCOUNT_SAID];
    account_said_options(&said, options);
    if (!cli_parse(cli, options, ACCOUNT_SAID, argc, argv, &first, &code))
        return code;
    if (argc - first != 1)
        return cli_usage(cli, "update needs one account number");
    struct mv_client *client = cli_connect(cli, &code);
    if (client == NULL)
        return code;
    code = update(cli, client, argv[first], &said);
    mv_client_close(client);
    return code;
}

static void print_money(const char *name, int64_t amount, const Metervault__V1__Office *office)
{
    char text[TARIFF_DECIMAL];
    (void)printf("%-9s %s %s\n", name, tariff_decimal_text(amount, office->minor_digits, office->minor_digits, text),
                 office->currency);
}

/* An office without a currency has accounts, and no money. */
static int show_whole(struct cli *cli, struct mv_client *client, ProtobufCMessage *answer)
{
    const Metervault__V1__Account *account = (const Metervault__V1__Account *)answer;
    int code = CLI_DONE;
    Metervault__V1__Office *office = cli->json ? NULL : tariff_ask_office_if_any(cli, client, &code);
    if (office == NULL) {
        int shown = cli_show(cli, answer, account_print, CLI_DONE);
        return code == CLI_DONE ? shown : code;
    }
    account_print(answer);
    print_money("Balance", account->balance, office);
    print_money("Owed", account->owed, office);
    print_money("Deposit", account->deposit, office);
    protobuf_c_message_free_unpacked(&office->base, NULL);
    protobuf_c_message_free_unpacked(answer, NULL);
    return cli_flush();
}

static int account_show(struct cli *cli, int argc, char **argv)
{
    const char *meter = NULL;
    int first;
    int code;
    const struct cli_option options[] = {{.name = "meter", .text = &meter}};
    if (!cli_parse(cli, options, 1, argc, argv, &first, &code))
        return code;
    if (argc - first != (meter == NULL ? 1 : 0))
        return cli_usage(cli, "show needs one account number, or --meter");
    Metervault__V1__GetAccountRequest request = METERVAULT__V1__GET_ACCOUNT_REQUEST__INIT;
    request.by_case = meter == NULL ? METERVAULT__V1__GET_ACCOUNT_REQUEST__BY_ACCOUNT_NUMBER
                                    : METERVAULT__V1__GET_ACCOUNT_REQUEST__BY_METER_PAN;
    if (meter == NULL)
        request.account_number = argv[first];
    else
        request.meter_pan = (char *)meter;
    struct mv_client *client = cli_connect(cli, &code);
    if (client == NULL)
        return code;
    ProtobufCMessage *answer = cli_call(cli, client, service, "GetAccount", &request.base, &code);
    if (answer != NULL)
        code = show_whole(cli, client, answer);
    mv_client_close(client);
    return code;
}

/* Suspending and resuming have requests of the same form. */
static int change_state(struct cli *cli, int argc, char **argv, const char *method, const char *unsaid)
{
    const char *reason = unsaid;
    int first;
    int code;
    const struct cli_option options[] = {{.name = "reason", .text = &reason}};
    if (!cli_parse(cli, options, 1, argc, argv, &first, &code))
        return code;
    if (argc - first != 1 || reason == NULL)
        return cli_usage(cli, "%s needs one account number and --reason", argv[0]);
    Metervault__V1__SuspendAccountRequest suspend = METERVAULT__V1__SUSPEND_ACCOUNT_REQUEST__INIT;
    Metervault__V1__ResumeAccountRequest resume = METERVAULT__V1__RESUME_ACCOUNT_REQUEST__INIT;
    suspend.account_number = resume.account_number = argv[first];
    suspend.reason = resume.reason = (char *)reason;
    const ProtobufCMessage *request = strcmp(method, "SuspendAccount") == 0 ? &suspend.base : &resume.base;
    ProtobufCMessage *answer = cli_ask(cli, service, method, request, &code);
    return cli_show(cli, answer, account_print, code);
}

static int account_suspend(struct cli *cli, int argc, char **argv)
{
    return change_state(cli, argc, argv, "SuspendAccount", NULL);
}

static int account_resume(struct cli *cli, int argc, char **argv)
{
    return change_state(cli, argc, argv, "ResumeAccount", NULL);
}

static int run(struct cli *cli, int argc, char **argv)
{
    static const struct cli_part parts[] = {{"open", account_open},
                                            {"update", account_update},
                                            {"show", account_show},
                                            {"list", account_list},
                                            {"suspend", account_suspend},
                                            {"resume", account_resume},
                                            {"timeline", account_timeline},
                                            {"debts", account_debts},
                                            {"debt-add", account_debt_add},
                                            {"debt-change", account_debt_change},
                                            {"write-off", account_write_off},
                                            {"pay", account_pay},
                                            {"pay-out", account_pay_out},
                                            {"close", account_close},
                                            {"change-meter", account_change_meter},
                                            {"transfer", account_transfer},
                                            {"claim", account_claim},
                                            {"approve-claim", account_approve_claim},
                                            {"claims", account_claims}};
    return cli_run_part(cli, parts, sizeof parts / sizeof parts[0], argc, argv,
                        "say what: open, update, show, list, suspend, resume, timeline, debts, debt-add, debt-change,\n"
                        "write-off, pay, pay-out, close, change-meter, transfer, claim, approve-claim or claims");
}

const struct cli_command cli_account = {
    .name = "account",
    .summary = "open, change, find and suspend accounts of customers",
    .help = "Usage: metervault account open NUMBER --meter PAN --name TEXT [OPTION]... [SALE]\n"
            "       metervault account update NUMBER [OPTION]...\n"
            "       metervault account show NUMBER | --meter PAN\n"
            "       metervault account list [--number BEGINNING] [--meter PAN] [--search TEXT]\n"
            "                               [--organisation NAME] [--suspended]\n"
            "       metervault account suspend|resume NUMBER --reason TEXT\n"
            "       metervault account timeline NUMBER\n"
            "       metervault account debts NUMBER [--all]\n"
            "       metervault account debt-add NUMBER --amount AMOUNT --label TEXT RULE --reason TEXT\n"
            "       metervault account debt-change NUMBER --debt N --label TEXT RULE --reason TEXT\n"
            "       metervault account write-off NUMBER --debt N --amount AMOUNT --reason TEXT [--yes]\n"
            "       metervault account pay NUMBER --amount AMOUNT [--debt N|--deposit] [--pay HOW] [--reason TEXT]\n"
            "       metervault account pay-out NUMBER --amount AMOUNT [--deposit] [--pay HOW] --reason TEXT [--yes]\n"
            "       metervault account close NUMBER --reason TEXT [--leave-debts] [--refund] [--yes]\n"
            "       metervault account change-meter NUMBER --meter PAN --reason TEXT [--move-credit] [--yes]\n"
            "       metervault account transfer NUMBER --to NEW-NUMBER --name TEXT --reason TEXT [--debts stay|go]\n"
            "                                   [--since DATE] [--yes]\n"
            "       metervault account claim NUMBER --meter PAN --amount AMOUNT|--units N --reason TEXT\n"
            "       metervault account approve-claim CLAIM [--yes]\n"
            "       metervault account claims NUMBER\n"
            "\n"
            "  --name TEXT       of the customer\n"
            "  --address TEXT    --contact TEXT (telephone or mail)  --reference TEXT (your own)\n"
            "  --class NAME      tariff class, \"default\": with organisation and utility it says which tariff holds\n"
            "SALE sells to it at once, both or neither: --money AMOUNT, or --kwh N (--wh, --m3, --litres, --seconds,\n"
            "--currency); --pay HOW, --tendered AMOUNT, --keep-change, --yes, --request-id as in `metervault sell`.\n"
            "With --card the sale goes on a card in the reader instead (--client NUMBER by which the meter knows its\n"
            "customer, --reader NAME, --wait SECONDS). The same command again is the same sale, and writes a card\n"
            "that was pulled out.\n"
            "update changes what is given and leaves the rest. list --number and --meter find at once, --search looks\n"
            "for a part of names, addresses, contacts, references, account numbers and meter PANs. timeline is all\n"
            "that happened, newest first.\n"
            "transfer --since DATE, or \"DATE HH:MM\", at most 92 days ago: what was sold, paid in and owed since\n"
            "then is of who comes, and both halves are shown.\n"
            "A debt is paid back with purchases: RULE is --percent N of the money, --per-purchase AMOUNT or --per-day\n"
            "AMOUNT; --priority 0 to 99 (10), the lowest first. pay without --debt or --deposit goes to the balance.\n"
            "What is done with money has a --request-id and a slip, which `metervault receipt --slip N` prints.\n"
            "claim is for credit left in a meter that the account has or had: money, or units (Wh, l, s) for its next\n"
            "meter; two officers who are not the claimant agree to it. No officer is asked where the meter tells by\n"
            "its return, which answers a read request (record read, record return): close --refund pays what is left\n"
            "to the balance, change-meter --move-credit makes the claim.\n"
            "Options of every command: metervault --help\n"
            "\n"
            "Examples:\n"
            "  metervault account open A-1001 --meter 600727000000000009 --name \"Mei Lin\" --class home\n"
            "  metervault account open A-1002 --meter 600727000000000017 --name \"Omar Said\" --money 20\n"
            "  metervault account list --search lin\n"
            "  metervault account suspend A-1001 --reason \"moved out\"\n",
    .run = run,
};
