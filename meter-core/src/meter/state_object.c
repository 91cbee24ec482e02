#include "state_object.h"

/* PAN 18, EA 1, key 16, KT 1, KRN 1, TI 1, KEN 1, SGC 3, measures 1, credit 8 x 8, TIDs 50 x 3, sections there 1,
 * sections 4 x 6, maximum power 4, phase unbalance 4, tariff rate 2, water factor 2, tampered 1, extended values
 * 63 x 2, flags 64, wrong entries 1. */
enum { FORM = 4, SECTION_SIZE = 6 };
enum {
    IDENTITY_SIZE = 18 + 1 + 16 + 4 + 3 + 1,
    COUNTERS_SIZE = MV_REGISTERS * 8 + MV_TID_MEMORY * 3,
    SECTIONS_SIZE = 1 + MV_KEY_SECTIONS * SECTION_SIZE,
    SETTINGS_SIZE = 4 + 4 + 2 + 2 + 1 + MV_EXTENDED_VALUES * 2 + MV_EXTENDED_FLAGS / 8
};

static void put_identity(struct mv_nv_sink *to, const struct mv_meter_identity *identity)
{
    mv_nv_put_bytes(to, identity->pan, sizeof identity->pan);
    mv_nv_put_u8(to, identity->key.ea);
    mv_nv_put_bytes(to, identity->key.bytes, sizeof identity->key.bytes);
    mv_nv_put_u8(to, identity->key_type);
    mv_nv_put_u8(to, identity->key_revision);
    mv_nv_put_u8(to, identity->tariff_index);
    mv_nv_put_u8(to, identity->key_expiry);
    mv_nv_put_u24(to, identity->supply_group);
    mv_nv_put_u8(to, identity->measures);
}

static void get_identity(struct mv_nv_source *from, struct mv_meter_identity *identity)
{
    mv_nv_get_bytes(from, identity->pan, sizeof identity->pan);
    identity->key.ea = mv_nv_get_u8(from);
    mv_nv_get_bytes(from, identity->key.bytes, sizeof identity->key.bytes);
    identity->key_type = mv_nv_get_u8(from);
    identity->key_revision = mv_nv_get_u8(from);
    identity->tariff_index = mv_nv_get_u8(from);
    identity->key_expiry = mv_nv_get_u8(from);
    identity->supply_group = mv_nv_get_u24(from);
    identity->measures = mv_nv_get_u8(from);
}

static void put_counters(struct mv_nv_sink *to, const struct mv_meter_state *state)
{
    for (unsigned i = 0; i < MV_REGISTERS; i++)
        mv_nv_put_i64(to, state->credit[i]);
    for (unsigned i = 0; i < MV_TID_MEMORY; i++)
        mv_nv_put_u24(to, state->tids[i]);
}

/* False for credit that no token brings. */
static bool get_counters(struct mv_nv_source *from, struct mv_meter_state *state)
{
    bool good = true;
    for (unsigned i = 0; i < MV_REGISTERS; i++) {
        state->credit[i] = mv_nv_get_i64(from);
        good = good && state->credit[i] >= 0;
    }
    for (unsigned i = 0; i < MV_TID_MEMORY; i++)
        state->tids[i] = mv_nv_get_u24(from);
    return good;
}

static void put_sections(struct mv_nv_sink *to, const struct mv_sts_key_sections *sections)
{
    mv_nv_put_u8(to, sections->present);
    for (unsigned i = 0; i < MV_KEY_SECTIONS; i++) {
        mv_nv_put_u24(to, (uint32_t)(sections->content[i] >> 24));
        mv_nv_put_u24(to, (uint32_t)sections->content[i]);
    }
}

static void get_sections(struct mv_nv_source *from, struct mv_sts_key_sections *sections)
{
    sections->present = mv_nv_get_u8(from);
    for (unsigned i = 0; i < MV_KEY_SECTIONS; i++) {
        sections->content[i] = (uint64_t)mv_nv_get_u24(from) << 24;
        sections->content[i] |= mv_nv_get_u24(from);
    }
}

static void put_settings(struct mv_nv_sink *to, const struct mv_meter_settings *settings)
{
    mv_nv_put_u32(to, settings->maximum_power_w);
    mv_nv_put_u32(to, settings->phase_unbalance_w);
    mv_nv_put_u16(to, settings->tariff_rate);
    mv_nv_put_u16(to, settings->water_factor);
    mv_nv_put_u8(to, settings->tampered ? 1 : 0);
    for (unsigned i = 0; i < MV_EXTENDED_VALUES; i++)
        mv_nv_put_u16(to, settings->extended[i]);
    mv_nv_put_bytes(to, settings->flags, sizeof settings->flags);
}

static void get_settings(struct mv_nv_source *from, struct mv_meter_settings *settings)
{
    settings->maximum_power_w = mv_nv_get_u32(from);
    settings->phase_unbalance_w = mv_nv_get_u32(from);
    settings->tariff_rate = mv_nv_get_u16(from);
    settings->water_factor = mv_nv_get_u16(from);
    settings->tampered = mv_nv_get_u8(from) != 0;
    for (unsigned i = 0; i < MV_EXTENDED_VALUES; i++)
        settings->extended[i] = mv_nv_get_u16(from);
    mv_nv_get_bytes(from, settings->flags, sizeof settings->flags);
}

static void encode(const void *context, struct mv_nv_sink *to)
{
    const struct mv_meter_state *state = context;
    put_identity(to, &state->identity);
    put_counters(to, state);
    put_sections(to, &state->sections);
    put_settings(to, &state->settings);
    mv_nv_put_u8(to, state->wrong);
}

static bool decode(void *context, struct mv_nv_source *from)
{
    struct mv_meter_state *state = context;
    get_identity(from, &state->identity);
    bool good = get_counters(from, state);
    get_sections(from, &state->sections);
    get_settings(from, &state->settings);
    state->wrong = mv_nv_get_u8(from);
    return good;
}

const struct mv_nv_object mv_state_object = {.id = MV_STATE_OBJECT,
                                             .form = FORM,
                                             .size = IDENTITY_SIZE + COUNTERS_SIZE + SECTIONS_SIZE + SETTINGS_SIZE + 1,
                                             .encode = encode,
                                             .decode = decode};
