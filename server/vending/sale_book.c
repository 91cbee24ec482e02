/* A priced sale in the ledger and in the audit, and back. */
#include "vending/internal.h"
#include "vending/permission.h"

mv_status vend_sale_check_opening(struct store *store, const struct vend_item *item)
{
    struct store_account other;
    const struct vend_order_job *request = item->request;
    if (request->pricing == NULL || request->order.purchase.opens == NULL)
        return mv_ok();
    mv_status found = store_account_by_number(store, request->pricing->account.number, &other);
    if (found.ok)
        return mv_fail(MV_ACCOUNT_EXISTS, "account_number");
    if (found.reason != MV_ACCOUNT_UNKNOWN)
        return found;
    found = store_account_by_meter(store, item->meter.id, &other);
    if (found.ok)
        return mv_fail(MV_METER_HAS_ACCOUNT, "meter_pan");
    return found.reason == MV_ACCOUNT_UNKNOWN ? mv_ok() : found;
}

mv_status vend_sale_open(struct store *store, const struct vend_item *item, int64_t now_us)
{
    struct vend_pricing *pricing = item->request->pricing;
    struct audit_record record;
    const struct store_account_act opened = {.kind = STORE_ACCOUNT_OPENED,
                                             .note = "",
                                             .principal = item->seller.id,
                                             .at_unix_s = item->sale.issued_at_unix_s};
    MV_TRY(store_account_open(store, &pricing->account, &opened));
    pricing->charged.bill.account = pricing->account.id;
    vend_note(&record, item->request->principal, vend_permission(VEND_OPEN_ACCOUNT)->action, pricing->account.number);
    vend_note_outcome(&record, mv_ok());
    vend_note_detail(&record, "meter=%s class=%s", item->meter.pan, pricing->account.tariff_class);
    record.time_unix_us = now_us;
    return store_audit_append(store, &record);
}

mv_status vend_sale_book(struct store *store, struct vend_item *item)
{
    struct store_bill *bill = &item->request->pricing->charged.bill;
    bill->sale = item->sale.id;
    MV_TRY(store_bill_insert(store, bill));
    return vend_credit_book(store, item);
}

void vend_sale_describe(const struct vend_item *item, struct audit_record *record)
{
    const struct store_bill *bill = &item->request->pricing->charged.bill;
    vend_note_detail(record, "account=%s total=%lld tendered=%lld payment=%u tariff=%s/%u",
                     item->request->pricing->account.number, (long long)bill->total, (long long)bill->tendered,
                     bill->payment, bill->tariff, bill->tariff_version);
}

void vend_sale_describe_asked(const struct vend_order *order, struct audit_record *record)
{
    const struct vend_purchase *purchase = &order->purchase;
    vend_note_detail(record, "account=%s %s=%lld tendered=%lld payment=%u",
                     purchase->account == NULL ? "-" : purchase->account, purchase->by_units ? "requested" : "money",
                     (long long)(purchase->by_units ? order->quantity.amount : purchase->money),
                     (long long)purchase->tendered, (unsigned)purchase->payment);
}

static enum vend_unit unit_of(const struct store_sale *sale)
{
    enum { FIRST_CURRENCY_SUBCLASS = 4 };
    return sale->subclass >= FIRST_CURRENCY_SUBCLASS
               ? VEND_UNIT_CURRENCY_E5
               : vend_unit_of((enum vend_utility)(sale->subclass + VEND_ELECTRICITY));
}

mv_status vend_sale_read(struct store *store, const struct store_sale *sale, struct vend_charged *charged)
{
    MV_TRY(store_bill_get(store, sale->id, &charged->bill, &charged->of));
    charged->unit = unit_of(sale);
    return store_office_get(store, &charged->office);
}

mv_status vend_sale_replay(struct store *store, struct vend_item *item)
{
    mv_status found = vend_sale_read(store, &item->sale, &item->request->pricing->charged);
    /* its digest is that of a priced order */
    return !found.ok && found.reason == MV_TOKEN_UNKNOWN ? mv_fail(MV_INTERNAL_ERROR, "sale without its bill") : found;
}
