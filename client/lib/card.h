/* A card at a terminal: carries APDUs between the card and the server, which alone has keys (CardService of
 * metervault/v1/card_service.proto). A front-end brings a way to talk to its reader; PC/SC is one (client/card). */
#ifndef METERVAULT_CARD_H
#define METERVAULT_CARD_H

#include <stdint.h>

#include "metervault.h"
#include "metervault/v1/card_service.pb-c.h"

enum { MV_CARD_RESPONSE_MAX = 258 }; /* 256 bytes and the status word */

/* Both callbacks run in the caller's thread. */
struct mv_card_reader {
    void *self;
    /* Sends a command to the card as it is. `response` has room for MV_CARD_RESPONSE_MAX bytes, of which *size are
     * filled: data and status word. False: the card is gone or does not answer; the server is told, and ends. */
    bool (*transmit)(void *self, const uint8_t *command, size_t command_size, uint8_t *response, size_t *size);
    /* How far the server is; NULL: of no interest. */
    void (*progress)(void *self, const Metervault__V1__Progress *progress);
};

/* One session with the card in the reader. The result is to be freed with
 * metervault__v1__card_result__free_unpacked(.., NULL); NULL: refused, or the connection broke. Beginning again with
 * the same fields and request id on the same card goes on where it broke: nothing is sold twice. Only refusals of the
 * card itself (CARD_REMOVED and those after it in errors.proto) depend on the reader. */
Metervault__V1__CardResult *mv_client_card(struct mv_client *client, const Metervault__V1__CardBegin *begin,
                                           const struct mv_card_reader *reader, struct mv_client_error *error);

#endif
