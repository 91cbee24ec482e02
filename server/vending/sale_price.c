/* The price of an order inside the transaction that sells it. Pure computation is price.c; here is what it goes by: the
 * account, its tariff, and how far the account's month is. */
#include <string.h>

#include "store/transfers.h"
#include "vending/internal.h"
#include "vending/price.h"
#include "vending/sale_months.h"
#include "vending/sale_terms.h"

_Static_assert((int)VEND_BILL_LINES <= (int)STORE_BILL_LINES && (int)VEND_LABEL <= (int)STORE_BILL_LABEL,
               "the ledger takes every bill");

/* ---- what is known before the price ---- */
static mv_status as_unknown(mv_status found, enum mv_reason unknown)
{
    return !found.ok && found.reason == unknown ? mv_fail(MV_ACCOUNT_UNKNOWN, NULL) : found;
}

mv_status vend_sale_find(struct store *store, struct vend_item *item)
{
    struct vend_order_job *request = item->request;
    struct store_account *account = &request->pricing->account;
    if (request->order.purchase.opens != NULL) {
        MV_TRY(store_meter_by_pan(store, account->pan, &item->meter));
        vend_copy(request->pan, sizeof request->pan, item->meter.pan);
        account->organisation = item->meter.organisation;
        account->meter = item->meter.id;
        account->state = STORE_ACCOUNT_IN_USE;
        return mv_ok();
    }
    if (request->order.purchase.account != NULL) {
        MV_TRY(store_account_by_number(store, request->account, account));
        MV_TRY(store_meter_by_id(store, account->meter, &item->meter));
        vend_copy(request->pan, sizeof request->pan, item->meter.pan);
        return mv_ok();
    }
    /* a meter that is not there is as one without an account */
    MV_TRY(as_unknown(store_meter_by_pan(store, request->pan, &item->meter), MV_METER_UNKNOWN));
    return store_account_by_meter(store, item->meter.id, account);
}

mv_status vend_sale_check_account(const struct vend_item *item)
{
    const struct vend_pricing *pricing = item->request->pricing;
    bool held = pricing != NULL && pricing->account.state != STORE_ACCOUNT_IN_USE;
    return held ? mv_fail(MV_ACCOUNT_SUSPENDED, NULL) : mv_ok();
}

mv_status vend_sale_check_meter(struct store *store, int64_t meter)
{
    struct store_account account;
    mv_status found = store_account_by_meter(store, meter, &account);
    if (!found.ok)
        return found.reason == MV_ACCOUNT_UNKNOWN ? mv_ok() : found;
    return account.state == STORE_ACCOUNT_IN_USE ? mv_ok() : mv_fail(MV_ACCOUNT_SUSPENDED, NULL);
}

/* The account's newest sale of this group, which is not in the ledger yet. */
static const struct store_account_month *in_group(const struct vend_group *group, const struct vend_item *item)
{
    const struct store_account_month *newest = NULL;
    if (group == NULL || item->request->pricing->account.id == 0)
        return NULL;
    for (const struct vend_item *other = group->items; other < item; other++)
        if (other->live && other->request->pricing != NULL &&
            other->request->pricing->account.id == item->request->pricing->account.id)
            newest = &other->request->pricing->charged.bill.after;
    return newest;
}

static mv_status find_month(struct store *store, const struct vend_group *group, const struct vend_item *item,
                            struct store_account_month *month)
{
    const struct store_account_month *newest = in_group(group, item);
    if (item->request->pricing->account.id == 0) {
        *month = (struct store_account_month){.bill = 0};
        return mv_ok();
    }
    if (newest == NULL)
        return store_account_month_get(store, item->request->pricing->account.id, month);
    *month = *newest;
    return mv_ok();
}

/* ---- the facts of the price ---- */
struct sale {
    struct vend *vend;
    struct store *store;
    const struct vend_group *group; /* or NULL */
    int64_t now_unix_s;
    const struct vend_item *item;
    const struct store_account *account;
    struct vend_sale_terms terms;
    struct store_account_class_change class;
    struct store_account_month before;
    int64_t month;         /* this one, never before the last bill's */
    int64_t through;       /* the last month whose charge is paid with this bill */
    int64_t begins_unix_s; /* since when the account owes it */
    struct vend_price_facts facts;
    struct vend_bill bill;
};

static int64_t month_opened(const struct sale *sale)
{
    return vend_month(sale->account->opened_at_unix_s, sale->terms.office.utc_offset_min);
}

/* A month's free units are the meter's once: who comes in the middle of it does not get them again. */
static mv_status add_taken_before(const struct sale *sale, int64_t first, int64_t *taken, size_t count)
{
    const int64_t opened = month_opened(sale);
    int64_t before;
    if (opened < first || opened - first >= (int64_t)count)
        return mv_ok();
    MV_TRY(store_meter_free(sale->store, sale->account->id, sale->item->meter.id, opened, &before));
    taken[opened - first] += before;
    return mv_ok();
}

/* Units that were sold since the date as of which the account was transferred are on its steps. */
static mv_status find_bought(struct sale *sale)
{
    int64_t came_with = 0;
    if (sale->month == month_opened(sale) && sale->account->id != 0)
        MV_TRY(store_transfer_bought(sale->store, sale->account->id, sale->month, &came_with));
    if (sale->before.bill != 0 && sale->before.month == sale->month)
        came_with += sale->before.paid_units;
    sale->facts.bought_units = came_with;
    return mv_ok();
}

/* Units that were not taken are carried over some months, so all months count since the account came under its tariff
 * class; of the present one the group may know more than the ledger. What a month gave is what was in force then. */
static mv_status find_free_units(struct sale *sale, const struct vend_months *months)
{
    int64_t taken[VEND_MONTHS_DUE];
    struct vend_free_month free[VEND_MONTHS_DUE];
    sale->facts.free_units = 0;
    if (sale->facts.currency)
        return mv_ok();
    int64_t first = vend_month(sale->class.at_unix_s, sale->terms.office.utc_offset_min);
    if (first < sale->month - VEND_MONTHS_DUE + 1)
        first = sale->month - VEND_MONTHS_DUE + 1;
    if (first > sale->month)
        first = sale->month;
    size_t count = (size_t)(sale->month - first) + 1;
    MV_TRY(store_account_free(sale->store, sale->account->id, first, taken, count));
    if (sale->before.bill != 0 && sale->before.month == sale->month)
        taken[count - 1] = sale->before.free_units;
    MV_TRY(add_taken_before(sale, first, taken, count));
    MV_TRY(vend_months_free(months, first, free, count));
    for (size_t i = 0; i < count; i++)
        free[i].taken = taken[i];
    sale->facts.free_units = vend_free_left(free, count);
    return mv_ok();
}

/* Before its first bill an account owes the monthly charge from the month in which it was opened, or as of which it was
 * transferred. */
static mv_status find_charged(struct sale *sale)
{
    const int64_t opened = month_opened(sale);
    int64_t through = opened - 1;
    int64_t cut_unix_s;
    bool came = false;
    sale->begins_unix_s = sale->account->opened_at_unix_s;
    sale->through = sale->before.charged_through;
    if (sale->before.bill != 0 && sale->through >= opened)
        return mv_ok();
    MV_TRY(store_transfer_charged(sale->store, sale->account->id, &through, &cut_unix_s, &came));
    if (came && cut_unix_s < sale->begins_unix_s)
        sale->begins_unix_s = cut_unix_s;
    if (sale->before.bill == 0)
        sale->through = through > sale->month ? sale->month : through;
    return mv_ok();
}

/* Free units alone pay for no month. */
static mv_status find_months_due(struct sale *sale, const struct vend_months *months)
{
    if (sale->facts.ask == VEND_ASK_FREE)
        return mv_ok();
    return vend_months_charge(months, sale->month, &sale->through, &sale->facts);
}

static mv_status gather(struct sale *sale)
{
    const struct vend_order *order = &sale->item->request->order;
    const struct vend_purchase *purchase = &order->purchase;
    sale->facts = (struct vend_price_facts){.ask = purchase->by_units     ? VEND_ASK_UNITS
                                                   : purchase->free_units ? VEND_ASK_FREE
                                                                          : VEND_ASK_MONEY,
                                            .amount = purchase->by_units ? order->quantity.amount : purchase->money,
                                            .currency = sale->item->meter.currency,
                                            .grain = VEND_GRAIN_TOKEN,
                                            .minor_digits = sale->terms.office.minor_digits};
    MV_TRY(find_charged(sale));
    const struct vend_months months = {.vend = sale->vend,
                                       .store = sale->store,
                                       .account = sale->account,
                                       .utility = (enum vend_utility)sale->item->meter.utility,
                                       .utc_offset_min = sale->terms.office.utc_offset_min,
                                       .begins_unix_s = sale->begins_unix_s,
                                       .now_unix_s = sale->now_unix_s};
    const struct vend_sale_when when = {sale->now_unix_s, sale->terms.office.utc_offset_min};
    MV_TRY(vend_sale_find_debts(sale->store, sale->group, sale->item, &when, &sale->facts));
    MV_TRY(find_bought(sale));
    MV_TRY(find_months_due(sale, &months));
    return find_free_units(sale, &months);
}

/* ---- what follows from the price ---- */
static enum vend_unit unit_of_meter(const struct store_meter *meter)
{
    return meter->currency ? VEND_UNIT_CURRENCY_E5 : vend_unit_of((enum vend_utility)meter->utility);
}

static mv_status make_content(struct vend_item *item, const struct vend_bill *bill)
{
    const struct vend_order *order = &item->request->order;
    const struct vend_quantity sold = {unit_of_meter(&item->meter), bill->units};
    const struct vend_quantity *asked = order->purchase.by_units ? &order->quantity : &sold;
    MV_TRY(vend_content_credit((enum vend_utility)item->meter.utility, item->meter.currency, asked, &item->content));
    return item->content.encoded == bill->units ? mv_ok() : mv_fail(MV_TARIFF_INVALID, "price of another amount");
}

/* A slip of the finger must not become money that an account holds: a hundred times what the bill comes to, or for
 * small bills what is more than any note. */
static bool is_handed_over(int64_t tendered, int64_t total)
{
    static const int64_t times = 100;
    static const int64_t small = 100000;
    return tendered <= small || tendered <= times * total;
}

static mv_status take_payment(const struct vend_purchase *purchase, struct store_bill *bill)
{
    struct store_account_month *after = &bill->after;
    if (purchase->expected_total != 0 && purchase->expected_total != bill->total)
        return mv_fail(MV_PRICE_CHANGED, "expected_total");
    bill->payment = (uint8_t)purchase->payment;
    bill->change_kept = purchase->keep_change;
    if (purchase->payment == VEND_PAY_BALANCE) {
        bill->tendered = bill->total;
        if (after->balance < bill->total)
            return mv_fail(MV_BALANCE_TOO_SMALL, NULL);
        after->balance -= bill->total;
        return mv_ok();
    }
    int64_t unsaid = purchase->by_units ? bill->total : purchase->money;
    bill->tendered = purchase->tendered == 0 ? unsaid : purchase->tendered;
    if (bill->tendered < bill->total)
        return mv_fail(MV_TENDERED_TOO_LITTLE, "tendered");
    if (!is_handed_over(bill->tendered, bill->total))
        return mv_fail(MV_INVALID_FIELD, "tendered");
    if (bill->change_kept && after->balance > VEND_MONEY_MOST - bill->tendered)
        return mv_fail(MV_PURCHASE_TOO_LARGE, "tendered");
    if (bill->change_kept)
        after->balance += bill->tendered - bill->total;
    return mv_ok();
}

static void copy_lines(const struct vend_bill *from, struct store_bill *to)
{
    to->line_count = from->line_count;
    for (size_t i = 0; i < from->line_count; i++) {
        const struct vend_line *line = &from->lines[i];
        struct store_bill_line *row = &to->lines[i];
        *row = (struct store_bill_line){.kind = (uint8_t)line->kind,
                                        .units = line->units,
                                        .months = line->months,
                                        .rate_e5 = line->rate_e5,
                                        .percent_e4 = line->percent_e4,
                                        .amount = line->amount,
                                        .debt = line->debt};
        vend_copy(row->label, sizeof row->label, line->label);
    }
}

static void make_bill(const struct sale *sale, struct store_bill *out)
{
    const struct vend_bill *bill = &sale->bill;
    bool goes_on = sale->before.bill != 0 && sale->before.month == sale->month;
    *out = (struct store_bill){.account = sale->account->id,
                               .account_version = sale->account->version,
                               .tariff_version = sale->terms.tariff.version,
                               .free_units = bill->free_units,
                               .paid_units = bill->paid_units,
                               .after = {.bill = -1, /* not zero: there is one */
                                         .month = sale->month,
                                         .paid_units = (goes_on ? sale->before.paid_units : 0) + bill->paid_units,
                                         .free_units = (goes_on ? sale->before.free_units : 0) + bill->free_units,
                                         .charged_through = sale->through,
                                         .balance = sale->before.balance},
                               .total = bill->total,
                               .energy = bill->energy,
                               .charges = bill->charges,
                               .taxes = bill->taxes,
                               .debts = bill->debts};
    vend_copy(out->tariff, sizeof out->tariff, sale->terms.tariff.name);
    copy_lines(bill, out);
}

/* A class decides the price: who has changed it does not sell at it. */
static mv_status find_class(struct sale *sale)
{
    if (sale->account->id == 0) {
        sale->class = (struct store_account_class_change){.at_unix_s = sale->now_unix_s};
        return mv_ok();
    }
    MV_TRY(store_account_class_since(sale->store, sale->account->id, &sale->class));
    bool own = sale->class.changed_by != 0 && sale->class.changed_by == sale->item->seller.id;
    return own ? mv_fail(MV_TARIFF_SAME_PERSON, "tariff_class") : mv_ok();
}

static mv_status price(struct sale *sale, struct vend_item *item)
{
    struct vend_charged *charged = &item->request->pricing->charged;
    MV_TRY(gather(sale));
    MV_TRY(vend_price(&sale->terms.tariff, &sale->facts, &sale->bill));
    make_bill(sale, &charged->bill);
    MV_TRY(take_payment(&item->request->order.purchase, &charged->bill));
    vend_copy(charged->of.number, sizeof charged->of.number, sale->account->number);
    vend_copy(charged->of.customer, sizeof charged->of.customer, sale->account->customer.name);
    charged->office = sale->terms.office;
    charged->unit = unit_of_meter(&item->meter);
    return make_content(item, &sale->bill);
}

/* One that a try before this put into the ledger is not there any more. */
static mv_status look_again(const struct sale *sale, struct store_account *account)
{
    if (sale->item->request->order.purchase.opens == NULL)
        return store_account_by_id(sale->store, account->id, account);
    account->id = 0;
    account->version = 1;
    account->opened_at_unix_s = sale->now_unix_s;
    return vend_sale_check_opening(sale->store, sale->item);
}

mv_status vend_sale_price(struct vend *vend, struct store *store, const struct vend_group *group,
                          struct vend_item *item, int64_t now_unix_s)
{
    struct store_account *account = &item->request->pricing->account;
    struct sale sale = {
        .vend = vend, .store = store, .group = group, .now_unix_s = now_unix_s, .item = item, .account = account};
    MV_TRY(look_again(&sale, account));
    MV_TRY(vend_sale_check_account(item));
    if (account->meter != item->meter.id)
        return mv_fail(MV_METER_CHANGED, NULL);
    if (item->request->order.purchase.by_units && item->request->order.quantity.unit != unit_of_meter(&item->meter))
        return mv_fail(MV_WRONG_UTILITY, "quantity");
    MV_TRY(find_class(&sale));
    MV_TRY(vend_sale_terms_find(vend, store, account, (enum vend_utility)item->meter.utility, now_unix_s, &sale.terms));
    MV_TRY(find_month(store, group, item, &sale.before));
    sale.month = vend_month(now_unix_s, sale.terms.office.utc_offset_min);
    if (sale.before.bill != 0 && sale.month < sale.before.month)
        sale.month = sale.before.month;
    MV_TRY(price(&sale, item));
    return vend_credit_take(store, group, item, now_unix_s);
}
