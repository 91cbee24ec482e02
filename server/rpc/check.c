#include "rpc/check.h"

#include <string.h>

#include "base/utf8.h"

enum { VARINT = 0, FIXED64 = 1, LENGTH = 2, FIXED32 = 5 };

struct bytes {
    const uint8_t *at;
    const uint8_t *end;
};

static mv_status malformed(const char *where)
{
    return mv_fail(MV_INVALID_FIELD, where);
}

/* Longest form that protobuf-c reads: of a field's key and of a length, and of a value. */
enum { SHORT_VARINT = 5, LONG_VARINT = 10 };

static bool take_varint(struct bytes *bytes, unsigned longest, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; shift < 7 * longest && bytes->at < bytes->end; shift += 7) {
        uint8_t byte = *bytes->at++;
        if (shift == 63 && byte > 1)
            return false;
        *value |= (uint64_t)(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0)
            return true;
    }
    return false;
}

static bool take(struct bytes *bytes, uint64_t size, struct bytes *taken)
{
    if (size > (size_t)(bytes->end - bytes->at))
        return false;
    *taken = (struct bytes){bytes->at, bytes->at + size};
    bytes->at += size;
    return true;
}

static bool take_value(struct bytes *bytes, unsigned wire_type, struct bytes *value)
{
    uint64_t number;
    switch (wire_type) {
    case VARINT:
        value->at = bytes->at;
        if (!take_varint(bytes, LONG_VARINT, &number))
            return false;
        value->end = bytes->at;
        return true;
    case FIXED64:
        return take(bytes, 8, value);
    case FIXED32:
        return take(bytes, 4, value);
    case LENGTH:
        return take_varint(bytes, SHORT_VARINT, &number) && take(bytes, number, value);
    default: /* groups are not of this century */
        return false;
    }
}

static unsigned wire_type_of(ProtobufCType type)
{
    switch (type) {
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_FLOAT:
        return FIXED32;
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_DOUBLE:
        return FIXED64;
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_BYTES:
    case PROTOBUF_C_TYPE_MESSAGE:
        return LENGTH;
    default:
        return VARINT;
    }
}

/* Elements of a packed field; false when the bytes do not end with an element. */
static bool count_packed(struct bytes packed, unsigned wire_type, size_t *count)
{
    size_t size = (size_t)(packed.end - packed.at);
    size_t width = wire_type == FIXED32 ? 4 : 8;
    *count = size / width;
    if (wire_type != VARINT)
        return size % width == 0;
    *count = 0;
    for (uint64_t ignored; packed.at < packed.end; (*count)++)
        if (!take_varint(&packed, LONG_VARINT, &ignored))
            return false;
    return true;
}

struct checker {
    uint32_t max_repeated;
    uint32_t seen[RPC_MAX_DEPTH][RPC_MAX_FIELDS];
};

static mv_status check_level(struct checker *checker, const ProtobufCMessageDescriptor *type, struct bytes bytes,
                             unsigned depth);

/* How many elements of the field this value brings. */
static mv_status count_value(const ProtobufCFieldDescriptor *field, unsigned wire_type, struct bytes value,
                             size_t *count)
{
    unsigned expected = wire_type_of(field->type);
    *count = 1;
    if (wire_type == expected)
        return mv_ok();
    if (field->label != PROTOBUF_C_LABEL_REPEATED || wire_type != LENGTH || !count_packed(value, expected, count))
        return malformed(field->name);
    return mv_ok();
}

static bool other_member_seen(const struct checker *checker, const ProtobufCMessageDescriptor *type, unsigned index,
                              unsigned depth)
{
    const ProtobufCFieldDescriptor *field = &type->fields[index];
    if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0)
        return false;
    for (unsigned i = 0; i < type->n_fields; i++)
        if (i != index && checker->seen[depth][i] > 0 && (type->fields[i].flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0 &&
            type->fields[i].quantifier_offset == field->quantifier_offset)
            return true;
    return false;
}

static mv_status check_count(struct checker *checker, const ProtobufCMessageDescriptor *type, unsigned index,
                             size_t count, unsigned depth)
{
    const ProtobufCFieldDescriptor *field = &type->fields[index];
    bool repeated = field->label == PROTOBUF_C_LABEL_REPEATED;
    uint32_t limit = repeated ? checker->max_repeated : 1;
    uint32_t *seen = &checker->seen[depth][index];
    if (count > limit - *seen)
        return mv_fail(repeated ? MV_REQUEST_TOO_LARGE : MV_INVALID_FIELD, field->name);
    *seen += (uint32_t)count;
    return other_member_seen(checker, type, index, depth) ? malformed(field->name) : mv_ok();
}

static mv_status check_field(struct checker *checker, const ProtobufCMessageDescriptor *type, unsigned index,
                             unsigned wire_type, struct bytes value, unsigned depth)
{
    const ProtobufCFieldDescriptor *field = &type->fields[index];
    size_t count;
    MV_TRY(count_value(field, wire_type, value, &count));
    MV_TRY(check_count(checker, type, index, count, depth));
    if (field->type == PROTOBUF_C_TYPE_MESSAGE)
        return check_level(checker, field->descriptor, value, depth + 1);
    if (field->type == PROTOBUF_C_TYPE_STRING && !mv_utf8_ok(value.at, (size_t)(value.end - value.at)))
        return malformed(field->name);
    return mv_ok();
}

static mv_status check_level(struct checker *checker, const ProtobufCMessageDescriptor *type, struct bytes bytes,
                             unsigned depth)
{
    if (depth >= RPC_MAX_DEPTH || type->n_fields > RPC_MAX_FIELDS)
        return malformed("request: nested too deep");
    memset(checker->seen[depth], 0, type->n_fields * sizeof checker->seen[depth][0]);
    uint32_t unknown = 0;
    while (bytes.at < bytes.end) {
        uint64_t key;
        struct bytes value;
        if (!take_varint(&bytes, SHORT_VARINT, &key) || key > UINT32_MAX || key >> 3 == 0 ||
            !take_value(&bytes, (unsigned)(key & 7), &value))
            return malformed("request: not a message of this type");
        const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field(type, (unsigned)(key >> 3));
        if (field != NULL)
            MV_TRY(check_field(checker, type, (unsigned)(field - type->fields), (unsigned)(key & 7), value, depth));
        else if (++unknown > checker->max_repeated)
            return mv_fail(MV_REQUEST_TOO_LARGE, "request: unknown fields");
    }
    return mv_ok();
}

mv_status rpc_check_bytes(const ProtobufCMessageDescriptor *type, const uint8_t *data, size_t size,
                          uint32_t max_repeated)
{
    if (size == 0)
        return mv_ok();
    struct checker checker;
    checker.max_repeated = max_repeated;
    return check_level(&checker, type, (struct bytes){data, data + size}, 0);
}

static mv_status check_type(const ProtobufCMessageDescriptor *type, const ProtobufCMessageDescriptor *path[],
                            unsigned depth)
{
    if (depth >= RPC_MAX_DEPTH || type->n_fields > RPC_MAX_FIELDS)
        return mv_fail(MV_CONFIG_INVALID, type->name);
    for (unsigned i = 0; i < depth; i++)
        if (path[i] == type)
            return mv_fail(MV_CONFIG_INVALID, type->name);
    path[depth] = type;
    for (unsigned i = 0; i < type->n_fields; i++)
        if (type->fields[i].type == PROTOBUF_C_TYPE_MESSAGE)
            MV_TRY(check_type(type->fields[i].descriptor, path, depth + 1));
    return mv_ok();
}

mv_status rpc_check_type(const ProtobufCMessageDescriptor *type)
{
    const ProtobufCMessageDescriptor *path[RPC_MAX_DEPTH];
    return check_type(type, path, 0);
}
