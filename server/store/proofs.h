/* The ledger's part about what meters' returns prove: credit left in a meter that is claimed, in place of two officers.
 * Rules as in store.h; the schema refuses with INTERNAL_ERROR what breaks them. */
#ifndef MV_STORE_PROOFS_H
#define MV_STORE_PROOFS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "store/claims.h"
#include "store/records.h"

/* What stood in the ledger when a read request was signed. */
struct store_read_mark {
    int64_t account;       /* that had the meter; 0 none */
    bool token_made_since; /* for the meter */
};
/* RECORD_UNKNOWN for a request that is older than such marks. */
MV_MUST_USE mv_status store_read_mark_get(struct store *store, int64_t read_request, struct store_read_mark *mark);
/* Whether a claim rests on the return already, or on another one of the meter and its epoch. */
MV_MUST_USE mv_status store_return_used(struct store *store, const struct store_return *row, bool *used,
                                        bool *other_used);
/* The claim is good by this return: the newest of its meter, an answer to the newest read request, which was signed
 * while the claim's account had the meter, as it still has, and after all that was sold to the meter. One claim for all
 * returns of an epoch. */
MV_MUST_USE mv_status store_claim_prove(struct store *store, int64_t claim, const struct store_return *row);
/* Whether a sale of the account to the meter was reversed. */
MV_MUST_USE mv_status store_reversed_any(struct store *store, int64_t account, int64_t meter, bool *any);

/* What a bill sold. */
struct store_bill_units {
    int64_t previous; /* sale of the account's bill before; 0 none */
    int64_t meter;
    int64_t units;
    int64_t energy, charges, taxes; /* money */
};
/* TOKEN_UNKNOWN when the sale has none. */
MV_MUST_USE mv_status store_bill_units_get(struct store *store, int64_t sale, struct store_bill_units *bill);

#endif
