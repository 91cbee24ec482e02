/* Issuing tokens so that a lost answer never becomes a second one. The caller chooses and stores the request id; every
 * try carries it, and after a try whose outcome is not known the stored answer is asked for first. Many orders at once:
 * batch.h. */
#ifndef METERVAULT_SALE_H
#define METERVAULT_SALE_H

#include "metervault.h"
#include "metervault/v1/token_service.pb-c.h"

enum mv_sale_outcome {
    MV_SALE_DONE,    /* *answer is set */
    MV_SALE_REFUSED, /* nothing was issued under this request id; *error says why */
    MV_SALE_UNKNOWN, /* it may have been issued: keep the request id and recover later; *error is the last failure */
};

/* An order of any kind: credit, management, test or key change; exactly one is set, with its request id (1..64 of
 * [A-Za-z0-9._-], already stored where it survives a crash), terminal (1..32 of the same) and carrier. On MV_SALE_DONE
 * *answer is freed with mv_sale_free; its `replayed` tells a stored answer from a fresh one. */
enum mv_sale_outcome mv_client_issue(struct mv_client *client, const Metervault__V1__BatchItem *order,
                                     Metervault__V1__IssuedTokens **answer, struct mv_client_error *error);

/* Only asks for the stored answer of an order, issues nothing. MV_SALE_REFUSED: the server has none (TOKEN_UNKNOWN).
 * MV_SALE_UNKNOWN: the server could not be asked. */
enum mv_sale_outcome mv_client_find(struct mv_client *client, const Metervault__V1__BatchItem *order,
                                    Metervault__V1__IssuedTokens **answer, struct mv_client_error *error);

/* ---- the plain sale of credit ---- */
enum mv_sale_unit { MV_SALE_WH, MV_SALE_LITRES, MV_SALE_SECONDS, MV_SALE_CURRENCY_E5 };

struct mv_sale {
    const char *request_id;
    const char *terminal;
    const char *meter_pan; /* 18 digits */
    enum mv_sale_unit unit;
    int64_t amount; /* in `unit`; above 0 */
    bool special;   /* the token takes the identifier of 00:01 UTC, which ordinary tokens leave free */
};

/* As mv_client_issue and mv_client_find. */
enum mv_sale_outcome mv_client_sell(struct mv_client *client, const struct mv_sale *sale,
                                    Metervault__V1__IssuedTokens **answer, struct mv_client_error *error);
enum mv_sale_outcome mv_client_recover(struct mv_client *client, const struct mv_sale *sale,
                                       Metervault__V1__IssuedTokens **answer, struct mv_client_error *error);

/* The last order that this principal was answered at the terminal, when even the request id is lost. */
bool mv_client_last_sale(struct mv_client *client, const char *terminal, Metervault__V1__IssuedTokens **answer,
                         struct mv_client_error *error);

/* The amount as the contract has it; *quantity is initialised. */
void mv_sale_quantity(enum mv_sale_unit unit, int64_t amount, Metervault__V1__Quantity *quantity);

/* NULL is fine. */
void mv_sale_free(Metervault__V1__IssuedTokens *answer);

#endif
