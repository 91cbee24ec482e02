/* `metervault sell`: what is bought, as options or answers say it. Texts belong to argv or to the questions. */
#ifndef METERVAULT_CLI_SELL_H
#define METERVAULT_CLI_SELL_H

#include "cli.h"
#include "metervault/v1/sale_service.pb-c.h"
#include "quantity.h"

enum { SELL_ANSWER = 128 };
struct sell_answers {
    char who[SELL_ANSWER], amount[SELL_ANSWER], payment[SELL_ANSWER], tendered[SELL_ANSWER];
};

struct sell {
    const char *account, *meter, *money, *payment, *tendered, *request_id;
    struct quantity_options quantity;
    bool keep_change, trial, yes, free_units;
    unsigned minor_digits;       /* of the office's money */
    struct sell_answers answers; /* of the questions */
    Metervault__V1__Purchase purchase;
    Metervault__V1__Quantity bought;
};

/* How many options say what is bought; one has to. */
size_t sell_amounts(const struct sell *sell);
/* Asks for account or meter, amount and payment, as far as no option said it. CLI_DONE, or CLI_USAGE when nobody
 * answers. */
int sell_ask(const struct cli *cli, struct sell *sell, const char *currency);
/* From what was said to the request. CLI_DONE, or CLI_USAGE after it said what is wrong. */
int sell_complete(const struct cli *cli, struct sell *sell);

#endif
