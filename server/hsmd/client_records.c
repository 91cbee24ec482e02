/* The calls of client.h about native records. */
#include <string.h>

#include "hsmd/client_call.h"

static void put_record(struct mv_writer *to, const struct hsmd_record *record)
{
    mv_put_bytes(to, record->domain, sizeof record->domain);
    mv_put_u8(to, record->size);
    mv_put_bytes(to, record->bytes, record->size);
}

static mv_status call_all(struct hsmd_client *client, enum hsmd_op op, const struct hsmd_record *records, size_t count,
                          struct mv_reader *body)
{
    if (count == 0 || count > HSMD_RECORD_BATCH)
        return mv_fail(MV_REQUEST_TOO_LARGE, "records");
    struct mv_writer request = hsmd_call_begin(client, op);
    mv_put_u16(&request, (uint16_t)count);
    for (size_t i = 0; i < count; i++)
        put_record(&request, &records[i]);
    return hsmd_call(client, (uint8_t)op, &request, true, body);
}

mv_status hsmd_seal_records(struct hsmd_client *client, struct hsmd_record *records, size_t count, mv_status *each)
{
    struct mv_reader body;
    MV_TRY(call_all(client, HSMD_OP_SEAL_RECORDS, records, count, &body));
    for (size_t i = 0; i < count; i++) {
        struct hsmd_record *record = &records[i];
        each[i] = hsmd_get_status(&body);
        if (!each[i].ok)
            continue;
        /* none that has no room for a MAC is sealed */
        if (record->size > MV_RECORD_MAX - MV_RECORD_MAC) {
            body.failed = true;
            break;
        }
        mv_get_bytes(&body, record->bytes + record->size, MV_RECORD_MAC);
        record->size = (uint8_t)(record->size + MV_RECORD_MAC);
    }
    return hsmd_call_finish(client, &body);
}

mv_status hsmd_check_returns(struct hsmd_client *client, const struct hsmd_record *records, size_t count,
                             mv_status *each)
{
    struct mv_reader body;
    MV_TRY(call_all(client, HSMD_OP_CHECK_RETURNS, records, count, &body));
    for (size_t i = 0; i < count; i++)
        each[i] = hsmd_get_status(&body);
    return hsmd_call_finish(client, &body);
}

mv_status hsmd_key_update(struct hsmd_client *client, struct hsmd_record *record, uint8_t new_mac_version,
                          uint8_t new_enc_version, uint8_t enc_version)
{
    struct mv_reader body;
    struct mv_writer request = hsmd_call_begin(client, HSMD_OP_KEY_UPDATE);
    mv_put_u8(&request, new_mac_version);
    mv_put_u8(&request, new_enc_version);
    mv_put_u8(&request, enc_version);
    put_record(&request, record);
    MV_TRY(hsmd_call(client, HSMD_OP_KEY_UPDATE, &request, true, &body));
    struct hsmd_record whole = *record;
    whole.size = mv_get_u8(&body);
    mv_get_bytes(&body, whole.bytes, whole.size);
    MV_TRY(hsmd_call_finish(client, &body));
    *record = whole;
    return mv_ok();
}
