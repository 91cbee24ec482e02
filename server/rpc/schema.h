/* The embedded descriptor set: which methods stream, and what reflection shows. Trusted input of our own build. */
#ifndef MV_RPC_SCHEMA_H
#define MV_RPC_SCHEMA_H

#include <google/protobuf/descriptor.pb-c.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct rpc_schema_file {
    const Google__Protobuf__FileDescriptorProto *descriptor;
    const uint8_t *data; /* its serialized form, inside the set */
    size_t size;
};

struct rpc_schema {
    Google__Protobuf__FileDescriptorSet *set;
    struct rpc_schema_file *files;
    size_t count;
};

/* `data` outlives the schema. */
MV_MUST_USE mv_status rpc_schema_open(const uint8_t *data, size_t size, struct rpc_schema **schema);
void rpc_schema_close(struct rpc_schema *schema);

/* Of "package.Service"; NULL when there is none. */
const Google__Protobuf__MethodDescriptorProto *rpc_schema_method(const struct rpc_schema *schema, const char *service,
                                                                 const char *method);
/* By file name, or by the full name of anything declared in it; NULL when there is none. */
const struct rpc_schema_file *rpc_schema_file(const struct rpc_schema *schema, const char *name);
const struct rpc_schema_file *rpc_schema_symbol(const struct rpc_schema *schema, const char *symbol);
/* `file`, then all it imports, each once. `files` has room for schema->count. Returns how many. */
size_t rpc_schema_closure(const struct rpc_schema *schema, const struct rpc_schema_file *file,
                          const struct rpc_schema_file **files);

#endif
