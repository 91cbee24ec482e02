/* The ledger's part about what became of sales: confirmed, given up, reversed; credit that nobody pays for; and claims,
 * of which two officers decide. Rules as in store.h; the schema refuses with INTERNAL_ERROR what breaks them. */
#ifndef MV_STORE_CLAIMS_H
#define MV_STORE_CLAIMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "store/debts.h"

/* SALE_REVERSED; confirming again changes nothing, and `fresh` is false. */
MV_MUST_USE mv_status store_sale_confirm(struct store *store, int64_t sale, int64_t now_unix_s, bool *fresh);
/* From now on nothing is issued under the principal's id. SALE_MADE; again changes nothing, and `fresh` is false. */
MV_MUST_USE mv_status store_request_cancel(struct store *store, int64_t principal, const char *request_id,
                                           int64_t now_unix_s, bool *fresh);
/* REQUEST_CANCELLED. */
MV_MUST_USE mv_status store_request_check(struct store *store, int64_t principal, const char *request_id);

enum store_claim_kind {                       /* numbers as in the protocol */
                        STORE_CLAIM_SALE = 1, /* the money of a sale that is reversed */
                        STORE_CLAIM_CREDIT,   /* money for credit left in a meter */
                        STORE_CLAIM_UNITS     /* units left in a meter, for the account's next one */
};
struct store_claim {
    int64_t id; /* set by the insert */
    uint8_t kind;
    int64_t account;
    int64_t meter;  /* that may hold what the claim is for */
    int64_t sale;   /* that is reversed; 0 none */
    int64_t amount; /* money, or units of the meter */
    char reason[STORE_ACT_REASON + 1];
    int64_t principal;
    int64_t at_unix_s;
    uint32_t approvals; /* read only, as is what follows */
    int64_t act;        /* that paid it; 0 none */
    int64_t paid_sale;  /* token that brought the units; 0 none */
    bool proven;        /* good by the meter's return, in place of two officers (proofs.h) */
};
/* SALE_REVERSED (it has a claim), SALE_CONFIRMED (unless it is void); a second one for the credit of a meter is
 * CLAIM_NOT_DUE. */
MV_MUST_USE mv_status store_claim_insert(struct store *store, struct store_claim *claim);
/* CLAIM_UNKNOWN. */
MV_MUST_USE mv_status store_claim_get(struct store *store, int64_t id, struct store_claim *claim);
MV_MUST_USE mv_status store_claim_of_sale(struct store *store, int64_t sale, struct store_claim *claim);
typedef mv_status store_claim_fn(void *self, const struct store_claim *row);
/* Of one account, by number. */
MV_MUST_USE mv_status store_claims(struct store *store, int64_t account, store_claim_fn *each, void *self);
/* CLAIM_SAME_PERSON; agreeing again changes nothing, and `fresh` is false. */
MV_MUST_USE mv_status store_claim_approve(struct store *store, const struct store_claim *claim, int64_t principal,
                                          int64_t now_unix_s, bool *fresh);

/* Behind the row of its sale, in the same transaction. `claim` 0: of none. CLAIM_NOT_DUE. */
MV_MUST_USE mv_status store_free_issue_insert(struct store *store, int64_t sale, const char *reason, int64_t claim);
/* Why nobody paid for the credit of a sale; "" when it is no such one. */
MV_MUST_USE mv_status store_free_issue_reason(struct store *store, int64_t sale, char reason[STORE_ACT_REASON + 1]);

#endif
