/* A small gRPC server that answers by script and remembers what it was asked. Plaintext, on a free port of 127.0.0.1.
 * It answers the health check by itself, so that scripts hold only the calls under test. */
#ifndef TEST_FAKE_SERVER_H
#define TEST_FAKE_SERVER_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fake_act {
    FAKE_REPLY,   /* `messages` are sent, then OK */
    FAKE_FAIL,    /* `status`, `message` and `details` */
    FAKE_SILENCE, /* never answered */
};

enum { FAKE_MESSAGES = 4, FAKE_STEPS = 16 };

struct fake_step {
    const char *method; /* "IssueCredit"; the script must be asked for in this order */
    enum fake_act act;
    const ProtobufCMessage *messages[FAKE_MESSAGES]; /* one for a unary method */
    int status;
    const char *message;
    const uint8_t *details; /* grpc-status-details-bin, NULL for none */
    size_t details_size;
};

struct fake_call {
    char method[64];
    uint8_t request[512];
    size_t request_size;
};

struct fake_server;

/* The script is not copied. Calls beyond it fail with UNIMPLEMENTED. */
struct fake_server *fake_start(const struct fake_step *script, size_t steps);
const char *fake_address(const struct fake_server *server); /* "127.0.0.1:12345" */
/* What was asked so far, health checks left out. Only after the calls ended. */
size_t fake_calls(struct fake_server *server, struct fake_call calls[FAKE_STEPS]);
void fake_stop(struct fake_server *server);

/* The packed google.rpc.Status of a refusal; returns its size. */
size_t fake_details(const char *reason, const char *key, const char *value, uint8_t *to, size_t size);

#endif
