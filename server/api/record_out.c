/* Signed records and what meters wrote back, as messages. */
#include "api/record_convert.h"

#include "base/wire.h"
#include "metervault/prepay.h"

enum { EVENT_BYTES = 7, NUMBER = 8 };

void api_record_out(const struct vend_records *records, struct api_record *out)
{
    Metervault__V1__IssuedRecord *message = &out->message;
    metervault__v1__issued_record__init(message);
    message->request_id = (char *)records->request_id;
    message->meter_pan = (char *)records->pan;
    message->kind = (Metervault__V1__RecordKind)records->kind;
    for (size_t i = 0; i < records->count; i++)
        out->parts[i] = (ProtobufCBinaryData){records->parts[i].size, (uint8_t *)records->parts[i].bytes};
    message->n_records = records->count;
    message->records = out->parts;
    message->installation_epoch = records->epoch;
    message->sequence = records->first_sequence;
    message->credit = records->amount;
    message->issued_at_unix_s = records->issued_at_unix_s;
    message->principal = (char *)records->principal;
    message->replayed = records->replayed;
}

static struct mv_reader reader_of(const struct mv_tlv *tlv)
{
    return mv_reader_on(tlv->value, tlv->length);
}

static void events_out(const struct mv_tlv *tlv, struct api_return *out)
{
    struct mv_reader reader = reader_of(tlv);
    size_t count = tlv->length / EVENT_BYTES;
    for (size_t i = 0; i < count && i < API_RETURN_EVENTS; i++) {
        Metervault__V1__MeterEvent *message = &out->events[i];
        metervault__v1__meter_event__init(message);
        message->time_unix_s = mv_get_u32(&reader);
        message->code = mv_get_u8(&reader);
        message->detail = mv_get_u16(&reader);
        out->event_pointers[i] = message;
        out->message.n_events = i + 1;
    }
    out->message.events = out->event_pointers;
}

static size_t numbers_out(const struct mv_tlv *tlv, int64_t *numbers, size_t most)
{
    struct mv_reader reader = reader_of(tlv);
    size_t count = tlv->length / NUMBER < most ? tlv->length / NUMBER : most;
    for (size_t i = 0; i < count; i++)
        numbers[i] = (int64_t)mv_get_u64(&reader);
    return count;
}

static void frozen_out(const struct mv_tlv *tlv, struct api_return *out)
{
    struct mv_reader reader = reader_of(tlv);
    Metervault__V1__FrozenMonth *month = &out->frozen;
    metervault__v1__frozen_month__init(month);
    month->which = mv_get_u8(&reader);
    month->ended_unix_s = mv_get_u32(&reader);
    month->total = (int64_t)mv_get_u64(&reader);
    month->month = (int64_t)mv_get_u64(&reader);
    month->remaining = (int64_t)mv_get_u64(&reader);
    month->taken = (int64_t)mv_get_u64(&reader);
    if (mv_reader_done(&reader))
        out->message.frozen = month;
}

static void refusal_out(const struct mv_tlv *tlv, struct api_return *out)
{
    struct mv_reader reader = reader_of(tlv);
    Metervault__V1__RefusedRecord *refused = &out->refused;
    uint16_t refusals = mv_get_u16(&reader);
    metervault__v1__refused_record__init(refused);
    refused->kind = mv_get_u8(&reader);
    refused->sequence = mv_get_u32(&reader);
    refused->result = mv_get_u16(&reader);
    if (!mv_reader_done(&reader) || refusals == 0)
        return;
    out->message.refusals = refusals;
    out->message.last_refusal = refused;
}

/* What the meter took last, by kind, and what it has. */
static void sequences_out(const struct mv_tlv *tlv, Metervault__V1__MeterReturn *message)
{
    struct mv_reader reader = reader_of(tlv);
    message->parameter_sequence = mv_get_u32(&reader);
    message->control_sequence = mv_get_u32(&reader);
    message->read_request_sequence = mv_get_u32(&reader);
    message->key_update_sequence = mv_get_u32(&reader);
}

static void versions_out(const struct mv_tlv *tlv, Metervault__V1__MeterReturn *message)
{
    struct mv_reader reader = reader_of(tlv);
    message->mac_version = mv_get_u8(&reader);
    message->enc_version = mv_get_u8(&reader);
}

static void sets_out(const struct mv_tlv *tlv, Metervault__V1__MeterReturn *message)
{
    struct mv_reader reader = reader_of(tlv);
    message->tariff_set = mv_get_u32(&reader);
    message->next_tariff_set = mv_get_u32(&reader);
    message->calendar_set = mv_get_u32(&reader);
}

static void table_out(const struct mv_tlv *tlv, struct api_return *out)
{
    switch (tlv->tag) {
    case MV_TAG_SEQUENCES:
        sequences_out(tlv, &out->message);
        break;
    case MV_TAG_VERSIONS:
        versions_out(tlv, &out->message);
        break;
    case MV_TAG_SETS:
        sets_out(tlv, &out->message);
        break;
    case MV_TAG_REFUSAL:
        refusal_out(tlv, out);
        break;
    case MV_TAG_EVENTS:
        events_out(tlv, out);
        break;
    case MV_TAG_RATES:
        out->message.n_total_by_rate = numbers_out(tlv, out->rates, API_RETURN_RATES);
        out->message.total_by_rate = out->rates;
        break;
    case MV_TAG_PHASES:
        out->message.n_import_by_phase = numbers_out(tlv, out->phases, API_RETURN_PHASES);
        out->message.import_by_phase = out->phases;
        break;
    case MV_TAG_FROZEN:
        frozen_out(tlv, out);
        break;
    default:
        break;
    }
}

static void number_out(uint8_t tag, uint64_t value, Metervault__V1__MeterReturn *message)
{
    switch (tag) {
    case MV_TAG_TIME:
        message->time_unix_s = (int64_t)value;
        break;
    case MV_TAG_STATUS:
        message->status = (uint32_t)value;
        break;
    case MV_TAG_RETURN_REGISTER:
        message->register_ = (Metervault__V1__AmountRegister)(value < MV_REGISTERS ? value + 1 : 0);
        break;
    case MV_TAG_REMAINING:
        message->remaining = (int64_t)value;
        break;
    case MV_TAG_TOTAL:
        message->total = (int64_t)value;
        break;
    case MV_TAG_MONTH:
        message->month = (int64_t)value;
        break;
    case MV_TAG_TAKEN:
        message->taken = (int64_t)value;
        break;
    case MV_TAG_TOTAL_PURCHASED:
        message->total_purchased = (int64_t)value;
        break;
    case MV_TAG_PURCHASE_SEQUENCE:
        message->purchase_sequence = (uint32_t)value;
        break;
    case MV_TAG_PURCHASES:
        message->purchases = (uint32_t)value;
        break;
    case MV_TAG_ARREARS:
        message->arrears = (int64_t)value;
        break;
    default:
        break;
    }
}

static void voids_out(const struct vend_return *in, struct api_return *out)
{
    for (size_t i = 0; i < in->void_count; i++) {
        Metervault__V1__VoidedPurchase *message = &out->voids[i];
        metervault__v1__voided_purchase__init(message);
        message->sequence = in->voids[i].sequence;
        message->credit = in->voids[i].amount;
        message->voided_by = in->voids[i].voided_by;
        message->taken = in->voids[i].taken;
        out->void_pointers[i] = message;
    }
    out->message.n_voids = in->void_count;
    out->message.voids = out->void_pointers;
}

void api_return_out(const struct vend_return *in, struct api_return *out)
{
    Metervault__V1__MeterReturn *message = &out->message;
    const uint8_t *body = in->bytes + MV_RECORD_HEAD;
    uint8_t size = in->bytes[MV_RECORD_HEAD - 1];
    struct mv_tlv tlv;
    metervault__v1__meter_return__init(message);
    message->meter_pan = (char *)in->pan;
    message->installation_epoch = in->head.epoch;
    message->sequence = in->head.sequence;
    message->key_version = in->head.key_version;
    message->answers_last_read = in->answers_last_read;
    message->judges_purchases_to = in->judges_purchases_to;
    message->ledger_behind = in->ledger_behind;
    message->confirms_keys = in->confirms_keys;
    message->replayed = in->replayed;
    voids_out(in, out);
    for (uint8_t at = 0; mv_tlv_next(body, size, &at, &tlv);) {
        if (tlv.length <= NUMBER)
            number_out(tlv.tag, mv_tlv_number(&tlv), message);
        table_out(&tlv, out);
    }
}
