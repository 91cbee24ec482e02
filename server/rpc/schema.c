#include "rpc/schema.h"

#include <stdlib.h>
#include <string.h>

static size_t varint(const uint8_t *data, size_t *at)
{
    size_t value = 0;
    unsigned shift = 0;
    uint8_t byte;
    do {
        byte = data[(*at)++];
        value |= (size_t)(byte & 0x7f) << shift;
        shift += 7;
    } while ((byte & 0x80) != 0);
    return value;
}

/* The set is `repeated FileDescriptorProto file = 1`, so the bytes of each file stand in a row. protobuf-c has read the
 * same bytes before: they are whole. */
static void find_bytes(struct rpc_schema *schema, const uint8_t *data)
{
    size_t at = 0;
    for (size_t i = 0; i < schema->count; i++) {
        at++;
        size_t size = varint(data, &at);
        schema->files[i] = (struct rpc_schema_file){schema->set->file[i], data + at, size};
        at += size;
    }
}

mv_status rpc_schema_open(const uint8_t *data, size_t size, struct rpc_schema **schema)
{
    struct rpc_schema *made = calloc(1, sizeof *made);
    if (made == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "descriptor set");
    *schema = made;
    made->set = google__protobuf__file_descriptor_set__unpack(NULL, size, data);
    if (made->set == NULL || made->set->n_file == 0 || made->set->base.n_unknown_fields != 0)
        return mv_fail(MV_CONFIG_INVALID, "descriptor set");
    made->count = made->set->n_file;
    made->files = calloc(made->count, sizeof *made->files);
    if (made->files == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "descriptor set");
    find_bytes(made, data);
    return mv_ok();
}

void rpc_schema_close(struct rpc_schema *schema)
{
    if (schema == NULL)
        return;
    google__protobuf__file_descriptor_set__free_unpacked(schema->set, NULL);
    free(schema->files);
    free(schema);
}

/* What follows "prefix." in `name`; `name` itself for an empty prefix; NULL when it does not begin so. */
static const char *below(const char *name, const char *prefix)
{
    size_t length = prefix != NULL ? strlen(prefix) : 0;
    if (length == 0 || name == NULL)
        return name;
    return strncmp(name, prefix, length) == 0 && name[length] == '.' ? name + length + 1 : NULL;
}

const Google__Protobuf__MethodDescriptorProto *rpc_schema_method(const struct rpc_schema *schema, const char *service,
                                                                 const char *method)
{
    for (size_t i = 0; i < schema->count; i++) {
        const Google__Protobuf__FileDescriptorProto *file = schema->files[i].descriptor;
        const char *name = below(service, file->package);
        for (size_t k = 0; name != NULL && k < file->n_service; k++) {
            const Google__Protobuf__ServiceDescriptorProto *candidate = file->service[k];
            if (strcmp(candidate->name, name) != 0)
                continue;
            for (size_t m = 0; m < candidate->n_method; m++)
                if (strcmp(candidate->method[m]->name, method) == 0)
                    return candidate->method[m];
        }
    }
    return NULL;
}

const struct rpc_schema_file *rpc_schema_file(const struct rpc_schema *schema, const char *name)
{
    for (size_t i = 0; i < schema->count; i++)
        if (strcmp(schema->files[i].descriptor->name, name) == 0)
            return &schema->files[i];
    return NULL;
}

static bool in_enum(const Google__Protobuf__EnumDescriptorProto *type, const char *name)
{
    if (strcmp(type->name, name) == 0)
        return true;
    /* values live in the scope around their enum; some tools write them below it */
    const char *rest = below(name, type->name);
    for (size_t i = 0; i < type->n_value; i++)
        if (strcmp(type->value[i]->name, rest != NULL ? rest : name) == 0)
            return true;
    return false;
}

static bool in_message(const Google__Protobuf__DescriptorProto *type, const char *name)
{
    if (strcmp(type->name, name) == 0)
        return true;
    const char *rest = below(name, type->name);
    if (rest == NULL)
        return false;
    for (size_t i = 0; i < type->n_field; i++)
        if (strcmp(type->field[i]->name, rest) == 0)
            return true;
    for (size_t i = 0; i < type->n_oneof_decl; i++)
        if (strcmp(type->oneof_decl[i]->name, rest) == 0)
            return true;
    for (size_t i = 0; i < type->n_enum_type; i++)
        if (in_enum(type->enum_type[i], rest))
            return true;
    for (size_t i = 0; i < type->n_nested_type; i++)
        if (in_message(type->nested_type[i], rest))
            return true;
    return false;
}

static bool in_service(const Google__Protobuf__ServiceDescriptorProto *service, const char *name)
{
    if (strcmp(service->name, name) == 0)
        return true;
    const char *rest = below(name, service->name);
    for (size_t i = 0; rest != NULL && i < service->n_method; i++)
        if (strcmp(service->method[i]->name, rest) == 0)
            return true;
    return false;
}

static bool in_file(const Google__Protobuf__FileDescriptorProto *file, const char *name)
{
    for (size_t i = 0; i < file->n_service; i++)
        if (in_service(file->service[i], name))
            return true;
    for (size_t i = 0; i < file->n_message_type; i++)
        if (in_message(file->message_type[i], name))
            return true;
    for (size_t i = 0; i < file->n_enum_type; i++)
        if (in_enum(file->enum_type[i], name))
            return true;
    return false;
}

const struct rpc_schema_file *rpc_schema_symbol(const struct rpc_schema *schema, const char *symbol)
{
    for (size_t i = 0; i < schema->count; i++) {
        const char *name = below(symbol, schema->files[i].descriptor->package);
        if (name != NULL && in_file(schema->files[i].descriptor, name))
            return &schema->files[i];
    }
    return NULL;
}

static bool contains(const struct rpc_schema_file **files, size_t count, const struct rpc_schema_file *file)
{
    for (size_t i = 0; i < count; i++)
        if (files[i] == file)
            return true;
    return false;
}

size_t rpc_schema_closure(const struct rpc_schema *schema, const struct rpc_schema_file *file,
                          const struct rpc_schema_file **files)
{
    size_t count = 0;
    files[count++] = file;
    for (size_t next = 0; next < count; next++)
        for (size_t i = 0; i < files[next]->descriptor->n_dependency; i++) {
            const struct rpc_schema_file *import = rpc_schema_file(schema, files[next]->descriptor->dependency[i]);
            if (import != NULL && !contains(files, count, import))
                files[count++] = import;
        }
    return count;
}
