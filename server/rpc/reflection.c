#include "rpc/reflection.h"

#include <grpc/reflection/v1/reflection.pb-c.h>
#include <stdlib.h>

typedef Grpc__Reflection__V1__ServerReflectionRequest request_t;
typedef Grpc__Reflection__V1__ServerReflectionResponse response_t;

struct rpc_reflection {
    const struct rpc_schema *schema;
    const struct rpc_methods *methods;
    ProtobufCServiceDescriptor alpha; /* v1 under the name of v1alpha */
    struct rpc_method handlers[1];
    struct rpc_service services[RPC_REFLECTION_SERVICES];
};

/* Writes, and forgets what of the response lives on the writer's stack. */
static mv_status write_response(struct rpc_call *call, response_t *response)
{
    mv_status status = rpc_write(call, &response->base);
    response->message_response_case = GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE__NOT_SET;
    response->error_response = NULL;
    return status;
}

static mv_status answer_error(struct rpc_call *call, response_t *response, int code, const char *text)
{
    Grpc__Reflection__V1__ErrorResponse error = GRPC__REFLECTION__V1__ERROR_RESPONSE__INIT;
    error.error_code = code;
    error.error_message = (char *)text;
    response->message_response_case = GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_ERROR_RESPONSE;
    response->error_response = &error;
    return write_response(call, response);
}

static mv_status answer_file(const struct rpc_reflection *self, struct rpc_call *call, response_t *response,
                             const struct rpc_schema_file *file)
{
    if (file == NULL)
        return answer_error(call, response, MV_STATUS_NOT_FOUND, "Nothing of this name is declared here.");
    const struct rpc_schema_file **files = calloc(self->schema->count, sizeof(const struct rpc_schema_file *));
    ProtobufCBinaryData *bytes = calloc(self->schema->count, sizeof *bytes);
    mv_status status = mv_fail(MV_OUT_OF_MEMORY, "reflection");
    if (files != NULL && bytes != NULL) {
        Grpc__Reflection__V1__FileDescriptorResponse found = GRPC__REFLECTION__V1__FILE_DESCRIPTOR_RESPONSE__INIT;
        found.n_file_descriptor_proto = rpc_schema_closure(self->schema, file, files);
        found.file_descriptor_proto = bytes;
        for (size_t i = 0; i < found.n_file_descriptor_proto; i++)
            bytes[i] = (ProtobufCBinaryData){files[i]->size, (uint8_t *)files[i]->data};
        response->message_response_case =
            GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_FILE_DESCRIPTOR_RESPONSE;
        response->file_descriptor_response = &found;
        status = write_response(call, response);
    }
    free((void *)files);
    free(bytes);
    return status;
}

static mv_status answer_list(const struct rpc_reflection *self, struct rpc_call *call, response_t *response)
{
    size_t count = self->methods->service_count;
    Grpc__Reflection__V1__ServiceResponse *names = calloc(count, sizeof *names);
    Grpc__Reflection__V1__ServiceResponse **pointers = calloc(count, sizeof(Grpc__Reflection__V1__ServiceResponse *));
    mv_status status = mv_fail(MV_OUT_OF_MEMORY, "reflection");
    if (names != NULL && pointers != NULL) {
        for (size_t i = 0; i < count; i++) {
            grpc__reflection__v1__service_response__init(&names[i]);
            names[i].name = (char *)self->methods->services[i]->descriptor->name;
            pointers[i] = &names[i];
        }
        Grpc__Reflection__V1__ListServiceResponse list = GRPC__REFLECTION__V1__LIST_SERVICE_RESPONSE__INIT;
        list.n_service = count;
        list.service = pointers;
        response->message_response_case =
            GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_LIST_SERVICES_RESPONSE;
        response->list_services_response = &list;
        status = write_response(call, response);
    }
    free(names);
    free((void *)pointers);
    return status;
}

static mv_status answer(const struct rpc_reflection *self, struct rpc_call *call, request_t *request)
{
    response_t response = GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__INIT;
    response.valid_host = request->host;
    response.original_request = request;
    switch (request->message_request_case) {
    case GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_LIST_SERVICES:
        return answer_list(self, call, &response);
    case GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_FILE_BY_FILENAME:
        return answer_file(self, call, &response, rpc_schema_file(self->schema, request->file_by_filename));
    case GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_FILE_CONTAINING_SYMBOL:
        return answer_file(self, call, &response, rpc_schema_symbol(self->schema, request->file_containing_symbol));
    case GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_FILE_CONTAINING_EXTENSION:
    case GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_ALL_EXTENSION_NUMBERS_OF_TYPE:
        return answer_error(call, &response, MV_STATUS_NOT_FOUND, "There are no extensions here.");
    default:
        return answer_error(call, &response, MV_STATUS_INVALID_ARGUMENT, "The request asks for nothing.");
    }
}

static void serve(void *self, struct rpc_call *call, const ProtobufCMessage *request)
{
    (void)request;
    for (;;) {
        ProtobufCMessage *message;
        mv_status status = rpc_read(call, &message);
        if (status.ok && message == NULL) {
            rpc_finish(call);
            return;
        }
        if (status.ok)
            status = answer(self, call, (request_t *)message);
        if (!status.ok) {
            rpc_fail(call, status);
            return;
        }
    }
}

mv_status rpc_reflection_open(const struct rpc_schema *schema, const struct rpc_methods *methods,
                              struct rpc_reflection **reflection)
{
    struct rpc_reflection *made = calloc(1, sizeof *made);
    if (made == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "reflection");
    made->schema = schema;
    made->methods = methods;
    made->alpha = grpc__reflection__v1__server_reflection__descriptor;
    made->alpha.name = "grpc.reflection.v1alpha.ServerReflection";
    made->handlers[0] = (struct rpc_method){"ServerReflectionInfo", serve, RPC_POOLED};
    const ProtobufCServiceDescriptor *descriptors[] = {&grpc__reflection__v1__server_reflection__descriptor,
                                                       &made->alpha};
    for (size_t i = 0; i < RPC_REFLECTION_SERVICES; i++)
        made->services[i] = (struct rpc_service){descriptors[i], made->handlers, 1, made};
    *reflection = made;
    return mv_ok();
}

void rpc_reflection_close(struct rpc_reflection *reflection)
{
    free(reflection);
}

const struct rpc_service *rpc_reflection_service(const struct rpc_reflection *reflection, size_t index)
{
    return &reflection->services[index];
}
