/* Signed records and what meters wrote back, as messages. */
#include "api/record_convert.h"

#include "metervault/prepay.h"

enum { EVENT_BYTES = 7, FROZEN_BYTES = 37, REFUSAL_BYTES = 9, NUMBER = 8 };

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

static uint64_t number(const uint8_t *bytes, size_t count)
{
    uint64_t value = 0;
    for (size_t i = 0; i < count; i++)
        value = value << 8 | bytes[i];
    return value;
}

static void events_out(const struct mv_tlv *tlv, struct api_return *out)
{
    size_t count = tlv->length / EVENT_BYTES;
    for (size_t i = 0; i < count && i < API_RETURN_EVENTS; i++) {
        const uint8_t *event = tlv->value + i * EVENT_BYTES;
        Metervault__V1__MeterEvent *message = &out->events[i];
        metervault__v1__meter_event__init(message);
        message->time_unix_s = (int64_t)number(event, 4);
        message->code = event[4];
        message->detail = (uint32_t)number(event + 5, 2);
        out->event_pointers[i] = message;
        out->message.n_events = i + 1;
    }
    out->message.events = out->event_pointers;
}

static size_t numbers_out(const struct mv_tlv *tlv, int64_t *numbers, size_t most)
{
    size_t count = tlv->length / NUMBER < most ? tlv->length / NUMBER : most;
    for (size_t i = 0; i < count; i++)
        numbers[i] = (int64_t)number(tlv->value + i * NUMBER, NUMBER);
    return count;
}

static void frozen_out(const struct mv_tlv *tlv, struct api_return *out)
{
    Metervault__V1__FrozenMonth *month = &out->frozen;
    if (tlv->length != FROZEN_BYTES)
        return;
    metervault__v1__frozen_month__init(month);
    month->which = tlv->value[0];
    month->ended_unix_s = (int64_t)number(tlv->value + 1, 4);
    month->total = (int64_t)number(tlv->value + 5, NUMBER);
    month->month = (int64_t)number(tlv->value + 13, NUMBER);
    month->remaining = (int64_t)number(tlv->value + 21, NUMBER);
    month->taken = (int64_t)number(tlv->value + 29, NUMBER);
    out->message.frozen = month;
}

static void refusal_out(const struct mv_tlv *tlv, struct api_return *out)
{
    Metervault__V1__RefusedRecord *refused = &out->refused;
    if (tlv->length != REFUSAL_BYTES)
        return;
    out->message.refusals = (uint32_t)number(tlv->value, 2);
    if (out->message.refusals == 0)
        return;
    metervault__v1__refused_record__init(refused);
    refused->kind = tlv->value[2];
    refused->sequence = (uint32_t)number(tlv->value + 3, 4);
    refused->result = (uint32_t)number(tlv->value + 7, 2);
    out->message.last_refusal = refused;
}

static void table_out(const struct mv_tlv *tlv, struct api_return *out)
{
    switch (tlv->tag) {
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
    for (uint8_t at = 0; mv_tlv_next(body, size, &at, &tlv);) {
        if (tlv.length <= NUMBER)
            number_out(tlv.tag, mv_tlv_number(&tlv), message);
        table_out(&tlv, out);
    }
}
