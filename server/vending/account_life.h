/* The end of an account, another meter for it, another owner of its meter. Calls are as in accounts.h. What is left in
 * a meter is a claim (claims.h), and so is decided by others, or by the meter's return (proof.h). */
#ifndef MV_VENDING_ACCOUNT_LIFE_H
#define MV_VENDING_ACCOUNT_LIFE_H

#include "vending/accounts.h"

struct vend_life_request {
    const char *number;
    const char *reason;                      /* 1..120 bytes of printable UTF-8 */
    bool leaves_debts;                       /* closing, transfer: what is owed stays owed by who owed it */
    const char *pan;                         /* changing the meter: the new one */
    const struct vend_account_request *next; /* transfer: the account of who comes, on the same meter */
    bool debts_go_along;                     /* transfer: who comes takes the debts over */
    int64_t since_unix_s;                    /* transfer: since when who comes owns it; 0: from now on */
    bool by_return; /* closing, changing the meter: the credit left in it is claimed, as its return proves (proof.h) */
};
/* For ever. ACCOUNT_HOLDS_MONEY, ACCOUNT_OWES. Closing a closed one changes nothing. By return, what the credit left in
 * the meter is worth goes to the balance, which the closed account pays out: what vend_proof_find and vend_proof_worth
 * say, CLAIM_NOT_DUE. */
MV_MUST_USE mv_status vend_close_account(struct vend *vend, const struct vend_caller *caller,
                                         const struct vend_life_request *request, struct vend_account *account);
/* The meter is of the account's organisation, in use, measures the same, and has no account: METER_UNKNOWN,
 * METER_NOT_ACTIVE, METER_HAS_ACCOUNT, WRONG_UTILITY. Neither meter waits for a key change to be confirmed:
 * KEY_CHANGE_PENDING. By return, the units left in the old meter are a claim that is good: what vend_proof_find says,
 * CLAIM_NOT_DUE. */
MV_MUST_USE mv_status vend_change_meter(struct vend *vend, const struct vend_caller *caller,
                                        const struct vend_life_request *request, struct vend_account *account);
enum { VEND_TRANSFER_DAYS = 92 };
/* From now on tokens of the meter are sold to the account that is opened with it; `account` is that one. The old
 * account is closed and pays out the money that it held at the date; what came in since goes along, as do debts that
 * were added since. What was sold since is read as the new account's, and so are the monthly charges due.
 * ACCOUNT_CLOSED, ACCOUNT_EXISTS, ACCOUNT_OWES (unless the debts go along or stay), TRANSFER_DATE, TRANSFER_SPENT. */
MV_MUST_USE mv_status vend_transfer_account(struct vend *vend, const struct vend_caller *caller,
                                            const struct vend_life_request *request, struct vend_account *account);

#endif
