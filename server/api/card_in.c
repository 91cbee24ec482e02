/* The first message of a card session, as an order. */
#include <string.h>

#include "api/card_convert.h"
#include "api/convert.h"

_Static_assert((int)CARDS_IDENTIFY == METERVAULT__V1__CARD_PURPOSE__IDENTIFY &&
                   (int)CARDS_CLOSE == METERVAULT__V1__CARD_PURPOSE__CLOSE_ACCOUNT &&
                   (int)CARDS_BLOCK == METERVAULT__V1__CARD_PURPOSE__BLOCK,
               "purposes are numbered as in the protocol");
_Static_assert((int)MV_CARD_USER == METERVAULT__V1__CARD_KIND__USER &&
                   (int)MV_CARD_KEY_UPDATE == METERVAULT__V1__CARD_KIND__KEY_UPDATE_CARD,
               "kinds of cards are numbered as on the card");

typedef Metervault__V1__CardBegin begin_message;

static mv_status add(struct api_card_order *to, const Metervault__V1__IssueRecordRequest *request)
{
    struct cards_order *order = &to->order;
    if (order->content_count == CARDS_CONTENTS)
        return mv_fail(MV_REQUEST_TOO_LARGE, "contents");
    MV_TRY(api_record_in(request, &to->contents[order->content_count]));
    order->contents[order->content_count] = &to->contents[order->content_count].order;
    order->content_count++;
    return mv_ok();
}

static Metervault__V1__IssueRecordRequest request_of(Metervault__V1__IssueRecordRequest__ContentCase what)
{
    Metervault__V1__IssueRecordRequest request = METERVAULT__V1__ISSUE_RECORD_REQUEST__INIT;
    request.content_case = what;
    return request;
}

static mv_status add_settings(const begin_message *message, struct api_card_order *to)
{
    Metervault__V1__IssueRecordRequest request;
    if (message->parameters != NULL) {
        request = request_of(METERVAULT__V1__ISSUE_RECORD_REQUEST__CONTENT_PARAMETERS);
        request.parameters = message->parameters;
        MV_TRY(add(to, &request));
    }
    if (message->tariff != NULL) {
        request = request_of(METERVAULT__V1__ISSUE_RECORD_REQUEST__CONTENT_TARIFF);
        request.tariff = message->tariff;
        MV_TRY(add(to, &request));
    }
    if (message->calendar == NULL)
        return mv_ok();
    request = request_of(METERVAULT__V1__ISSUE_RECORD_REQUEST__CONTENT_CALENDAR);
    request.calendar = message->calendar;
    return add(to, &request);
}

/* The last record of a card: with it the meter writes a return. */
static mv_status add_read(const begin_message *message, struct api_card_order *to)
{
    Metervault__V1__IssueRecordRequest request = request_of(METERVAULT__V1__ISSUE_RECORD_REQUEST__CONTENT_READ);
    metervault__v1__read_request_record__init(&to->read);
    request.read = message->read != NULL ? message->read : &to->read;
    return add(to, &request);
}

static mv_status add_control(const begin_message *message, struct api_card_order *to, unsigned place,
                             Metervault__V1__Command command)
{
    Metervault__V1__IssueRecordRequest request = request_of(METERVAULT__V1__ISSUE_RECORD_REQUEST__CONTENT_CONTROL);
    Metervault__V1__ControlRecord *control = &to->control[place];
    bool resets = command == METERVAULT__V1__COMMAND__RESET;
    metervault__v1__control_record__init(control);
    control->command = command;
    control->clear = resets || command == METERVAULT__V1__COMMAND__CLEAR ? message->clear : NULL;
    control->abandon_unread = resets && message->abandon_unread;
    request.control = control;
    return add(to, &request);
}

/* At the tariff of the meter's account. */
static mv_status add_price(const begin_message *message, struct api_card_order *to)
{
    const Metervault__V1__Purchase *sale = message->sale;
    struct vend_record_order *order = &to->purchase.order;
    struct vend_order bought;
    MV_TRY(api_payment_in(sale, &bought));
    if (sale->who_case != METERVAULT__V1__PURCHASE__WHO__NOT_SET)
        return mv_fail(MV_INVALID_FIELD, "who");
    if (sale->carrier != METERVAULT__V1__CARRIER__CARRIER_UNSPECIFIED)
        return mv_fail(MV_INVALID_FIELD, "carrier");
    order->priced = true;
    order->terminal = message->terminal_id;
    order->sale = bought.purchase;
    order->quantity = bought.quantity;
    return mv_ok();
}

static mv_status add_purchase(const begin_message *message, struct api_card_order *to,
                              Metervault__V1__PurchaseKind kind)
{
    Metervault__V1__IssueRecordRequest request = request_of(METERVAULT__V1__ISSUE_RECORD_REQUEST__CONTENT_PURCHASE);
    metervault__v1__purchase_record__init(&to->sold);
    if (message->purchase != NULL)
        to->sold = *message->purchase;
    else if (kind != METERVAULT__V1__PURCHASE_KIND__REPLACEMENT && message->sale == NULL)
        return mv_fail(MV_INVALID_FIELD, "purchase");
    if (message->sale != NULL && to->sold.quantity != NULL)
        return mv_fail(MV_INVALID_FIELD, "quantity");
    bool other = to->sold.kind != METERVAULT__V1__PURCHASE_KIND__PURCHASE_KIND_UNSPECIFIED && to->sold.kind != kind;
    if (other)
        return mv_fail(MV_INVALID_FIELD, "kind");
    to->sold.kind = kind;
    metervault__v1__quantity__init(&to->none);
    to->none.amount_case = METERVAULT__V1__QUANTITY__AMOUNT_ENERGY_WH;
    if (message->sale != NULL || (to->sold.quantity == NULL && kind == METERVAULT__V1__PURCHASE_KIND__REPLACEMENT))
        to->sold.quantity = &to->none;
    request.purchase = &to->sold;
    MV_TRY(api_record_in(&request, &to->purchase));
    to->sold.quantity = NULL; /* the body is written from the order */
    to->order.purchase = &to->purchase.order;
    return message->sale != NULL ? add_price(message, to) : mv_ok();
}

static mv_status sale_in(const begin_message *message, struct api_card_order *to, Metervault__V1__PurchaseKind kind)
{
    MV_TRY(add_purchase(message, to, kind));
    MV_TRY(add_settings(message, to));
    return add_read(message, to);
}

static mv_status key_update_in(const begin_message *message, struct api_card_order *to)
{
    Metervault__V1__IssueRecordRequest request = request_of(METERVAULT__V1__ISSUE_RECORD_REQUEST__CONTENT_KEY_UPDATE);
    if (message->key_update == NULL)
        return mv_fail(MV_INVALID_FIELD, "key_update");
    request.key_update = message->key_update;
    return add(to, &request);
}

/* A reset and a key update change the keys that a read request after them would need. */
static mv_status round_in(const begin_message *message, struct api_card_order *to)
{
    switch (message->kind) {
    case METERVAULT__V1__CARD_KIND__INSPECTION:
        return add_read(message, to);
    case METERVAULT__V1__CARD_KIND__PRESET:
        MV_TRY(add_settings(message, to));
        if (to->order.content_count == 0)
            return mv_fail(MV_INVALID_FIELD, "parameters");
        return add_read(message, to);
    case METERVAULT__V1__CARD_KIND__RESET_CARD:
        return add_control(message, to, 0, METERVAULT__V1__COMMAND__RESET);
    case METERVAULT__V1__CARD_KIND__CLEAR_CARD:
        MV_TRY(add_control(message, to, 0, METERVAULT__V1__COMMAND__CLEAR));
        return add_read(message, to);
    case METERVAULT__V1__CARD_KIND__RELAY_TEST:
        MV_TRY(add_control(message, to, 0, METERVAULT__V1__COMMAND__OPEN_SWITCH));
        MV_TRY(add_control(message, to, 1, METERVAULT__V1__COMMAND__CLOSE_SWITCH));
        return add_read(message, to);
    case METERVAULT__V1__CARD_KIND__KEY_UPDATE_CARD:
        return key_update_in(message, to);
    default:
        return mv_fail(MV_INVALID_FIELD, "kind");
    }
}

static mv_status contents_in(const begin_message *message, struct api_card_order *to)
{
    switch (message->purpose) {
    case METERVAULT__V1__CARD_PURPOSE__OPEN_ACCOUNT_CARD:
        return sale_in(message, to, METERVAULT__V1__PURCHASE_KIND__OPEN_ACCOUNT);
    case METERVAULT__V1__CARD_PURPOSE__PURCHASE_CARD:
        return sale_in(message, to, METERVAULT__V1__PURCHASE_KIND__PURCHASE);
    case METERVAULT__V1__CARD_PURPOSE__REPLACE:
        return sale_in(message, to, METERVAULT__V1__PURCHASE_KIND__REPLACEMENT);
    case METERVAULT__V1__CARD_PURPOSE__CLOSE_ACCOUNT:
        return add_read(message, to);
    case METERVAULT__V1__CARD_PURPOSE__LOAD_ROUND:
        return round_in(message, to);
    default:
        return mv_ok();
    }
}

mv_status api_card_in(const begin_message *message, struct api_card_order *to)
{
    unsigned purpose = (unsigned)message->purpose;
    struct cards_order *order = &to->order;
    memset(to, 0, sizeof *to);
    if (purpose < CARDS_IDENTIFY || purpose > CARDS_BLOCK)
        return mv_fail(MV_INVALID_FIELD, "purpose");
    if ((unsigned)message->kind > MV_CARD_KEY_UPDATE)
        return mv_fail(MV_INVALID_FIELD, "kind");
    *order = (struct cards_order){.purpose = (enum cards_purpose)purpose,
                                  .request_id = message->request_id,
                                  .terminal = message->terminal_id,
                                  .pan = message->meter_pan,
                                  .kind = (enum mv_card_kind)message->kind,
                                  .factory = message->factory != 0,
                                  .merge = message->merge_unread != 0,
                                  .abandon = message->abandon_unread != 0,
                                  .because = message->reason,
                                  .pans = (const char *const *)message->meter_pans,
                                  .pan_count = message->n_meter_pans};
    if (message->area_version > UINT8_MAX)
        return mv_fail(MV_INVALID_FIELD, "area_version");
    order->area_version = (uint8_t)message->area_version;
    if (message->domain[0] != '\0' && !api_domain_in(message->domain, order->domain))
        return mv_fail(MV_INVALID_FIELD, "domain");
    return contents_in(message, to);
}
