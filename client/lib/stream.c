/* A server stream: one request, then answers until either side has enough. */
#include "duplex.h"
#include "error.h"

bool mv_client_stream(struct mv_client *client, const ProtobufCServiceDescriptor *service, const char *method,
                      const ProtobufCMessage *request, mv_client_each *each, void *self, struct mv_client_error *error)
{
    struct mv_duplex duplex;
    bool more = true;
    if (!mv_duplex_open(&duplex, client, service, method, client->deadline_ms, error))
        return false;
    bool sent = mv_duplex_send(&duplex, request, true);
    while (sent && more) {
        ProtobufCMessage *message = mv_duplex_receive(&duplex);
        if (message == NULL)
            break;
        more = each(self, message);
        protobuf_c_message_free_unpacked(message, NULL);
    }
    return mv_duplex_close(&duplex, !more, error);
}
