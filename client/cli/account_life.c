/* The end of an account, another meter, another owner; and claims. */
#include <string.h>

#include "account.h"
#include "claim_print.h"
#include "metervault/v1/account_money_service.pb-c.h"
#include "money.h"
#include "tariff.h"

static const ProtobufCServiceDescriptor *const accounts = &metervault__v1__account_service__descriptor;
static const ProtobufCServiceDescriptor *const money = &metervault__v1__account_money_service__descriptor;

/* With the account's claims, where a meter's return made one. */
static int show_by_return(struct cli *cli, ProtobufCMessage *answer, int code)
{
    Metervault__V1__ListClaimsRequest request = METERVAULT__V1__LIST_CLAIMS_REQUEST__INIT;
    const Metervault__V1__Account *account = (const Metervault__V1__Account *)answer;
    if (answer == NULL || cli->json || account->claim_id == 0)
        return cli_show(cli, answer, account_print, code);
    account_print(answer);
    request.account_number = account->account_number;
    ProtobufCMessage *claims = cli_ask(cli, money, "ListClaims", &request.base, &code);
    protobuf_c_message_free_unpacked(answer, NULL);
    return claim_show(cli, claims, code);
}

int account_close(struct cli *cli, int argc, char **argv)
{
    const char *reason = NULL;
    bool leaves_debts = false;
    bool refund = false;
    bool yes = false;
    int first;
    int code;
    Metervault__V1__CloseAccountRequest request = METERVAULT__V1__CLOSE_ACCOUNT_REQUEST__INIT;
    const struct cli_option options[] = {{.name = "reason", .text = &reason},
                                         {.name = "leave-debts", .flag = &leaves_debts},
                                         {.name = "refund", .flag = &refund},
                                         {.name = "yes", .flag = &yes}};
    if (!cli_parse(cli, options, sizeof options / sizeof options[0], argc, argv, &first, &code))
        return code;
    if (argc - first != 1 || reason == NULL)
        return cli_usage(cli, "close needs one account number and --reason");
    code = cli_confirm(cli, yes, "A closed account stays closed. Close it?");
    if (code != CLI_DONE)
        return code;
    request.account_number = argv[first];
    request.reason = (char *)reason;
    request.leaves_debts = leaves_debts;
    request.refunds_credit = refund;
    ProtobufCMessage *answer = cli_ask(cli, accounts, "CloseAccount", &request.base, &code);
    return show_by_return(cli, answer, code);
}

int account_change_meter(struct cli *cli, int argc, char **argv)
{
    const char *reason = NULL;
    const char *meter = NULL;
    bool move_credit = false;
    bool yes = false;
    int first;
    int code;
    Metervault__V1__ChangeMeterRequest request = METERVAULT__V1__CHANGE_METER_REQUEST__INIT;
    const struct cli_option options[] = {{.name = "reason", .text = &reason},
                                         {.name = "meter", .text = &meter},
                                         {.name = "move-credit", .flag = &move_credit},
                                         {.name = "yes", .flag = &yes}};
    if (!cli_parse(cli, options, sizeof options / sizeof options[0], argc, argv, &first, &code))
        return code;
    if (argc - first != 1 || reason == NULL || meter == NULL)
        return cli_usage(cli, "change-meter needs one account number, --meter and --reason");
    code = cli_confirm(cli, yes, "From now on this account buys for the other meter. Change it?");
    if (code != CLI_DONE)
        return code;
    request.account_number = argv[first];
    request.meter_pan = (char *)meter;
    request.reason = (char *)reason;
    request.moves_credit = move_credit;
    ProtobufCMessage *answer = cli_ask(cli, accounts, "ChangeMeter", &request.base, &code);
    return show_by_return(cli, answer, code);
}

/* ---- claims ---- */
static int read_claim(struct cli *cli, struct mv_client *client, const char *amount, const char *units,
                      Metervault__V1__ClaimCreditRequest *request)
{
    int code = CLI_DONE;
    uint64_t value = 0;
    if (units != NULL) {
        request->units = true;
        bool good = cli_number(units, 1, INT64_MAX, &value);
        request->amount = (int64_t)value;
        return good ? CLI_DONE
                    : cli_usage(cli, "--units is a number of Wh, litres, seconds or 0.00001 of the currency");
    }
    Metervault__V1__Office *office = tariff_ask_office(cli, client, &code);
    if (office == NULL)
        return code;
    char why[MONEY_WHY];
    bool good = money_read(amount, office->minor_digits, &request->amount, why);
    protobuf_c_message_free_unpacked(&office->base, NULL);
    return good ? CLI_DONE : cli_usage(cli, "--amount %s", why);
}

int account_claim(struct cli *cli, int argc, char **argv)
{
    const char *reason = NULL;
    const char *meter = NULL;
    const char *amount = NULL;
    const char *units = NULL;
    int first;
    int code;
    Metervault__V1__ClaimCreditRequest request = METERVAULT__V1__CLAIM_CREDIT_REQUEST__INIT;
    const struct cli_option options[] = {{.name = "reason", .text = &reason},
                                         {.name = "meter", .text = &meter},
                                         {.name = "amount", .text = &amount},
                                         {.name = "units", .text = &units}};
    if (!cli_parse(cli, options, sizeof options / sizeof options[0], argc, argv, &first, &code))
        return code;
    if (argc - first != 1 || reason == NULL || meter == NULL || (amount == NULL) == (units == NULL))
        return cli_usage(cli, "claim needs one account number, --meter, --reason, and --amount or --units");
    struct mv_client *client = cli_connect(cli, &code);
    if (client == NULL)
        return code;
    ProtobufCMessage *answer = NULL;
    request.account_number = argv[first];
    request.meter_pan = (char *)meter;
    request.reason = (char *)reason;
    code = read_claim(cli, client, amount, units, &request);
    if (code == CLI_DONE)
        answer = cli_call(cli, client, money, "ClaimCredit", &request.base, &code);
    mv_client_close(client);
    return claim_show(cli, answer, code);
}

int account_approve_claim(struct cli *cli, int argc, char **argv)
{
    bool yes = false;
    uint64_t number = 0;
    int first;
    int code;
    Metervault__V1__ApproveClaimRequest request = METERVAULT__V1__APPROVE_CLAIM_REQUEST__INIT;
    const struct cli_option options[] = {{.name = "yes", .flag = &yes}};
    if (!cli_parse(cli, options, 1, argc, argv, &first, &code))
        return code;
    if (argc - first != 1 || !cli_number(argv[first], 1, INT64_MAX, &number))
        return cli_usage(cli, "approve-claim needs the number of one claim");
    code = cli_confirm(cli, yes, "The meter may hold what this pays back. Agree?");
    if (code != CLI_DONE)
        return code;
    request.claim_id = (int64_t)number;
    ProtobufCMessage *answer = cli_ask(cli, money, "ApproveClaim", &request.base, &code);
    return claim_show(cli, answer, code);
}

int account_claims(struct cli *cli, int argc, char **argv)
{
    int first;
    int code;
    Metervault__V1__ListClaimsRequest request = METERVAULT__V1__LIST_CLAIMS_REQUEST__INIT;
    if (!cli_parse(cli, NULL, 0, argc, argv, &first, &code))
        return code;
    if (argc - first != 1)
        return cli_usage(cli, "claims needs one account number");
    request.account_number = argv[first];
    ProtobufCMessage *answer = cli_ask(cli, money, "ListClaims", &request.base, &code);
    return claim_show(cli, answer, code);
}
