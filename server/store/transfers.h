/* The ledger's part about another owner of a place: what an account's books come to before a second and from it on, and
 * which account was left for which. Money is in the currency's minor unit. Rules as in store.h. */
#ifndef MV_STORE_TRANSFERS_H
#define MV_STORE_TRANSFERS_H

#include "store/accounts.h"
#include "store/debts.h"

enum store_transfer_what { /* numbers as in the schema */
                           STORE_PART_SALES = 1,
                           STORE_PART_UNITS,
                           STORE_PART_TOTAL,
                           STORE_PART_ENERGY,
                           STORE_PART_CHARGES,
                           STORE_PART_TAXES,
                           STORE_PART_DEBTS_TAKEN,
                           STORE_PART_BALANCE,
                           STORE_PART_DEPOSIT,
                           STORE_PART_OWED,
                           STORE_PART_MONTHS_DUE,
                           STORE_PARTS
};
struct store_half {
    int64_t before, after;
};
/* By what; place 0 is not used. */
struct store_halves {
    struct store_half of[STORE_PARTS];
};
/* All but the months. What was held may have become less since: `after` is below 0 then. */
MV_MUST_USE mv_status store_halves_get(struct store *store, int64_t account, int64_t cut_unix_s,
                                       struct store_halves *halves);
/* Since when the account has had the meter that it has. */
MV_MUST_USE mv_status store_transfer_since(struct store *store, int64_t account, int64_t *unix_s);
/* Unpaid debts that were added before the cut, or from it on. */
MV_MUST_USE mv_status store_transfer_debts(struct store *store, int64_t account, int64_t cut_unix_s, bool after,
                                           store_debt_fn *each, void *self);

struct store_transfer {
    int64_t account, next;
    int64_t cut_unix_s;
    int64_t balance; /* that goes along */
    int64_t charged_through;
    int64_t principal, at_unix_s;
    struct store_halves halves;
};
/* With what goes along of the balance. */
MV_MUST_USE mv_status store_transfer_insert(struct store *store, const struct store_transfer *transfer);
/* `found` false: the account was left for no other. */
MV_MUST_USE mv_status store_transfer_get(struct store *store, int64_t account, struct store_transfer *transfer,
                                         bool *found);
/* Of the account that came: up to which month it owes no monthly charge, and since when everything is its own. Both are
 * left as they are when it followed no other. */
MV_MUST_USE mv_status store_transfer_charged(struct store *store, int64_t next, int64_t *through, int64_t *cut_unix_s,
                                             bool *found);
/* Units that were sold in a month to the account that was left, and are read as those of the one that came. */
MV_MUST_USE mv_status store_transfer_bought(struct store *store, int64_t next, int64_t month, int64_t *units);

#endif
