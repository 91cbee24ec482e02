/* Unary calls and server streams: repetition, errors, messages. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake_server.h"
#include "grpc/health/v1/health.pb-c.h"
#include "metervault.h"
#include "metervault/v1/audit_service.pb-c.h"
#include "metervault/v1/operator_service.pb-c.h"

static const ProtobufCServiceDescriptor *const service = &metervault__v1__operator_service__descriptor;
static Metervault__V1__WhoAmIRequest who = METERVAULT__V1__WHO_AM_IREQUEST__INIT;

struct fixture {
    struct fake_server *server;
    struct mv_client *client;
    struct mv_client_error error;
    struct fake_call calls[FAKE_STEPS];
};

static void start(struct fixture *fixture, const struct fake_step *script, size_t steps)
{
    fixture->server = fake_start(script, steps);
    const struct mv_client_options options = {
        .server = fake_address(fixture->server), .insecure_loopback = true, .deadline_ms = 300, .tries = 3};
    fixture->client = mv_client_open(&options, &fixture->error);
    assert_non_null(fixture->client);
}

/* Returns the number of calls that the server saw. */
static size_t stop(struct fixture *fixture)
{
    mv_client_close(fixture->client);
    size_t count = fake_calls(fixture->server, fixture->calls);
    fake_stop(fixture->server);
    return count;
}

static struct fake_step unavailable(const char *method)
{
    return (struct fake_step){.method = method, .act = FAKE_FAIL, .status = 14, .message = "not now"};
}

static void a_safe_call_is_repeated(void **state)
{
    (void)state;
    Metervault__V1__Principal principal = METERVAULT__V1__PRINCIPAL__INIT;
    principal.name = "vendor1";
    const struct fake_step script[] = {unavailable("WhoAmI"),
                                       {.method = "WhoAmI", .act = FAKE_REPLY, .messages = {&principal.base}}};
    struct fixture fixture;
    start(&fixture, script, 2);
    ProtobufCMessage *answer = NULL;
    assert_true(mv_client_call(fixture.client, service, "WhoAmI", &who.base, true, &answer, &fixture.error));
    assert_string_equal(((Metervault__V1__Principal *)answer)->name, "vendor1");
    protobuf_c_message_free_unpacked(answer, NULL);
    assert_int_equal(stop(&fixture), 2);
}

static void an_unsafe_call_is_not(void **state)
{
    (void)state;
    const struct fake_step script[] = {unavailable("WhoAmI"), unavailable("WhoAmI")};
    struct fixture fixture;
    start(&fixture, script, 2);
    ProtobufCMessage *answer = NULL;
    assert_false(mv_client_call(fixture.client, service, "WhoAmI", &who.base, false, &answer, &fixture.error));
    assert_null(answer);
    assert_int_equal(fixture.error.grpc_status, 14);
    assert_int_equal(stop(&fixture), 1);
}

static void an_unsafe_call_is_not_repeated_after_its_deadline(void **state)
{
    (void)state;
    const struct fake_step script[] = {{.method = "WhoAmI", .act = FAKE_SILENCE}};
    struct fixture fixture;
    start(&fixture, script, 1);
    ProtobufCMessage *answer = NULL;
    assert_false(mv_client_call(fixture.client, service, "WhoAmI", &who.base, false, &answer, &fixture.error));
    assert_int_equal(fixture.error.grpc_status, 4);
    assert_int_equal(stop(&fixture), 1);
}

static void tries_are_bounded(void **state)
{
    (void)state;
    const struct fake_step script[] = {unavailable("WhoAmI"), unavailable("WhoAmI"), unavailable("WhoAmI"),
                                       unavailable("WhoAmI")};
    struct fixture fixture;
    start(&fixture, script, 4);
    ProtobufCMessage *answer = NULL;
    assert_false(mv_client_call(fixture.client, service, "WhoAmI", &who.base, true, &answer, &fixture.error));
    assert_int_equal(stop(&fixture), 3);
}

static void a_refusal_carries_reason_and_metadata(void **state)
{
    (void)state;
    uint8_t details[256];
    size_t size = fake_details("ROLE_MISSING", "role", "officer", details, sizeof details);
    const struct fake_step script[] = {{.method = "WhoAmI",
                                        .act = FAKE_FAIL,
                                        .status = 7,
                                        .message = "No role\x1b[2J of yours.",
                                        .details = details,
                                        .details_size = size}};
    struct fixture fixture;
    start(&fixture, script, 1);
    ProtobufCMessage *answer = NULL;
    assert_false(mv_client_call(fixture.client, service, "WhoAmI", &who.base, true, &answer, &fixture.error));
    assert_int_equal(fixture.error.grpc_status, 7);
    assert_string_equal(fixture.error.reason, "ROLE_MISSING");
    assert_string_equal(fixture.error.message, "No role?[2J of yours.");
    assert_int_equal(fixture.error.metadata_count, 1);
    assert_string_equal(fixture.error.metadata[0].key, "role");
    assert_string_equal(fixture.error.metadata[0].value, "officer");
    assert_int_equal(stop(&fixture), 1);
}

static void a_method_outside_the_contract_is_refused_here(void **state)
{
    (void)state;
    struct fixture fixture;
    start(&fixture, NULL, 0);
    ProtobufCMessage *answer = NULL;
    assert_false(mv_client_call(fixture.client, service, "Nothing", &who.base, true, &answer, &fixture.error));
    assert_string_equal(fixture.error.reason, "METHOD_UNKNOWN");
    assert_int_equal(stop(&fixture), 0);
}

struct collected {
    uint64_t last;
    unsigned count;
    unsigned wanted;
};

static bool collect(void *self, const ProtobufCMessage *message)
{
    struct collected *collected = self;
    collected->last = ((const Metervault__V1__AuditRecord *)message)->sequence;
    return ++collected->count != collected->wanted;
}

static bool run_stream(struct fixture *fixture, struct collected *collected)
{
    Metervault__V1__ExportAuditRequest request = METERVAULT__V1__EXPORT_AUDIT_REQUEST__INIT;
    return mv_client_stream(fixture->client, &metervault__v1__audit_service__descriptor, "ExportAudit", &request.base,
                            collect, collected, &fixture->error);
}

static void records(Metervault__V1__AuditRecord rows[3])
{
    for (unsigned i = 0; i < 3; i++) {
        metervault__v1__audit_record__init(&rows[i]);
        rows[i].sequence = i + 1U;
    }
}

static void a_stream_hands_over_every_message(void **state)
{
    (void)state;
    Metervault__V1__AuditRecord rows[3];
    records(rows);
    const struct fake_step script[] = {
        {.method = "ExportAudit", .act = FAKE_REPLY, .messages = {&rows[0].base, &rows[1].base, &rows[2].base}}};
    struct fixture fixture;
    struct collected collected = {0};
    start(&fixture, script, 1);
    assert_true(run_stream(&fixture, &collected));
    assert_int_equal(collected.count, 3);
    assert_int_equal(collected.last, 3);
    assert_int_equal(stop(&fixture), 1);
}

static void a_stream_can_be_ended_early(void **state)
{
    (void)state;
    Metervault__V1__AuditRecord rows[3];
    records(rows);
    const struct fake_step script[] = {
        {.method = "ExportAudit", .act = FAKE_REPLY, .messages = {&rows[0].base, &rows[1].base, &rows[2].base}}};
    struct fixture fixture;
    struct collected collected = {.wanted = 2};
    start(&fixture, script, 1);
    assert_true(run_stream(&fixture, &collected));
    assert_int_equal(collected.count, 2);
    (void)stop(&fixture);
}

static void a_stream_reports_how_it_failed(void **state)
{
    (void)state;
    const struct fake_step script[] = {unavailable("ExportAudit"), {.method = "ExportAudit", .act = FAKE_SILENCE}};
    struct fixture fixture;
    struct collected collected = {0};
    start(&fixture, script, 2);
    assert_false(run_stream(&fixture, &collected));
    assert_int_equal(fixture.error.grpc_status, 14);
    assert_false(run_stream(&fixture, &collected));
    assert_int_equal(fixture.error.grpc_status, 4);
    assert_int_equal(collected.count, 0);
    assert_int_equal(stop(&fixture), 2);
}

enum { THREADS = 6, CALLS = 30 };

static void *check_health(void *self)
{
    struct mv_client *client = self;
    const Grpc__Health__V1__HealthCheckRequest request = GRPC__HEALTH__V1__HEALTH_CHECK_REQUEST__INIT;
    uintptr_t good = 0;
    for (unsigned i = 0; i < CALLS; i++) {
        ProtobufCMessage *answer = NULL;
        struct mv_client_error error;
        if (mv_client_call(client, &grpc__health__v1__health__descriptor, "Check", &request.base, true, &answer,
                           &error))
            good++;
        if (answer != NULL)
            protobuf_c_message_free_unpacked(answer, NULL);
    }
    return (void *)good; /* NOLINT(performance-no-int-to-ptr) */
}

static void threads_share_a_client(void **state)
{
    (void)state;
    struct fixture fixture;
    pthread_t threads[THREADS];
    start(&fixture, NULL, 0);
    for (unsigned i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, check_health, fixture.client), 0);
    for (unsigned i = 0; i < THREADS; i++) {
        void *good = NULL;
        assert_int_equal(pthread_join(threads[i], &good), 0);
        assert_int_equal((uintptr_t)good, CALLS);
    }
    assert_int_equal(stop(&fixture), 0);
}

static void a_second_client_outlives_the_first(void **state)
{
    (void)state;
    struct fixture fixture;
    start(&fixture, NULL, 0);
    const struct mv_client_options options = {.server = fake_address(fixture.server), .insecure_loopback = true};
    struct mv_client *second = mv_client_open(&options, &fixture.error);
    assert_non_null(second);
    mv_client_close(fixture.client);
    assert_true(mv_client_connected(second, &fixture.error));
    fixture.client = second;
    (void)stop(&fixture);
}

static void refuse_options(const struct mv_client_options *options, const char *reason, const char *about)
{
    struct mv_client_error error = {0};
    assert_null(mv_client_open(options, &error));
    assert_string_equal(error.reason, reason);
    assert_non_null(strstr(error.message, about));
}

static void wrong_options_are_named(void **state)
{
    (void)state;
    refuse_options(&(struct mv_client_options){.insecure_loopback = true}, "CONFIG_INVALID", "server");
    refuse_options(&(struct mv_client_options){.server = "10.0.0.1:7700", .insecure_loopback = true}, "CONFIG_INVALID",
                   "loopback");
    refuse_options(&(struct mv_client_options){.server = "127.0.0.1.example.org:1", .insecure_loopback = true},
                   "CONFIG_INVALID", "loopback");
    refuse_options(&(struct mv_client_options){.server = "127.0.0.1:1"}, "CONFIG_INVALID", "ca_file");
    refuse_options(&(struct mv_client_options){.server = "127.0.0.1:1", .ca_file = "/nowhere/ca.pem"}, "FILE_FAILED",
                   "/nowhere/ca.pem");
    refuse_options(&(struct mv_client_options){.server = "127.0.0.1:1", .ca_file = "/dev/null"}, "CONFIG_INVALID",
                   "no PEM");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_safe_call_is_repeated),
        cmocka_unit_test(an_unsafe_call_is_not),
        cmocka_unit_test(an_unsafe_call_is_not_repeated_after_its_deadline),
        cmocka_unit_test(tries_are_bounded),
        cmocka_unit_test(a_refusal_carries_reason_and_metadata),
        cmocka_unit_test(a_method_outside_the_contract_is_refused_here),
        cmocka_unit_test(a_stream_hands_over_every_message),
        cmocka_unit_test(a_stream_can_be_ended_early),
        cmocka_unit_test(a_stream_reports_how_it_failed),
        cmocka_unit_test(threads_share_a_client),
        cmocka_unit_test(a_second_client_outlives_the_first),
        cmocka_unit_test(wrong_options_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
