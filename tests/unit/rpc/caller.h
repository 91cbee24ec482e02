/* A small blocking gRPC client for tests. */
#ifndef RPC_TEST_CALLER_H
#define RPC_TEST_CALLER_H

#include <grpc/grpc.h>
#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stdint.h>

struct caller_result {
    grpc_status_code code;
    char text[512];
    char reason[64]; /* of ErrorInfo; empty without */
    char domain[64];
    char metadata[1024]; /* "key=value;" in order */
    uint8_t *data;       /* the answer; NULL without one */
    size_t size;
};

/* Plaintext to 127.0.0.1. Each channel has a connection of its own. */
grpc_channel *caller_connect(uint16_t port);
/* Files in PEM; `certificate_file` NULL: none is presented. */
grpc_channel *caller_connect_tls(uint16_t port, const char *ca_file, const char *certificate_file,
                                 const char *key_file);
grpc_channel *caller_connect_gzip(uint16_t port);
/* Takes no more than 64 kB of answers that nobody receives; other channels take megabytes on a fast connection. */
grpc_channel *caller_connect_narrow(uint16_t port);

/* One request; of a stream, the first answer. */
struct caller_result caller_raw(grpc_channel *channel, const char *path, const void *data, size_t size, int timeout_ms);
struct caller_result caller_unary(grpc_channel *channel, const char *path, const ProtobufCMessage *request,
                                  int timeout_ms);
void caller_forget(struct caller_result *result);

/* One thread may send on a stream while another receives. */
struct caller_stream;
struct caller_stream *caller_open(grpc_channel *channel, const char *path, int timeout_ms);
bool caller_send(struct caller_stream *stream, const ProtobufCMessage *message);
void caller_send_end(struct caller_stream *stream);
/* NULL at the end. To be freed with protobuf_c_message_free_unpacked. */
ProtobufCMessage *caller_receive(struct caller_stream *stream, const ProtobufCMessageDescriptor *type);
void caller_cancel(struct caller_stream *stream);
/* Waits for the status and frees the stream. */
struct caller_result caller_end(struct caller_stream *stream);

#endif
