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
