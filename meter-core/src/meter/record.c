#include "record.h"

#include <string.h>

/* Big-endian: mark 4, sequence 4, PAN 18, EA 1, key 16, KT 1, KRN 1, TI 1, KEN 1, SGC 3, measures 1, credit 8 x 8,
 * TIDs 50 x 3, sections there 1, sections 4 x 6, maximum power 4, phase unbalance 4, tariff rate 2, water factor 2,
 * tampered 1, extended values 63 x 2, flags 64, wrong entries 1, zeros, CRC-32 4. The mark is neither all ones nor all
 * zeros, so no erased or blanked record passes. */
enum { MARK_SIZE = 4, PAN_SIZE = 18, KEY_SIZE = 16, TID_SIZE = 3, SECTION_SIZE = 6, CRC_SIZE = 4 };
static const uint8_t mark[MARK_SIZE] = {'M', 'V', 'S', 2};

enum {
    IDENTITY_SIZE = PAN_SIZE + 1 + KEY_SIZE + 4 + 3 + 1,
    COUNTERS_SIZE = MV_REGISTERS * 8 + MV_TID_MEMORY * TID_SIZE
};
enum { SECTIONS_SIZE = 1 + MV_KEY_SECTIONS * SECTION_SIZE };
enum { SETTINGS_SIZE = 4 + 4 + 2 + 2 + 1 + MV_EXTENDED_VALUES * 2 + MV_EXTENDED_FLAGS / 8 };
enum { USED = MARK_SIZE + 4 + IDENTITY_SIZE + COUNTERS_SIZE + SECTIONS_SIZE + SETTINGS_SIZE + 1 };
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

static uint8_t *put_counters(uint8_t *at, const struct mv_meter_state *state)
{
    for (unsigned i = 0; i < MV_REGISTERS; i++)
        at = put_number(at, (uint64_t)state->credit[i], 8);
    for (unsigned i = 0; i < MV_TID_MEMORY; i++)
        at = put_number(at, state->tids[i], TID_SIZE);
    return at;
}

static void get_counters(const uint8_t **at, struct mv_meter_state *state)
{
    for (unsigned i = 0; i < MV_REGISTERS; i++)
        state->credit[i] = (int64_t)get_number(at, 8);
    for (unsigned i = 0; i < MV_TID_MEMORY; i++)
        state->tids[i] = (uint32_t)get_number(at, TID_SIZE);
}

static uint8_t *put_sections(uint8_t *at, const struct mv_sts_key_sections *sections)
{
    at = put_number(at, sections->present, 1);
    for (unsigned i = 0; i < MV_KEY_SECTIONS; i++)
        at = put_number(at, sections->content[i], SECTION_SIZE);
    return at;
}

static void get_sections(const uint8_t **at, struct mv_sts_key_sections *sections)
{
    sections->present = (uint8_t)get_number(at, 1);
    for (unsigned i = 0; i < MV_KEY_SECTIONS; i++)
        sections->content[i] = get_number(at, SECTION_SIZE);
}

static uint8_t *put_settings(uint8_t *at, const struct mv_meter_settings *settings)
{
    at = put_number(at, settings->maximum_power_w, 4);
    at = put_number(at, settings->phase_unbalance_w, 4);
    at = put_number(at, settings->tariff_rate, 2);
    at = put_number(at, settings->water_factor, 2);
    at = put_number(at, settings->tampered ? 1 : 0, 1);
    for (unsigned i = 0; i < MV_EXTENDED_VALUES; i++)
        at = put_number(at, settings->extended[i], 2);
    return put_bytes(at, settings->flags, sizeof settings->flags);
}

static void get_settings(const uint8_t **at, struct mv_meter_settings *settings)
{
    settings->maximum_power_w = (uint32_t)get_number(at, 4);
    settings->phase_unbalance_w = (uint32_t)get_number(at, 4);
    settings->tariff_rate = (uint16_t)get_number(at, 2);
    settings->water_factor = (uint16_t)get_number(at, 2);
    settings->tampered = get_number(at, 1) != 0;
    for (unsigned i = 0; i < MV_EXTENDED_VALUES; i++)
        settings->extended[i] = (uint16_t)get_number(at, 2);
    get_bytes(at, settings->flags, sizeof settings->flags);
}

void mv_record_encode(const struct mv_meter_state *state, uint8_t record[MV_METER_RECORD_SIZE])
{
    uint8_t *at = record;
    memset(record, 0, MV_METER_RECORD_SIZE);
    at = put_bytes(at, mark, MARK_SIZE);
    at = put_number(at, state->sequence, 4);
    at = put_identity(at, &state->identity);
    at = put_counters(at, state);
    at = put_sections(at, &state->sections);
    at = put_settings(at, &state->settings);
    put_number(at, state->wrong, 1);
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
    get_counters(&at, state);
    get_sections(&at, &state->sections);
    get_settings(&at, &state->settings);
    state->wrong = (uint8_t)get_number(&at, 1);
    return true;
}
