/* Writing a record. */
#include <string.h>

#include "wire.h"

void mv_record_begin(struct mv_record_writer *to, const struct mv_record_head *head)
{
    memset(to, 0, sizeof *to);
    to->bytes[MV_AT_FORMAT] = MV_RECORD_FORMAT;
    to->bytes[MV_AT_KIND] = head->kind;
    to->bytes[MV_AT_KEY_VERSION] = head->key_version;
    to->failed = !mv_pan_pack(head->pan, to->bytes + MV_AT_PAN);
    mv_wire_put(to->bytes + MV_AT_EPOCH, head->epoch, 2);
    mv_wire_put(to->bytes + MV_AT_SEQUENCE, head->sequence, 4);
    mv_wire_put(to->bytes + MV_AT_ISSUED, head->issued_min, 4);
    to->size = MV_RECORD_HEAD;
}

void mv_record_put(struct mv_record_writer *to, uint8_t tag, const void *value, uint8_t length)
{
    unsigned left = (unsigned)MV_RECORD_HEAD + MV_RECORD_BODY_MAX - to->size;
    if (to->failed || tag <= to->last_tag || (unsigned)length + MV_TLV_HEAD > left) {
        to->failed = true;
        return;
    }
    uint8_t *here = to->bytes + to->size;
    here[0] = tag;
    here[1] = length;
    memcpy(here + MV_TLV_HEAD, value, length);
    to->last_tag = tag;
    to->size = (uint8_t)(to->size + MV_TLV_HEAD + length);
}

void mv_record_put_number(struct mv_record_writer *to, uint8_t tag, uint64_t value, uint8_t length)
{
    uint8_t bytes[8];
    if (length > sizeof bytes) {
        to->failed = true;
        return;
    }
    mv_wire_put(bytes, value, length);
    mv_record_put(to, tag, bytes, length);
}

enum mv_result mv_record_end(struct mv_record_writer *to)
{
    if (to->failed)
        return MV_RANGE_ERROR;
    to->bytes[MV_AT_BODY_SIZE] = (uint8_t)(to->size - MV_RECORD_HEAD);
    return MV_DONE;
}
