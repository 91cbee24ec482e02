/* Stored records as callers see them. */
#include <string.h>

#include "vending/internal.h"
#include "vending/record_parts.h"

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
