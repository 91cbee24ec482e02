/* Stored records as callers see them, and what they count. */
#include <string.h>

#include "metervault/sts_manage.h"
#include "vending/internal.h"
#include "vending/record_parts.h"

/* As class 0 numbers them: units of the four utilities, then currency. */
uint8_t vend_record_register(const struct store_meter *meter)
{
    return (uint8_t)(meter->utility - VEND_ELECTRICITY + (meter->currency ? MV_REGISTER_ELECTRICITY_CURRENCY : 0));
}

bool vend_return_number(const struct store_return *back, uint8_t tag, int64_t *value)
{
    struct mv_tlv tlv;
    bool found = mv_tlv_find(back->bytes + MV_RECORD_HEAD, back->bytes[MV_RECORD_HEAD - 1], tag, &tlv);
    *value = found ? (int64_t)mv_tlv_number(&tlv) : 0;
    return found;
}

void vend_record_answer(const struct store_record *row, struct vend_records *out)
{
    vend_copy(out->request_id, sizeof out->request_id, row->request_id);
    out->kind = (enum mv_record_kind)row->kind;
    out->epoch = row->epoch;
    out->first_sequence = row->sequence;
    out->amount = row->amount;
    out->issued_at_unix_s = row->issued_at_unix_s;
}

void vend_record_part(const struct store_record *row, struct vend_records *out)
{
    struct vend_signed_record *part = &out->parts[out->count++];
    memcpy(part->bytes, row->bytes, row->size);
    part->size = row->size;
}
