/* Priced sales, besides selling itself (vend_issue with a priced order): what one would be, and reading one back. */
#ifndef MV_VENDING_SALES_H
#define MV_VENDING_SALES_H

#include "vending/charged.h"
#include "vending/vending.h"

struct vend_sold {
    struct vend_issued issued; /* `charged` of it is not set */
    struct vend_charged charged;
};
/* The same checks, price and numbers as for selling, without any effect; no digits. INVALID_FIELD for an order that is
 * not priced. */
MV_MUST_USE mv_status vend_trial_sell(struct vend *vend, const struct vend_caller *caller,
                                      const struct vend_order *order, struct vend_sold *sold);
/* As vend_token_by_request and so on; TOKEN_UNKNOWN also for what was not sold at a price of this office. */
MV_MUST_USE mv_status vend_receipt_by_request(struct vend *vend, const struct vend_caller *caller,
                                              const char *request_id, struct vend_sold *sold);
MV_MUST_USE mv_status vend_receipt_by_number(struct vend *vend, const struct vend_caller *caller,
                                             const char *organisation, const char *terminal, uint64_t receipt,
                                             struct vend_sold *sold);
MV_MUST_USE mv_status vend_last_sale(struct vend *vend, const struct vend_caller *caller, const char *terminal,
                                     struct vend_sold *sold);

#endif
