/* The ledger's part about what an account owes, and about its money besides sales: acts, each with what holds after it.
 * Money is in the currency's minor unit. Rules as in store.h; the schema refuses with INTERNAL_ERROR what breaks them.
 */
#ifndef MV_STORE_DEBTS_H
#define MV_STORE_DEBTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "store/bills.h"

enum { STORE_DEBT_PRIORITY = 99, STORE_ACT_REASON = 120 /* bytes of UTF-8 */ };
enum store_act_kind { /* numbers as in the protocol */
                      STORE_ACT_DEBT_ADDED = 1,
                      STORE_ACT_DEBT_CHANGED,
                      STORE_ACT_DEBT_WRITTEN_OFF,
                      STORE_ACT_DEBT_PAID,
                      STORE_ACT_PAID_IN,
                      STORE_ACT_DEPOSIT_TAKEN,
                      STORE_ACT_DEPOSIT_RETURNED,
                      STORE_ACT_PAID_OUT,
                      STORE_ACT_CLAIM_PAID,
                      STORE_ACT_DEBT_MOVED_AWAY,
                      STORE_ACT_DEBT_MOVED_HERE
};

/* How a debt is paid back with purchases. */
struct store_debt_terms {
    uint8_t priority;                 /* 0..99, the lowest first */
    char label[STORE_BILL_LABEL + 1]; /* as bills name it */
    uint8_t rule;                     /* enum vend_debt_rule of vending/price.h */
    int64_t amount, percent_e4;       /* by rule, the other one 0 */
};
struct store_debt {
    int64_t id, account;
    struct store_debt_terms terms;
    int64_t outstanding;
    int64_t taken_at_unix_s; /* when a purchase last paid of it, or it was added */
};
struct store_act {
    int64_t id; /* set by the insert; numbered without gaps */
    int64_t principal;
    char request_id[STORE_REQUEST_ID + 1]; /* with # in front: the service's own, which no caller can give */
    uint8_t digest[32];                    /* of the canonical request */
    int64_t account;
    uint8_t kind;    /* enum store_act_kind */
    int64_t amount;  /* how much money or debt it moves, 0 and up */
    int64_t debt;    /* that it is of; 0 none. The insert sets it for one that is added */
    int64_t other;   /* claim that was paid, or account that the debt came from or went to; 0 none */
    uint8_t payment; /* enum store_payment; 0: no money came or went */
    char terminal[STORE_TERMINAL + 1];
    char reason[STORE_ACT_REASON + 1];
    int64_t balance, deposit, owed; /* after it, set by the insert: of the account, and on the debt */
    int64_t at_unix_s;
};

/* DEBT_UNKNOWN. */
MV_MUST_USE mv_status store_debt_get(struct store *store, int64_t id, struct store_debt *debt);
typedef mv_status store_debt_fn(void *self, const struct store_debt *row);
/* Of one account, by priority and then as they were added; those that are paid only with `all`. */
MV_MUST_USE mv_status store_debts(struct store *store, int64_t account, bool all, store_debt_fn *each, void *self);
/* Of the account's deposit; 0 when it never had one. */
MV_MUST_USE mv_status store_deposit_get(struct store *store, int64_t account, int64_t *held);

/* `terms` of a debt that is added, moved here or changed; else NULL. DEBT_UNKNOWN (not of the account), OWED_LESS,
 * BALANCE_TOO_SMALL, DEPOSIT_TOO_SMALL, REQUEST_ID_REUSED, MONEY_TOO_MUCH. */
MV_MUST_USE mv_status store_act_insert(struct store *store, struct store_act *act,
                                       const struct store_debt_terms *terms);
/* SLIP_UNKNOWN. */
MV_MUST_USE mv_status store_act_get(struct store *store, int64_t id, struct store_act *act);
/* `found` false when the principal used the id for no act. */
MV_MUST_USE mv_status store_act_by_request(struct store *store, int64_t principal, const char *request_id,
                                           struct store_act *act, bool *found);

#endif
