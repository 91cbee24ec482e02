/* What the files about claims share. */
#ifndef MV_VENDING_CLAIM_PARTS_H
#define MV_VENDING_CLAIM_PARTS_H

#include "audit/audit.h"
#include "store/claims.h"

/* The money of a claim that is good goes to the account's balance; of a sale, the debts that it paid are owed again and
 * the vendor's commission goes back. Sets the act. TOO_MANY_DEBTS, MONEY_TOO_MUCH. */
MV_MUST_USE mv_status vend_claim_pay(struct store *store, struct store_claim *claim, int64_t principal,
                                     int64_t now_unix_s);
/* Whether it would be refused by neither, as the account is now. */
MV_MUST_USE mv_status vend_claim_room(struct store *store, const struct store_claim *claim, bool *room);
/* What was paid, and where. */
MV_MUST_USE mv_status vend_claim_note(struct store *store, const struct store_claim *claim,
                                      struct audit_record *record);

#endif
