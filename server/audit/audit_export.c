#include "audit/audit_export.h"

#include <jansson.h>
#include <string.h>

#include "base/lines.h"

enum { KEYS = 9 };

mv_status audit_export_line(const struct audit_record *record, char *line, size_t size)
{
    char hash[2 * AUDIT_HASH + 1];
    if (record->sequence > AUDIT_LAST_SEQUENCE)
        return mv_fail(MV_INVALID_FIELD, "sequence");
    mv_line_hex(record->hash, AUDIT_HASH, hash);
    json_t *object =
        json_pack("{s:I, s:I, s:I, s:s, s:s, s:s, s:s, s:s, s:s}", "chain", (json_int_t)record->chain, "sequence",
                  (json_int_t)record->sequence, "time_unix_us", (json_int_t)record->time_unix_us, "principal",
                  record->principal, "action", record->action, "object", record->object, "outcome", record->outcome,
                  "detail", record->detail, "hash", hash);
    if (object == NULL)
        return mv_fail(MV_INVALID_FIELD, "audit record text");
    size_t length = json_dumpb(object, line, size, JSON_COMPACT);
    json_decref(object);
    if (length == 0 || length + 2 > size)
        return mv_fail(MV_INVALID_FIELD, "audit record line");
    line[length] = '\n';
    line[length + 1] = '\0';
    return mv_ok();
}

static mv_status get_number(const json_t *object, const char *key, int64_t highest, int64_t *number)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_integer(value))
        return mv_fail(MV_INVALID_FIELD, key);
    *number = json_integer_value(value);
    if (*number < 0 || *number > highest)
        return mv_fail(MV_INVALID_FIELD, key);
    return mv_ok();
}

static mv_status get_text(const json_t *object, const char *key, char *text, size_t size)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_string(value) || json_string_length(value) >= size)
        return mv_fail(MV_INVALID_FIELD, key);
    memcpy(text, json_string_value(value), json_string_length(value) + 1);
    return mv_ok();
}

static mv_status get_hash(const json_t *object, uint8_t hash[AUDIT_HASH])
{
    char text[2 * AUDIT_HASH + 1];
    MV_TRY(get_text(object, "hash", text, sizeof text));
    return mv_line_unhex(text, hash, AUDIT_HASH) ? mv_ok() : mv_fail(MV_INVALID_FIELD, "hash");
}

static mv_status get_record(const json_t *object, struct audit_record *record)
{
    int64_t chain, sequence;
    /* all nine keys are asked for below: a tenth is one too many */
    if (!json_is_object(object) || json_object_size(object) != KEYS)
        return mv_fail(MV_INVALID_FIELD, "audit record");
    MV_TRY(get_number(object, "chain", UINT32_MAX, &chain));
    MV_TRY(get_number(object, "sequence", AUDIT_LAST_SEQUENCE, &sequence));
    MV_TRY(get_number(object, "time_unix_us", INT64_MAX, &record->time_unix_us));
    MV_TRY(get_text(object, "principal", record->principal, sizeof record->principal));
    MV_TRY(get_text(object, "action", record->action, sizeof record->action));
    MV_TRY(get_text(object, "object", record->object, sizeof record->object));
    MV_TRY(get_text(object, "outcome", record->outcome, sizeof record->outcome));
    MV_TRY(get_text(object, "detail", record->detail, sizeof record->detail));
    MV_TRY(get_hash(object, record->hash));
    record->chain = (uint32_t)chain;
    record->sequence = (uint64_t)sequence;
    return mv_ok();
}

mv_status audit_import_line(const char *line, size_t length, struct audit_record *record)
{
    json_error_t error;
    json_t *object = json_loadb(line, length, JSON_REJECT_DUPLICATES, &error);
    if (object == NULL)
        return mv_fail(MV_INVALID_FIELD, "audit record");
    memset(record, 0, sizeof *record);
    mv_status status = get_record(object, record);
    json_decref(object);
    return status;
}
