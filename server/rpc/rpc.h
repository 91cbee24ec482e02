/* gRPC on the C core: serves protobuf-c services without a line of transport code per method. Knows nothing of vending.
 *
 * Which methods exist and whether they stream comes from the descriptors (protobuf-c's and the embedded descriptor
 * set); a service only names a handler per method. Threads: `queue_threads` poll completion queues and run inline
 * handlers, `workers` run the other unary handlers, `stream_workers` run streaming handlers (one call each, may block):
 * a slow reader of a stream never holds up a sale. `desk_workers` run the streams that wait for a device at the
 * caller's; no principal holds more than half of them. */
#ifndef MV_RPC_RPC_H
#define MV_RPC_RPC_H

#include <protobuf-c/protobuf-c.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct rpc_server;
struct rpc_call;

enum rpc_run {
    RPC_POOLED, /* on a worker; may block */
    RPC_DESK,   /* streams only, on a desk worker: for those that wait for a device; may block */
    RPC_INLINE, /* unary only, on the queue thread; must not block (health, enqueueing a sale) */
};

/* Unary: must lead to exactly one rpc_reply or rpc_fail, now or later, from any thread. `request` is valid until then.
 * Server streaming: rpc_write*, then rpc_finish or rpc_fail. Client or bidi streaming: request is NULL; rpc_read*,
 * rpc_write*, then rpc_finish / rpc_reply / rpc_fail. */
typedef void rpc_handler(void *self, struct rpc_call *call, const ProtobufCMessage *request);

struct rpc_method {
    const char *name; /* as in the .proto; every method of the service must be named, or rpc_server_start fails */
    rpc_handler *handler;
    enum rpc_run run;
};

struct rpc_service {
    const ProtobufCServiceDescriptor *descriptor;
    const struct rpc_method *methods;
    size_t method_count;
    void *self;
};

struct rpc_options {
    const char *listen;             /* "127.0.0.1:7700", "[::]:7700"; port 0 takes a free one */
    const char *certificate_file;   /* PEM chain of the server; watched, reloaded without a restart */
    const char *key_file;           /* PEM, EC only */
    const char *client_ca_file;     /* PEM; clients must present a certificate of it */
    bool insecure_loopback;         /* plaintext; refused unless `listen` is a loopback address */
    const char *insecure_principal; /* who plaintext callers are; NULL: nobody (NOT_AUTHENTICATED) */
    unsigned queue_threads;
    unsigned workers;
    unsigned stream_workers;
    unsigned desk_workers;      /* 0: as many as stream_workers */
    uint32_t max_message_bytes; /* of a request */
    uint32_t max_repeated;      /* elements of any one repeated field of a request, at any depth */
    uint32_t max_calls;         /* at once, over all connections */
    uint32_t max_connections;
    uint32_t max_connections_per_peer; /* of one IPv4 address or IPv6 /64, loopback too; 0: only max_connections */
    uint32_t max_connection_age_s;     /* then callers must connect, and be judged, anew; 0: never */
    uint32_t open_stream_ms;           /* longest life of a stream of reflection, which anybody may open; 0: 30 s */
    uint32_t drain_ms;                 /* longest wait for running calls at shutdown */
    const uint8_t *descriptor_set;     /* serialized FileDescriptorSet with imports; outlives the server */
    size_t descriptor_set_size;
    /* Optional: hears of each call that the runtime itself refuses before (or, of a stream, in spite of) its handler: a
     * request that is no message of its type or breaks a bound, a caller without a principal, an unknown method
     * (`path` is then RPC_UNKNOWN_PATH: what the caller wrote is not passed on). Not of SERVER_BUSY, SHUTTING_DOWN,
     * deadlines and cancellation, nor of what handlers refuse. Called before the answer leaves, on whatever thread,
     * several at a time: must not block. `principal` is NULL when the caller has none; it and the rest are valid during
     * the call only. */
    void (*refused)(void *self, const char *principal, const char *path, mv_status status);
    void *refused_self;
};

#define RPC_UNKNOWN_PATH "(unknown method)"

/* Health is served by the runtime itself; this sets what it says, for the whole server ("") or one service, and wakes
 * watchers. At first the whole server is not serving and each service is: rpc_set_serving(server, "", true) opens all.
 * A service is shown as serving when it and the whole server are. */
void rpc_set_serving(struct rpc_server *server, const char *service, bool serving);

/* Checks options (addresses, EC key, files, every method has a handler), binds, starts threads. grpc_init inside;
 * nothing of the process may have called it before, or TLS 1.2 stays possible. `services` and what it points to outlive
 * the server; strings of `options` need not. The reflection and health services are added by itself: the only ones that
 * callers without a principal may use, all others answer NOT_AUTHENTICATED. */
MV_MUST_USE mv_status rpc_server_start(const struct rpc_options *options, const struct rpc_service *services,
                                       size_t service_count, struct rpc_server **server);
uint16_t rpc_server_port(const struct rpc_server *server);
/* Announces a connection of this process to its own listener from `source_port`, which must be bound already: it is let
 * in even when strangers hold all places, so that a full server is not taken for a deaf one. One at a time. */
void rpc_expect_probe(const struct rpc_server *server, uint16_t source_port);
/* No new calls, running ones get `drain_ms`, the rest is cancelled; waits until every handler has answered, joins all
 * threads and frees. Whoever answers late must still be able to: stop it after this. NULL is fine. */
void rpc_server_stop(struct rpc_server *server);

/* NAME of the caller's urn:metervault:principal:NAME, never NULL in a handler of `services`. Valid as long as the call.
 */
const char *rpc_principal(const struct rpc_call *call);
/* "/metervault.v1.TokenService/IssueCredit" */
const char *rpc_method_name(const struct rpc_call *call);
/* Nanoseconds left, INT64_MAX without a deadline; 0 once passed. */
int64_t rpc_time_left(const struct rpc_call *call);
/* The caller has left or the deadline has passed. Of a stream: ask on the thread that writes it. */
bool rpc_cancelled(const struct rpc_call *call);

/* `key` and `value` are copied, cut to 31 and 159 bytes. At most 8 pairs, kept for rpc_fail's ErrorInfo metadata;
 * rpc_fail itself adds `where` and `code` (hexadecimal) from the status. */
void rpc_detail(struct rpc_call *call, const char *key, const char *value);

/* The call must not be used after reply, finish or fail. The response is packed before return. */
void rpc_reply(struct rpc_call *call, const ProtobufCMessage *response);
void rpc_fail(struct rpc_call *call, mv_status status);

/* Streams. They block with flow control and fail with CANCELLED_BY_CALLER or DEADLINE_PASSED when the caller is gone,
 * or takes nothing for a minute, or says nothing for ten. One thread reads and one writes, which may be another;
 * neither may still be at it when the call is ended. In a server stream messages may be held back to go out together,
 * at the latest with rpc_finish; in the others each goes out at once. */
MV_MUST_USE mv_status rpc_write(struct rpc_call *call, const ProtobufCMessage *message);
/* *message is NULL at the end of the client's messages; else it is valid until the next rpc_read or the end of the
 * call, and nobody frees it. */
MV_MUST_USE mv_status rpc_read(struct rpc_call *call, ProtobufCMessage **message);
/* Ends the stream so many milliseconds from now, whatever it is at; once more: from then on. */
void rpc_live(struct rpc_call *call, uint32_t ms);
/* All that is written and read from here to the next of these takes no longer than this together. */
void rpc_step(struct rpc_call *call, uint32_t ms);
void rpc_finish(struct rpc_call *call);

#endif
