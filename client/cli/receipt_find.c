#include "receipt_find.h"

#include <string.h>

#include "receipt_number.h"

static const ProtobufCServiceDescriptor *const sales = &metervault__v1__sale_service__descriptor;
static const ProtobufCServiceDescriptor *const tokens = &metervault__v1__token_service__descriptor;
static const ProtobufCServiceDescriptor *const money = &metervault__v1__account_money_service__descriptor;

int receipt_wanted_check(const struct cli *cli, const struct receipt_wanted *wanted)
{
    char parts[RECEIPT_NUMBER];
    uint64_t number = 0;
    Metervault__V1__ReceiptNumber receipt = METERVAULT__V1__RECEIPT_NUMBER__INIT;
    int ways = (wanted->request_id != NULL) + (wanted->receipt != NULL) + (wanted->slip != NULL) +
               (wanted->claim != NULL) + wanted->last;
    if (ways != 1)
        return cli_usage(cli, "say of what: one of --request-id, --receipt, --last, --slip and --claim");
    if (wanted->receipt != NULL && !receipt_number_read(wanted->receipt, parts, &receipt))
        return cli_usage(cli, "--receipt is ORGANISATION/TERMINAL/NUMBER, as printed");
    if (wanted->slip != NULL && !cli_number(wanted->slip, 1, INT64_MAX, &number))
        return cli_usage(cli, "--slip is the number of a slip, as printed");
    if (wanted->claim != NULL && !cli_number(wanted->claim, 1, INT64_MAX, &number))
        return cli_usage(cli, "--claim is the number of a claim: see `metervault account claims NUMBER`");
    if ((wanted->claim != NULL) != (wanted->account != NULL))
        return cli_usage(cli, "--claim and --account go together: whose claim is it?");
    if (wanted->last && cli->terminal == NULL)
        return cli_usage(cli, "--last needs --terminal");
    return CLI_DONE;
}

/* ---- tokens: with the bill that they were sold by, or without one ---- */
struct asking {
    struct cli *cli;
    struct mv_client *client;
    int *code;
};

/* NULL and an error that was not reported yet: the order has no price here. */
static ProtobufCMessage *ask(const struct asking *asking, const ProtobufCServiceDescriptor *service, const char *method,
                             const ProtobufCMessage *request, bool priced)
{
    ProtobufCMessage *answer = NULL;
    struct mv_client_error error;
    *asking->code = CLI_DONE;
    if (mv_client_call(asking->client, service, method, request, true, &answer, &error))
        return answer;
    if (!priced || strcmp(error.reason, "TOKEN_UNKNOWN") != 0)
        *asking->code = cli_report(asking->cli, &error);
    return NULL;
}

static ProtobufCMessage *find_last(const struct asking *asking, struct receipt_of *of)
{
    Metervault__V1__LastSaleRequest sale = METERVAULT__V1__LAST_SALE_REQUEST__INIT;
    Metervault__V1__LastResponseRequest order = METERVAULT__V1__LAST_RESPONSE_REQUEST__INIT;
    sale.terminal_id = order.terminal_id = (char *)asking->cli->terminal;
    ProtobufCMessage *answer = ask(asking, sales, "LastSale", &sale.base, true);
    of->sold = (const Metervault__V1__Sold *)answer;
    if (answer != NULL || *asking->code != CLI_DONE)
        return answer;
    answer = ask(asking, tokens, "LastResponse", &order.base, false);
    of->issued = (const Metervault__V1__IssuedTokens *)answer;
    return answer;
}

static ProtobufCMessage *find_tokens(const struct asking *asking, const struct receipt_wanted *wanted,
                                     struct receipt_of *of)
{
    char parts[RECEIPT_NUMBER];
    Metervault__V1__ReceiptNumber receipt = METERVAULT__V1__RECEIPT_NUMBER__INIT;
    Metervault__V1__GetReceiptRequest sale = METERVAULT__V1__GET_RECEIPT_REQUEST__INIT;
    Metervault__V1__GetTokenRequest order = METERVAULT__V1__GET_TOKEN_REQUEST__INIT;
    if (wanted->request_id != NULL) {
        sale.by_case = METERVAULT__V1__GET_RECEIPT_REQUEST__BY_REQUEST_ID;
        order.by_case = METERVAULT__V1__GET_TOKEN_REQUEST__BY_REQUEST_ID;
        sale.request_id = order.request_id = (char *)wanted->request_id;
    } else {
        (void)receipt_number_read(wanted->receipt, parts, &receipt);
        sale.by_case = METERVAULT__V1__GET_RECEIPT_REQUEST__BY_RECEIPT;
        order.by_case = METERVAULT__V1__GET_TOKEN_REQUEST__BY_RECEIPT;
        sale.receipt = order.receipt = &receipt;
    }
    ProtobufCMessage *answer = ask(asking, sales, "GetReceipt", &sale.base, true);
    of->sold = (const Metervault__V1__Sold *)answer;
    if (answer != NULL || *asking->code != CLI_DONE)
        return answer;
    answer = ask(asking, tokens, "GetToken", &order.base, false);
    of->issued = (const Metervault__V1__IssuedTokens *)answer;
    return answer;
}

/* ---- money of accounts ---- */
static ProtobufCMessage *find_claim(const struct asking *asking, const struct receipt_wanted *wanted,
                                    struct receipt_of *of)
{
    uint64_t number = 0;
    Metervault__V1__ListClaimsRequest request = METERVAULT__V1__LIST_CLAIMS_REQUEST__INIT;
    request.account_number = (char *)wanted->account;
    (void)cli_number(wanted->claim, 1, INT64_MAX, &number);
    ProtobufCMessage *answer = ask(asking, money, "ListClaims", &request.base, false);
    const Metervault__V1__ListClaimsResponse *list = (const Metervault__V1__ListClaimsResponse *)answer;
    for (size_t i = 0; list != NULL && i < list->n_claims; i++)
        if (list->claims[i]->claim_id == (int64_t)number)
            of->claim = list->claims[i];
    if (answer == NULL || of->claim != NULL)
        return answer;
    (void)fprintf(stderr, "metervault receipt: account %s has no claim %s; see `metervault account claims %s`\n",
                  wanted->account, wanted->claim, wanted->account);
    *asking->code = CLI_REFUSED;
    protobuf_c_message_free_unpacked(answer, NULL);
    return NULL;
}

static ProtobufCMessage *find_slip(const struct asking *asking, const char *slip, struct receipt_of *of)
{
    uint64_t number = 0;
    Metervault__V1__GetActRequest request = METERVAULT__V1__GET_ACT_REQUEST__INIT;
    (void)cli_number(slip, 1, INT64_MAX, &number);
    request.number = (int64_t)number;
    ProtobufCMessage *answer = ask(asking, money, "GetAct", &request.base, false);
    of->act = (const Metervault__V1__AccountAct *)answer;
    return answer;
}

ProtobufCMessage *receipt_find(struct cli *cli, struct mv_client *client, const struct receipt_wanted *wanted,
                               struct receipt_of *of, int *code)
{
    const struct asking asking = {cli, client, code};
    if (wanted->last)
        return find_last(&asking, of);
    if (wanted->slip != NULL)
        return find_slip(&asking, wanted->slip, of);
    return wanted->claim != NULL ? find_claim(&asking, wanted, of) : find_tokens(&asking, wanted, of);
}
