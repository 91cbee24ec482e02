#include "api/convert.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "api/token_convert.h"
#include "base/hex.h"

_Static_assert((int)VEND_ELECTRICITY == METERVAULT__V1__UTILITY__ELECTRICITY &&
                   (int)VEND_WATER == METERVAULT__V1__UTILITY__WATER && (int)VEND_GAS == METERVAULT__V1__UTILITY__GAS &&
                   (int)VEND_TIME == METERVAULT__V1__UTILITY__TIME,
               "utilities are numbered as in the protocol");
_Static_assert((int)VEND_KEYPAD == METERVAULT__V1__CARRIER__KEYPAD, "carriers are numbered as in the protocol");
_Static_assert((int)VEND_METER_ACTIVE == METERVAULT__V1__METER_STATE__ACTIVE &&
                   (int)VEND_METER_RETIRED == METERVAULT__V1__METER_STATE__RETIRED,
               "meter states are numbered as in the protocol");

struct vend_caller api_caller(const struct rpc_call *call)
{
    struct vend_caller caller = {.principal = rpc_principal(call), .deadline_ns = INT64_MAX};
    int64_t left = rpc_time_left(call);
    struct timespec now;
    if (left != INT64_MAX && clock_gettime(CLOCK_MONOTONIC, &now) == 0) {
        int64_t now_ns = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
        caller.deadline_ns = left < INT64_MAX - now_ns ? now_ns + left : INT64_MAX;
    }
    return caller;
}

void api_fail(struct rpc_call *call, mv_status status)
{
    char seconds[16];
    if (status.reason == MV_VERIFY_LOCKED) {
        (void)snprintf(seconds, sizeof seconds, "%" PRIu32, status.detail);
        rpc_detail(call, "retry_after_s", seconds);
        status = mv_fail(MV_VERIFY_LOCKED, NULL);
    }
    if (status.reason == MV_PURCHASE_TOO_SMALL && status.detail != 0) {
        char least[16];
        (void)snprintf(least, sizeof least, "%" PRIu32, status.detail);
        rpc_detail(call, "least", least);
        status = mv_fail(MV_PURCHASE_TOO_SMALL, status.where);
    }
    /* errors.proto: the reasons up to the first one about the caller are about the request */
    if (status.where != NULL && status.reason < MV_NOT_AUTHENTICATED)
        rpc_detail(call, "field", status.where);
    rpc_fail(call, status);
}

mv_status api_quantity_in(const Metervault__V1__Quantity *message, struct vend_quantity *quantity)
{
    if (message == NULL)
        return mv_fail(MV_INVALID_FIELD, "quantity");
    switch (message->amount_case) {
    case METERVAULT__V1__QUANTITY__AMOUNT_ENERGY_WH:
        *quantity = (struct vend_quantity){VEND_UNIT_WH, message->energy_wh};
        return mv_ok();
    case METERVAULT__V1__QUANTITY__AMOUNT_VOLUME_L:
        *quantity = (struct vend_quantity){VEND_UNIT_LITRE, message->volume_l};
        return mv_ok();
    case METERVAULT__V1__QUANTITY__AMOUNT_TIME_S:
        *quantity = (struct vend_quantity){VEND_UNIT_SECOND, message->time_s};
        return mv_ok();
    case METERVAULT__V1__QUANTITY__AMOUNT_CURRENCY_E5:
        *quantity = (struct vend_quantity){VEND_UNIT_CURRENCY_E5, message->currency_e5};
        return mv_ok();
    default:
        return mv_fail(MV_INVALID_FIELD, "quantity");
    }
}

mv_status api_key_in(const Metervault__V1__MeterKey *message, struct vend_meter_key *key)
{
    if (message == NULL)
        return mv_fail(MV_INVALID_FIELD, "key");
    *key = (struct vend_meter_key){.sgc = message->supply_group_code,
                                   .krn = message->key_revision_number,
                                   .ti = message->tariff_index,
                                   .kt = message->key_type,
                                   .ken = message->key_expiry_number,
                                   .base_date = message->base_date,
                                   .ea = message->encryption_algorithm,
                                   .dkga = message->key_generation_algorithm};
    return mv_ok();
}

struct vend_key_target api_wanted_in(const Metervault__V1__WantedKey *message)
{
    struct vend_key_target target = {.ti = -1};
    if (message == NULL)
        return target;
    target.sgc = message->supply_group_code[0] == '\0' ? NULL : message->supply_group_code;
    target.krn = message->key_revision_number;
    target.kt = message->key_type;
    if (message->tariff_case == METERVAULT__V1__WANTED_KEY__TARIFF_TARIFF_INDEX)
        target.ti = message->tariff_index < INT32_MAX ? (int32_t)message->tariff_index : INT32_MAX;
    return target;
}

static void wanted_out(const struct store_meter *row, struct api_meter *out)
{
    metervault__v1__wanted_key__init(&out->wanted);
    out->wanted.supply_group_code = (char *)row->wanted_sgc;
    out->wanted.key_revision_number = row->wanted_krn;
    out->wanted.key_type = row->wanted_kt;
    if (row->wanted_ti >= 0) {
        out->wanted.tariff_case = METERVAULT__V1__WANTED_KEY__TARIFF_TARIFF_INDEX;
        out->wanted.tariff_index = (uint32_t)row->wanted_ti;
    }
    out->message.wanted = &out->wanted;
}

static void key_on_file_out(const struct store_meter *row, Metervault__V1__MeterKey *out)
{
    metervault__v1__meter_key__init(out);
    out->supply_group_code = (char *)row->sgc;
    out->key_revision_number = row->krn;
    out->tariff_index = row->ti;
    out->key_type = row->kt;
    out->key_expiry_number = row->ken;
    out->base_date = row->base_date;
    out->encryption_algorithm = row->ea;
    out->key_generation_algorithm = row->dkga;
}

bool api_domain_in(const char *text, uint8_t domain[STORE_DOMAIN])
{
    size_t size;
    return mv_hex_read(text, domain, STORE_DOMAIN, &size) && size == STORE_DOMAIN;
}

static void record_keys_out(const struct store_record_keys *keys, char *domain, Metervault__V1__RecordKeys *out)
{
    metervault__v1__record_keys__init(out);
    out->domain = domain;
    out->mac_version = keys->mac_version;
    out->enc_version = keys->enc_version;
    out->installation_epoch = keys->epoch;
}

static void records_out(const struct store_record_meter *records, struct api_meter *out)
{
    const uint8_t *domain = records->domain;
    (void)snprintf(out->domain, sizeof out->domain, "%02X%02X%02X", domain[0], domain[1], domain[2]);
    record_keys_out(&records->keys, out->domain, &out->records);
    out->message.record_keys = &out->records;
    if (records->next.mac_version == 0)
        return;
    record_keys_out(&records->next, out->domain, &out->pending_records);
    out->message.pending_record_keys = &out->pending_records;
}

static void card_keys_out(const struct store_card_meter *keys, struct api_meter *out)
{
    metervault__v1__card_keys__init(&out->cards);
    out->cards.key_version = keys->key_version;
    out->cards.area_version = keys->area_version;
    out->message.card_keys = &out->cards;
}

void api_meter_out(const struct vend_meter *meter, struct api_meter *out)
{
    const struct store_meter *row = &meter->row;
    key_on_file_out(row, &out->key);
    metervault__v1__meter__init(&out->message);
    out->message.meter_pan = (char *)row->pan;
    out->message.organisation = (char *)meter->organisation;
    out->message.utility = (Metervault__V1__Utility)row->utility;
    out->message.key = &out->key;
    out->message.state = (Metervault__V1__MeterState)row->state;
    out->message.registered_at_unix_s = row->registered_at_unix_s;
    out->message.credit_unit =
        row->currency ? METERVAULT__V1__CREDIT_UNIT__CURRENCY : METERVAULT__V1__CREDIT_UNIT__UNITS;
    if (row->pending_change != 0) {
        api_key_out(&meter->pending, &out->pending);
        out->message.pending_key = &out->pending;
    }
    if (row->has_wanted)
        wanted_out(row, out);
    if (meter->takes_records)
        records_out(&meter->records, out);
    if (meter->has_card_slot)
        card_keys_out(&meter->card_keys, out);
}
