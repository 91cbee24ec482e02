/* What the files of the reader's side share. */
#ifndef MV_CORE_CARD_SESSION_H
#define MV_CORE_CARD_SESSION_H

#include "metervault/card.h"

enum mv_card_state {
    MV_CARD_IDLE,
    MV_CARD_SENDING,  /* frames of a command are left */
    MV_CARD_FETCHING, /* the answer is due */
    MV_CARD_PASS_2,   /* the card's challenge is due */
    MV_CARD_PASS_3,   /* its answer to ours */
};
enum { MV_CARD_STATUS_OK = 0x00, MV_CARD_STATUS_MORE = 0xAF };

/* Ends whatever is under way, and the authentication. */
enum mv_card_next mv_card_fail(struct mv_card_session *session, enum mv_card_error error);
/* The first `size` bytes of the buffer are the answer. */
enum mv_card_next mv_card_finish(struct mv_card_session *session, uint16_t size);
/* Puts an APDU together; its data may lie in it already. `size` <= MV_CARD_FRAME. */
enum mv_card_next mv_card_send(struct mv_card_session *session, uint8_t ins, const uint8_t *data, uint16_t size);
enum { MV_CARD_APDU_DATA = 5 }; /* where its data begins */
/* A command of any INS. */
enum mv_card_next mv_card_begin(struct mv_card_session *session, const struct mv_card_command *command);
/* What came in PASS_2 and PASS_3, without its status. */
enum mv_card_next mv_card_pass(struct mv_card_session *session, const uint8_t *data, uint16_t size, uint8_t status);

#endif
