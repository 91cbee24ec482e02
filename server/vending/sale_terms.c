#include "vending/sale_terms.h"

#include "vending/internal.h"
#include "vending/tariffs.h"

_Static_assert((int)STORE_TARIFF_CLASS <= (int)STORE_METER_CLASS, "every account's class can be assigned a tariff");

mv_status vend_sale_terms_find(struct vend *vend, struct store *store, const struct store_account *account,
                               enum vend_utility utility, int64_t now_unix_s, struct vend_sale_terms *terms)
{
    MV_TRY(store_office_get(store, &terms->office));
    return vend_tariff_serving(vend, store, account->organisation, utility, account->tariff_class, now_unix_s,
                               &terms->tariff);
}
