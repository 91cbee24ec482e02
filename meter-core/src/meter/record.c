#include "record.h"

#include <string.h>

/* Big-endian: mark 4, sequence 4, PAN 18, EA 1, key 16, KT 1, KRN 1, TI 1, KEN 1, SGC 3, measures 1, credit 4 x 8,
 * TIDs 50 x 3, zeros, CRC-32 4. The mark is neither all ones nor all zeros, so no erased or blanked record passes. */
enum { MARK_SIZE = 4, PAN_SIZE = 18, KEY_SIZE = 16, TID_SIZE = 3, CRC_SIZE = 4 };
static const uint8_t mark[MARK_SIZE] = {'M', 'V', 'S', 1};

enum { USED = MARK_SIZE + 4 + PAN_SIZE + 1 + KEY_SIZE + 4 + 3 + 1 + MV_SERVICES * 8 + MV_TID_MEMORY * TID_SIZE };
_Static_assert(USED + CRC_SIZE <= MV_METER_RECORD_SIZE, "the record holds the state");

static uint32_t crc32(const uint8_t *data, unsigned size)
{
    uint32_t crc = UINT32_MAX;
    for (unsigned i = 0; i < size; i++) {
        crc ^= data[i];
        for (unsigned bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ (UINT32_C(0xEDB88320) & (0U - (crc & 1U)));
    }
    return ~crc;
}

static uint8_t *put_number(uint8_t *at, uint64_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        at[i] = (uint8_t)(value >> (8 * (size - 1 - i)));
    return at + size;
}

static uint64_t get_number(const uint8_t **at, unsigned size)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < size; i++)
        value = value << 8 | (*at)[i];
    *at += size;
    return value;
}

static uint8_t *put_bytes(uint8_t *at, const void *data, size_t size)
{
    memcpy(at, data, size);
    return at + size;
}

static void get_bytes(const uint8_t **at, void *data, size_t size)
{
    memcpy(data, *at, size);
    *at += size;
}

static uint8_t *put_identity(uint8_t *at, const struct mv_meter_identity *identity)
{
    at = put_bytes(at, identity->pan, PAN_SIZE);
    at = put_number(at, identity->key.ea, 1);
    at = put_bytes(at, identity->key.bytes, KEY_SIZE);
    at = put_number(at, identity->key_type, 1);
    at = put_number(at, identity->key_revision, 1);
    at = put_number(at, identity->tariff_index, 1);
    at = put_number(at, identity->key_expiry, 1);
    at = put_number(at, identity->supply_group, 3);
    return put_number(at, identity->measures, 1);
}

static void get_identity(const uint8_t **at, struct mv_meter_identity *identity)
{
    get_bytes(at, identity->pan, PAN_SIZE);
    identity->key.ea = (uint8_t)get_number(at, 1);
    get_bytes(at, identity->key.bytes, KEY_SIZE);
    identity->key_type = (uint8_t)get_number(at, 1);
    identity->key_revision = (uint8_t)get_number(at, 1);
    identity->tariff_index = (uint8_t)get_number(at, 1);
    identity->key_expiry = (uint8_t)get_number(at, 1);
    identity->supply_group = (uint32_t)get_number(at, 3);
    identity->measures = (uint8_t)get_number(at, 1);
}

void mv_record_encode(const struct mv_meter_state *state, uint8_t record[MV_METER_RECORD_SIZE])
{
    uint8_t *at = record;
    memset(record, 0, MV_METER_RECORD_SIZE);
    at = put_bytes(at, mark, MARK_SIZE);
    at = put_number(at, state->sequence, 4);
    at = put_identity(at, &state->identity);
    for (unsigned i = 0; i < MV_SERVICES; i++)
        at = put_number(at, (uint64_t)state->credit[i], 8);
    for (unsigned i = 0; i < MV_TID_MEMORY; i++)
        at = put_number(at, state->tids[i], TID_SIZE);
    put_number(record + MV_METER_RECORD_SIZE - CRC_SIZE, crc32(record, MV_METER_RECORD_SIZE - CRC_SIZE), CRC_SIZE);
}

bool mv_record_decode(const uint8_t record[MV_METER_RECORD_SIZE], struct mv_meter_state *state)
{
    const uint8_t *at = record + MV_METER_RECORD_SIZE - CRC_SIZE;
    if (memcmp(record, mark, MARK_SIZE) != 0 ||
        get_number(&at, CRC_SIZE) != crc32(record, MV_METER_RECORD_SIZE - CRC_SIZE))
        return false;
    at = record + MARK_SIZE;
    state->sequence = (uint32_t)get_number(&at, 4);
    get_identity(&at, &state->identity);
    for (unsigned i = 0; i < MV_SERVICES; i++)
        state->credit[i] = (int64_t)get_number(&at, 8);
    for (unsigned i = 0; i < MV_TID_MEMORY; i++)
        state->tids[i] = (uint32_t)get_number(&at, TID_SIZE);
    return true;
}
