#include "card.h"

#include "base/status.h"
#include "duplex.h"
#include "error.h"

/* The server may wait for the key process and the ledger between two commands. */
enum { SILENCE_DEADLINES = 6 };

struct exchange {
    struct mv_duplex stream;
    const struct mv_card_reader *reader;
    Metervault__V1__CardResult *result;
    bool deaf; /* the server takes no more; what it has sent is still read */
};

static void relay(struct exchange *exchange, const ProtobufCBinaryData *command)
{
    uint8_t bytes[MV_CARD_RESPONSE_MAX];
    size_t size = 0;
    Metervault__V1__CardRequest request = METERVAULT__V1__CARD_REQUEST__INIT;
    Metervault__V1__ResponseApdu response = METERVAULT__V1__RESPONSE_APDU__INIT;
    const struct mv_card_reader *reader = exchange->reader;
    response.removed = !reader->transmit(reader->self, command->data, command->len, bytes, &size);
    if (!response.removed)
        response.apdu = (ProtobufCBinaryData){size, bytes};
    request.step_case = METERVAULT__V1__CARD_REQUEST__STEP_RESPONSE;
    request.response = &response;
    exchange->deaf = !mv_duplex_send(&exchange->stream, &request.base, false);
}

static void follow(struct exchange *exchange, Metervault__V1__CardResponse *message)
{
    switch (message->step_case) {
    case METERVAULT__V1__CARD_RESPONSE__STEP_COMMAND:
        if (!exchange->deaf)
            relay(exchange, &message->command->apdu);
        break;
    case METERVAULT__V1__CARD_RESPONSE__STEP_PROGRESS:
        if (exchange->reader->progress != NULL)
            exchange->reader->progress(exchange->reader->self, message->progress);
        break;
    case METERVAULT__V1__CARD_RESPONSE__STEP_RESULT:
        if (exchange->result == NULL) {
            exchange->result = message->result;
            message->step_case = METERVAULT__V1__CARD_RESPONSE__STEP__NOT_SET; /* it is freed without it */
        }
        break;
    default: /* of a newer server */
        break;
    }
}

static void run(struct exchange *exchange, Metervault__V1__CardBegin *begin)
{
    Metervault__V1__CardRequest request = METERVAULT__V1__CARD_REQUEST__INIT;
    request.step_case = METERVAULT__V1__CARD_REQUEST__STEP_BEGIN;
    request.begin = begin;
    ProtobufCMessage *message = NULL;
    exchange->deaf = !mv_duplex_send(&exchange->stream, &request.base, false);
    while ((message = mv_duplex_receive(&exchange->stream)) != NULL) {
        follow(exchange, (Metervault__V1__CardResponse *)message);
        protobuf_c_message_free_unpacked(message, NULL);
    }
}

Metervault__V1__CardResult *mv_client_card(struct mv_client *client, const Metervault__V1__CardBegin *begin,
                                           const struct mv_card_reader *reader, struct mv_client_error *error)
{
    struct exchange exchange = {.reader = reader};
    Metervault__V1__CardBegin copy = *begin; /* protobuf-c wants to be able to write what it only reads */
    if (!mv_duplex_open(&exchange.stream, client, &metervault__v1__card_service__descriptor, "Session",
                        client->deadline_ms * SILENCE_DEADLINES, error))
        return NULL;
    run(&exchange, &copy);
    bool ended = mv_duplex_close(&exchange.stream, false, error);
    if (ended && exchange.result == NULL) {
        static const char early[] = "The server ended the card's session without a result.";
        mv_error_decode(error, MV_STATUS_INTERNAL, early, sizeof early - 1, NULL, 0);
    }
    return exchange.result;
}
