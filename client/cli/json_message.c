#include "json_message.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool complain(char wrong[JSON_MESSAGE_WRONG], const char *name, const char *what)
{
    (void)snprintf(wrong, JSON_MESSAGE_WRONG, "%s %s", name, what);
    return false;
}

static bool read_number(const json_t *value, int64_t least, int64_t most, int64_t *number)
{
    if (!json_is_integer(value))
        return false;
    *number = json_integer_value(value);
    return *number >= least && *number <= most;
}

static bool read_enum(const json_t *value, const ProtobufCEnumDescriptor *type, int *number)
{
    const ProtobufCEnumValue *known =
        json_is_string(value) ? protobuf_c_enum_descriptor_get_value_by_name(type, json_string_value(value)) : NULL;
    if (known != NULL)
        *number = known->value;
    return known != NULL;
}

static bool read_text(const json_t *value, char **text)
{
    if (!json_is_string(value))
        return false;
    *text = strdup(json_string_value(value));
    return *text != NULL;
}

/* One value of the field's type at `at`. */
static bool read_value(const json_t *value, const ProtobufCFieldDescriptor *field, void *at,
                       char wrong[JSON_MESSAGE_WRONG])
{
    int64_t number = 0;
    int named = 0;
    switch (field->type) {
    case PROTOBUF_C_TYPE_UINT32:
        if (!read_number(value, 0, UINT32_MAX, &number))
            return complain(wrong, field->name, "is a whole number from 0 to 4294967295");
        *(uint32_t *)at = (uint32_t)number;
        return true;
    case PROTOBUF_C_TYPE_INT32:
        if (!read_number(value, INT32_MIN, INT32_MAX, &number))
            return complain(wrong, field->name, "is a whole number from -2147483648 to 2147483647");
        *(int32_t *)at = (int32_t)number;
        return true;
    case PROTOBUF_C_TYPE_INT64:
        if (!read_number(value, INT64_MIN, INT64_MAX, &number))
            return complain(wrong, field->name, "is a whole number");
        *(int64_t *)at = number;
        return true;
    case PROTOBUF_C_TYPE_UINT64:
        if (!read_number(value, 0, INT64_MAX, &number))
            return complain(wrong, field->name, "is a whole number from 0 to 9223372036854775807");
        *(uint64_t *)at = (uint64_t)number;
        return true;
    case PROTOBUF_C_TYPE_BOOL:
        *(protobuf_c_boolean *)at = json_is_true(value);
        return json_is_boolean(value) || complain(wrong, field->name, "is true or false");
    case PROTOBUF_C_TYPE_ENUM:
        if (!read_enum(value, field->descriptor, &named))
            return complain(wrong, field->name, "is not one of its names");
        *(int *)at = named;
        return true;
    case PROTOBUF_C_TYPE_STRING:
        return read_text(value, at) || complain(wrong, field->name, "is a text");
    case PROTOBUF_C_TYPE_MESSAGE:
        *(ProtobufCMessage **)at = json_message_read(value, field->descriptor, wrong);
        return *(ProtobufCMessage **)at != NULL;
    default:
        return complain(wrong, field->name, "cannot be given in JSON");
    }
}

static size_t size_of(const ProtobufCFieldDescriptor *field)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE:
        return sizeof(void *);
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_UINT64:
        return sizeof(int64_t);
    default:
        return sizeof(int32_t);
    }
}

/* The count grows with the elements, so that what was read is freed whatever comes. */
static bool read_list(const json_t *list, const ProtobufCFieldDescriptor *field, char *base,
                      char wrong[JSON_MESSAGE_WRONG])
{
    size_t *count = (size_t *)(void *)(base + field->quantifier_offset);
    size_t size = json_array_size(list);
    if (!json_is_array(list))
        return complain(wrong, field->name, "is a list");
    if (size == 0)
        return true;
    char *elements = calloc(size, size_of(field));
    if (elements == NULL)
        return complain(wrong, field->name, "does not fit into memory");
    *(char **)(void *)(base + field->offset) = elements;
    for (size_t i = 0; i < size; i++) {
        if (!read_value(json_array_get(list, i), field, elements + i * size_of(field), wrong))
            return false;
        *count = i + 1;
    }
    return true;
}

static bool read_field(const json_t *value, const ProtobufCFieldDescriptor *field, char *base,
                       char wrong[JSON_MESSAGE_WRONG])
{
    if (field->label == PROTOBUF_C_LABEL_REPEATED)
        return read_list(value, field, base, wrong);
    if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0)
        return read_value(value, field, base + field->offset, wrong);
    uint32_t *which = (uint32_t *)(void *)(base + field->quantifier_offset);
    if (*which != 0)
        return complain(wrong, field->name, "stands beside another one of which only one may be");
    if (!read_value(value, field, base + field->offset, wrong))
        return false;
    *which = field->id;
    return true;
}

static bool read_fields(const json_t *object, ProtobufCMessage *message, char wrong[JSON_MESSAGE_WRONG])
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, name, value)
    {
        const ProtobufCFieldDescriptor *field =
            protobuf_c_message_descriptor_get_field_by_name(message->descriptor, name);
        if (field == NULL)
            return complain(wrong, name, "is not a field here");
        if (!read_field(value, field, (char *)message, wrong))
            return false;
    }
    return true;
}

ProtobufCMessage *json_message_read(const json_t *object, const ProtobufCMessageDescriptor *type,
                                    char wrong[JSON_MESSAGE_WRONG])
{
    ProtobufCMessage *message = json_is_object(object) ? malloc(type->sizeof_message) : NULL;
    if (message == NULL) {
        (void)complain(wrong, type->short_name, "is an object");
        return NULL;
    }
    type->message_init(message);
    if (read_fields(object, message, wrong))
        return message;
    protobuf_c_message_free_unpacked(message, NULL);
    return NULL;
}
