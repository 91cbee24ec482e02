/* Accounts: who pays for what goes through a meter. An account belongs to its meter's organisation, and rights reach it
 * as they reach the meter. As in vending.h every call names its caller, is checked in the table of permission.c, is in
 * the audit chain before it is answered when it changes something or is refused, blocks, and may be made from any
 * thread. What is said of a customer never enters the audit chain: it could not be taken out again. */
#ifndef MV_VENDING_ACCOUNTS_H
#define MV_VENDING_ACCOUNTS_H

#include "store/transfers.h"
#include "vending/vending.h"

enum { VEND_SEARCH = 64 }; /* bytes of what is searched for */

/* Printable UTF-8 of one line, at most as long as the ledger keeps (store/accounts.h); the name is not empty. */
struct vend_customer {
    const char *name, *address, *contact, *reference;
};
struct vend_account_request {
    const char *number; /* 1..32 of [A-Za-z0-9._-] */
    const char *pan;    /* opening only */
    struct vend_customer customer;
    const char *tariff_class; /* 1..32 of [A-Za-z0-9._-]; "" opening: "default", updating: stays */
    uint32_t version;         /* updating only: of the account that was looked at */
};
struct vend_account {
    struct store_account row;
    char organisation[STORE_NAME + 1];
    int64_t claim; /* that the call made of credit left in a meter; 0 none */
    struct store_account_owes owes;
    bool has_transfer; /* who leaves has left: */
    struct store_transfer transfer;
};
/* Repeating it with the same data answers the account as it is by now. INVALID_FIELD, METER_UNKNOWN, METER_NOT_ACTIVE
 * (a retired one), ACCOUNT_EXISTS, METER_HAS_ACCOUNT. */
MV_MUST_USE mv_status vend_open_account(struct vend *vend, const struct vend_caller *caller,
                                        const struct vend_account_request *request, struct vend_account *account);
/* Opens the account and sells to it what `order` says (a priced order without account and PAN), both or neither. The
 * same request id gives the same answer: the account as it was opened, whatever became of it. Besides the refusals of
 * both: ACCOUNT_EXISTS also when it was opened with the same data. `trial`: nothing is opened nor sold; the account is
 * what would be opened, of version 0. */
struct vend_sold;
MV_MUST_USE mv_status vend_open_and_sell(struct vend *vend, const struct vend_caller *caller,
                                         const struct vend_account_request *request, const struct vend_order *order,
                                         bool trial, struct vend_account *account, struct vend_sold *sold);
/* ACCOUNT_UNKNOWN, ACCOUNT_CHANGED. What says the same as before changes nothing. */
MV_MUST_USE mv_status vend_update_account(struct vend *vend, const struct vend_caller *caller,
                                          const struct vend_account_request *request, struct vend_account *account);
/* `reason` is 1..120 bytes of printable UTF-8. An account that is so already stays as it is. */
MV_MUST_USE mv_status vend_suspend_account(struct vend *vend, const struct vend_caller *caller, const char *number,
                                           const char *reason, struct vend_account *account);
MV_MUST_USE mv_status vend_resume_account(struct vend *vend, const struct vend_caller *caller, const char *number,
                                          const char *reason, struct vend_account *account);
/* One of the two is NULL. */
MV_MUST_USE mv_status vend_get_account(struct vend *vend, const struct vend_caller *caller, const char *number,
                                       const char *pan, struct vend_account *account);

struct vend_account_query {
    const char *organisation; /* and those below; "" the caller's */
    const char *search;       /* "" all */
    const char *number;       /* what the number begins with; "" all */
    const char *pan;          /* of a meter that is theirs, or was when they were closed; "" all */
    uint32_t state;           /* enum store_account_state; 0 all */
    uint32_t page_size;       /* 0: the default */
    const char *page_token;   /* "" the first page */
};
/* Looks at no more accounts of the ledger than STORE_ACCOUNTS_LOOKED_AT: a page may have fewer than were asked for, or
 * none, and still not be the last one. */
struct vend_account_list {
    struct vend_account accounts[VEND_MAX_PAGE];
    size_t count;
    char next[STORE_ACCOUNT_NUMBER + 1]; /* empty at the end */
};
MV_MUST_USE mv_status vend_list_accounts(struct vend *vend, const struct vend_caller *caller,
                                         const struct vend_account_query *query, struct vend_account_list *list);

enum { VEND_TIMELINE_TOKEN = 64 };
struct vend_timeline {
    struct store_event events[VEND_MAX_PAGE]; /* newest first */
    size_t count;
    char next[VEND_TIMELINE_TOKEN]; /* empty at the end */
};
MV_MUST_USE mv_status vend_get_timeline(struct vend *vend, const struct vend_caller *caller, const char *number,
                                        uint32_t page_size, const char *page_token, struct vend_timeline *timeline);

#endif
