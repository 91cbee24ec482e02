/* Internal: what a client is, and one try of a call. */
#ifndef MV_CLIENT_CLIENT_H
#define MV_CLIENT_CLIENT_H

#include <grpc/grpc.h>

#include "metervault.h"

struct mv_client {
    grpc_channel *channel;
    unsigned deadline_ms;
    unsigned tries;
};

/* One try of a unary call, never repeated. */
bool mv_client_try(struct mv_client *client, const ProtobufCServiceDescriptor *service, const char *method,
                   const ProtobufCMessage *request, ProtobufCMessage **response, struct mv_client_error *error);

/* The pause before try number `next` (from 2); ends early when a lost connection stands again. */
void mv_client_pause(struct mv_client *client, unsigned next);

/* A call's way to its end, shared by unary and streaming calls: status and trailing metadata. */
struct mv_call_end {
    grpc_status_code status;
    grpc_slice message;
    grpc_metadata_array initial;
    grpc_metadata_array trailing;
};
void mv_call_end_init(struct mv_call_end *end);
void mv_call_end_destroy(struct mv_call_end *end);
/* The operation that fills it. */
grpc_op mv_call_end_op(struct mv_call_end *end);
void mv_call_end_error(const struct mv_call_end *end, struct mv_client_error *error);

/* NULL with *error set when the method is not in the contract. */
grpc_call *mv_call_new(struct mv_client *client, const ProtobufCServiceDescriptor *service, const char *method,
                       grpc_completion_queue *queue, gpr_timespec deadline,
                       const ProtobufCMethodDescriptor **descriptor, struct mv_client_error *error);

gpr_timespec mv_deadline_in(unsigned ms);

#endif
