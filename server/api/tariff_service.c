#include <metervault/v1/tariff_service.pb-c.h>
#include <string.h>

#include "api/convert.h"
#include "api/services.h"
#include "api/tariff_calls.h"
#include "api/tariff_convert.h"

static void answer_office(struct rpc_call *call, mv_status status, const struct store_office *office)
{
    Metervault__V1__Office out = METERVAULT__V1__OFFICE__INIT;
    if (!status.ok) {
        api_fail(call, status);
        return;
    }
    out.currency = (char *)office->currency;
    out.minor_digits = office->minor_digits;
    out.utc_offset_min = office->utc_offset_min;
    rpc_reply(call, &out.base);
}

static void set_office(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__Office *in = (const Metervault__V1__Office *)message;
    struct vend_caller caller = api_caller(call);
    struct store_office office = {.minor_digits = (uint8_t)in->minor_digits, .utc_offset_min = in->utc_offset_min};
    mv_status status = mv_fail(MV_INVALID_FIELD, "currency");
    if (strnlen(in->currency, STORE_CURRENCY + 1) == STORE_CURRENCY && in->minor_digits <= UINT8_MAX) {
        memcpy(office.currency, in->currency, STORE_CURRENCY);
        status = vend_set_office(self, &caller, &office);
    } else {
        status = vend_refuse(self, &caller, VEND_SET_OFFICE, status);
    }
    answer_office(call, status, &office);
}

static void get_office(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    (void)message;
    struct vend_caller caller = api_caller(call);
    struct store_office office;
    answer_office(call, vend_get_office(self, &caller, &office), &office);
}

static void answer_tariff(struct rpc_call *call, mv_status status, const struct vend_tariff *tariff)
{
    struct api_tariff out;
    if (!status.ok) {
        api_fail(call, status);
        return;
    }
    api_tariff_out(tariff, &out);
    rpc_reply(call, &out.message.base);
}

static void put_tariff(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__PutTariffRequest *in = (const Metervault__V1__PutTariffRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_tariff_version version;
    struct vend_tariff tariff;
    mv_status status = api_terms_in(in->terms, &version);
    if (status.ok)
        status = vend_put_tariff(self, &caller, in->organisation, &version, &tariff);
    else
        status = vend_refuse(self, &caller, VEND_PUT_TARIFF, status);
    answer_tariff(call, status, &tariff);
}

static void approve_tariff(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__ApproveTariffRequest *in = (const Metervault__V1__ApproveTariffRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_tariff tariff;
    answer_tariff(call, vend_approve_tariff(self, &caller, in->name, in->version, &tariff), &tariff);
}

static void get_tariff(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__GetTariffRequest *in = (const Metervault__V1__GetTariffRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_tariff tariff;
    answer_tariff(call, vend_get_tariff(self, &caller, in->name, in->version, &tariff), &tariff);
}

static mv_status quote_in(const Metervault__V1__QuoteRequest *in, struct vend_quote_request *request)
{
    *request = (struct vend_quote_request){.organisation = in->organisation,
                                           .utility = (enum vend_utility)in->utility,
                                           .meter_class = in->meter_class,
                                           .tariff = in->tariff,
                                           .version = in->version,
                                           .facts = {.grain = VEND_GRAIN_TOKEN,
                                                     .bought_units = in->bought_units,
                                                     .free_units = in->free_units,
                                                     .months_due = in->months_due}};
    if (in->what_case == METERVAULT__V1__QUOTE_REQUEST__WHAT_MONEY) {
        request->facts.ask = VEND_ASK_MONEY;
        request->facts.amount = in->money;
    } else if (in->what_case == METERVAULT__V1__QUOTE_REQUEST__WHAT_UNITS) {
        request->facts.ask = VEND_ASK_UNITS;
        request->facts.amount = in->units;
    } else {
        return mv_fail(MV_INVALID_FIELD, "what");
    }
    return mv_ok();
}

static void quote(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    struct vend_caller caller = api_caller(call);
    struct vend_quote_request request;
    struct vend_quote found = {.bill = {.least = 0}};
    struct api_quote out;
    mv_status status = quote_in((const Metervault__V1__QuoteRequest *)message, &request);
    if (status.ok)
        status = vend_quote(self, &caller, &request, &found);
    else
        status = vend_refuse(self, &caller, VEND_QUOTE, status);
    if (!status.ok) {
        api_fail(call, status);
        return;
    }
    api_quote_out(&found, &out);
    rpc_reply(call, &out.message.base);
}

static const struct rpc_method methods[] = {
    {"SetOffice", set_office, RPC_POOLED},
    {"GetOffice", get_office, RPC_POOLED},
    {"PutTariff", put_tariff, RPC_POOLED},
    {"ApproveTariff", approve_tariff, RPC_POOLED},
    {"GetTariff", get_tariff, RPC_POOLED},
    {"ListTariffs", api_list_tariffs, RPC_POOLED},
    {"AssignTariff", api_assign_tariff, RPC_POOLED},
    {"Quote", quote, RPC_POOLED},
    {"WithdrawTariff", api_withdraw_tariff, RPC_POOLED},
    {"RejectTariff", api_reject_tariff, RPC_POOLED},
    {"ListAssignments", api_list_assignments, RPC_POOLED},
};

const struct rpc_service api_tariff_service = {.descriptor = &metervault__v1__tariff_service__descriptor,
                                               .methods = methods,
                                               .method_count = sizeof methods / sizeof methods[0]};
