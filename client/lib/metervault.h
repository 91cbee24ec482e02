/* C client of metervault: connect over mTLS, call any method of the contract, repeat safely, understand refusals.
 * Selling, with recovery of a lost answer, is in sale.h. */
#ifndef METERVAULT_CLIENT_H
#define METERVAULT_CLIENT_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mv_client; /* one channel; calls may come from several threads */

struct mv_client_options {
    const char *server;           /* "host:port" */
    const char *ca_file;          /* PEM; NULL only with insecure_loopback */
    const char *certificate_file; /* PEM of this principal */
    const char *key_file;
    bool insecure_loopback; /* plaintext, loopback addresses only */
    unsigned deadline_ms;   /* of one try; of a stream: the longest silence; 0 = 5000 */
    unsigned tries;         /* of a call that is safe to repeat; 0 = 4, with growing pauses */
};

/* Why a call failed. `reason` is the name of an ErrorReason ("" when the failure is the transport's). All text is
 * printable ASCII: what else a server sends is shown as '?'. */
struct mv_client_error {
    int grpc_status;
    char reason[48];
    char message[512]; /* one or two sentences for a person */
    struct mv_client_detail {
        char key[32];
        char value[96];
    } metadata[8];
    size_t metadata_count;
};

/* NULL on failure, then *error says why (CONFIG_INVALID, FILE_FAILED). Does not wait for the connection.
 * Keeps OpenSSL from cleaning up at exit (base/teardown.h): open before other uses of OpenSSL, or end with _exit. */
struct mv_client *mv_client_open(const struct mv_client_options *options, struct mv_client_error *error);
/* No call may be running. NULL is fine. */
void mv_client_close(struct mv_client *client);

/* One unary call, by descriptor; repeats on UNAVAILABLE and on its own deadline when `repeat` says that the call is
 * safe to repeat. On success *response is to be freed with protobuf_c_message_free_unpacked(.., NULL). */
bool mv_client_call(struct mv_client *client, const ProtobufCServiceDescriptor *service, const char *method,
                    const ProtobufCMessage *request, bool repeat, ProtobufCMessage **response,
                    struct mv_client_error *error);

/* A server stream: `each` gets every message until it returns false; true when the stream ended well or `each` ended
 * it. */
typedef bool mv_client_each(void *self, const ProtobufCMessage *message);
bool mv_client_stream(struct mv_client *client, const ProtobufCServiceDescriptor *service, const char *method,
                      const ProtobufCMessage *request, mv_client_each *each, void *self, struct mv_client_error *error);

/* True at once when the connection stands; else makes one small call that changes nothing and waits for its answer. */
bool mv_client_connected(struct mv_client *client, struct mv_client_error *error);

enum { MV_REQUEST_ID_SIZE = 37 };
/* A fresh request id: UUID version 7 (time-ordered). Store it before the first try. False when the system gives no
 * random numbers. */
bool mv_client_request_id(char id[MV_REQUEST_ID_SIZE]);

#endif
