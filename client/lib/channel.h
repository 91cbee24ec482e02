/* Internal to the client and the load generator: channels, and messages as byte buffers. grpc_init must have been
 * called. */
#ifndef MV_CLIENT_CHANNEL_H
#define MV_CLIENT_CHANNEL_H

#include <grpc/byte_buffer.h>
#include <grpc/grpc.h>

#include "metervault.h"

/* NULL on failure, then *error says why. `own_connection`: not shared with other channels to the same server. */
grpc_channel *mv_channel_new(const struct mv_client_options *options, bool own_connection,
                             struct mv_client_error *error);

/* NULL when memory ran out or the message is larger than 4 GiB. */
grpc_byte_buffer *mv_buffer_from_message(const ProtobufCMessage *message);
/* NULL when the bytes are no such message. */
ProtobufCMessage *mv_buffer_to_message(grpc_byte_buffer *buffer, const ProtobufCMessageDescriptor *type);

/* "/package.Service/Method". False when the service has no such method or the name is too long. */
enum { MV_PATH_SIZE = 160 };
bool mv_method_path(const ProtobufCServiceDescriptor *service, const char *method, char path[MV_PATH_SIZE],
                    const ProtobufCMethodDescriptor **descriptor);

#endif
