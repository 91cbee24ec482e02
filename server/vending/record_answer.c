/* Stored records as callers see them, and the key process's part in them. */
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

mv_status vend_desk_seal(struct vend *vend, struct hsmd_record *records, size_t count)
{
    struct vend_catalogue *catalogue = &vend->catalogue;
    mv_status each[VEND_RECORD_PARTS];
    pthread_mutex_lock(&catalogue->fetching);
    mv_status status = hsmd_seal_records(catalogue->client, records, count, each);
    pthread_mutex_unlock(&catalogue->fetching);
    for (size_t i = 0; i < count && status.ok; i++)
        status = each[i];
    return status;
}

mv_status vend_desk_renew(struct vend *vend, struct hsmd_record *record, const struct store_record_keys *next,
                          uint8_t enc_version)
{
    struct vend_catalogue *catalogue = &vend->catalogue;
    pthread_mutex_lock(&catalogue->fetching);
    mv_status status = hsmd_key_update(catalogue->client, record, next->mac_version, next->enc_version, enc_version);
    pthread_mutex_unlock(&catalogue->fetching);
    return status;
}

mv_status vend_desk_check_return(struct vend *vend, const struct hsmd_record *record)
{
    struct vend_catalogue *catalogue = &vend->catalogue;
    mv_status each;
    pthread_mutex_lock(&catalogue->fetching);
    mv_status status = hsmd_check_returns(catalogue->client, record, 1, &each);
    pthread_mutex_unlock(&catalogue->fetching);
    return status.ok ? each : status;
}
