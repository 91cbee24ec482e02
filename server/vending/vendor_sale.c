/* What a sale takes from the credit of its vendor. */
#include "vending/internal.h"

enum { SECONDS_PER_MINUTE = 60, SECONDS_PER_DAY = 86400, PERCENT_E4 = 1000000 };

static struct vend_credit *credit_of(const struct vend_item *item)
{
    return &item->request->pricing->credit;
}

/* The newest sale of this group on the same credit, which is not in the ledger yet. */
static const struct store_vendor *in_group(const struct vend_group *group, const struct vend_item *item, int64_t vendor)
{
    const struct store_vendor *newest = NULL;
    if (group == NULL)
        return NULL;
    for (const struct vend_item *other = group->items; other < item; other++)
        if (other->live && other->request->pricing != NULL && credit_of(other)->on &&
            credit_of(other)->vendor.organisation == vendor)
            newest = &credit_of(other)->vendor;
    return newest;
}

/* The vendor gets what the customer hands over, less the change that goes back over the counter. */
static int64_t money_taken(const struct store_bill *bill)
{
    if (bill->payment == STORE_PAY_BALANCE)
        return 0;
    return bill->change_kept ? bill->tendered : bill->total;
}

/* Rounded down. Divided first: both factors together may be above 2^63. */
static int64_t share(int64_t amount, int64_t percent_e4)
{
    return amount / PERCENT_E4 * percent_e4 + amount % PERCENT_E4 * percent_e4 / PERCENT_E4;
}

/* The clock may have been put back a little: then the day goes on. */
static int64_t day_of(const struct store_vendor *vendor, int64_t now_unix_s, int32_t utc_offset_min)
{
    int64_t day = (now_unix_s + (int64_t)utc_offset_min * SECONDS_PER_MINUTE) / SECONDS_PER_DAY;
    return day < vendor->day ? vendor->day : day;
}

static mv_status check_sale(const struct store_vendor_terms *terms, const struct store_bill *bill)
{
    int64_t taken = money_taken(bill);
    int64_t counts = taken > bill->total ? taken : bill->total;
    return terms->sale_limit != 0 && counts > terms->sale_limit ? mv_fail(MV_VENDOR_SALE_LIMIT, NULL) : mv_ok();
}

/* Money that comes over the counter, for a sale or into an account. */
static mv_status take(struct store_vendor *vendor, int64_t taken, int64_t day)
{
    const struct store_vendor_terms *terms = &vendor->terms;
    int64_t sold = vendor->day == day ? vendor->day_sold : 0;
    if (terms->day_limit != 0 && taken > terms->day_limit - sold)
        return mv_fail(MV_VENDOR_DAY_LIMIT, NULL);
    if (taken > vendor->balance + terms->credit_limit)
        return mv_fail(MV_VENDOR_CREDIT_EXHAUSTED, NULL);
    vendor->balance -= taken;
    vendor->day = day;
    vendor->day_sold = sold + taken;
    return mv_ok();
}

mv_status vend_credit_take(struct store *store, const struct vend_group *group, struct vend_item *item,
                           int64_t now_unix_s)
{
    struct vend_credit *credit = credit_of(item);
    const struct vend_charged *charged = &item->request->pricing->charged;
    *credit = (struct vend_credit){.on = false};
    mv_status found = store_vendor_of(store, item->seller.organisation, &credit->vendor);
    if (!found.ok)
        return found.reason == MV_VENDOR_UNKNOWN ? mv_ok() : found;
    const struct store_vendor *newest = in_group(group, item, credit->vendor.organisation);
    if (newest != NULL)
        credit->vendor = *newest;
    MV_TRY(check_sale(&credit->vendor.terms, &charged->bill));
    credit->taken = money_taken(&charged->bill);
    if (credit->taken > 0)
        MV_TRY(
            take(&credit->vendor, credit->taken, day_of(&credit->vendor, now_unix_s, charged->office.utc_offset_min)));
    credit->commission = share(charged->bill.energy, credit->vendor.terms.commission_e4);
    credit->vendor.balance += credit->commission;
    credit->on = true;
    return mv_ok();
}

mv_status vend_credit_book(struct store *store, const struct vend_item *item)
{
    const struct vend_credit *credit = credit_of(item);
    struct store_vendor_entry entry = {.vendor = credit->vendor.organisation,
                                       .kind = STORE_VENDOR_SALE,
                                       .amount = -credit->taken,
                                       .day = credit->vendor.day,
                                       .sale = item->sale.id,
                                       .principal = item->seller.id,
                                       .at_unix_s = item->sale.issued_at_unix_s};
    if (!credit->on)
        return mv_ok();
    if (credit->taken > 0)
        MV_TRY(store_vendor_entry_insert(store, &entry));
    entry.kind = STORE_VENDOR_COMMISSION;
    entry.amount = credit->commission;
    return credit->commission > 0 ? store_vendor_entry_insert(store, &entry) : mv_ok();
}

mv_status vend_credit_counter(struct store *store, int64_t organisation, int64_t money, int64_t act, int64_t principal,
                              int64_t at_unix_s)
{
    struct store_vendor vendor;
    struct store_office office;
    mv_status found = store_vendor_of(store, organisation, &vendor);
    if (!found.ok)
        return found.reason == MV_VENDOR_UNKNOWN ? mv_ok() : found;
    MV_TRY(store_office_get(store, &office));
    if (money > 0)
        MV_TRY(take(&vendor, money, day_of(&vendor, at_unix_s, office.utc_offset_min)));
    const struct store_vendor_entry entry = {.vendor = vendor.organisation,
                                             .kind = money > 0 ? STORE_VENDOR_TAKEN_IN : STORE_VENDOR_PAID_OUT,
                                             .amount = -money,
                                             .day = vendor.day,
                                             .act = act,
                                             .principal = principal,
                                             .at_unix_s = at_unix_s};
    return store_vendor_entry_insert(store, &entry);
}

mv_status vend_credit_needs_price(struct store *store, int64_t organisation)
{
    struct store_vendor vendor;
    mv_status found = store_vendor_of(store, organisation, &vendor);
    if (found.ok)
        return mv_fail(MV_VENDOR_NEEDS_PRICE, NULL);
    return found.reason == MV_VENDOR_UNKNOWN ? mv_ok() : found;
}
