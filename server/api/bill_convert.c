#include "api/bill_convert.h"

#include "api/convert.h"
#include "vending/price.h"

_Static_assert((int)VEND_PAY_CASH == METERVAULT__V1__PAYMENT__PAY_CASH &&
                   (int)VEND_PAY_BALANCE == METERVAULT__V1__PAYMENT__PAY_BALANCE,
               "payments are numbered as in the protocol");
_Static_assert((int)VEND_LINE_ENERGY == METERVAULT__V1__BILL_LINE_KIND__BILL_ENERGY &&
                   (int)VEND_LINE_FREE == METERVAULT__V1__BILL_LINE_KIND__BILL_FREE &&
                   (int)VEND_LINE_MONTHLY == METERVAULT__V1__BILL_LINE_KIND__BILL_FIXED_CHARGE &&
                   (int)VEND_LINE_CHARGE == METERVAULT__V1__BILL_LINE_KIND__BILL_CHARGE &&
                   (int)VEND_LINE_TAX == METERVAULT__V1__BILL_LINE_KIND__BILL_TAX &&
                   (int)VEND_LINE_DEBT == METERVAULT__V1__BILL_LINE_KIND__BILL_DEBT,
               "lines are numbered as in the protocol");

static void line_out(const struct store_bill_line *line, enum vend_unit unit, Metervault__V1__Quantity *units,
                     Metervault__V1__BillLine *out)
{
    metervault__v1__bill_line__init(out);
    out->kind = (Metervault__V1__BillLineKind)line->kind;
    out->text = (char *)line->label;
    out->rate_e5 = line->rate_e5;
    out->percent_e4 = (uint32_t)line->percent_e4;
    out->count = line->months;
    out->amount = line->amount;
    if (line->units == 0)
        return;
    api_quantity_out(unit, line->units, units);
    out->quantity = units;
}

void api_bill_out(const struct vend_charged *charged, struct api_bill *out)
{
    const struct store_bill *bill = &charged->bill;
    Metervault__V1__Bill *message = &out->message;
    metervault__v1__bill__init(message);
    for (size_t i = 0; i < bill->line_count; i++) {
        line_out(&bill->lines[i], charged->unit, &out->units[i], &out->lines[i]);
        out->pointers[i] = &out->lines[i];
    }
    message->n_lines = bill->line_count;
    message->lines = out->pointers;
    api_quantity_out(charged->unit, bill->free_units + bill->paid_units, &out->quantity);
    message->quantity = &out->quantity;
    message->total = bill->total;
    message->tax = bill->taxes;
    message->currency = (char *)charged->office.currency;
    message->minor_digits = charged->office.minor_digits;
    message->tariff = (char *)bill->tariff;
    message->tariff_version = bill->tariff_version;
}

void api_sold_out(const struct vend_issued *issued, const struct vend_charged *charged, struct api_sold *out)
{
    const struct store_bill *bill = &charged->bill;
    metervault__v1__sold__init(&out->message);
    api_issued_out(issued, &out->issued);
    api_bill_out(charged, &out->bill);
    out->message.issued = &out->issued.message;
    out->message.bill = &out->bill.message;
    out->message.account_number = (char *)charged->of.number;
    out->message.customer_name = (char *)charged->of.customer;
    out->message.payment = (Metervault__V1__Payment)bill->payment;
    out->message.tendered = bill->tendered;
    out->message.change = bill->tendered - bill->total;
    out->message.change_kept = bill->change_kept;
    out->message.balance = bill->after.balance;
    out->message.month_units = bill->after.free_units + bill->after.paid_units;
}

static mv_status what_in(const Metervault__V1__Purchase *in, struct vend_order *order)
{
    switch (in->what_case) {
    case METERVAULT__V1__PURCHASE__WHAT_MONEY:
        order->purchase.money = in->money;
        return mv_ok();
    case METERVAULT__V1__PURCHASE__WHAT_QUANTITY:
        order->purchase.by_units = true;
        return api_quantity_in(in->quantity, &order->quantity);
    case METERVAULT__V1__PURCHASE__WHAT_FREE_UNITS:
        order->purchase.free_units = in->free_units != 0;
        return in->free_units ? mv_ok() : mv_fail(MV_INVALID_FIELD, "free_units");
    default:
        return mv_fail(MV_INVALID_FIELD, "what");
    }
}

mv_status api_payment_in(const Metervault__V1__Purchase *in, struct vend_order *order)
{
    *order = (struct vend_order){.pan = "", .kind = VEND_ORDER_CREDIT, .priced = true};
    if (in == NULL)
        return mv_fail(MV_INVALID_FIELD, "purchase");
    order->carrier = (enum vend_carrier)in->carrier;
    order->purchase.payment = (enum vend_payment)in->payment;
    order->purchase.tendered = in->tendered;
    order->purchase.keep_change = in->keep_change != 0;
    order->purchase.expected_total = in->expected_total;
    return what_in(in, order);
}

mv_status api_purchase_of_in(const Metervault__V1__Purchase *in, struct vend_order *order)
{
    MV_TRY(api_payment_in(in, order));
    return in->who_case == METERVAULT__V1__PURCHASE__WHO__NOT_SET ? mv_ok() : mv_fail(MV_INVALID_FIELD, "who");
}

mv_status api_purchase_in(const Metervault__V1__Purchase *in, struct vend_order *order)
{
    mv_status readable = api_payment_in(in, order);
    if (in == NULL)
        return readable;
    if (in->who_case == METERVAULT__V1__PURCHASE__WHO_ACCOUNT_NUMBER)
        order->purchase.account = in->account_number;
    else if (in->who_case == METERVAULT__V1__PURCHASE__WHO_METER_PAN)
        order->pan = in->meter_pan;
    else
        return mv_fail(MV_INVALID_FIELD, "who");
    return readable;
}
