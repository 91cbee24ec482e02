#include "api/account_convert.h"

#include "store/cards.h"

_Static_assert((int)STORE_ACCOUNT_IN_USE == METERVAULT__V1__ACCOUNT_STATE__ACCOUNT_IN_USE &&
                   (int)STORE_ACCOUNT_SUSPENDED == METERVAULT__V1__ACCOUNT_STATE__ACCOUNT_ON_HOLD,
               "states are numbered as in the protocol");
_Static_assert((int)STORE_EVENT_OPENED == METERVAULT__V1__TIMELINE_KIND__TIMELINE_OPENED &&
                   (int)STORE_EVENT_SALE == METERVAULT__V1__TIMELINE_KIND__TIMELINE_SALE &&
                   (int)STORE_EVENT_RETURN == METERVAULT__V1__TIMELINE_KIND__TIMELINE_RETURN &&
                   STORE_EVENT_CARD + (int)STORE_CARD_PERSONALISED ==
                       METERVAULT__V1__TIMELINE_KIND__TIMELINE_CARD_PERSONALISED &&
                   STORE_EVENT_CARD + (int)STORE_CARD_CLOSED == METERVAULT__V1__TIMELINE_KIND__TIMELINE_CARD_CLOSED,
               "events are numbered as in the protocol");

static void half_out(const int64_t sums[STORE_PARTS], Metervault__V1__Half *out)
{
    metervault__v1__half__init(out);
    out->sales = sums[STORE_PART_SALES];
    out->units = sums[STORE_PART_UNITS];
    out->total = sums[STORE_PART_TOTAL];
    out->energy = sums[STORE_PART_ENERGY];
    out->charges = sums[STORE_PART_CHARGES];
    out->taxes = sums[STORE_PART_TAXES];
    out->debts_taken = sums[STORE_PART_DEBTS_TAKEN];
    out->balance = sums[STORE_PART_BALANCE];
    out->deposit = sums[STORE_PART_DEPOSIT];
    out->owed = sums[STORE_PART_OWED];
    out->months_due = sums[STORE_PART_MONTHS_DUE];
}

static void halves_out(const struct store_transfer *transfer, struct api_account *out)
{
    int64_t before[STORE_PARTS];
    int64_t after[STORE_PARTS];
    int64_t whole[STORE_PARTS];
    for (size_t i = 0; i < STORE_PARTS; i++) {
        before[i] = transfer->halves.of[i].before;
        after[i] = transfer->halves.of[i].after;
        whole[i] = before[i] + after[i];
    }
    half_out(before, &out->before);
    half_out(after, &out->after);
    half_out(whole, &out->whole);
    metervault__v1__halves__init(&out->halves);
    out->halves.since_unix_s = transfer->cut_unix_s;
    out->halves.before = &out->before;
    out->halves.after = &out->after;
    out->halves.whole = &out->whole;
    out->message.halves = &out->halves;
}

void api_account_out(const struct vend_account *account, struct api_account *out)
{
    const struct store_account *row = &account->row;
    metervault__v1__customer__init(&out->customer);
    out->customer.name = (char *)row->customer.name;
    out->customer.address = (char *)row->customer.address;
    out->customer.contact = (char *)row->customer.contact;
    out->customer.reference = (char *)row->customer.reference;
    metervault__v1__account__init(&out->message);
    out->message.account_number = (char *)row->number;
    out->message.organisation = (char *)account->organisation;
    out->message.meter_pan = (char *)row->pan;
    out->message.customer = &out->customer;
    out->message.tariff_class = (char *)row->tariff_class;
    out->message.state = (Metervault__V1__AccountState)row->state;
    out->message.opened_at_unix_s = row->opened_at_unix_s;
    out->message.version = row->version;
    out->message.balance = row->balance;
    out->message.claim_id = account->claim;
    out->message.owed = account->owes.owed;
    out->message.deposit = account->owes.deposit;
    if (account->has_transfer)
        halves_out(&account->transfer, out);
}

mv_status api_customer_in(const Metervault__V1__Customer *message, struct vend_customer *customer)
{
    if (message == NULL)
        return mv_fail(MV_INVALID_FIELD, "customer");
    *customer = (struct vend_customer){.name = message->name,
                                       .address = message->address,
                                       .contact = message->contact,
                                       .reference = message->reference};
    return mv_ok();
}

void api_event_out(const struct store_event *event, Metervault__V1__TimelineEntry *out)
{
    metervault__v1__timeline_entry__init(out);
    out->time_unix_s = event->place.time_unix_s;
    out->kind = (Metervault__V1__TimelineKind)event->kind;
    out->principal = (char *)event->principal;
    out->text = (char *)event->text;
    out->amount = event->amount;
}
