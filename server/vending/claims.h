/* What becomes of sales, and claims. A token that was answered may be in the meter, whatever anybody says: it is never
 * undone. Before an order is made its id can be given up; after that a supervisor can reverse the sale, which is a
 * claim: its money goes to the account's balance when two officers agreed, and the debts that it paid are owed again,
 * as debts of their own with the terms of now (a debt that is paid is over). The same for credit that is left in a
 * meter when the account is closed (money) or gets another one (units). A return of the meter stands in place of the
 * officers where it proves the claim: credit by proof.h, a sale by record by record_void.c. Calls are as in accounts.h.
 */
#ifndef MV_VENDING_CLAIMS_H
#define MV_VENDING_CLAIMS_H

#include "store/claims.h"
#include "vending/vending.h"

enum { VEND_CLAIM_APPROVALS = 2, VEND_CLAIMS_LISTED = 200 };

struct vend_claim {
    struct store_claim row;
    char account[STORE_ACCOUNT_NUMBER + 1];
    char pan[STORE_PAN + 1];
    char principal[STORE_NAME + 1];
};

/* The client has the answer and needs no way back. TOKEN_UNKNOWN, SALE_REVERSED. Confirming again changes nothing. */
MV_MUST_USE mv_status vend_confirm_sale(struct vend *vend, const struct vend_caller *caller, const char *request_id);
/* Nothing is issued to the caller under this id any more: SALE_MADE when something was. Again changes nothing. */
MV_MUST_USE mv_status vend_cancel_sale(struct vend *vend, const struct vend_caller *caller, const char *request_id);

struct vend_reversal_request {
    const char *organisation, *terminal;
    uint64_t receipt;
    const char *reason; /* 1..120 bytes of printable UTF-8 */
};
/* TOKEN_UNKNOWN (also for what has no price here), SALE_CONFIRMED, SALE_REVERSED; CLAIM_NOT_DUE for what is not void
 * when the credit in the account's meter was claimed. */
MV_MUST_USE mv_status vend_reverse_sale(struct vend *vend, const struct vend_caller *caller,
                                        const struct vend_reversal_request *request, struct vend_claim *claim);
struct vend_claim_request {
    const char *account;
    const char *pan; /* of the meter, which the account has or had */
    bool units;      /* for the account's next meter; otherwise money */
    int64_t amount;
    const char *reason;
};
/* ACCOUNT_UNKNOWN, METER_UNKNOWN, CLAIM_NOT_DUE (there is one for the credit of that meter). */
MV_MUST_USE mv_status vend_claim_credit(struct vend *vend, const struct vend_caller *caller,
                                        const struct vend_claim_request *request, struct vend_claim *claim);
/* An officer agrees. The second one pays money to the account's balance; units are then due as a free token. Agreeing
 * again changes nothing. One officer is enough for what a return proves: that is open only because there was no room
 * for the money. CLAIM_UNKNOWN, CLAIM_SAME_PERSON, TOO_MANY_DEBTS (of a sale that paid some), MONEY_TOO_MUCH. */
MV_MUST_USE mv_status vend_approve_claim(struct vend *vend, const struct vend_caller *caller, int64_t id,
                                         struct vend_claim *claim);
struct vend_claim_list {
    struct vend_claim claims[VEND_CLAIMS_LISTED];
    size_t count;
};
MV_MUST_USE mv_status vend_list_claims(struct vend *vend, const struct vend_caller *caller, const char *account,
                                       struct vend_claim_list *list);

#endif
