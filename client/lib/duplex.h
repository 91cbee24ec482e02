/* Internal: a stream with messages both ways, one at a time, in the caller's thread. It has no end in time, so its
 * deadline is per message: the longest silence of the server. */
#ifndef MV_CLIENT_DUPLEX_H
#define MV_CLIENT_DUPLEX_H

#include "client.h"

struct mv_duplex {
    grpc_call *call;
    grpc_completion_queue *queue;
    const ProtobufCMethodDescriptor *method;
    unsigned silence_ms;
    bool silent;     /* the server let the time pass */
    bool unreadable; /* what came is no message of the method */
    struct mv_call_end end;
};

/* False with *error set: then there is nothing to close. */
bool mv_duplex_open(struct mv_duplex *duplex, struct mv_client *client, const ProtobufCServiceDescriptor *service,
                    const char *method, unsigned silence_ms, struct mv_client_error *error);
/* `last`: the server is told that no more come. False when the stream is over; mv_duplex_close says why. */
bool mv_duplex_send(struct mv_duplex *duplex, const ProtobufCMessage *message, bool last);
/* NULL when there are no more; mv_duplex_close says why. Freed with protobuf_c_message_free_unpacked(.., NULL). */
ProtobufCMessage *mv_duplex_receive(struct mv_duplex *duplex);
/* `enough`: the caller has what it wants and the rest is of no interest: true. Otherwise true when the server ended the
 * stream well, or *error says what ended it. */
bool mv_duplex_close(struct mv_duplex *duplex, bool enough, struct mv_client_error *error);

#endif
