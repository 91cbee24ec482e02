#include "meter_data.h"

#include <string.h>

#include "hex.h"
#include "options.h"

static const char *const names[METER_TEXTS] = {
    "pan",           "sgc",      "krn",    "kt",          "ti",          "ea",    "base-date", "ken",
    "token-carrier", "firmware", "domain", "mac-version", "enc-version", "epoch", "card",      "card-area"};

const char *meter_text_name(size_t index)
{
    return names[index];
}

const char **meter_text_at(struct meter_text *text, size_t index)
{
    const char **const places[METER_TEXTS] = {
        &text->pan,         &text->sgc,   &text->krn,           &text->kt,       &text->ti,     &text->ea,
        &text->base_date,   &text->ken,   &text->token_carrier, &text->firmware, &text->domain, &text->mac_version,
        &text->enc_version, &text->epoch, &text->card,          &text->card_area};
    return places[index];
}

static bool wrong(struct meter_fault *fault, const char *name, const char *what)
{
    *fault = (struct meter_fault){name, what};
    return false;
}

static bool digits(const char *name, const char *text, size_t length, char *to, struct meter_fault *fault)
{
    if (text == NULL || strlen(text) != length || strspn(text, "0123456789") != length)
        return wrong(fault, name, length == 6 ? "needs 6 digits" : "needs 18 digits");
    memcpy(to, text, length + 1);
    return true;
}

static bool number(const char *name, const char *text, long low, long high, uint16_t *to, struct meter_fault *fault)
{
    long value = 0;
    if (!options_number(text, low, high, &value))
        return wrong(fault, name, text == NULL ? "is required" : "is not a number of its range");
    *to = (uint16_t)value;
    return true;
}

static bool small(const char *name, const char *text, long low, long high, uint8_t *to, struct meter_fault *fault)
{
    uint16_t value = 0;
    if (!number(name, text, low, high, &value, fault))
        return false;
    *to = (uint8_t)value;
    return true;
}

static bool read_key(const struct meter_text *text, struct meter_data *data, struct meter_fault *fault)
{
    struct mv_dkga_input *meter = &data->meter;
    if (!digits("pan", text->pan, 18, meter->pan, fault) || !digits("sgc", text->sgc, 6, meter->sgc, fault) ||
        !small("krn", text->krn, 1, 9, &meter->krn, fault) || !small("kt", text->kt, 1, 3, &meter->kt, fault) ||
        !small("ti", text->ti, 0, 99, &meter->ti, fault) || !small("ea", text->ea, 7, 11, &meter->ea, fault) ||
        !small("ken", text->ken, 0, 255, &data->expiry, fault))
        return false;
    if (meter->ea != MV_EA_STA && meter->ea != MV_EA_MISTY1)
        return wrong(fault, "ea", "is 7 or 11");
    if (!number("base-date", text->base_date, 1993, 2035, &meter->base_date, fault))
        return wrong(fault, "base-date", "is 1993, 2014 or 2035");
    return true;
}

static bool read_firmware(const char *text, char firmware[METER_FIRMWARE + 1], struct meter_fault *fault)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_+";
    if (text == NULL)
        return true;
    size_t length = strlen(text);
    if (length == 0 || length > METER_FIRMWARE || strspn(text, allowed) != length)
        return wrong(fault, "firmware", "is 1 to 32 of A-Z a-z 0-9 . - _ +");
    memcpy(firmware, text, length + 1);
    return true;
}

static bool read_records(const struct meter_text *text, struct meter_data *data, struct meter_fault *fault)
{
    struct hsm_record_export *records = &data->records;
    data->with_records = text->domain != NULL;
    if (!data->with_records) {
        bool alone = text->mac_version != NULL || text->enc_version != NULL || text->epoch != NULL;
        return !alone || wrong(fault, "domain", "is required with record keys");
    }
    if (strlen(text->domain) != 2 * sizeof records->owner.domain ||
        !hex_decode(text->domain, records->owner.domain, sizeof records->owner.domain))
        return wrong(fault, "domain", "needs 6 hex digits");
    memcpy(records->owner.pan, data->meter.pan, sizeof records->owner.pan);
    return small("mac-version", text->mac_version, 1, UINT8_MAX, &records->mac_version, fault) &&
           small("enc-version", text->enc_version, 1, UINT8_MAX, &records->enc_version, fault) &&
           number("epoch", text->epoch, 0, UINT16_MAX, &records->owner.epoch, fault);
}

static bool read_cards(const struct meter_text *text, struct meter_data *data, struct meter_fault *fault)
{
    struct hsm_card_export *cards = &data->cards;
    data->with_cards = text->card != NULL;
    if (!data->with_cards)
        return text->card_area == NULL || wrong(fault, "card", "is required with an area's card key");
    memcpy(cards->pan, data->meter.pan, sizeof cards->pan);
    if (!data->with_records)
        return wrong(fault, "domain", "is required with card keys: what a card brings is records");
    if (!small("card", text->card, 1, UINT8_MAX, &cards->meter_version, fault))
        return false;
    if (text->card_area == NULL)
        return true;
    memcpy(cards->domain, data->records.owner.domain, sizeof cards->domain);
    return small("card-area", text->card_area, 1, UINT8_MAX, &cards->area_version, fault);
}

bool meter_data_read(const struct meter_text *text, struct meter_data *data, struct meter_fault *fault)
{
    enum { KEYPAD = 2 };
    *data = (struct meter_data){.token_carrier = KEYPAD};
    if (text->token_carrier != NULL && !small("token-carrier", text->token_carrier, 1, 99, &data->token_carrier, fault))
        return false;
    return read_key(text, data, fault) && read_firmware(text->firmware, data->firmware, fault) &&
           read_records(text, data, fault) && read_cards(text, data, fault);
}
