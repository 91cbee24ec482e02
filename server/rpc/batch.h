/* The only place that hands tags to the C core and takes them back. Under ThreadSanitizer it tells the sanitizer that
 * the thread which takes a tag sees all that the thread which gave it wrote: the library itself is not instrumented. */
#ifndef MV_RPC_BATCH_H
#define MV_RPC_BATCH_H

#include <grpc/grpc.h>
#include <stdbool.h>
#include <stddef.h>

struct rpc_call;
struct rpc_tag;

/* Runs on a queue thread when the operation is over; `ok` as grpc_event.success. */
typedef void rpc_event(struct rpc_tag *tag, bool ok);

struct rpc_tag {
    rpc_event *event; /* unused on a call's own queue, which is plucked */
    struct rpc_call *call;
};

/* False when the library refuses the batch; the tag will then never come back. */
bool rpc_batch_start(grpc_call *call, const grpc_op *ops, size_t count, struct rpc_tag *tag);

/* Asks for one more call of a registered method, or of a method nobody knows. False when refused. */
bool rpc_batch_request(grpc_server *server, void *method, struct rpc_call *call, grpc_completion_queue *notify,
                       struct rpc_tag *tag);

/* Lets the server accept no more; the tag comes back when the last connection is gone. */
void rpc_batch_shutdown(grpc_server *server, grpc_completion_queue *notify, struct rpc_tag *tag);

/* Puts the tag on the queue, by way of a channel that never connects (late.h). */
void rpc_batch_wake(grpc_channel *idle, grpc_completion_queue *queue, struct rpc_tag *tag);

enum rpc_next { RPC_NEXT_EVENT, RPC_NEXT_TIMEOUT, RPC_NEXT_SHUTDOWN };

/* The next event of a queue; SHUTDOWN when it is shut down and empty. */
enum rpc_next rpc_queue_next(grpc_completion_queue *queue, gpr_timespec deadline, struct rpc_tag **tag, bool *ok);

enum rpc_plucked { RPC_PLUCKED_OK, RPC_PLUCKED_FAILED, RPC_PLUCKED_TIMEOUT };

/* Waits for one tag on a call's own queue. */
enum rpc_plucked rpc_queue_pluck(grpc_completion_queue *queue, struct rpc_tag *tag, gpr_timespec deadline);

#endif
