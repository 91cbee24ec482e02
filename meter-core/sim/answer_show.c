#include <inttypes.h>
#include <stdio.h>

#include "answer.h"
#include "words.h"

static void show_balances(const struct mv_prepay *p, bool json)
{
    const struct mv_meter_state *state = &p->meter.state;
    const char *comma = "";
    for (unsigned i = 0; i < MV_REGISTERS; i++) {
        enum mv_credit_register which = (enum mv_credit_register)i;
        char balance[WORDS_QUANTITY];
        if (!mv_meter_has(&state->identity, i))
            continue;
        words_quantity(which, state->credit[i] - p->account.taken[i], balance);
        if (json)
            printf("%s{\"service\": \"%s\", \"balance\": \"%s\", \"unit\": \"%s\"}", comma, words_register(which),
                   balance, words_unit(which));
        else
            printf("%-14s balance %s %s\n", words_register(which), balance, words_unit(which));
        comma = ", ";
    }
}

static void show_extended(const struct mv_meter_settings *settings)
{
    for (unsigned i = 0; i < MV_EXTENDED_VALUES; i++) {
        if (settings->extended[i] != 0)
            printf("extended %-5u %u\n", i, settings->extended[i]);
    }
    for (unsigned i = 0; i < MV_EXTENDED_FLAGS; i++) {
        if ((settings->flags[i / 8] >> i % 8 & 1) != 0)
            printf("flag %-9u set\n", i);
    }
}

static void show_limit(const char *name, uint32_t watts)
{
    char text[WORDS_QUANTITY];
    words_limit(watts, text);
    printf("%s%s%s", name, text, watts == MV_LIMIT_NONE ? "" : " W");
}

static void show_text(const struct mv_prepay *p)
{
    const struct mv_meter *meter = &p->meter;
    const struct mv_meter_identity *id = &meter->state.identity;
    const struct mv_meter_settings *settings = &meter->state.settings;
    char group[WORDS_QUANTITY];
    char sections[WORDS_QUANTITY];
    words_supply_group(id->supply_group, group);
    words_sections(meter->state.sections.present, sections);
    printf("meter          %.18s\n", id->pan);
    printf("algorithm      EA%02u\n", id->key.ea);
    printf("key            %s\n", words_key_type(id->key_type));
    printf("supply group   %s, key revision %u, expiry number %u\n", group, id->key_revision, id->key_expiry);
    printf("tariff index   %02u\n", id->tariff_index);
    show_balances(p, false);
    show_limit("power limit    ", settings->maximum_power_w);
    show_limit(", phase unbalance limit ", settings->phase_unbalance_w);
    printf("\n");
    printf("tariff rate    %u, water factor %u\n", settings->tariff_rate, settings->water_factor);
    show_extended(settings);
    printf("tamper         %s\n", settings->tampered ? "yes" : "no");
    printf("key change     sections there: %s\n", sections);
    printf("wrong entries  %u, locked for %" PRIu32 " s\n", meter->state.wrong, mv_meter_lockout_left(meter));
}

static void show_json_extended(const struct mv_meter_settings *settings)
{
    const char *comma = "";
    printf("\"extended\": {");
    for (unsigned i = 0; i < MV_EXTENDED_VALUES; i++) {
        if (settings->extended[i] == 0)
            continue;
        printf("%s\"%u\": %u", comma, i, settings->extended[i]);
        comma = ", ";
    }
    printf("}, \"flags\": [");
    comma = "";
    for (unsigned i = 0; i < MV_EXTENDED_FLAGS; i++) {
        if ((settings->flags[i / 8] >> i % 8 & 1) == 0)
            continue;
        printf("%s%u", comma, i);
        comma = ", ";
    }
    printf("], ");
}

static void show_json(const struct mv_prepay *p)
{
    const struct mv_meter *meter = &p->meter;
    const struct mv_meter_identity *id = &meter->state.identity;
    const struct mv_meter_settings *settings = &meter->state.settings;
    char text[WORDS_QUANTITY];
    words_supply_group(id->supply_group, text);
    printf("{\"meter_pan\": \"%.18s\", \"encryption_algorithm\": %u, \"key_type\": %u, ", id->pan, id->key.ea,
           id->key_type);
    printf("\"supply_group_code\": \"%s\", \"key_revision_number\": %u, ", text, id->key_revision);
    printf("\"key_expiry_number\": %u, \"tariff_index\": \"%02u\", \"balances\": [", id->key_expiry, id->tariff_index);
    show_balances(p, true);
    words_limit(settings->maximum_power_w, text);
    printf("], \"maximum_power\": \"%s\", ", text);
    words_limit(settings->phase_unbalance_w, text);
    printf("\"phase_unbalance\": \"%s\", \"tariff_rate\": %u, \"water_factor\": %u, ", text, settings->tariff_rate,
           settings->water_factor);
    show_json_extended(settings);
    words_sections(meter->state.sections.present, text);
    printf("\"tampered\": %s, \"sections\": \"%s\", \"wrong_entries\": %u, \"lockout_s\": %" PRIu32 "}\n",
           settings->tampered ? "true" : "false", text, meter->state.wrong, mv_meter_lockout_left(meter));
}

void answer_show(const struct mv_prepay *p, bool json)
{
    if (json)
        show_json(p);
    else
        show_text(p);
}
