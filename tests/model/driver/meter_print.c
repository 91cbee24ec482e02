#include "meter_print.h"

#include <stdio.h>
#include <stdlib.h>

#include "driver.h"

const char *result_name(enum mv_result result)
{
    static const struct {
        enum mv_result result;
        const char *name;
    } names[] = {
        {MV_DONE, "DONE"},
        {MV_ACCEPT, "ACCEPT"},
        {MV_KCT_1ST, "KCT_1ST"},
        {MV_KCT_2ND, "KCT_2ND"},
        {MV_KCT_3RD, "KCT_3RD"},
        {MV_KCT_4TH, "KCT_4TH"},
        {MV_OVERFLOW_ERROR, "OVERFLOW_ERROR"},
        {MV_KEY_TYPE_ERROR, "KEY_TYPE_ERROR"},
        {MV_FORMAT_ERROR, "FORMAT_ERROR"},
        {MV_RANGE_ERROR, "RANGE_ERROR"},
        {MV_FUNCTION_ERROR, "FUNCTION_ERROR"},
        {MV_OLD_ERROR, "OLD_ERROR"},
        {MV_USED_ERROR, "USED_ERROR"},
        {MV_KEY_EXPIRED_ERROR, "KEY_EXPIRED_ERROR"},
        {MV_DDTK_ERROR, "DDTK_ERROR"},
        {MV_CRC_ERROR, "CRC_ERROR"},
        {MV_MFR_CODE_ERROR, "MFR_CODE_ERROR"},
        {MV_LOCKOUT_ACTIVE, "LOCKOUT_ACTIVE"},
        {MV_STORAGE_ERROR, "STORAGE_ERROR"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].result == result)
            return names[i].name;
    return "OTHER";
}

static int by_size(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a;
    uint32_t right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

static void print_tids(const uint32_t tids[MV_TID_MEMORY])
{
    uint32_t sorted[MV_TID_MEMORY];
    for (size_t i = 0; i < MV_TID_MEMORY; i++)
        sorted[i] = tids[i];
    qsort(sorted, MV_TID_MEMORY, sizeof sorted[0], by_size);
    const char *separator = " tids=";
    for (size_t i = 0; i < MV_TID_MEMORY; separator = ",") {
        size_t first = i;
        while (i < MV_TID_MEMORY && sorted[i] == sorted[first])
            i++;
        (void)printf("%s%u", separator, sorted[first]);
        if (i - first > 1)
            (void)printf("x%zu", i - first);
    }
}

static void print_settings(const struct mv_meter_settings *settings)
{
    const char *separator = " extended=";
    (void)printf(" limits=%u,%u,%u,%u,%d", settings->maximum_power_w, settings->phase_unbalance_w,
                 settings->tariff_rate, settings->water_factor, settings->tampered);
    for (unsigned i = 0; i < MV_EXTENDED_VALUES; i++) {
        if (settings->extended[i] == 0)
            continue;
        (void)printf("%s%u:%u", separator, i, settings->extended[i]);
        separator = ",";
    }
    (void)printf("%s", separator[0] == ',' ? "" : " extended=-");
    separator = " flags=";
    for (unsigned i = 0; i < MV_EXTENDED_FLAGS; i++) {
        if ((settings->flags[i / 8] >> i % 8 & 1) == 0)
            continue;
        (void)printf("%s%u", separator, i);
        separator = ",";
    }
    (void)printf("%s", separator[0] == ',' ? "" : " flags=-");
}

static void print_state(const struct mv_meter_state *state)
{
    const struct mv_meter_identity *identity = &state->identity;
    unsigned key_size = identity->key.ea == MV_EA_STA ? 8 : 16;
    (void)printf(" key=");
    for (unsigned i = 0; i < key_size; i++)
        (void)printf("%02x", identity->key.bytes[i]);
    (void)printf(" numbers=%u,%u,%u,%u,%u", identity->key_revision, identity->key_type, identity->tariff_index,
                 identity->key_expiry, identity->supply_group);
    for (unsigned i = 0; i < MV_REGISTERS; i++)
        (void)printf("%s%lld", i == 0 ? " credit=" : ",", (long long)state->credit[i]);
    print_tids(state->tids);
    (void)printf(" sections=%u", state->sections.present);
    print_settings(&state->settings);
    (void)printf(" wrong=%u", state->wrong);
}

static void print_shown(const struct mv_display *display)
{
    (void)printf(" shown=%s", display->count == 0 ? "-" : "");
    for (unsigned i = 0; i < display->count; i++)
        (void)printf("%s%d:%u:%lld", i == 0 ? "" : ",", (int)display->items[i].what, display->items[i].index,
                     (long long)display->items[i].value);
}

void print_meter(enum mv_result result, const struct mv_meter_answer *answer, const struct mv_meter *meter)
{
    static const struct mv_display nothing;
    (void)printf("ok %s", result_name(result));
    print_shown(answer == NULL ? &nothing : &answer->display);
    print_state(&meter->state);
    (void)putchar('\n');
}
