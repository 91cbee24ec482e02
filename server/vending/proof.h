/* Credit left in a meter, as the meter itself tells: its return stands in place of two officers. It echoes the nonce of
 * the newest read request, so it is later than that; the request was signed while the account had the meter and after
 * all that was sold to it, and the return shows every purchase as taken: no more credit can come from what was sold by
 * record. (A token that was sold before and not yet entered is paid for and comes on top.) It is used once, and
 * no other one of the meter's epoch either: none tells whether what was given back has left the meter.
 *
 * It tells what was left at some time after the request was signed, so it is good for VEND_PROOF_FRESH_S from then on,
 * by a clock that is confirmed (CLOCK_STEPPED), and not before the request's own time. The office sees to it that the
 * credit leaves the meter: a replaced one is taken off, one whose account is closed is cut off before it is asked, or
 * cleared. A reset that goes on with it (a new epoch) is to clear its credit. */
#ifndef MV_VENDING_PROOF_H
#define MV_VENDING_PROOF_H

#include "store/proofs.h"
#include "vending/claims.h"

struct audit_record;

enum { VEND_PROOF_FRESH_S = 3 * 86400 };

struct vend_proof {
    struct store_return back;
    int64_t remaining; /* units of the meter; may be negative */
};
/* The newest return of the meter, as a proof for the account. RETURN_MISSING, RETURN_USED, RETURN_OUTDATED,
 * CREDIT_NEEDS_OFFICERS (what it shows is not what is to be given back: arrears in the meter, amounts of another
 * register, a sale to the meter that was reversed and may be in it, credit that was given back before). */
MV_MUST_USE mv_status vend_proof_find(struct store *store, const struct store_meter *meter, int64_t account,
                                      int64_t now_unix_s, struct vend_proof *proof);
/* What the account paid for so many units that are left in the meter, which are those that it bought last: for each
 * purchase the price of its units with the taxes in proportion, rounded down to the minor unit; without charges, and
 * nothing for free units. CREDIT_NEEDS_OFFICERS when fewer were sold to the account and the meter for money. */
MV_MUST_USE mv_status vend_proof_worth(struct store *store, int64_t account, int64_t meter, int64_t units,
                                       int64_t *worth);
/* Makes the claim (kind, account, meter, amount, reason, principal, time), good by the proof; money goes to the
 * account's balance at once. CLAIM_NOT_DUE when the meter's credit was claimed before. Says so in the audit record. */
MV_MUST_USE mv_status vend_proof_claim(struct store *store, const struct vend_proof *proof, struct store_claim *claim,
                                       struct audit_record *record);

#endif
