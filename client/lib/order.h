/* Internal: what all kinds of orders have in common, and whether an answer belongs to an order. */
#ifndef MV_CLIENT_ORDER_H
#define MV_CLIENT_ORDER_H

#include "metervault.h"
#include "metervault/v1/token_service.pb-c.h"

/* How an order is sent by itself. False when no kind is set. */
struct mv_order_form {
    const char *method;
    const ProtobufCMessage *request;
    const char *request_id;
    const char *meter_pan;
};
bool mv_order_form(const Metervault__V1__BatchItem *order, struct mv_order_form *form);

/* Does the answer name this order's request id and meter? */
bool mv_order_addressed(const Metervault__V1__BatchItem *order, const Metervault__V1__IssuedTokens *answer);
/* Is this the answer to this order, with something to key in? A wrong one must never reach a customer. */
bool mv_order_answered(const Metervault__V1__BatchItem *order, const Metervault__V1__IssuedTokens *answer);
/* What is said when it is not: INTERNAL_ERROR. `request_id` is NULL when it is not known which order was meant. */
void mv_order_foreign_answer(struct mv_client_error *error, const char *request_id);

#endif
