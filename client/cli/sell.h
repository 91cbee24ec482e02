/* `metervault sell`: what is bought, as options or answers say it. Texts belong to argv or to the questions. */
#ifndef METERVAULT_CLI_SELL_H
#define METERVAULT_CLI_SELL_H

#include "cli.h"
#include "metervault/v1/sale_service.pb-c.h"
#include "quantity.h"
#include "question.h"

struct sell_answers {
    char who[QUESTION_ANSWER], amount[QUESTION_ANSWER], payment[QUESTION_ANSWER], tendered[QUESTION_ANSWER];
};

struct sell {
    const char *account, *meter, *money, *payment, *tendered, *request_id;
    struct quantity_options quantity;
    bool keep_change, trial, yes, free_units;
    bool priced;                 /* the price was shown: from then on nothing is asked again */
    bool ended;                  /* nobody answers any more */
    unsigned minor_digits;       /* of the office's money */
    struct sell_answers answers; /* of the questions */
    Metervault__V1__Purchase purchase;
    Metervault__V1__Quantity bought;
};

/* Account and meter as options say them, as far as that can be seen here. CLI_DONE, or CLI_USAGE after it said what is
 * wrong. */
int sell_check_who(const struct cli *cli, const struct sell *sell);
/* How many options say what is bought; one has to. */
size_t sell_amounts(const struct sell *sell);
/* Asks for account or meter, amount and payment, as far as no option said it; each again until it can be. CLI_DONE, or
 * CLI_REFUSED when nobody answers any more. */
int sell_ask(struct cli *cli, struct mv_client *client, struct sell *sell, const char *currency);
/* As often as the server refuses what was answered: forgets amount and payment, so that they are asked again. */
void sell_forget(struct sell *sell);
/* From what was said to the request. CLI_DONE, or CLI_USAGE after it said what is wrong. */
int sell_complete(const struct cli *cli, struct sell *sell);
/* The same without who buys, where that is clear. */
int sell_complete_payment(const struct cli *cli, struct sell *sell);

#endif
