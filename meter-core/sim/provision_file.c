#include "provision_file.h"

#include <string.h>

#include "hex.h"

enum { KEN_MAX = 255, PAN_SIZE = 18, DECIMAL_MAX_DIGITS = 6, CARRIER_MAX = 99 };

/* A piece of the text. */
struct span {
    const char *at;
    size_t length;
};

static bool span_is(struct span span, const char *text)
{
    return span.length == strlen(text) && memcmp(span.at, text, span.length) == 0;
}

/* Unsigned, at most 6 digits and at most `max`. */
static bool decimal(struct span span, uint32_t max, uint32_t *value)
{
    *value = 0;
    if (span.length == 0 || span.length > DECIMAL_MAX_DIGITS)
        return false;
    for (size_t i = 0; i < span.length; i++) {
        if (span.at[i] < '0' || span.at[i] > '9')
            return false;
        *value = *value * 10 + (uint32_t)(span.at[i] - '0');
    }
    return *value <= max;
}

static bool small(struct span span, uint32_t max, uint8_t *value)
{
    uint32_t number = 0;
    if (!decimal(span, max, &number))
        return false;
    *value = (uint8_t)number;
    return true;
}

static bool take_pan(struct span value, struct provision_file *file)
{
    if (value.length != PAN_SIZE || mv_pan_check(value.at) != MV_DONE)
        return false;
    memcpy(file->identity.pan, value.at, PAN_SIZE);
    return true;
}

static bool take_algorithm(struct span value, struct provision_file *file)
{
    uint8_t *ea = &file->identity.key.ea;
    return small(value, MV_EA_MISTY1, ea) && (*ea == MV_EA_STA || *ea == MV_EA_MISTY1);
}

static bool take_key_type(struct span value, struct provision_file *file)
{
    return small(value, MV_KT_MAX, &file->identity.key_type);
}

static bool take_supply_group(struct span value, struct provision_file *file)
{
    return value.length == 6 && decimal(value, MV_SGC_MAX, &file->identity.supply_group);
}

static bool take_key_revision(struct span value, struct provision_file *file)
{
    return small(value, MV_KRN_MAX, &file->identity.key_revision) && file->identity.key_revision > 0;
}

static bool take_tariff_index(struct span value, struct provision_file *file)
{
    return small(value, MV_TI_MAX, &file->identity.tariff_index);
}

static bool take_key_expiry(struct span value, struct provision_file *file)
{
    return small(value, KEN_MAX, &file->identity.key_expiry);
}

static bool take_base_date(struct span value, struct provision_file *file)
{
    uint32_t year = 0;
    uint64_t minutes = 0;
    if (!decimal(value, UINT16_MAX, &year) || mv_sts_base_minutes((uint16_t)year, &minutes) != MV_DONE)
        return false;
    file->base_date = (uint16_t)year;
    return true;
}

static bool take_tid_fill(struct span value, struct provision_file *file)
{
    uint8_t bytes[3];
    if (!hex_parse(value.at, value.length, bytes, sizeof bytes))
        return false;
    file->tid_fill = (uint32_t)bytes[0] << 16 | (uint32_t)bytes[1] << 8 | bytes[2];
    return true;
}

static bool take_wrapped_key(struct span value, struct provision_file *file)
{
    return hex_parse(value.at, value.length, file->wrapped_key, sizeof file->wrapped_key);
}

static bool take_token_carrier(struct span value, struct provision_file *file)
{
    return small(value, CARRIER_MAX, &file->token_carrier) && file->token_carrier > 0;
}

static bool take_key_generation(struct span value, struct provision_file *file)
{
    return small(value, 4, &file->key_generation) && (file->key_generation == 2 || file->key_generation == 4);
}

static bool take_firmware(struct span value, struct provision_file *file)
{
    if (value.length == 0 || value.length > PROVISION_FIRMWARE)
        return false;
    for (size_t i = 0; i < value.length; i++)
        if (value.at[i] <= ' ' || value.at[i] > '~')
            return false;
    memcpy(file->firmware, value.at, value.length);
    return true;
}

static bool take_key_kcv(struct span value, struct provision_file *file)
{
    return hex_parse(value.at, value.length, file->key_kcv, sizeof file->key_kcv);
}

static bool take_record_domain(struct span value, struct provision_file *file)
{
    return hex_parse(value.at, value.length, file->records.domain, sizeof file->records.domain);
}

static bool take_record_epoch(struct span value, struct provision_file *file)
{
    uint32_t epoch = 0;
    if (!decimal(value, UINT16_MAX, &epoch))
        return false;
    file->records.epoch = (uint16_t)epoch;
    return true;
}

static bool take_mac_version(struct span value, struct provision_file *file)
{
    return small(value, UINT8_MAX, &file->records.mac_version) && file->records.mac_version > 0;
}

static bool take_enc_version(struct span value, struct provision_file *file)
{
    return small(value, UINT8_MAX, &file->records.enc_version) && file->records.enc_version > 0;
}

static bool take_wrapped_records(struct span value, struct provision_file *file)
{
    return hex_parse(value.at, value.length, file->records.wrapped, sizeof file->records.wrapped);
}

static bool take_record_kcvs(struct span value, struct provision_file *file)
{
    return hex_parse(value.at, value.length, file->records.kcvs[0], sizeof file->records.kcvs);
}

static bool take_card_version(struct span value, struct provision_file *file)
{
    return small(value, UINT8_MAX, &file->cards.meter_version) && file->cards.meter_version > 0;
}

static bool take_area_version(struct span value, struct provision_file *file)
{
    return small(value, UINT8_MAX, &file->cards.area_version);
}

static bool take_wrapped_cards(struct span value, struct provision_file *file)
{
    return hex_parse(value.at, value.length, file->cards.wrapped, sizeof file->cards.wrapped);
}

static bool take_card_kcvs(struct span value, struct provision_file *file)
{
    return hex_parse(value.at, value.length, file->cards.kcvs[0], sizeof file->cards.kcvs);
}

/* `needed` says when: ALWAYS, in version SECOND, with other lines of RECORDS or of CARDS, or NOT at all. */
enum need { ALWAYS, SECOND, RECORDS, CARDS, NOT };
/* `fault` is what the user reads when the value is not taken. */
static const struct field {
    const char *name;
    bool (*take)(struct span value, struct provision_file *file);
    const char *fault;
    enum need needed;
} fields[] = {
    {"meter_pan", take_pan, "meter_pan is not a valid 18-digit PAN", ALWAYS},
    {"encryption_algorithm", take_algorithm, "encryption_algorithm must be 7 or 11", ALWAYS},
    {"key_type", take_key_type, "key_type must be 0..3", ALWAYS},
    {"supply_group_code", take_supply_group, "supply_group_code must be 6 digits", ALWAYS},
    {"key_revision_number", take_key_revision, "key_revision_number must be 1..9", ALWAYS},
    {"tariff_index", take_tariff_index, "tariff_index must be 0..99", ALWAYS},
    {"key_expiry_number", take_key_expiry, "key_expiry_number must be 0..255", ALWAYS},
    {"base_date", take_base_date, "base_date must be 1993, 2014 or 2035", ALWAYS},
    {"tid_fill", take_tid_fill, "tid_fill must be 6 hex digits", ALWAYS},
    {"wrapped_key", take_wrapped_key, "wrapped_key must be 48 hex digits", ALWAYS},
    {"token_carrier", take_token_carrier, "token_carrier must be 1..99", SECOND},
    {"decoder_key_generation", take_key_generation, "decoder_key_generation must be 2 or 4", SECOND},
    {"key_kcv", take_key_kcv, "key_kcv must be 6 hex digits", SECOND},
    {"firmware", take_firmware, "firmware must be 1 to 32 visible characters", NOT},
    {"record_domain", take_record_domain, "record_domain must be 6 hex digits", RECORDS},
    {"record_epoch", take_record_epoch, "record_epoch must be 0..65535", RECORDS},
    {"record_mac_version", take_mac_version, "record_mac_version must be 1..255", RECORDS},
    {"record_enc_version", take_enc_version, "record_enc_version must be 1..255", RECORDS},
    {"wrapped_record_keys", take_wrapped_records, "wrapped_record_keys must be 112 hex digits", RECORDS},
    {"record_kcvs", take_record_kcvs, "record_kcvs must be 18 hex digits", RECORDS},
    {"card_key_version", take_card_version, "card_key_version must be 1..255", CARDS},
    {"card_area_version", take_area_version, "card_area_version must be 0..255", CARDS},
    {"wrapped_card_keys", take_wrapped_cards, "wrapped_card_keys must be 80 hex digits", CARDS},
    {"card_kcvs", take_card_kcvs, "card_kcvs must be 12 hex digits", CARDS},
};
enum { FIELDS = sizeof fields / sizeof fields[0] };

static unsigned fields_of(enum need needed)
{
    unsigned mask = 0;
    for (unsigned i = 0; i < FIELDS; i++)
        if (fields[i].needed == needed)
            mask |= 1U << i;
    return mask;
}

/* The next line without its end; false at the end of the text. */
static bool next_line(struct span *rest, struct span *line)
{
    if (rest->length == 0)
        return false;
    const char *end = memchr(rest->at, '\n', rest->length);
    size_t length = end == NULL ? rest->length : (size_t)(end - rest->at);
    *line = (struct span){rest->at, length};
    size_t used = end == NULL ? length : length + 1;
    rest->at += used;
    rest->length -= used;
    if (line->length > 0 && line->at[line->length - 1] == '\r')
        line->length--;
    return true;
}

/* Name and value with one space between them. */
static bool split(struct span line, struct span *name, struct span *value)
{
    const char *space = memchr(line.at, ' ', line.length);
    if (space == NULL)
        return false;
    *name = (struct span){line.at, (size_t)(space - line.at)};
    *value = (struct span){space + 1, line.length - name->length - 1};
    return true;
}

static const char *take_line(struct span line, struct provision_file *file, unsigned *seen)
{
    struct span name;
    struct span value;
    if (!split(line, &name, &value))
        return "a line is not `name value`";
    for (unsigned i = 0; i < FIELDS; i++) {
        if (!span_is(name, fields[i].name) || (file->version == 1 && fields[i].needed != ALWAYS))
            continue;
        if (*seen & 1U << i)
            return "a name stands there twice";
        *seen |= 1U << i;
        return fields[i].take(value, file) ? NULL : fields[i].fault;
    }
    return "a name is unknown";
}

static bool read_version(struct span line, struct provision_file *file)
{
    file->version = span_is(line, "metervault-provision 1") ? 1 : span_is(line, "metervault-provision 2") ? 2 : 0;
    return file->version != 0;
}

static bool is_whole(unsigned seen, struct provision_file *file)
{
    unsigned needed = fields_of(ALWAYS);
    unsigned records = fields_of(RECORDS);
    unsigned cards = fields_of(CARDS);
    file->with_cards = (seen & cards) != 0;
    file->with_records = file->with_cards || (seen & records) != 0; /* what cards bring is records */
    if (file->version > 1)
        needed |= fields_of(SECOND);
    if (file->with_records)
        needed |= records;
    if (file->with_cards)
        needed |= cards;
    return (seen & needed) == needed;
}

const char *provision_file_parse(const char *text, size_t length, struct provision_file *file)
{
    struct span rest = {text, length};
    struct span line;
    unsigned seen = 0;
    memset(file, 0, sizeof *file);
    if (length > PROVISION_MAX_SIZE)
        return "the file is too long";
    if (!next_line(&rest, &line) || !read_version(line, file))
        return "the first line is not `metervault-provision 1` or 2";
    while (next_line(&rest, &line)) {
        if (line.length == 0)
            continue;
        const char *fault = take_line(line, file, &seen);
        if (fault != NULL)
            return fault;
    }
    return is_whole(seen, file) ? NULL : "a name is missing";
}
