#include "sale.h"

#include <stdio.h>
#include <string.h>

#include "client.h"
#include "error.h"
#include "retry.h"

static const ProtobufCServiceDescriptor *const service = &metervault__v1__token_service__descriptor;

static void quantity_of(const struct mv_sale *sale, Metervault__V1__Quantity *quantity)
{
    metervault__v1__quantity__init(quantity);
    switch (sale->unit) {
    case MV_SALE_WH:
        quantity->amount_case = METERVAULT__V1__QUANTITY__AMOUNT_ENERGY_WH;
        quantity->energy_wh = sale->amount;
        return;
    case MV_SALE_LITRES:
        quantity->amount_case = METERVAULT__V1__QUANTITY__AMOUNT_VOLUME_L;
        quantity->volume_l = sale->amount;
        return;
    case MV_SALE_SECONDS:
        quantity->amount_case = METERVAULT__V1__QUANTITY__AMOUNT_TIME_S;
        quantity->time_s = sale->amount;
        return;
    }
}

/* Is this the answer to this sale, with something to key in? A wrong one must never reach a customer. */
static bool answers(const struct mv_sale *sale, const Metervault__V1__IssuedTokens *answer)
{
    if (strcmp(answer->request_id, sale->request_id) != 0 || strcmp(answer->meter_pan, sale->meter_pan) != 0)
        return false;
    Metervault__V1__Quantity asked;
    quantity_of(sale, &asked);
    const Metervault__V1__Quantity *stored = answer->requested;
    if (stored == NULL || stored->amount_case != asked.amount_case || stored->energy_wh != asked.energy_wh)
        return false; /* the three amounts share their storage */
    for (size_t i = 0; i < answer->n_tokens; i++)
        if (strspn(answer->tokens[i]->digits, "0123456789") != 20 || strlen(answer->tokens[i]->digits) != 20)
            return false;
    return answer->n_tokens > 0;
}

static bool take(const struct mv_sale *sale, ProtobufCMessage *message, Metervault__V1__IssuedTokens **answer,
                 struct mv_client_error *error)
{
    *answer = (Metervault__V1__IssuedTokens *)message;
    if (answers(sale, *answer))
        return true;
    mv_sale_free(*answer);
    *answer = NULL;
    static const char foreign[] = "The server's answer does not belong to this sale. Do not hand it out; look the "
                                  "sale up by its request id.";
    mv_error_decode(error, GRPC_STATUS_INTERNAL, foreign, sizeof foreign - 1, NULL, 0);
    return false;
}

static bool issue_once(struct mv_client *client, const struct mv_sale *sale, Metervault__V1__IssuedTokens **answer,
                       struct mv_client_error *error)
{
    Metervault__V1__Quantity quantity;
    quantity_of(sale, &quantity);
    Metervault__V1__IssueCreditRequest request = METERVAULT__V1__ISSUE_CREDIT_REQUEST__INIT;
    request.request_id = (char *)sale->request_id;
    request.terminal_id = (char *)sale->terminal;
    request.meter_pan = (char *)sale->meter_pan;
    request.quantity = &quantity;
    request.carrier = METERVAULT__V1__CARRIER__KEYPAD;
    ProtobufCMessage *message;
    return mv_client_try(client, service, "IssueCredit", &request.base, &message, error) &&
           take(sale, message, answer, error);
}

static bool find_once(struct mv_client *client, const struct mv_sale *sale, Metervault__V1__IssuedTokens **answer,
                      struct mv_client_error *error)
{
    Metervault__V1__GetTokenRequest request = METERVAULT__V1__GET_TOKEN_REQUEST__INIT;
    request.by_case = METERVAULT__V1__GET_TOKEN_REQUEST__BY_REQUEST_ID;
    request.request_id = (char *)sale->request_id;
    ProtobufCMessage *message;
    return mv_client_try(client, service, "GetToken", &request.base, &message, error) &&
           take(sale, message, answer, error);
}

static bool not_issued(const struct mv_client_error *error)
{
    return strcmp(error->reason, "TOKEN_UNKNOWN") == 0;
}

enum mv_sale_outcome mv_client_recover(struct mv_client *client, const struct mv_sale *sale,
                                       Metervault__V1__IssuedTokens **answer, struct mv_client_error *error)
{
    *answer = NULL;
    for (unsigned try = 1;; try++) {
        if (find_once(client, sale, answer, error))
            return MV_SALE_DONE;
        if (not_issued(error))
            return MV_SALE_REFUSED;
        if (try >= client->tries || !mv_retry_wise(error))
            return MV_SALE_UNKNOWN;
        mv_client_pause(client, try + 1);
    }
}

enum mv_sale_outcome mv_client_sell(struct mv_client *client, const struct mv_sale *sale,
                                    Metervault__V1__IssuedTokens **answer, struct mv_client_error *error)
{
    *answer = NULL;
    /* Nothing is sent before the connection stands: a server that is merely down leaves no doubt behind. */
    if (!mv_client_connected(client, error))
        return MV_SALE_REFUSED;
    bool doubt = false; /* an earlier try may have been carried out; a later refusal does not prove otherwise */
    for (unsigned try = 1; try <= client->tries; try++) {
        if (try > 1)
            mv_client_pause(client, try);
        if (doubt) {
            if (find_once(client, sale, answer, error))
                return MV_SALE_DONE;
            if (!not_issued(error) && mv_retry_wise(error))
                continue;
            if (!not_issued(error))
                break;
        }
        if (issue_once(client, sale, answer, error))
            return MV_SALE_DONE;
        doubt = doubt || mv_retry_outcome_open(error);
        if (!mv_retry_wise(error) && !mv_retry_outcome_open(error))
            break;
    }
    return doubt ? MV_SALE_UNKNOWN : MV_SALE_REFUSED;
}

bool mv_client_last_sale(struct mv_client *client, const char *terminal, Metervault__V1__IssuedTokens **answer,
                         struct mv_client_error *error)
{
    Metervault__V1__LastResponseRequest request = METERVAULT__V1__LAST_RESPONSE_REQUEST__INIT;
    request.terminal_id = (char *)terminal;
    ProtobufCMessage *message = NULL;
    bool done = mv_client_call(client, service, "LastResponse", &request.base, true, &message, error);
    *answer = (Metervault__V1__IssuedTokens *)message;
    return done;
}

void mv_sale_free(Metervault__V1__IssuedTokens *answer)
{
    if (answer != NULL)
        metervault__v1__issued_tokens__free_unpacked(answer, NULL);
}
