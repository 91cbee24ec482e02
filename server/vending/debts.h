/* What an account owes, and its money besides sales. Every act is one row that says what holds after it; what is done
 * again under the same request id is answered from that row. Calls are as in accounts.h. */
#ifndef MV_VENDING_DEBTS_H
#define MV_VENDING_DEBTS_H

#include "store/debts.h"
#include "vending/vending.h"

enum { VEND_DEBTS_LISTED = 200 };

/* Numbers that do not fit the ledger's fields are refused, so they are wider here. */
struct vend_debt_terms {
    const char *label; /* 1..32 bytes of printable UTF-8 */
    uint32_t priority;
    uint32_t rule; /* enum vend_debt_rule */
    int64_t amount, percent_e4;
};
struct vend_act_request {
    const char *request_id;
    const char *terminal; /* NULL for acts that no money comes or goes with */
    const char *account;  /* its number */
    enum store_act_kind kind;
    int64_t amount;               /* 1..VEND_MONEY_MOST; 0 where only terms change */
    int64_t debt;                 /* that it is of; 0 none, or to be added */
    uint32_t payment;             /* enum vend_payment; 0 none */
    const char *reason;           /* at most 120 bytes; empty only of money that came in */
    struct vend_debt_terms terms; /* of a debt that is added or changed */
};
struct vend_act {
    struct store_act row;
    char account[STORE_ACCOUNT_NUMBER + 1];
    char principal[STORE_NAME + 1];
    char organisation[STORE_NAME + 1]; /* the account's */
    char customer[STORE_CUSTOMER_NAME + 1];
    bool replayed;
};
/* The kinds from STORE_ACT_DEBT_ADDED to STORE_ACT_PAID_OUT. INVALID_FIELD, ACCOUNT_UNKNOWN, ACCOUNT_CLOSED (only
 * paying and writing off debts, and paying out, are left), CURRENCY_NOT_SET, TOO_MANY_DEBTS, and what store_act_insert
 * says. */
MV_MUST_USE mv_status vend_account_act(struct vend *vend, const struct vend_caller *caller,
                                       const struct vend_act_request *request, struct vend_act *act);

/* An act again, of any kind, by its number. SLIP_UNKNOWN. */
MV_MUST_USE mv_status vend_get_act(struct vend *vend, const struct vend_caller *caller, int64_t number,
                                   struct vend_act *act);

struct vend_debt_list {
    struct store_debt debts[VEND_DEBTS_LISTED]; /* as sales take them */
    size_t count;
    int64_t owed; /* on all of them */
    int64_t deposit, balance;
};
MV_MUST_USE mv_status vend_list_debts(struct vend *vend, const struct vend_caller *caller, const char *number, bool all,
                                      struct vend_debt_list *list);

#endif
