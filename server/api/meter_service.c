#include <metervault/v1/meter_service.pb-c.h>
#include <stdlib.h>

#include "api/convert.h"
#include "api/meter_keys.h"
#include "api/services.h"
#include "vending/cards.h"
#include "vending/records.h"

void api_answer_meter(struct rpc_call *call, mv_status status, const struct vend_meter *meter)
{
    struct api_meter out;
    if (!status.ok) {
        api_fail(call, status);
        return;
    }
    api_meter_out(meter, &out);
    rpc_reply(call, &out.message.base);
}

static mv_status credit_unit_in(Metervault__V1__CreditUnit message, bool *currency)
{
    *currency = message == METERVAULT__V1__CREDIT_UNIT__CURRENCY;
    bool units = message == METERVAULT__V1__CREDIT_UNIT__UNITS ||
                 message == METERVAULT__V1__CREDIT_UNIT__CREDIT_UNIT_UNSPECIFIED;
    return units || *currency ? mv_ok() : mv_fail(MV_INVALID_FIELD, "credit_unit");
}

static mv_status first_state_in(Metervault__V1__MeterState message, bool *made)
{
    *made = message == METERVAULT__V1__METER_STATE__MADE;
    bool in_use = message == METERVAULT__V1__METER_STATE__METER_STATE_UNSPECIFIED ||
                  message == METERVAULT__V1__METER_STATE__ACTIVE;
    return in_use || *made ? mv_ok() : mv_fail(MV_INVALID_FIELD, "state");
}

static void register_meter(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__RegisterMeterRequest *in = (const Metervault__V1__RegisterMeterRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_meter meter;
    struct vend_meter_request request = {
        .pan = in->meter_pan, .organisation = in->organisation, .utility = (enum vend_utility)in->utility};
    mv_status status = credit_unit_in(in->credit_unit, &request.currency);
    if (status.ok)
        status = first_state_in(in->state, &request.made);
    if (status.ok)
        status = api_key_in(in->key, &request.key);
    if (status.ok)
        status = vend_register_meter(self, &caller, &request, &meter);
    else
        status = vend_refuse(self, &caller, VEND_REGISTER_METER, status);
    api_answer_meter(call, status, &meter);
}

static void get_meter(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__GetMeterRequest *in = (const Metervault__V1__GetMeterRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_meter meter;
    mv_status status = vend_get_meter(self, &caller, in->meter_pan, &meter);
    api_answer_meter(call, status, &meter);
}

static mv_status record_keys_in(const Metervault__V1__RecordKeys *message, uint8_t domain[STORE_DOMAIN],
                                struct store_record_keys *keys)
{
    if (message == NULL)
        return mv_fail(MV_INVALID_FIELD, "record_keys");
    if (!api_domain_in(message->domain, domain))
        return mv_fail(MV_INVALID_FIELD, "domain");
    if (message->mac_version < 1 || message->mac_version > UINT8_MAX)
        return mv_fail(MV_INVALID_FIELD, "mac_version");
    if (message->enc_version < 1 || message->enc_version > UINT8_MAX)
        return mv_fail(MV_INVALID_FIELD, "enc_version");
    if (message->installation_epoch > UINT16_MAX)
        return mv_fail(MV_INVALID_FIELD, "installation_epoch");
    *keys = (struct store_record_keys){.mac_version = (uint8_t)message->mac_version,
                                       .enc_version = (uint8_t)message->enc_version,
                                       .epoch = (uint16_t)message->installation_epoch};
    return mv_ok();
}

static void provision_meter(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__ProvisionMeterRequest *in = (const Metervault__V1__ProvisionMeterRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_meter meter;
    uint8_t domain[STORE_DOMAIN];
    struct store_record_keys keys;
    const Metervault__V1__CardKeys *cards = in->card_keys;
    mv_status status = record_keys_in(in->record_keys, domain, &keys);
    if (status.ok && cards != NULL && (cards->key_version > UINT8_MAX || cards->area_version > UINT8_MAX))
        status = mv_fail(MV_INVALID_FIELD, "card_keys");
    if (status.ok)
        status = vend_provision_meter(self, &caller, in->meter_pan, domain, &keys, &meter);
    else
        status = vend_refuse(self, &caller, VEND_PROVISION_METER, status);
    if (status.ok && cards != NULL)
        status = vend_provision_cards(self, &caller, in->meter_pan, (uint8_t)cards->key_version,
                                      (uint8_t)cards->area_version, &meter);
    api_answer_meter(call, status, &meter);
}

static void set_meter_state(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__SetMeterStateRequest *in = (const Metervault__V1__SetMeterStateRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_meter meter;
    mv_status status = vend_set_meter_state(self, &caller, in->meter_pan, (enum vend_meter_state)in->state, &meter);
    api_answer_meter(call, status, &meter);
}

static void confirm_record_keys(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__ConfirmRecordKeysRequest *in = (const Metervault__V1__ConfirmRecordKeysRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_meter meter;
    mv_status status = vend_confirm_record_keys(self, &caller, in->meter_pan, in->taken != 0, &meter);
    api_answer_meter(call, status, &meter);
}

/* A page and its messages, in one piece of memory. */
struct page {
    struct vend_meter_list list;
    struct api_meter meters[VEND_MAX_PAGE];
    Metervault__V1__Meter *pointers[VEND_MAX_PAGE];
};

static void answer_page(struct rpc_call *call, struct page *page)
{
    Metervault__V1__ListMetersResponse out = METERVAULT__V1__LIST_METERS_RESPONSE__INIT;
    for (size_t i = 0; i < page->list.count; i++) {
        api_meter_out(&page->list.meters[i], &page->meters[i]);
        page->pointers[i] = &page->meters[i].message;
    }
    out.n_meters = page->list.count;
    out.meters = page->pointers;
    out.next_page_token = page->list.next;
    rpc_reply(call, &out.base);
}

static void list_meters(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__ListMetersRequest *in = (const Metervault__V1__ListMetersRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct page *page = malloc(sizeof *page);
    if (page == NULL) {
        api_fail(call, mv_fail(MV_OUT_OF_MEMORY, "meters"));
        return;
    }
    const struct vend_meter_query query = {.organisation = in->organisation,
                                           .sgc = in->supply_group_code,
                                           .krn = in->key_revision_number,
                                           .pending_only = in->pending_only != 0,
                                           .page_size = in->page_size,
                                           .page_token = in->page_token};
    mv_status status = vend_list_meters(self, &caller, &query, &page->list);
    if (status.ok)
        answer_page(call, page);
    else
        api_fail(call, status);
    free(page);
}

static const struct rpc_method methods[] = {
    {"RegisterMeter", register_meter, RPC_POOLED},
    {"GetMeter", get_meter, RPC_POOLED},
    {"ListMeters", list_meters, RPC_POOLED},
    {"AssignKey", api_assign_key, RPC_POOLED},
    {"ConfirmKeyChange", api_confirm_key_change, RPC_POOLED},
    {"GetMeterHistory", api_get_meter_history, RPC_POOLED},
    {"ListExposed", api_list_exposed, RPC_POOLED},
    {"ProvisionMeter", provision_meter, RPC_POOLED},
    {"SetMeterState", set_meter_state, RPC_POOLED},
    {"ConfirmRecordKeys", confirm_record_keys, RPC_POOLED},
};

const struct rpc_service api_meter_service = {.descriptor = &metervault__v1__meter_service__descriptor,
                                              .methods = methods,
                                              .method_count = sizeof methods / sizeof methods[0]};
