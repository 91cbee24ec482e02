#include "rpc/methods.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rpc/check.h"

static enum rpc_kind kind_of(const Google__Protobuf__MethodDescriptorProto *method)
{
    bool reads = method->has_client_streaming && method->client_streaming;
    bool writes = method->has_server_streaming && method->server_streaming;
    if (reads)
        return writes ? RPC_BIDI : RPC_CLIENT_STREAM;
    return writes ? RPC_SERVER_STREAM : RPC_UNARY;
}

static const struct rpc_method *handler_of(const struct rpc_service *service, const char *method)
{
    const struct rpc_method *found = NULL;
    for (size_t i = 0; i < service->method_count; i++)
        if (strcmp(service->methods[i].name, method) == 0) {
            if (found != NULL)
                return NULL;
            found = &service->methods[i];
        }
    return found;
}

static char *path_of(const char *service, const char *method)
{
    size_t size = strlen(service) + strlen(method) + 3;
    char *path = malloc(size);
    if (path != NULL)
        (void)snprintf(path, size, "/%s/%s", service, method);
    return path;
}

static mv_status add_method(struct rpc_methods *methods, const struct rpc_schema *schema,
                            const struct rpc_service *service, const ProtobufCMethodDescriptor *descriptor, bool own)
{
    const char *name = service->descriptor->name;
    const Google__Protobuf__MethodDescriptorProto *known = rpc_schema_method(schema, name, descriptor->name);
    const struct rpc_method *method = handler_of(service, descriptor->name);
    if (known == NULL || method == NULL || method->handler == NULL)
        return mv_fail(MV_CONFIG_INVALID, name);
    enum rpc_kind kind = kind_of(known);
    if (method->run == RPC_INLINE && kind != RPC_UNARY && !own)
        return mv_fail(MV_CONFIG_INVALID, name);
    MV_TRY(rpc_check_type(descriptor->input));
    struct rpc_entry *entry = &methods->entries[methods->count];
    *entry = (struct rpc_entry){.path = path_of(name, descriptor->name),
                                .input = descriptor->input,
                                .output = descriptor->output,
                                .handler = method->handler,
                                .self = service->self,
                                .run = method->run,
                                .kind = kind,
                                .anonymous = own};
    if (entry->path == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "methods");
    methods->count++;
    return mv_ok();
}

static mv_status add_service(struct rpc_methods *methods, const struct rpc_schema *schema,
                             const struct rpc_service *service, bool own)
{
    if (service->method_count != service->descriptor->n_methods)
        return mv_fail(MV_CONFIG_INVALID, service->descriptor->name);
    for (unsigned i = 0; i < service->descriptor->n_methods; i++)
        MV_TRY(add_method(methods, schema, service, &service->descriptor->methods[i], own));
    methods->services[methods->service_count++] = service;
    return mv_ok();
}

mv_status rpc_methods_open(struct rpc_methods *methods, const struct rpc_schema *schema,
                           const struct rpc_service *const *services, size_t count, size_t own_count)
{
    size_t total = 0;
    for (size_t i = 0; i < count; i++)
        total += services[i]->descriptor->n_methods;
    methods->entries = calloc(total > 0 ? total : 1, sizeof *methods->entries);
    methods->services = calloc(count > 0 ? count : 1, sizeof(const struct rpc_service *));
    if (methods->entries == NULL || methods->services == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "methods");
    for (size_t i = 0; i < count; i++)
        MV_TRY(add_service(methods, schema, services[i], i >= count - own_count));
    return mv_ok();
}

void rpc_methods_close(struct rpc_methods *methods)
{
    for (size_t i = 0; i < methods->count; i++)
        free(methods->entries[i].path);
    free(methods->entries);
    free((void *)methods->services);
    *methods = (struct rpc_methods){0};
}
