/* The head of a record, and what a meter's keys are diversified with. */
#include "wire.h"

#include <string.h>

bool mv_pan_pack(const char pan[18], uint8_t bytes[MV_PAN_BYTES])
{
    bool digits = true;
    for (size_t i = 0; i < MV_PAN_BYTES; i++) {
        unsigned high = (unsigned)(pan[2 * i] - '0');
        unsigned low = (unsigned)(pan[2 * i + 1] - '0');
        digits = digits && high <= 9 && low <= 9;
        bytes[i] = (uint8_t)(high << 4 | (low & 0xFU));
    }
    return digits;
}

bool mv_pan_unpack(const uint8_t bytes[MV_PAN_BYTES], char pan[18])
{
    bool digits = true;
    for (size_t i = 0; i < MV_PAN_BYTES; i++) {
        unsigned high = bytes[i] >> 4;
        unsigned low = bytes[i] & 0xFU;
        digits = digits && high <= 9 && low <= 9;
        pan[2 * i] = (char)('0' + high);
        pan[2 * i + 1] = (char)('0' + low);
    }
    return digits;
}

void mv_wire_put(uint8_t *at, uint64_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        at[i] = (uint8_t)(value >> (8 * (size - 1 - i)));
}

uint64_t mv_wire_get(const uint8_t *at, unsigned size)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < size; i++)
        value = value << 8 | at[i];
    return value;
}

enum mv_result mv_record_diversifier(uint8_t direction, const char pan[18], const uint8_t domain[3], uint16_t epoch,
                                     uint8_t diversifier[MV_RECORD_DIVERSIFIER])
{
    diversifier[0] = direction;
    bool digits = mv_pan_pack(pan, diversifier + 1);
    memcpy(diversifier + 1 + MV_PAN_BYTES, domain, 3);
    mv_wire_put(diversifier + 1 + MV_PAN_BYTES + 3, epoch, 2);
    return digits ? MV_DONE : MV_FORMAT_ERROR;
}

static bool kind_known(uint8_t kind)
{
    return (kind >= MV_KIND_PURCHASE && kind <= MV_KIND_KEY_UPDATE) || kind == MV_KIND_RETURN;
}

/* Tags rise, and every value ends within the body. */
static bool body_well_formed(const uint8_t *body, unsigned size)
{
    unsigned last = 0;
    for (unsigned at = 0; at < size;) {
        if (size - at < MV_TLV_HEAD || body[at] <= last || body[at + 1] > size - at - MV_TLV_HEAD)
            return false;
        last = body[at];
        at += MV_TLV_HEAD + body[at + 1];
    }
    return true;
}

static enum mv_result parse(const uint8_t *bytes, uint32_t size, uint32_t mac, struct mv_record_head *head,
                            const uint8_t **body, uint8_t *body_size)
{
    if (size < MV_RECORD_HEAD + mac || size > MV_RECORD_MAX - MV_RECORD_MAC + mac)
        return MV_FORMAT_ERROR;
    unsigned length = bytes[MV_AT_BODY_SIZE];
    bool form = bytes[MV_AT_FORMAT] == MV_RECORD_FORMAT && kind_known(bytes[MV_AT_KIND]) &&
                size == MV_RECORD_HEAD + length + mac;
    if (!form || !mv_pan_unpack(bytes + MV_AT_PAN, head->pan) || !body_well_formed(bytes + MV_RECORD_HEAD, length))
        return MV_FORMAT_ERROR;
    head->kind = bytes[MV_AT_KIND];
    head->key_version = bytes[MV_AT_KEY_VERSION];
    head->epoch = (uint16_t)mv_wire_get(bytes + MV_AT_EPOCH, 2);
    head->sequence = (uint32_t)mv_wire_get(bytes + MV_AT_SEQUENCE, 4);
    head->issued_min = (uint32_t)mv_wire_get(bytes + MV_AT_ISSUED, 4);
    *body = bytes + MV_RECORD_HEAD;
    *body_size = (uint8_t)length;
    return MV_DONE;
}

enum mv_result mv_record_parse(const uint8_t *bytes, uint32_t size, struct mv_record_head *head, const uint8_t **body,
                               uint8_t *body_size)
{
    return parse(bytes, size, MV_RECORD_MAC, head, body, body_size);
}

enum mv_result mv_record_parse_unsealed(const uint8_t *bytes, uint32_t size, struct mv_record_head *head,
                                        const uint8_t **body, uint8_t *body_size)
{
    return parse(bytes, size, 0, head, body, body_size);
}
