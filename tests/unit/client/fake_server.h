/* A small gRPC server that answers by script and remembers what it was asked. Plaintext, on a free port of 127.0.0.1.
 * It answers the health check by itself, so that scripts hold only the calls under test. Batches run in threads of
 * their own, so that a client may make other calls meanwhile. */
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
    FAKE_BATCH,   /* IssueBatch: see struct fake_batch */
};

enum { FAKE_MESSAGES = 4, FAKE_STEPS = 16, FAKE_ORDERS = 4096 };

/* What a fake server has issued, over all its streams. Set up before the server starts, read when it has ended;
 * meanwhile only by the functions below. */
struct fake_ledger {
    char ids[FAKE_ORDERS][65];
    unsigned orders;         /* that were issued: distinct request ids */
    unsigned replayed;       /* answered from the ledger */
    unsigned largest;        /* items in a request */
    const char *refuse_pan;  /* its orders are METER_UNKNOWN */
    const char *busy_pan;    /* its orders are `busy_reason`, */
    const char *busy_reason; /* ... */
    unsigned busy_times;     /* so often */
};

/* One stream: `responses` requests are answered (0: all), then one more is carried out and not answered, and the stream
 * ends with the step's status, or, when that is OK, goes silent. */
struct fake_batch {
    struct fake_ledger *ledger;
    unsigned responses;
    enum { FAKE_HONEST, FAKE_WRONG_METER, FAKE_WRONG_CONTENT, FAKE_ONE_SHORT, FAKE_EARLY_END } how;
};

struct fake_step {
    const char *method; /* "IssueCredit"; asked for in this order, IssueBatch in its own */
    enum fake_act act;
    const ProtobufCMessage *messages[FAKE_MESSAGES]; /* one for a unary method */
    int status;
    const char *message;
    const uint8_t *details; /* grpc-status-details-bin, NULL for none */
    size_t details_size;
    const struct fake_batch *batch;
    bool repeat; /* the script's last step: answers all later calls of its method as well */
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

unsigned fake_ledger_orders(const struct fake_ledger *ledger);
void fake_ledger_clear(struct fake_ledger *ledger);

/* For fake_server.c: answers one request of a batch; freed with protobuf_c_message_free_unpacked. */
ProtobufCMessage *fake_batch_answer(const struct fake_batch *batch, const uint8_t *request, size_t size);

/* The packed google.rpc.Status of a refusal; returns its size. */
size_t fake_details(const char *reason, const char *key, const char *value, uint8_t *to, size_t size);

#endif
