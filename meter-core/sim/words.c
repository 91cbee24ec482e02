#include "words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { MILLI_PLACES = 3, CURRENCY_PLACES = 5, KEY_TYPES = 4 };

static const struct {
    enum mv_result result;
    const char *name;
    const char *explanation;
} results[] = {
    {MV_DONE, "DONE", "done"},
    {MV_ACCEPT, "ACCEPT", "accepted"},
    {MV_KCT_1ST, "KCT_1ST", "first section of a key change"},
    {MV_KCT_2ND, "KCT_2ND", "second section of a key change"},
    {MV_KCT_3RD, "KCT_3RD", "third section of a key change"},
    {MV_KCT_4TH, "KCT_4TH", "fourth section of a key change"},
    {MV_OVERFLOW_ERROR, "OVERFLOW_ERROR", "the credit register is full; the token stays valid"},
    {MV_KEY_TYPE_ERROR, "KEY_TYPE_ERROR", "the meter's key is not of a type for this"},
    {MV_FORMAT_ERROR, "FORMAT_ERROR", "a token is 20 digits"},
    {MV_RANGE_ERROR, "RANGE_ERROR", "a value lies outside what the meter takes"},
    {MV_FUNCTION_ERROR, "FUNCTION_ERROR", "this meter has no such function"},
    {MV_OLD_ERROR, "OLD_ERROR", "this token is older than those the meter remembers"},
    {MV_USED_ERROR, "USED_ERROR", "this token was entered before"},
    {MV_KEY_EXPIRED_ERROR, "KEY_EXPIRED_ERROR", "the meter's key had expired when this token was made"},
    {MV_DDTK_ERROR, "DDTK_ERROR", "the meter still has a default key and takes no credit"},
    {MV_CRC_ERROR, "CRC_ERROR", "wrong digits, or a token for another meter"},
    {MV_MFR_CODE_ERROR, "MFR_CODE_ERROR", "a test for another manufacturer's meters"},
    {MV_LOCKOUT_ACTIVE, "LOCKOUT_ACTIVE", "too many wrong entries; wait, or enter only tests"},
    {MV_STORAGE_ERROR, "STORAGE_ERROR", "the meter's memory is damaged, or cannot be read or written"},
    {MV_CHECK_DIGIT_ERROR, "CHECK_DIGIT_ERROR", "a check digit is wrong"},
    {MV_KEY_INTEGRITY_ERROR, "KEY_INTEGRITY_ERROR", "the wrapped key does not open"},
    {MV_NOT_PROVISIONED, "NOT_PROVISIONED", "the meter has no key yet"},
    {MV_ALREADY_PROVISIONED, "ALREADY_PROVISIONED", "the meter has its key already"},
    {MV_OTHER_FORMAT, "OTHER_FORMAT", "the meter's memory was written by another version of this program"},
};

static const char *const registers[MV_REGISTERS] = {
    "electricity", "water", "gas", "time", "electricity-currency", "water-currency", "gas-currency", "time-currency"};
static const char *const units[MV_SERVICES] = {"kWh", "m3", "m3", "s"};
static const char *const key_types[KEY_TYPES] = {"DITK (manufacturer)", "DDTK (default)", "DUTK (unique)",
                                                 "DCTK (common)"};

const char *words_name(enum mv_result result)
{
    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++) {
        if (results[i].result == result)
            return results[i].name;
    }
    return "UNKNOWN";
}

const char *words_explain(enum mv_result result)
{
    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++) {
        if (results[i].result == result)
            return results[i].explanation;
    }
    return "no explanation";
}

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
    int64_t one = 1;
    for (int i = 0; i < places; i++)
        one *= 10;
    (void)snprintf(text, WORDS_QUANTITY, "%" PRId64 ".%0*d", value / one, places, (int)(value % one));
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
