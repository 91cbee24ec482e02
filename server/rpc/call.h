/* One call, from the moment the server waits for it until its last event. Inside server/rpc only.
 *
 * A call of a unary method (and a health watcher) lives on the queue of a queue thread; its operations end as events
 * there and never block. Every other stream has its own queue, which the handler's thread plucks: that thread then does
 * the work of the transport itself, and a message costs no switch of threads.
 *
 * References: one for whoever must answer, one per batch under way, one for a thread that still looks at the call. */
#ifndef MV_RPC_CALL_H
#define MV_RPC_CALL_H

#include <grpc/grpc.h>
#include <stdatomic.h>

#include "rpc/arena.h"
#include "rpc/batch.h"
#include "rpc/late.h"
#include "rpc/principal.h"
#include "rpc/rpc.h"

enum rpc_kind { RPC_UNARY, RPC_SERVER_STREAM, RPC_CLIENT_STREAM, RPC_BIDI };

/* The handler reads the messages itself. */
static inline bool rpc_kind_reads(enum rpc_kind kind)
{
    return kind == RPC_CLIENT_STREAM || kind == RPC_BIDI;
}

/* A method that is served. */
struct rpc_entry {
    char *path; /* "/package.Service/Method" */
    const ProtobufCMessageDescriptor *input;
    const ProtobufCMessageDescriptor *output;
    rpc_handler *handler;
    void *self;
    enum rpc_run run;
    enum rpc_kind kind;
    bool anonymous;   /* served to callers without a principal too: health, reflection */
    void *registered; /* the library's name of it */
};

/* Has a queue of its own. Streams that run inline (the health watch) are driven by events instead. */
static inline bool rpc_entry_plucks(const struct rpc_entry *entry)
{
    return entry != NULL && entry->kind != RPC_UNARY && entry->run != RPC_INLINE;
}

enum { RPC_MAX_DETAILS = 8, RPC_DETAIL_KEY = 32, RPC_DETAIL_VALUE = 160 };

struct rpc_detail_pair {
    char key[RPC_DETAIL_KEY];
    char value[RPC_DETAIL_VALUE];
};

struct rpc_queue {
    grpc_completion_queue *queue;
    struct rpc_server *server;
    atomic_uint *lost; /* accept slots that could not be armed, by method; the last is of unknown ones */
    atomic_uint lost_count;
    struct rpc_late late;
};

/* How a call ends. */
struct rpc_ending {
    grpc_byte_buffer *answer; /* NULL: none */
    grpc_status_code code;
    bool has_details; /* status_text and status_details of the call are set */
};

struct rpc_call {
    struct rpc_server *server;
    struct rpc_queue *queue;       /* where it arrived */
    const struct rpc_entry *entry; /* NULL: a method nobody knows */
    struct rpc_call *next;         /* in a pool, among late answers or in the store of unused calls */

    grpc_call *call;
    grpc_completion_queue *own; /* NULL on queue threads */
    gpr_timespec deadline;
    gpr_timespec cut_off;      /* of a stream: the end of its life */
    gpr_timespec step_ends;    /* of what it is at */
    grpc_call_details details; /* of an unknown method */
    grpc_metadata_array metadata;
    grpc_byte_buffer *received;
    struct rpc_tag arrived;
    struct rpc_tag closed;
    struct rpc_tag came;  /* a message was read */
    struct rpc_tag moved; /* a message was written, or the status */

    atomic_uint refs;
    atomic_bool close_asked;
    atomic_bool cancelled;
    int close_result; /* written by the library with `closed` */
    bool close_seen;  /* own queue: `closed` was plucked */
    bool admitted;    /* counts against max_calls */
    bool headers_sent;

    struct rpc_ending ending; /* of a call without a queue of its own */
    grpc_byte_buffer *sent;
    grpc_slice status_text;
    grpc_slice status_details;
    grpc_metadata trailer;

    const ProtobufCMessage *request;
    mv_status refusal; /* what a refusing thread answers */
    void *watcher;     /* of the health watch */
    struct rpc_principal principal;
    struct rpc_detail_pair *pairs; /* RPC_MAX_DETAILS of them; NULL until the first */
    unsigned pair_count;
    struct rpc_arena arena;
};

/* Structures and copies of a checked request; a list of empty messages takes the most. */
static inline size_t rpc_arena_budget(uint32_t max_message_bytes)
{
    return (size_t)max_message_bytes * 16 + (1U << 20);
}

/* From the store of unused calls or new; for a stream with its own queue. NULL without memory. */
struct rpc_call *rpc_call_take(struct rpc_server *server, struct rpc_queue *queue, const struct rpc_entry *entry);
/* Of a call that never arrived. */
void rpc_call_discard(struct rpc_call *call);
void rpc_call_hold(struct rpc_call *call);
/* The last one frees; the call and, at shutdown, the server may be gone when this returns. */
void rpc_call_release(struct rpc_call *call);

/* Sets `principal`. */
void rpc_call_identify(struct rpc_call *call);
/* Passes a refusal of the runtime's own on to whoever wants to hear of it. Before rpc_fail. */
void rpc_call_refused(const struct rpc_call *call, mv_status status);

/* Lets the library report cancellation, unless that was asked for already. */
void rpc_call_watch_close(struct rpc_call *call);

/* Ends the call with a bare gRPC status, for the answers that standard services prescribe. */
void rpc_end(struct rpc_call *call, grpc_status_code code, const char *text);

/* A message for a batch; NULL without memory or when it is not of the method's output type. */
grpc_byte_buffer *rpc_pack(const struct rpc_call *call, const ProtobufCMessage *message);
/* Checks and unpacks `received` into the arena and frees it. */
MV_MUST_USE mv_status rpc_unpack(struct rpc_call *call, ProtobufCMessage **message);

/* Takes over the reference of whoever must answer; may return before anything is sent. */
void rpc_call_end(struct rpc_call *call, struct rpc_ending ending);
/* Sends call->ending; on the thread of the call's queue. */
void rpc_call_start_ending(struct rpc_call *call);
/* The same on a call's own queue; blocks until the status is on its way. */
void rpc_stream_end(struct rpc_call *call, struct rpc_ending ending);
/* The operations of an ending, at most RPC_ENDING_OPS. False: the close was asked for before and ends by itself. */
enum { RPC_ENDING_OPS = 4 };
bool rpc_call_ending_ops(struct rpc_call *call, struct rpc_ending ending, grpc_op *ops, size_t *count);
/* Starts the clock of its life, before its handler. */
void rpc_stream_begin(struct rpc_call *call);
/* Sees whether the close of a call with its own queue has been reported. */
void rpc_stream_look(struct rpc_call *call);

#endif
