#include <metervault/v1/meter_service.pb-c.h>
#include <stdlib.h>

#include "api/convert.h"
#include "api/meter_keys.h"
#include "api/services.h"

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

static void register_meter(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__RegisterMeterRequest *in = (const Metervault__V1__RegisterMeterRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_meter meter;
    struct vend_meter_request request = {
        .pan = in->meter_pan, .organisation = in->organisation, .utility = (enum vend_utility)in->utility};
    mv_status status = credit_unit_in(in->credit_unit, &request.currency);
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
};

const struct rpc_service api_meter_service = {.descriptor = &metervault__v1__meter_service__descriptor,
                                              .methods = methods,
                                              .method_count = sizeof methods / sizeof methods[0]};
