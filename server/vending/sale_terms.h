/* At what a sale to an account is priced. */
#ifndef MV_VENDING_SALE_TERMS_H
#define MV_VENDING_SALE_TERMS_H

#include "store/accounts.h"
#include "store/tariffs.h"
#include "vending/tariff.h"

struct vend_sale_terms {
    struct store_office office;
    struct vend_tariff_version tariff;
};
/* The tariff that serves the account at this time, and the office's money: TARIFF_NOT_ASSIGNED, CURRENCY_NOT_SET. */
MV_MUST_USE mv_status vend_sale_terms_find(struct vend *vend, struct store *store, const struct store_account *account,
                                           enum vend_utility utility, int64_t now_unix_s,
                                           struct vend_sale_terms *terms);

#endif
