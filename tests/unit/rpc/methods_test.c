/* A service is served whole or not at all. */
#include <string.h>

#include "echo.h"
#include "test.h"

enum { MANY = 16 };

static struct rpc_method methods[MANY];

static struct rpc_service copy(void)
{
    struct rpc_service service = echo_service;
    memcpy(methods, echo_service.methods, echo_service.method_count * sizeof methods[0]);
    service.methods = methods;
    return service;
}

static void refused(const struct rpc_service *service, size_t count)
{
    const struct rpc_options options = echo_options();
    struct rpc_server *none;
    mv_status status = rpc_server_start(&options, service, count, &none);
    assert_false(status.ok);
    assert_int_equal(status.reason, MV_CONFIG_INVALID);
    assert_non_null(status.where);
    assert_null(none);
}

static void every_method_has_a_handler(void **state)
{
    (void)state;
    struct rpc_service service = copy();
    service.method_count--;
    refused(&service, 1);
    service = copy();
    methods[2].handler = NULL;
    refused(&service, 1);
    service = copy();
    methods[2].name = "Nothing";
    refused(&service, 1);
    service = copy();
    methods[2] = methods[3];
    refused(&service, 1);
    service = copy();
    methods[service.method_count++] = (struct rpc_method){"More", methods[0].handler, RPC_POOLED};
    refused(&service, 1);
}

static void streams_are_not_inline(void **state)
{
    (void)state;
    struct rpc_service service = copy();
    for (size_t i = 0; i < service.method_count; i++)
        if (strcmp(methods[i].name, "Count") == 0)
            methods[i].run = RPC_INLINE;
    refused(&service, 1);
}

static void schema_knows_the_service(void **state)
{
    (void)state;
    struct rpc_service service = copy();
    ProtobufCServiceDescriptor stranger = *service.descriptor;
    stranger.name = "rpctest.Stranger";
    service.descriptor = &stranger;
    refused(&service, 1);
}

static void served_once(void **state)
{
    (void)state;
    const struct rpc_service twice[] = {echo_service, echo_service};
    refused(twice, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_method_has_a_handler),
        cmocka_unit_test(streams_are_not_inline),
        cmocka_unit_test(schema_knows_the_service),
        cmocka_unit_test(served_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
