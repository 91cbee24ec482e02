/* Any message of the contract as JSON, from its descriptor. */
#include <stdio.h>
#include <stdlib.h>

#include "cli.h"

static json_t *enum_json(const ProtobufCFieldDescriptor *field, int value)
{
    const ProtobufCEnumValue *known = protobuf_c_enum_descriptor_get_value(field->descriptor, value);
    return known != NULL ? json_string(known->name) : json_integer(value);
}

static json_t *bytes_json(const ProtobufCBinaryData *data)
{
    char *hex = calloc(data->len + 1, 2);
    if (hex == NULL)
        return NULL;
    for (size_t i = 0; i < data->len; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", data->data[i]);
    json_t *text = json_string(hex);
    free(hex);
    return text;
}

/* `at` points to one value of the field's type. */
static json_t *value_json(const ProtobufCFieldDescriptor *field, const void *at)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
        return json_integer(*(const int32_t *)at);
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        return json_integer(*(const uint32_t *)at);
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
        return json_integer(*(const int64_t *)at);
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        return json_integer((json_int_t) * (const uint64_t *)at);
    case PROTOBUF_C_TYPE_BOOL:
        return json_boolean(*(const protobuf_c_boolean *)at);
    case PROTOBUF_C_TYPE_ENUM:
        return enum_json(field, *(const int *)at);
    case PROTOBUF_C_TYPE_STRING:
        return json_string(*(char *const *)at);
    case PROTOBUF_C_TYPE_BYTES:
        return bytes_json(at);
    case PROTOBUF_C_TYPE_MESSAGE:
        return cli_message_json(*(ProtobufCMessage *const *)at);
    default:
        return json_null(); /* the contract has no floating point */
    }
}

static size_t element_size(ProtobufCType type)
{
    switch (type) {
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        return sizeof(int64_t);
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE:
        return sizeof(void *);
    case PROTOBUF_C_TYPE_BYTES:
        return sizeof(ProtobufCBinaryData);
    default:
        return sizeof(int32_t);
    }
}

static json_t *list_json(const ProtobufCFieldDescriptor *field, const char *base)
{
    json_t *list = json_array();
    size_t count = *(const size_t *)(const void *)(base + field->quantifier_offset);
    const char *first = *(char *const *)(const void *)(base + field->offset);
    for (size_t i = 0; i < count; i++)
        if (json_array_append_new(list, value_json(field, first + i * element_size(field->type))) != 0) {
            json_decref(list);
            return NULL;
        }
    return list;
}

/* Not set: a message without value, or another member of its oneof. */
static bool is_set(const ProtobufCFieldDescriptor *field, const char *base)
{
    if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0)
        return *(const uint32_t *)(const void *)(base + field->quantifier_offset) == field->id;
    return field->type != PROTOBUF_C_TYPE_MESSAGE || *(void *const *)(const void *)(base + field->offset) != NULL;
}

json_t *cli_message_json(const ProtobufCMessage *message)
{
    const char *base = (const char *)message;
    json_t *object = json_object();
    for (unsigned i = 0; object != NULL && i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        json_t *value = NULL;
        if (field->label == PROTOBUF_C_LABEL_REPEATED)
            value = list_json(field, base);
        else if (is_set(field, base))
            value = value_json(field, base + field->offset);
        else
            continue;
        if (json_object_set_new(object, field->name, value) != 0) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}
