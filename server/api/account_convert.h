/* Accounts and their timelines as messages, which point into these structs and into what they were made from. */
#ifndef MV_API_ACCOUNT_CONVERT_H
#define MV_API_ACCOUNT_CONVERT_H

#include <metervault/v1/account_service.pb-c.h>

#include "vending/accounts.h"

struct api_account {
    Metervault__V1__Account message;
    Metervault__V1__Customer customer;
    Metervault__V1__Halves halves;
    Metervault__V1__Half before, after, whole;
};
void api_account_out(const struct vend_account *account, struct api_account *out);
/* INVALID_FIELD "customer" when there is none. */
MV_MUST_USE mv_status api_customer_in(const Metervault__V1__Customer *message, struct vend_customer *customer);
void api_event_out(const struct store_event *event, Metervault__V1__TimelineEntry *out);

#endif
