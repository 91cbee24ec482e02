/* Cards between messages and the domain. */
#ifndef MV_API_CARD_CONVERT_H
#define MV_API_CARD_CONVERT_H

#include <metervault/v1/card_service.pb-c.h>

#include "api/bill_convert.h"
#include "api/record_convert.h"
#include "cards/cards.h"

/* What a session is to do. Keeps pointers into the message and into itself. */
struct api_card_order {
    struct cards_order order;
    struct api_record_order purchase, contents[CARDS_CONTENTS];
    Metervault__V1__PurchaseRecord sold;
    Metervault__V1__Quantity none;
    Metervault__V1__ReadRequestRecord read;
    Metervault__V1__ControlRecord control[2];
};
/* INVALID_FIELD names what is missing or out of range. */
MV_MUST_USE mv_status api_card_in(const Metervault__V1__CardBegin *message, struct api_card_order *to);

struct api_card {
    Metervault__V1__Card message;
    Metervault__V1__CardKeyVersions keys;
    char uid[VEND_UID_TEXT];
    char domain[2 * STORE_DOMAIN + 1];
};
/* Points into `card`. */
void api_card_out(const struct vend_card *card, struct api_card *out);

/* Points into `result`. */
struct api_card_entry {
    Metervault__V1__RoundEntry message;
    struct api_record loaded;
    struct api_return returned;
};
struct api_card_result {
    Metervault__V1__CardResult message;
    struct api_card card, replaced;
    struct api_record purchase;
    struct api_sold sold;
    struct api_return returned;
    struct api_card_entry entries[MV_CARD_ENTRIES_MAX];
    Metervault__V1__RoundEntry *pointers[MV_CARD_ENTRIES_MAX];
};
void api_card_result_out(const struct cards_result *result, struct api_card_result *out);

#endif
