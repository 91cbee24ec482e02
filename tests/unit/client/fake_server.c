#include "fake_server.h"

#include <grpc/byte_buffer_reader.h>
#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpc/support/alloc.h>
#include <grpc/support/time.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "channel.h"
#include "google/rpc/error_details.pb-c.h"
#include "google/rpc/status.pb-c.h"
#include "grpc/health/v1/health.pb-c.h"

enum { STREAMS = 256 };

struct fake_server {
    grpc_server *server;
    grpc_completion_queue *queue; /* of new calls */
    pthread_t thread;
    char address[32];
    const struct fake_step *script;
    size_t steps;
    pthread_mutex_t lock;
    struct fake_call asked[FAKE_STEPS];
    size_t asked_count;
    grpc_call *silent[FAKE_STEPS]; /* kept open until the end */
    size_t silent_count;
    pthread_t streams[STREAMS];
    size_t stream_count;
};

/* One batch on the call's own queue, waited for. */
static void run_batch(grpc_call *call, grpc_completion_queue *queue, const grpc_op *operations, size_t count)
{
    if (grpc_call_start_batch(call, operations, count, call, NULL) != GRPC_CALL_OK)
        abort();
    (void)grpc_completion_queue_pluck(queue, call, gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL);
}

static size_t receive(grpc_call *call, grpc_completion_queue *queue, uint8_t *to, size_t size)
{
    grpc_byte_buffer *buffer = NULL;
    const grpc_op operation = {.op = GRPC_OP_RECV_MESSAGE, .data.recv_message.recv_message = &buffer};
    run_batch(call, queue, &operation, 1);
    grpc_byte_buffer_reader reader;
    if (buffer == NULL || !grpc_byte_buffer_reader_init(&reader, buffer))
        return 0;
    grpc_slice all = grpc_byte_buffer_reader_readall(&reader);
    size_t length = GRPC_SLICE_LENGTH(all) < size ? GRPC_SLICE_LENGTH(all) : size;
    memcpy(to, GRPC_SLICE_START_PTR(all), length);
    grpc_slice_unref(all);
    grpc_byte_buffer_reader_destroy(&reader);
    grpc_byte_buffer_destroy(buffer);
    return length;
}

/* The next message whole, NULL at the end; freed by the caller. */
static uint8_t *receive_whole(grpc_call *call, grpc_completion_queue *queue, size_t *size)
{
    grpc_byte_buffer *buffer = NULL;
    const grpc_op operation = {.op = GRPC_OP_RECV_MESSAGE, .data.recv_message.recv_message = &buffer};
    run_batch(call, queue, &operation, 1);
    grpc_byte_buffer_reader reader;
    if (buffer == NULL || !grpc_byte_buffer_reader_init(&reader, buffer))
        return NULL;
    grpc_slice all = grpc_byte_buffer_reader_readall(&reader);
    *size = GRPC_SLICE_LENGTH(all);
    uint8_t *copy = malloc(*size + 1);
    if (copy == NULL)
        abort();
    memcpy(copy, GRPC_SLICE_START_PTR(all), *size);
    grpc_slice_unref(all);
    grpc_byte_buffer_reader_destroy(&reader);
    grpc_byte_buffer_destroy(buffer);
    return copy;
}

static void send_message(grpc_call *call, grpc_completion_queue *queue, const ProtobufCMessage *message)
{
    grpc_byte_buffer *buffer = mv_buffer_from_message(message);
    const grpc_op operation = {.op = GRPC_OP_SEND_MESSAGE, .data.send_message.send_message = buffer};
    run_batch(call, queue, &operation, 1);
    grpc_byte_buffer_destroy(buffer);
}

static void end(grpc_call *call, grpc_completion_queue *queue, const struct fake_step *step)
{
    grpc_slice message = grpc_slice_from_copied_string(step->message != NULL ? step->message : "");
    grpc_metadata details = {.key = grpc_slice_from_static_string("grpc-status-details-bin"),
                             .value = grpc_slice_from_copied_buffer((const char *)step->details, step->details_size)};
    int cancelled;
    const grpc_op operations[] = {
        {.op = GRPC_OP_SEND_STATUS_FROM_SERVER,
         .data.send_status_from_server = {.trailing_metadata_count = step->details != NULL,
                                          .trailing_metadata = &details,
                                          .status = (grpc_status_code)step->status,
                                          .status_details = &message}},
        {.op = GRPC_OP_RECV_CLOSE_ON_SERVER, .data.recv_close_on_server.cancelled = &cancelled},
    };
    run_batch(call, queue, operations, 2);
    grpc_slice_unref(message);
    grpc_slice_unref(details.value);
}

static void answer(grpc_call *call, grpc_completion_queue *queue, const struct fake_step *step)
{
    const grpc_op headers = {.op = GRPC_OP_SEND_INITIAL_METADATA};
    run_batch(call, queue, &headers, 1);
    for (size_t i = 0; step->act == FAKE_REPLY && i < FAKE_MESSAGES && step->messages[i] != NULL; i++)
        send_message(call, queue, step->messages[i]);
    end(call, queue, step);
}

static bool is_batch(const char *method)
{
    return strcmp(method, "IssueBatch") == 0;
}

/* Batches and other calls have an order of their own each: they run side by side. */
static const struct fake_step *find_step(const struct fake_server *server, const char *method)
{
    size_t before = 0;
    for (size_t i = 0; i < server->asked_count; i++)
        before += is_batch(server->asked[i].method) == is_batch(method);
    for (size_t i = 0; i < server->steps; i++)
        if (is_batch(server->script[i].method) == is_batch(method) && before-- == 0)
            return &server->script[i];
    const struct fake_step *last = server->steps > 0 ? &server->script[server->steps - 1] : NULL;
    return last != NULL && last->repeat ? last : NULL;
}

/* The script's step for the next call, or a refusal that makes the test fail. */
static struct fake_step next_step(struct fake_server *server, const char *method, const uint8_t *request, size_t size)
{
    struct fake_step step = {.act = FAKE_FAIL, .status = GRPC_STATUS_UNIMPLEMENTED, .message = "not in the script"};
    (void)pthread_mutex_lock(&server->lock);
    const struct fake_step *found = find_step(server, method);
    if (found != NULL && strcmp(found->method, method) == 0)
        step = *found;
    if (server->asked_count < FAKE_STEPS) {
        struct fake_call *asked = &server->asked[server->asked_count++];
        (void)snprintf(asked->method, sizeof asked->method, "%s", method);
        if (size > 0)
            memcpy(asked->request, request, size);
        asked->request_size = size;
    }
    (void)pthread_mutex_unlock(&server->lock);
    return step;
}

static void keep_silent(struct fake_server *server, grpc_call *call)
{
    (void)pthread_mutex_lock(&server->lock);
    if (server->silent_count == FAKE_STEPS)
        abort();
    server->silent[server->silent_count++] = call;
    (void)pthread_mutex_unlock(&server->lock);
}

/* False: the call is kept open, silent. */
static bool serve_batch(grpc_call *call, grpc_completion_queue *queue, const struct fake_step *step)
{
    const struct fake_batch *batch = step->batch;
    const struct fake_step good = {0};
    const grpc_op headers = {.op = GRPC_OP_SEND_INITIAL_METADATA};
    run_batch(call, queue, &headers, 1);
    for (unsigned answered = 0;; answered++) {
        size_t size = 0;
        uint8_t *request = receive_whole(call, queue, &size);
        ProtobufCMessage *answer = request != NULL ? fake_batch_answer(batch, request, size) : NULL;
        bool last = batch->responses != 0 && answered == batch->responses;
        if (answer != NULL && !last)
            send_message(call, queue, answer);
        if (answer != NULL)
            protobuf_c_message_free_unpacked(answer, NULL);
        free(request);
        if (request != NULL && last && step->status == GRPC_STATUS_OK && batch->how != FAKE_EARLY_END)
            return false;
        if (request == NULL || last) {
            end(call, queue, last ? step : &good);
            return true;
        }
    }
}

struct stream {
    struct fake_server *server;
    grpc_call *call;
    grpc_completion_queue *queue;
    struct fake_step step;
};

static void *run_stream(void *self)
{
    struct stream *stream = self;
    bool over = true;
    if (stream->step.act == FAKE_BATCH)
        over = serve_batch(stream->call, stream->queue, &stream->step);
    else
        answer(stream->call, stream->queue, &stream->step);
    if (over)
        grpc_call_unref(stream->call);
    else
        keep_silent(stream->server, stream->call);
    free(stream);
    return NULL;
}

static void begin_stream(struct fake_server *server, grpc_call *call, grpc_completion_queue *queue)
{
    struct stream *stream = calloc(1, sizeof *stream);
    if (stream == NULL || server->stream_count == STREAMS)
        abort();
    *stream = (struct stream){
        .server = server, .call = call, .queue = queue, .step = next_step(server, "IssueBatch", NULL, 0)};
    if (pthread_create(&server->streams[server->stream_count++], NULL, run_stream, stream) != 0)
        abort();
}

static void serve(struct fake_server *server, grpc_call *call, grpc_completion_queue *queue, const char *path)
{
    Grpc__Health__V1__HealthCheckResponse serving = GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__INIT;
    serving.status = GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__SERVING;
    const struct fake_step health = {.act = FAKE_REPLY, .messages = {&serving.base}};
    if (strcmp(path, "/metervault.v1.TokenService/IssueBatch") == 0) {
        begin_stream(server, call, queue);
        return;
    }
    uint8_t request[sizeof server->asked[0].request];
    size_t size = receive(call, queue, request, sizeof request);
    if (strcmp(path, "/grpc.health.v1.Health/Check") == 0) {
        answer(call, queue, &health);
        grpc_call_unref(call);
        return;
    }
    const struct fake_step step = next_step(server, strrchr(path, '/') + 1, request, size);
    if (step.act == FAKE_SILENCE) {
        keep_silent(server, call);
        return;
    }
    answer(call, queue, &step);
    grpc_call_unref(call);
}

static void *run(void *self)
{
    struct fake_server *server = self;
    grpc_completion_queue *calls = grpc_completion_queue_create_for_pluck(NULL);
    for (;;) {
        grpc_call *call = NULL;
        grpc_call_details details;
        grpc_metadata_array metadata;
        grpc_call_details_init(&details);
        grpc_metadata_array_init(&metadata);
        bool asked = grpc_server_request_call(server->server, &call, &details, &metadata, calls, server->queue,
                                              server) == GRPC_CALL_OK;
        grpc_event event = grpc_completion_queue_next(server->queue, gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL);
        if (asked && event.success && call != NULL) {
            char *path = grpc_slice_to_c_string(details.method);
            serve(server, call, calls, path);
            gpr_free(path);
        }
        grpc_call_details_destroy(&details);
        grpc_metadata_array_destroy(&metadata);
        if (!asked || !event.success)
            break;
    }
    for (size_t i = 0; i < server->stream_count; i++)
        (void)pthread_join(server->streams[i], NULL);
    for (size_t i = 0; i < server->silent_count; i++)
        grpc_call_unref(server->silent[i]);
    grpc_completion_queue_destroy(calls);
    return NULL;
}

struct fake_server *fake_start(const struct fake_step *script, size_t steps)
{
    struct fake_server *server = calloc(1, sizeof *server);
    if (server == NULL)
        abort();
    grpc_init();
    server->script = script;
    server->steps = steps;
    (void)pthread_mutex_init(&server->lock, NULL);
    server->server = grpc_server_create(NULL, NULL);
    server->queue = grpc_completion_queue_create_for_next(NULL);
    grpc_server_register_completion_queue(server->server, server->queue, NULL);
    grpc_server_credentials *plain = grpc_insecure_server_credentials_create();
    int port = grpc_server_add_http2_port(server->server, "127.0.0.1:0", plain);
    grpc_server_credentials_release(plain);
    (void)snprintf(server->address, sizeof server->address, "127.0.0.1:%d", port);
    grpc_server_start(server->server);
    if (port == 0 || pthread_create(&server->thread, NULL, run, server) != 0)
        abort();
    return server;
}

const char *fake_address(const struct fake_server *server)
{
    return server->address;
}

size_t fake_calls(struct fake_server *server, struct fake_call calls[FAKE_STEPS])
{
    (void)pthread_mutex_lock(&server->lock);
    size_t count = server->asked_count;
    memcpy(calls, server->asked, sizeof server->asked);
    (void)pthread_mutex_unlock(&server->lock);
    return count;
}

void fake_stop(struct fake_server *server)
{
    grpc_completion_queue *end_queue = grpc_completion_queue_create_for_pluck(NULL);
    grpc_server_register_completion_queue(server->server, end_queue, NULL);
    grpc_server_shutdown_and_notify(server->server, end_queue, &end_queue);
    grpc_server_cancel_all_calls(server->server);
    (void)pthread_join(server->thread, NULL);
    (void)grpc_completion_queue_pluck(end_queue, &end_queue, gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL);
    grpc_server_destroy(server->server);
    grpc_completion_queue_shutdown(server->queue);
    while (grpc_completion_queue_next(server->queue, gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL).type !=
           GRPC_QUEUE_SHUTDOWN)
        ;
    grpc_completion_queue_destroy(server->queue);
    grpc_completion_queue_destroy(end_queue);
    (void)pthread_mutex_destroy(&server->lock);
    free(server);
    grpc_shutdown_blocking();
}

size_t fake_details(const char *reason, const char *key, const char *value, uint8_t *to, size_t size)
{
    uint8_t packed[256];
    Google__Rpc__ErrorInfo__MetadataEntry entry = GOOGLE__RPC__ERROR_INFO__METADATA_ENTRY__INIT;
    Google__Rpc__ErrorInfo__MetadataEntry *entries[] = {&entry};
    Google__Rpc__ErrorInfo info = GOOGLE__RPC__ERROR_INFO__INIT;
    Google__Protobuf__Any any = GOOGLE__PROTOBUF__ANY__INIT;
    Google__Protobuf__Any *details[] = {&any};
    Google__Rpc__Status status = GOOGLE__RPC__STATUS__INIT;
    entry.key = (char *)key;
    entry.value = (char *)value;
    info.reason = (char *)reason;
    info.domain = "metervault";
    info.metadata = entries;
    info.n_metadata = key != NULL;
    if (google__rpc__error_info__get_packed_size(&info) > sizeof packed)
        abort();
    any.type_url = "type.googleapis.com/google.rpc.ErrorInfo";
    any.value.len = google__rpc__error_info__pack(&info, packed);
    any.value.data = packed;
    status.details = details;
    status.n_details = 1;
    if (google__rpc__status__get_packed_size(&status) > size)
        abort();
    return google__rpc__status__pack(&status, to);
}
