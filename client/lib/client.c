#include "client.h"

#include <stdlib.h>

#include "base/teardown.h"
#include "channel.h"
#include "error.h"
#include "grpc/health/v1/health.pb-c.h"
#include "retry.h"

enum { DEADLINE_MS = 5000, TRIES = 4 };

struct mv_client *mv_client_open(const struct mv_client_options *options, struct mv_client_error *error)
{
    mv_teardown_without_openssl();
    struct mv_client *client = calloc(1, sizeof *client);
    if (client == NULL) {
        mv_error_local(error, MV_OUT_OF_MEMORY, NULL);
        return NULL;
    }
    grpc_init();
    client->deadline_ms = options->deadline_ms != 0 ? options->deadline_ms : DEADLINE_MS;
    client->tries = options->tries != 0 ? options->tries : TRIES;
    client->channel = mv_channel_new(options, false, error);
    if (client->channel == NULL) {
        mv_client_close(client);
        return NULL;
    }
    return client;
}

void mv_client_close(struct mv_client *client)
{
    if (client == NULL)
        return;
    if (client->channel != NULL)
        grpc_channel_destroy(client->channel);
    free(client);
    /* blocking: a program that returns from main right after this must not race gRPC's own clean-up thread */
    grpc_shutdown_blocking();
}

/* gRPC reads its sockets only while somebody waits on one of its queues, and a call that fails at once does not wait:
 * a client that slept here would never get through the handshake of a new connection. */
void mv_client_pause(struct mv_client *client, unsigned next)
{
    gpr_timespec end = mv_deadline_in(mv_retry_random_pause_ms(next));
    grpc_completion_queue *queue = grpc_completion_queue_create_for_next(NULL);
    grpc_connectivity_state state = grpc_channel_check_connectivity_state(client->channel, 1);
    bool lost = state != GRPC_CHANNEL_READY;
    do {
        grpc_channel_watch_connectivity_state(client->channel, state, end, queue, NULL);
        if (grpc_completion_queue_next(queue, gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL).success == 0)
            break; /* the time is over */
        state = grpc_channel_check_connectivity_state(client->channel, 1);
    } while (!lost || state != GRPC_CHANNEL_READY);
    grpc_completion_queue_shutdown(queue);
    (void)grpc_completion_queue_next(queue, gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL);
    grpc_completion_queue_destroy(queue);
}

bool mv_client_call(struct mv_client *client, const ProtobufCServiceDescriptor *service, const char *method,
                    const ProtobufCMessage *request, bool repeat, ProtobufCMessage **response,
                    struct mv_client_error *error)
{
    for (unsigned try = 1;; try++) {
        if (mv_client_try(client, service, method, request, response, error))
            return true;
        if (!repeat || try >= client->tries || !mv_retry_wise(error))
            return false;
        mv_client_pause(client, try + 1);
    }
}

bool mv_client_connected(struct mv_client *client, struct mv_client_error *error)
{
    if (grpc_channel_check_connectivity_state(client->channel, 0) == GRPC_CHANNEL_READY)
        return true;
    Grpc__Health__V1__HealthCheckRequest request = GRPC__HEALTH__V1__HEALTH_CHECK_REQUEST__INIT;
    ProtobufCMessage *answer = NULL;
    if (mv_client_call(client, &grpc__health__v1__health__descriptor, "Check", &request.base, true, &answer, error)) {
        protobuf_c_message_free_unpacked(answer, NULL);
        return true;
    }
    /* any word from the server itself proves the connection */
    return error->reason[0] != '\0' || !mv_retry_wise(error);
}
