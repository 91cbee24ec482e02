/* Vendors inside the domain: credit that a sale takes in its own transaction. */
#ifndef MV_VENDING_VENDOR_PARTS_H
#define MV_VENDING_VENDOR_PARTS_H

#include "store/vendors.h"

struct vend_item;
struct vend_group;

/* Of one priced sale while it is worked on. */
struct vend_credit {
    bool on;                    /* the seller sells on credit */
    struct store_vendor vendor; /* as this sale leaves it */
    int64_t taken;              /* money that the vendor got; 0 when the account paid with what it held */
    int64_t commission;
};
/* What a priced item takes, on the ledger as this transaction sees it and after the items of the group before it.
 * VENDOR_CREDIT_EXHAUSTED, VENDOR_SALE_LIMIT, VENDOR_DAY_LIMIT. */
MV_MUST_USE mv_status vend_credit_take(struct store *store, const struct vend_group *group, struct vend_item *item,
                                       int64_t now_unix_s);
/* Behind the bill, in the same transaction. */
MV_MUST_USE mv_status vend_credit_book(struct store *store, const struct vend_item *item);
/* Money taken in at the counter besides sales (above 0), or paid out there (below 0), for the act of this number;
 * nothing when the organisation sells without credit. What is taken in counts for the day: the account may pay sales
 * with it, which take nothing then. VENDOR_CREDIT_EXHAUSTED, VENDOR_DAY_LIMIT. */
MV_MUST_USE mv_status vend_credit_counter(struct store *store, int64_t organisation, int64_t money, int64_t act,
                                          int64_t principal, int64_t at_unix_s);
/* VENDOR_NEEDS_PRICE when the organisation sells on credit: nothing that has no price is sold then. */
MV_MUST_USE mv_status vend_credit_needs_price(struct store *store, int64_t organisation);

#endif
