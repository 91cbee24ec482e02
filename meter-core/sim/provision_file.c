#include "provision_file.h"

#include <string.h>

#include "hex.h"

enum { KEN_MAX = 255, PAN_SIZE = 18, DECIMAL_MAX_DIGITS = 6 };

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

/* `fault` is what the user reads when the value is not taken. */
static const struct field {
    const char *name;
    bool (*take)(struct span value, struct provision_file *file);
    const char *fault;
} fields[] = {
    {"meter_pan", take_pan, "meter_pan is not a valid 18-digit PAN"},
    {"encryption_algorithm", take_algorithm, "encryption_algorithm must be 7 or 11"},
    {"key_type", take_key_type, "key_type must be 0..3"},
    {"supply_group_code", take_supply_group, "supply_group_code must be 6 digits"},
    {"key_revision_number", take_key_revision, "key_revision_number must be 1..9"},
    {"tariff_index", take_tariff_index, "tariff_index must be 0..99"},
    {"key_expiry_number", take_key_expiry, "key_expiry_number must be 0..255"},
    {"base_date", take_base_date, "base_date must be 1993, 2014 or 2035"},
    {"tid_fill", take_tid_fill, "tid_fill must be 6 hex digits"},
    {"wrapped_key", take_wrapped_key, "wrapped_key must be 48 hex digits"},
};
enum { FIELDS = sizeof fields / sizeof fields[0] };

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
        if (!span_is(name, fields[i].name))
            continue;
        if (*seen & 1U << i)
            return "a name stands there twice";
        *seen |= 1U << i;
        return fields[i].take(value, file) ? NULL : fields[i].fault;
    }
    return "a name is unknown";
}

const char *provision_file_parse(const char *text, size_t length, struct provision_file *file)
{
    struct span rest = {text, length};
    struct span line;
    unsigned seen = 0;
    memset(file, 0, sizeof *file);
    if (length > PROVISION_MAX_SIZE)
        return "the file is too long";
    if (!next_line(&rest, &line) || !span_is(line, "metervault-provision 1"))
        return "the first line is not `metervault-provision 1`";
    while (next_line(&rest, &line)) {
        if (line.length == 0)
            continue;
        const char *fault = take_line(line, file, &seen);
        if (fault != NULL)
            return fault;
    }
    return seen == (1U << FIELDS) - 1 ? NULL : "a name is missing";
}
