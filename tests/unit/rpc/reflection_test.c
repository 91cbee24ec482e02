/* Server reflection, both versions. */
#include <google/protobuf/descriptor.pb-c.h>
#include <grpc/reflection/v1/reflection.pb-c.h>
#include <string.h>

#include "echo.h"
#include "one_server.h"
#include "test.h"

#define V1       "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"
#define V1_ALPHA "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"

typedef Grpc__Reflection__V1__ServerReflectionRequest request_t;
typedef Grpc__Reflection__V1__ServerReflectionResponse response_t;

static const char *const versions[] = {V1, V1_ALPHA};

static response_t *ask(struct caller_stream *stream, int what, const char *text)
{
    request_t request = GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__INIT;
    request.host = (char *)"here";
    request.message_request_case = (Grpc__Reflection__V1__ServerReflectionRequest__MessageRequestCase)what;
    /* all members of the union that are text share their place */
    request.file_by_filename = (char *)text;
    assert_true(caller_send(stream, &request.base));
    response_t *response =
        (response_t *)caller_receive(stream, &grpc__reflection__v1__server_reflection_response__descriptor);
    assert_non_null(response);
    assert_string_equal(response->valid_host, "here");
    assert_non_null(response->original_request);
    assert_int_equal(response->original_request->message_request_case, what);
    return response;
}

static void forget(response_t *response)
{
    grpc__reflection__v1__server_reflection_response__free_unpacked(response, NULL);
}

static struct caller_stream *open_stream(const char *version)
{
    return caller_open(channel, version, 10000);
}

static void end_stream(struct caller_stream *stream)
{
    caller_send_end(stream);
    assert_null(caller_receive(stream, &grpc__reflection__v1__server_reflection_response__descriptor));
    assert_int_equal(caller_end(stream).code, GRPC_STATUS_OK);
}

enum {
    BY_NAME = GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_FILE_BY_FILENAME,
    BY_SYMBOL = GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_FILE_CONTAINING_SYMBOL,
    EXTENSIONS = GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_ALL_EXTENSION_NUMBERS_OF_TYPE,
    LIST = GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_LIST_SERVICES,
    FOUND_FILES = GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_FILE_DESCRIPTOR_RESPONSE,
    FOUND_LIST = GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_LIST_SERVICES_RESPONSE,
    FOUND_ERROR = GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_ERROR_RESPONSE,
};

/* What is served, and nothing that merely is in the descriptor set. */
static void lists_what_is_served(void **state)
{
    (void)state;
    static const char *const expected[] = {"rpctest.Echo", "grpc.health.v1.Health",
                                           "grpc.reflection.v1.ServerReflection",
                                           "grpc.reflection.v1alpha.ServerReflection"};
    for (size_t v = 0; v < 2; v++) {
        struct caller_stream *stream = open_stream(versions[v]);
        response_t *response = ask(stream, LIST, "*");
        assert_int_equal(response->message_response_case, FOUND_LIST);
        assert_int_equal(response->list_services_response->n_service, 4);
        for (size_t i = 0; i < 4; i++)
            assert_string_equal(response->list_services_response->service[i]->name, expected[i]);
        forget(response);
        end_stream(stream);
    }
}

static void expect_files(response_t *response, const char *const *names, size_t count)
{
    assert_int_equal(response->message_response_case, FOUND_FILES);
    const Grpc__Reflection__V1__FileDescriptorResponse *files = response->file_descriptor_response;
    assert_int_equal(files->n_file_descriptor_proto, count);
    for (size_t i = 0; i < count; i++) {
        Google__Protobuf__FileDescriptorProto *file = google__protobuf__file_descriptor_proto__unpack(
            NULL, files->file_descriptor_proto[i].len, files->file_descriptor_proto[i].data);
        assert_non_null(file);
        assert_string_equal(file->name, names[i]);
        google__protobuf__file_descriptor_proto__free_unpacked(file, NULL);
    }
    forget(response);
}

static void finds_files_with_imports(void **state)
{
    (void)state;
    static const char *const echo[] = {"echo.proto"};
    static const char *const token[] = {"metervault/v1/token_service.proto", "metervault/v1/common.proto",
                                        "metervault/v1/record.proto", "metervault/v1/record_list.proto"};
    for (size_t v = 0; v < 2; v++) {
        struct caller_stream *stream = open_stream(versions[v]);
        expect_files(ask(stream, BY_NAME, "echo.proto"), echo, 1);
        expect_files(ask(stream, BY_NAME, "metervault/v1/token_service.proto"), token, sizeof token / sizeof token[0]);
        static const char *const symbols[] = {"rpctest.Echo",
                                              "rpctest.Echo.Quick",
                                              "rpctest.Item",
                                              "rpctest.Item.number",
                                              "rpctest.Item.choice",
                                              "rpctest.Nest.Group",
                                              "rpctest.Nest.Group.names"};
        for (size_t i = 0; i < sizeof symbols / sizeof symbols[0]; i++)
            expect_files(ask(stream, BY_SYMBOL, symbols[i]), echo, 1);
        expect_files(ask(stream, BY_SYMBOL, "metervault.v1.TokenService.IssueCredit"), token,
                     sizeof token / sizeof token[0]);
        expect_files(ask(stream, BY_SYMBOL, "metervault.v1.KEYPAD"), &token[1], 1);
        end_stream(stream);
    }
}

/* An error is an answer; the stream goes on. */
static void says_what_is_unknown(void **state)
{
    (void)state;
    static const char *const unknown[] = {"",
                                          ".",
                                          "rpctest",
                                          "rpctest.",
                                          "rpctest.Ech",
                                          "rpctest.Echo.",
                                          "rpctest.Echo.X",
                                          "rpctest.Item.number.x",
                                          "Echo",
                                          "rpctest.Nest.Group.x"};
    struct caller_stream *stream = open_stream(V1);
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        response_t *response = ask(stream, BY_SYMBOL, unknown[i]);
        assert_int_equal(response->message_response_case, FOUND_ERROR);
        assert_int_equal(response->error_response->error_code, GRPC_STATUS_NOT_FOUND);
        forget(response);
    }
    response_t *response = ask(stream, BY_NAME, "../echo.proto");
    assert_int_equal(response->message_response_case, FOUND_ERROR);
    forget(response);
    response = ask(stream, EXTENSIONS, "rpctest.Item");
    assert_int_equal(response->message_response_case, FOUND_ERROR);
    assert_int_equal(response->error_response->error_code, GRPC_STATUS_NOT_FOUND);
    forget(response);
    response = ask(stream, 0, NULL);
    assert_int_equal(response->error_response->error_code, GRPC_STATUS_INVALID_ARGUMENT);
    forget(response);
    end_stream(stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_what_is_served),
        cmocka_unit_test(finds_files_with_imports),
        cmocka_unit_test(says_what_is_unknown),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
