/* Accept slots that could not be armed come back. */
#include <stdatomic.h>

#include "echo.h"
#include "rpc/server.h"
#include "test.h"

static atomic_bool no_memory;
static atomic_bool no_batch;
static atomic_uint failures;

struct rpc_call *__real_rpc_call_take(struct rpc_server *server, struct rpc_queue *queue,
                                      const struct rpc_entry *entry);
struct rpc_call *__wrap_rpc_call_take(struct rpc_server *server, struct rpc_queue *queue,
                                      const struct rpc_entry *entry);
bool __real_rpc_batch_request(grpc_server *server, void *method, struct rpc_call *call, grpc_completion_queue *notify,
                              struct rpc_tag *tag);
bool __wrap_rpc_batch_request(grpc_server *server, void *method, struct rpc_call *call, grpc_completion_queue *notify,
                              struct rpc_tag *tag);

struct rpc_call *__wrap_rpc_call_take(struct rpc_server *server, struct rpc_queue *queue, const struct rpc_entry *entry)
{
    if (!atomic_load(&no_memory))
        return __real_rpc_call_take(server, queue, entry);
    atomic_fetch_add(&failures, 1);
    return NULL;
}

bool __wrap_rpc_batch_request(grpc_server *server, void *method, struct rpc_call *call, grpc_completion_queue *notify,
                              struct rpc_tag *tag)
{
    if (!atomic_load(&no_batch))
        return __real_rpc_batch_request(server, method, call, notify, tag);
    atomic_fetch_add(&failures, 1);
    return false;
}

/* Uses up every slot of three methods while arming fails, then looks whether they answer again. */
static void lose_and_find(atomic_bool *trouble)
{
    static const char *const methods[] = {ECHO "Quick", ECHO "Pooled", ECHO "Count", ECHO "Nothing"};
    grpc_init();
    const struct rpc_options options = echo_options();
    struct rpc_server *server = echo_start(&options);
    grpc_channel *channel = caller_connect(rpc_server_port(server));
    assert_int_equal(echo_call(channel, ECHO "Quick", 3, NULL), 3);
    unsigned before = atomic_load(&failures);
    atomic_store(trouble, true);
    for (unsigned i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        struct caller_result result = {.code = GRPC_STATUS_OK};
        for (int k = 0; k < 40 && result.code != GRPC_STATUS_DEADLINE_EXCEEDED; k++) {
            result = echo_result(channel, methods[i], 1, NULL, 200);
            caller_forget(&result);
        }
        assert_int_equal(result.code, GRPC_STATUS_DEADLINE_EXCEEDED);
    }
    assert_true(atomic_load(&failures) > before + 16);
    atomic_store(trouble, false);
    assert_int_equal(echo_call(channel, ECHO "Quick", 4, NULL), 4);
    assert_int_equal(echo_call(channel, ECHO "Pooled", 5, NULL), 5);
    assert_int_equal(echo_call(channel, ECHO "Count", 1, NULL), 1);
    struct caller_result result = echo_result(channel, ECHO "Nothing", 1, NULL, 5000);
    assert_string_equal(result.reason, "METHOD_UNKNOWN");
    grpc_channel_destroy(channel);
    echo_stop(server);
    grpc_shutdown_blocking();
}

static void without_memory(void **state)
{
    (void)state;
    lose_and_find(&no_memory);
}

static void refused_by_the_library(void **state)
{
    (void)state;
    lose_and_find(&no_batch);
}

/* The end does not wait for slots that never came back. */
static void stops_in_trouble(void **state)
{
    (void)state;
    grpc_init();
    const struct rpc_options options = echo_options();
    struct rpc_server *server = echo_start(&options);
    grpc_channel *channel = caller_connect(rpc_server_port(server));
    atomic_store(&no_batch, true);
    assert_int_equal(echo_call(channel, ECHO "Quick", 3, NULL), 3);
    grpc_channel_destroy(channel);
    echo_stop(server);
    atomic_store(&no_batch, false);
    grpc_shutdown_blocking();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_memory),
        cmocka_unit_test(refused_by_the_library),
        cmocka_unit_test(stops_in_trouble),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
