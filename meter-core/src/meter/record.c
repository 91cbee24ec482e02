#include "record.h"

#include <string.h>

#include "same.h"

/* Big-endian: mark 4, sequence 4, PAN 18, EA 1, key 16, KT 1, KRN 1, TI 1, KEN 1, SGC 3, measures 1, credit 8 x 8,
 * TIDs 50 x 3, sections there 1, sections 4 x 6, maximum power 4, phase unbalance 4, tariff rate 2, water factor 2,
 * tampered 1, extended values 63 x 2, flags 64, wrong entries 1, zeros, CRC-32 4; then the seal: the sequence and its
 * complement. Every form of the record has mark, sequence, CRC and seal where they are here, so that a firmware knows
 * another one's record for what it is. */
enum { MARK_SIZE = 4, SEQUENCE_SIZE = 4, PAN_SIZE = 18, KEY_SIZE = 16, TID_SIZE = 3, SECTION_SIZE = 6, CRC_SIZE = 4 };
static const uint8_t mark[MARK_SIZE] = {'M', 'V', 'S', 3};

enum {
    IDENTITY_SIZE = PAN_SIZE + 1 + KEY_SIZE + 4 + 3 + 1,
    COUNTERS_SIZE = MV_REGISTERS * 8 + MV_TID_MEMORY * TID_SIZE
};
enum { SECTIONS_SIZE = 1 + MV_KEY_SECTIONS * SECTION_SIZE };
enum { SETTINGS_SIZE = 4 + 4 + 2 + 2 + 1 + MV_EXTENDED_VALUES * 2 + MV_EXTENDED_FLAGS / 8 };
enum { USED = MARK_SIZE + SEQUENCE_SIZE + IDENTITY_SIZE + COUNTERS_SIZE + SECTIONS_SIZE + SETTINGS_SIZE + 1 };
_Static_assert(USED + CRC_SIZE <= MV_RECORD_BODY, "the record holds the state");

/* Half of the seal's bits are zeros. With half of those it counts: one bit that rots neither makes a seal nor takes one
 * away. */
enum { SEAL_ZEROS = 8 * MV_RECORD_SEAL / 2, SEAL_ZEROS_NEEDED = SEAL_ZEROS / 2 };

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
    at = put_number(at, state->sequence, SEQUENCE_SIZE);
    at = put_identity(at, &state->identity);
    at = put_counters(at, state);
    at = put_sections(at, &state->sections);
    at = put_settings(at, &state->settings);
    put_number(at, state->wrong, 1);
    at = put_number(record + MV_RECORD_BODY - CRC_SIZE, crc32(record, MV_RECORD_BODY - CRC_SIZE), CRC_SIZE);
    at = put_number(at, state->sequence, SEQUENCE_SIZE);
    put_number(at, ~state->sequence, SEQUENCE_SIZE);
}

static bool body_whole(const uint8_t record[MV_METER_RECORD_SIZE])
{
    const uint8_t *at = record + MV_RECORD_BODY - CRC_SIZE;
    return get_number(&at, CRC_SIZE) == crc32(record, MV_RECORD_BODY - CRC_SIZE);
}

static unsigned zeros(const uint8_t *bytes, unsigned size)
{
    unsigned count = 0;
    for (unsigned bit = 0; bit < 8 * size; bit++)
        count += (~(unsigned)bytes[bit / 8] >> bit % 8) & 1U;
    return count;
}

/* Of a body that is not whole only an untouched seal tells the sequence: half an erasure leaves anything else. */
static enum mv_record_kind look_at_seal(const uint8_t *seal, uint32_t *sequence)
{
    *sequence = (uint32_t)get_number(&seal, SEQUENCE_SIZE);
    return get_number(&seal, SEQUENCE_SIZE) == (uint32_t) ~*sequence ? MV_RECORD_DAMAGED : MV_RECORD_NONE;
}

enum mv_record_kind mv_record_look(const uint8_t record[MV_METER_RECORD_SIZE], uint32_t *sequence)
{
    const uint8_t *seal = record + MV_RECORD_BODY;
    const uint8_t *at = record + MARK_SIZE;
    if (zeros(seal, MV_RECORD_SEAL) < SEAL_ZEROS_NEEDED)
        return MV_RECORD_NONE;
    if (!body_whole(record))
        return look_at_seal(seal, sequence);
    *sequence = (uint32_t)get_number(&at, SEQUENCE_SIZE);
    return mv_same(record, mark, MARK_SIZE) ? MV_RECORD_OURS : MV_RECORD_FOREIGN;
}

void mv_record_decode(const uint8_t record[MV_METER_RECORD_SIZE], struct mv_meter_state *state)
{
    const uint8_t *at = record + MARK_SIZE;
    state->sequence = (uint32_t)get_number(&at, SEQUENCE_SIZE);
    get_identity(&at, &state->identity);
    get_counters(&at, state);
    get_sections(&at, &state->sections);
    get_settings(&at, &state->settings);
    state->wrong = (uint8_t)get_number(&at, 1);
}
