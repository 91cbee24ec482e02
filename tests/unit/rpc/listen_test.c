/* Addresses, and which of them plaintext may use; options that a start refuses. */
#include <stdio.h>
#include <string.h>

#include "echo.h"
#include "rpc/listen.h"
#include "test.h"

static void loopback(const char *text, bool expected)
{
    struct rpc_listen listen;
    assert_true(rpc_listen_parse(text, &listen).ok);
    assert_int_equal(listen.loopback, expected);
}

static void parses(void **state)
{
    (void)state;
    loopback("127.0.0.1:7700", true);
    loopback("127.255.3.4:0", true);
    loopback("localhost:7700", true);
    loopback("[::1]:65535", true);
    loopback("0.0.0.0:7700", false);
    loopback("128.0.0.1:7700", false);
    loopback("[::]:7700", false);
    loopback("[::ffff:127.0.0.1]:7700", false);
    loopback("example.org:7700", false);
    loopback("localhost.example.org:7700", false);
    loopback("127.0.0.1.example.org:7700", false);
    struct rpc_listen listen;
    assert_true(rpc_listen_parse("localhost:7", &listen).ok);
    assert_string_equal(listen.address, "127.0.0.1:7");
}

static void refuses(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      ":",
                                      "7700",
                                      "127.0.0.1",
                                      "127.0.0.1:",
                                      "127.0.0.1:65536",
                                      "127.0.0.1:-1",
                                      "127.0.0.1:1x",
                                      ":7700",
                                      "127.0.0.1:7700:1",
                                      "::1:7700",
                                      "[::1]",
                                      "[::1]7700",
                                      "[::1:7700",
                                      "[]:1",
                                      "[127.0.0.1]:1",
                                      "unix:/tmp/x",
                                      "a b:1",
                                      "dns:///x:1",
                                      "127.0.0.1:000001"};
    struct rpc_listen listen;
    assert_false(rpc_listen_parse(NULL, &listen).ok);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(rpc_listen_parse(bad[i], &listen).ok);
}

static void refuses_to_start(const struct rpc_options *options)
{
    struct rpc_server *none;
    mv_status status = rpc_server_start(options, &echo_service, 1, &none);
    assert_false(status.ok);
    assert_int_equal(status.reason, MV_CONFIG_INVALID);
    assert_null(none);
}

static void plaintext_stays_at_home(void **state)
{
    (void)state;
    static const char *const away[] = {"0.0.0.0:0", "[::]:0", "10.0.0.1:0", "example.org:0", "localhost.org:0"};
    struct rpc_options options = echo_options();
    for (size_t i = 0; i < sizeof away / sizeof away[0]; i++) {
        options.listen = away[i];
        refuses_to_start(&options);
    }
}

static void options_are_checked(void **state)
{
    (void)state;
    struct rpc_options options = echo_options();
    options.insecure_principal = "not a name";
    refuses_to_start(&options);
    options = echo_options();
    options.workers = 0;
    refuses_to_start(&options);
    options = echo_options();
    options.queue_threads = 0;
    refuses_to_start(&options);
    options = echo_options();
    options.max_message_bytes = UINT32_MAX;
    refuses_to_start(&options);
    options = echo_options();
    options.max_connections = 0;
    refuses_to_start(&options);
    options = echo_options();
    options.insecure_loopback = false;
    refuses_to_start(&options);
    options = echo_options();
    options.descriptor_set_size = 10;
    refuses_to_start(&options);
}

/* Two servers on one port would share the callers by chance. */
static void port_is_taken_once(void **state)
{
    (void)state;
    struct rpc_options options = echo_options();
    struct rpc_server *server = echo_start(&options);
    char listen[32];
    (void)snprintf(listen, sizeof listen, "127.0.0.1:%u", rpc_server_port(server));
    options.listen = listen;
    refuses_to_start(&options);
    echo_stop(server);
}

static void several_servers(void **state)
{
    (void)state;
    enum { MOST = 4 };
    const struct rpc_options options = echo_options();
    struct rpc_server *servers[MOST];
    for (unsigned i = 0; i < MOST; i++)
        servers[i] = echo_start(&options);
    /* one more cannot be guarded against a lack of descriptors; it is refused after it was bound */
    refuses_to_start(&options);
    for (unsigned i = 0; i < MOST; i++)
        echo_stop(servers[i]);
    echo_stop(echo_start(&options));
    rpc_server_stop(NULL);
}

static void nobody(void **state)
{
    (void)state;
    struct rpc_options options = echo_options();
    options.insecure_principal = NULL;
    struct rpc_server *server = echo_start(&options);
    grpc_init();
    grpc_channel *channel = caller_connect(rpc_server_port(server));
    struct caller_result result = echo_result(channel, ECHO "Quick", 1, NULL, 5000);
    assert_int_equal(result.code, GRPC_STATUS_UNAUTHENTICATED);
    assert_string_equal(result.reason, "NOT_AUTHENTICATED");
    result = caller_raw(channel, HEALTH_CHECK, "", 0, 5000);
    assert_int_equal(result.code, GRPC_STATUS_OK);
    caller_forget(&result);
    grpc_channel_destroy(channel);
    echo_stop(server);
    grpc_shutdown_blocking();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses),
        cmocka_unit_test(refuses),
        cmocka_unit_test(plaintext_stays_at_home),
        cmocka_unit_test(options_are_checked),
        cmocka_unit_test(port_is_taken_once),
        cmocka_unit_test(several_servers),
        cmocka_unit_test(nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
