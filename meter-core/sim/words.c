#include "words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { MILLI_PLACES = 3, CURRENCY_PLACES = 5, KEY_TYPES = 4 };

static const char *const registers[MV_REGISTERS] = {
    "electricity", "water", "gas", "time", "electricity-currency", "water-currency", "gas-currency", "time-currency"};
static const char *const units[MV_SERVICES] = {"kWh", "m3", "m3", "s"};
static const char *const key_types[KEY_TYPES] = {"DITK (manufacturer)", "DDTK (default)", "DUTK (unique)",
                                                 "DCTK (common)"};

const char *words_register(enum mv_credit_register which)
{
    return (unsigned)which < MV_REGISTERS ? registers[which] : "all";
}

const char *words_unit(enum mv_credit_register which)
{
    return (unsigned)which < MV_SERVICES ? units[which] : "currency";
}

const char *words_key_type(uint8_t key_type)
{
    return key_type < KEY_TYPES ? key_types[key_type] : "?";
}

const char *words_show(enum mv_display_what what)
{
    static const char *const names[] = {
        [MV_SHOW_LOAD_SWITCH] = "load_switch",
        [MV_SHOW_ALL_SEGMENTS] = "display",
        [MV_SHOW_CREDIT] = "credit",
        [MV_SHOW_KRN] = "key_revision_number",
        [MV_SHOW_KT] = "key_type",
        [MV_SHOW_TI] = "tariff_index",
        [MV_SHOW_MAXIMUM_POWER] = "maximum_power",
        [MV_SHOW_TAMPER] = "tamper",
        [MV_SHOW_SOFTWARE] = "software",
        [MV_SHOW_PHASE_UNBALANCE] = "phase_unbalance",
        [MV_SHOW_WATER_FACTOR] = "water_factor",
        [MV_SHOW_TARIFF_RATE] = "tariff_rate",
        [MV_SHOW_EA] = "encryption_algorithm",
        [MV_SHOW_TCT] = "token_carrier_type",
        [MV_SHOW_KEN] = "key_expiry_number",
        [MV_SHOW_DRN] = "decoder_reference_number",
        [MV_SHOW_SGC] = "supply_group_code",
        [MV_SHOW_EXTENDED] = "extended",
        [MV_SHOW_FLAG] = "flag",
    };
    return names[what];
}

const char *words_manage(uint8_t subclass)
{
    switch (subclass) {
    case MV_MANAGE_MAXIMUM_POWER:
        return "maximum_power";
    case MV_MANAGE_CLEAR_CREDIT:
        return "clear_credit";
    case MV_MANAGE_TARIFF_RATE:
        return "tariff_rate";
    case MV_MANAGE_CLEAR_TAMPER:
        return "clear_tamper";
    case MV_MANAGE_PHASE_UNBALANCE:
        return "phase_unbalance";
    case MV_MANAGE_WATER_FACTOR:
        return "water_factor";
    default:
        return "extended";
    }
}

/* `value` / 10^places without zeros at the end. */
static void fraction(int64_t value, int places, char text[WORDS_QUANTITY])
{
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    uint64_t one = 1;
    for (int i = 0; i < places; i++)
        one *= 10;
    (void)snprintf(text, WORDS_QUANTITY, "%s%" PRIu64 ".%0*d", value < 0 ? "-" : "", magnitude / one, places,
                   (int)(magnitude % one));
    size_t length = strlen(text);
    while (text[length - 1] == '0')
        length--;
    if (text[length - 1] == '.')
        length--;
    text[length] = '\0';
}

void words_quantity(enum mv_credit_register which, int64_t value, char text[WORDS_QUANTITY])
{
    if (which == MV_REGISTER_TIME)
        (void)snprintf(text, WORDS_QUANTITY, "%" PRId64, value);
    else
        fraction(value, (unsigned)which < MV_SERVICES ? MILLI_PLACES : CURRENCY_PLACES, text);
}

void words_supply_group(uint32_t supply_group, char text[WORDS_QUANTITY])
{
    if (supply_group == MV_SGC_UNKNOWN)
        (void)snprintf(text, WORDS_QUANTITY, "unknown");
    else
        (void)snprintf(text, WORDS_QUANTITY, "%06" PRIu32, supply_group);
}

void words_limit(uint32_t watts, char text[WORDS_QUANTITY])
{
    if (watts == MV_LIMIT_NONE)
        (void)snprintf(text, WORDS_QUANTITY, "none");
    else
        (void)snprintf(text, WORDS_QUANTITY, "%" PRIu32, watts);
}

void words_item(const struct mv_display_item *item, char text[WORDS_QUANTITY])
{
    switch (item->what) {
    case MV_SHOW_CREDIT:
        words_quantity((enum mv_credit_register)item->index, item->value, text);
        return;
    case MV_SHOW_MAXIMUM_POWER:
    case MV_SHOW_PHASE_UNBALANCE:
        words_limit(item->value == MV_SHOW_NONE ? MV_LIMIT_NONE : (uint32_t)item->value, text);
        return;
    case MV_SHOW_SGC:
        words_supply_group(item->value == MV_SHOW_NONE ? MV_SGC_UNKNOWN : (uint32_t)item->value, text);
        return;
    case MV_SHOW_DRN:
        (void)snprintf(text, WORDS_QUANTITY, "%0*" PRId64, (int)item->index, item->value);
        return;
    case MV_SHOW_SOFTWARE:
        (void)snprintf(text, WORDS_QUANTITY, "%d.%d.%d", (int)(item->value / 10000), (int)(item->value / 100 % 100),
                       (int)(item->value % 100));
        return;
    case MV_SHOW_LOAD_SWITCH:
    case MV_SHOW_ALL_SEGMENTS:
        (void)snprintf(text, WORDS_QUANTITY, "tested");
        return;
    default:
        (void)snprintf(text, WORDS_QUANTITY, "%" PRId64, item->value);
    }
}

void words_sections(uint8_t present, char text[WORDS_QUANTITY])
{
    size_t used = 0;
    (void)snprintf(text, WORDS_QUANTITY, "none");
    for (unsigned i = 0; i < MV_KEY_SECTIONS; i++) {
        if ((present >> i & 1U) != 0)
            used += (size_t)snprintf(text + used, WORDS_QUANTITY - used, "%s%u", used == 0 ? "" : " ", i + 1);
    }
}
