/* What the months of an account were: each by the class, assignment and tariff version of its own time, as the ledger
 * knew them then. What is decided later changes no month that is over. */
#ifndef MV_VENDING_SALE_MONTHS_H
#define MV_VENDING_SALE_MONTHS_H

#include "store/accounts.h"
#include "vending/price.h"

struct vend_months {
    struct vend *vend;
    struct store *store;
    const struct store_account *account;
    enum vend_utility utility;
    int32_t utc_offset_min;
    int64_t begins_unix_s; /* when the account was opened, or the date before that as of which it was transferred */
    int64_t now_unix_s;
};
/* The monthly charge of the months after `through` up to `last`, VEND_MONTHS_DUE at most: of each what was in force
 * when it began (of the first month, when the account began), nothing where nothing was. One entry for each rate,
 * the one that was due first before the others. Returns in `through` up to which month that is: the months from the
 * first on that would take more rates than there is room for wait for the next purchase. */
MV_MUST_USE mv_status vend_months_charge(const struct vend_months *months, int64_t last, int64_t *through,
                                         struct vend_price_facts *facts);
/* Quota and carry of `count` months from `first` on, as they were in force at each month's end, or are now. `taken` is
 * left as it is. */
MV_MUST_USE mv_status vend_months_free(const struct vend_months *months, int64_t first, struct vend_free_month *free,
                                       size_t count);

#endif
