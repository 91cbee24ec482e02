#include "sale.h"

#include <string.h>

#include "base/status.h"
#include "client.h"
#include "error.h"
#include "order.h"
#include "retry.h"

static const ProtobufCServiceDescriptor *const service = &metervault__v1__token_service__descriptor;

static bool take(const Metervault__V1__BatchItem *order, ProtobufCMessage *message,
                 Metervault__V1__IssuedTokens **answer, struct mv_client_error *error)
{
    *answer = (Metervault__V1__IssuedTokens *)message;
    if (mv_order_answered(order, *answer))
        return true;
    struct mv_order_form form;
    mv_order_foreign_answer(error, mv_order_form(order, &form) ? form.request_id : NULL);
    mv_sale_free(*answer);
    *answer = NULL;
    return false;
}

static bool issue_once(struct mv_client *client, const Metervault__V1__BatchItem *order,
                       const struct mv_order_form *form, Metervault__V1__IssuedTokens **answer,
                       struct mv_client_error *error)
{
    ProtobufCMessage *message;
    return mv_client_try(client, service, form->method, form->request, &message, error) &&
           take(order, message, answer, error);
}

static bool find_once(struct mv_client *client, const Metervault__V1__BatchItem *order,
                      const struct mv_order_form *form, Metervault__V1__IssuedTokens **answer,
                      struct mv_client_error *error)
{
    Metervault__V1__GetTokenRequest request = METERVAULT__V1__GET_TOKEN_REQUEST__INIT;
    request.by_case = METERVAULT__V1__GET_TOKEN_REQUEST__BY_REQUEST_ID;
    request.request_id = (char *)form->request_id;
    ProtobufCMessage *message;
    return mv_client_try(client, service, "GetToken", &request.base, &message, error) &&
           take(order, message, answer, error);
}

static bool not_issued(const struct mv_client_error *error)
{
    return strcmp(error->reason, "TOKEN_UNKNOWN") == 0;
}

enum mv_sale_outcome mv_client_find(struct mv_client *client, const Metervault__V1__BatchItem *order,
                                    Metervault__V1__IssuedTokens **answer, struct mv_client_error *error)
{
    struct mv_order_form form;
    *answer = NULL;
    if (!mv_order_form(order, &form)) {
        mv_error_local(error, MV_INVALID_FIELD, "(the order has no kind)");
        return MV_SALE_UNKNOWN;
    }
    for (unsigned try = 1;; try++) {
        if (find_once(client, order, &form, answer, error))
            return MV_SALE_DONE;
        if (not_issued(error))
            return MV_SALE_REFUSED;
        if (try >= client->tries || !mv_retry_wise(error))
            return MV_SALE_UNKNOWN;
        mv_client_pause(client, try + 1);
    }
}

enum mv_sale_outcome mv_client_issue(struct mv_client *client, const Metervault__V1__BatchItem *order,
                                     Metervault__V1__IssuedTokens **answer, struct mv_client_error *error)
{
    struct mv_order_form form;
    *answer = NULL;
    if (!mv_order_form(order, &form)) {
        mv_error_local(error, MV_INVALID_FIELD, "(the order has no kind)");
        return MV_SALE_REFUSED;
    }
    /* Nothing is sent before the connection stands: a server that is merely down leaves no doubt behind. */
    if (!mv_client_connected(client, error))
        return MV_SALE_REFUSED;
    bool doubt = false; /* an earlier try may have been carried out; a later refusal does not prove otherwise */
    for (unsigned try = 1; try <= client->tries; try++) {
        if (try > 1)
            mv_client_pause(client, try);
        if (doubt) {
            if (find_once(client, order, &form, answer, error))
                return MV_SALE_DONE;
            if (!not_issued(error) && mv_retry_wise(error))
                continue;
            if (!not_issued(error))
                break;
        }
        if (issue_once(client, order, &form, answer, error))
            return MV_SALE_DONE;
        doubt = doubt || mv_retry_outcome_open(error);
        if (!mv_retry_wise(error) && !mv_retry_outcome_open(error))
            break;
    }
    return doubt ? MV_SALE_UNKNOWN : MV_SALE_REFUSED;
}

/* ---- the plain sale ---- */
void mv_sale_quantity(enum mv_sale_unit unit, int64_t amount, Metervault__V1__Quantity *quantity)
{
    static const Metervault__V1__Quantity__AmountCase cases[] = {
        [MV_SALE_WH] = METERVAULT__V1__QUANTITY__AMOUNT_ENERGY_WH,
        [MV_SALE_LITRES] = METERVAULT__V1__QUANTITY__AMOUNT_VOLUME_L,
        [MV_SALE_SECONDS] = METERVAULT__V1__QUANTITY__AMOUNT_TIME_S,
        [MV_SALE_CURRENCY_E5] = METERVAULT__V1__QUANTITY__AMOUNT_CURRENCY_E5,
    };
    metervault__v1__quantity__init(quantity);
    quantity->amount_case = cases[unit];
    quantity->energy_wh = amount; /* the amounts share their storage */
}

typedef enum mv_sale_outcome act(struct mv_client *client, const Metervault__V1__BatchItem *order,
                                 Metervault__V1__IssuedTokens **answer, struct mv_client_error *error);

static enum mv_sale_outcome as_order(act *how, struct mv_client *client, const struct mv_sale *sale,
                                     Metervault__V1__IssuedTokens **answer, struct mv_client_error *error)
{
    Metervault__V1__Quantity quantity;
    Metervault__V1__IssueCreditRequest credit = METERVAULT__V1__ISSUE_CREDIT_REQUEST__INIT;
    Metervault__V1__BatchItem order = METERVAULT__V1__BATCH_ITEM__INIT;
    mv_sale_quantity(sale->unit, sale->amount, &quantity);
    credit.request_id = (char *)sale->request_id;
    credit.terminal_id = (char *)sale->terminal;
    credit.meter_pan = (char *)sale->meter_pan;
    credit.quantity = &quantity;
    credit.carrier = METERVAULT__V1__CARRIER__KEYPAD;
    credit.special_reserved_token = sale->special;
    order.order_case = METERVAULT__V1__BATCH_ITEM__ORDER_CREDIT;
    order.credit = &credit;
    return how(client, &order, answer, error);
}

enum mv_sale_outcome mv_client_sell(struct mv_client *client, const struct mv_sale *sale,
                                    Metervault__V1__IssuedTokens **answer, struct mv_client_error *error)
{
    return as_order(mv_client_issue, client, sale, answer, error);
}

enum mv_sale_outcome mv_client_recover(struct mv_client *client, const struct mv_sale *sale,
                                       Metervault__V1__IssuedTokens **answer, struct mv_client_error *error)
{
    return as_order(mv_client_find, client, sale, answer, error);
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
