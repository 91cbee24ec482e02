/* The Echo service of the tests and a server around it. */
#ifndef RPC_TEST_ECHO_H
#define RPC_TEST_ECHO_H

#include <stdatomic.h>

#include "caller.h"
#include "echo.pb-c.h"
#include "rpc/rpc.h"

extern const uint8_t echo_set[];
extern const size_t echo_set_size;

#define ECHO         "/rpctest.Echo/"
#define HEALTH_CHECK "/grpc.health.v1.Health/Check"

/* What handlers saw; tests wait for these. */
struct echo_seen {
    atomic_uint blocked;   /* Block calls that have begun */
    atomic_uint cancelled; /* of them, ended by cancellation */
    atomic_bool release;   /* lets Block answer */
    atomic_bool release_late;
    atomic_uint streams_broken;
    atomic_int last_reason; /* of a broken stream */
};
extern struct echo_seen echo_seen;

extern const struct rpc_service echo_service;

/* Plaintext on a free port, the principal "tester", small limits; tests change what they need. */
struct rpc_options echo_options(void);
/* Starts with these options; aborts when that fails. Resets echo_seen. */
struct rpc_server *echo_start(const struct rpc_options *options);
/* Joins what Late has started. */
void echo_stop(struct rpc_server *server);

/* True when `value` reached `wanted` within ten seconds. */
bool echo_wait(const atomic_uint *value, unsigned wanted);

/* A unary call with an Item; the answer's number, or -1. `text` may be NULL. */
int64_t echo_call(grpc_channel *channel, const char *method, int64_t number, const char *text);
/* The same, with all of the result. */
struct caller_result echo_result(grpc_channel *channel, const char *method, int64_t number, const char *text,
                                 int timeout_ms);

#endif
