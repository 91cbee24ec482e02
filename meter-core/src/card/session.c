/* One command and its answer: protected, cut into frames, put together, checked. */
#include "session.h"

#include <string.h>

#include "../crypto/wipe.h"
#include "../meter/same.h"
#include "messaging.h"

enum { CLA = 0x90, SW1 = 0x91, STATUS_BYTES = 2, RAPDU_MAX = 256 + STATUS_BYTES };

void mv_card_start(struct mv_card_session *session, const struct mv_card_cipher *cipher, uint8_t *buffer,
                   uint16_t capacity)
{
    memset(session, 0, sizeof *session);
    session->cipher = cipher;
    session->buffer = buffer;
    session->capacity = capacity;
}

void mv_card_end(struct mv_card_session *session)
{
    mv_wipe(session->buffer, session->capacity);
    mv_wipe(session, sizeof *session);
}

enum mv_card_next mv_card_fail(struct mv_card_session *session, enum mv_card_error error)
{
    const struct mv_card_cipher *cipher = session->cipher;
    uint8_t *buffer = session->buffer;
    uint16_t capacity = session->capacity;
    mv_card_end(session);
    mv_card_start(session, cipher, buffer, capacity);
    session->error = error;
    return MV_CARD_OVER;
}

/* Commands that a card confirms with its status alone. */
static bool is_answered_empty(uint8_t ins)
{
    switch (ins) {
    case MV_CARD_INS_WRITE:
    case MV_CARD_INS_COMMIT:
    case MV_CARD_INS_ABORT:
    case MV_CARD_INS_SELECT:
    case MV_CARD_INS_CREATE_APPLICATION:
    case MV_CARD_INS_FORMAT:
    case MV_CARD_INS_CREATE_BACKUP_FILE:
    case MV_CARD_INS_CREATE_STANDARD_FILE:
    case MV_CARD_INS_DELETE_FILE:
        return true;
    default:
        return false;
    }
}

/* The buffer has room for more than data, and a plain answer could fill that too. */
enum mv_card_next mv_card_finish(struct mv_card_session *session, uint16_t size)
{
    if (size > 0 && is_answered_empty(session->ins))
        return mv_card_fail(session, MV_CARD_FORMAT);
    if (size > 0 && (uint32_t)size + MV_CARD_BUFFER_MORE > session->capacity)
        return mv_card_fail(session, MV_CARD_TOO_LONG);
    session->state = MV_CARD_IDLE;
    session->apdu_size = 0;
    session->data = session->buffer;
    session->size = size;
    return MV_CARD_DONE;
}

enum mv_card_next mv_card_send(struct mv_card_session *session, uint8_t ins, const uint8_t *data, uint16_t size)
{
    uint8_t *apdu = session->apdu;
    if (size > 0)
        memmove(apdu + MV_CARD_APDU_DATA, data, size);
    apdu[0] = CLA;
    apdu[1] = ins;
    apdu[2] = apdu[3] = 0;
    apdu[4] = (uint8_t)size; /* without data it is Le at once */
    session->apdu_size = (uint16_t)(MV_CARD_APDU_DATA + size);
    if (size > 0)
        apdu[session->apdu_size++] = 0;
    return MV_CARD_SEND;
}

static enum mv_card_next send_frame(struct mv_card_session *session)
{
    uint8_t ins = session->sent == 0 ? session->ins : MV_CARD_INS_MORE;
    const uint8_t *data = session->buffer + session->sent;
    uint16_t left = (uint16_t)(session->used - session->sent);
    uint16_t size = left < MV_CARD_FRAME ? left : MV_CARD_FRAME;
    session->sent = (uint16_t)(session->sent + size);
    session->state = MV_CARD_SENDING;
    if (session->sent == session->used) {
        session->state = MV_CARD_FETCHING;
        session->used = session->sent = 0; /* of the answer, from here on */
    }
    return mv_card_send(session, ins, data, size);
}

/* Encrypts what is behind the header, and appends the MAC. */
static bool protect(struct mv_card_session *session, uint8_t header_size)
{
    const struct mv_card_binding to = {session->ins, session->counter, session->ti};
    uint8_t *data = session->buffer + header_size;
    uint16_t size = (uint16_t)(session->used - header_size);
    if (session->mode == MV_CARD_PLAIN)
        return true;
    if (session->mode == MV_CARD_SECRET && size > 0) {
        size = mv_card_pad(data, size);
        if (!mv_card_crypt(session->cipher, &to, true, data, size))
            return false;
        session->used = (uint16_t)(header_size + size);
    }
    uint8_t *mac = session->buffer + session->used;
    if (!mv_card_mac(session->cipher, &to, session->buffer, session->used, mac))
        return false;
    session->used = (uint16_t)(session->used + MV_CARD_MAC_BYTES);
    return true;
}

enum mv_card_next mv_card_begin(struct mv_card_session *session, const struct mv_card_command *command)
{
    uint32_t need = (uint32_t)command->header_size + command->data_size + MV_CARD_BLOCK + MV_CARD_MAC_BYTES;
    bool possible = session->authenticated ? session->counter < UINT16_MAX : command->mode == MV_CARD_PLAIN;
    if (!possible || session->state != MV_CARD_IDLE)
        return mv_card_fail(session, MV_CARD_STATE);
    if (command->header_size > MV_CARD_HEADER_MAX || need > session->capacity)
        return mv_card_fail(session, MV_CARD_TOO_LONG);
    if (command->header_size > 0)
        memcpy(session->buffer, command->header, command->header_size);
    if (command->data_size > 0)
        memcpy(session->buffer + command->header_size, command->data, command->data_size);
    session->ins = command->ins;
    session->mode = command->mode;
    session->bare = false;
    session->used = (uint16_t)(command->header_size + command->data_size);
    session->sent = 0;
    if (!protect(session, command->header_size))
        return mv_card_fail(session, MV_CARD_CIPHER);
    return send_frame(session);
}

enum mv_card_next mv_card_command(struct mv_card_session *session, const struct mv_card_command *command)
{
    switch (command->ins) {
    case MV_CARD_INS_FIRST:
    case MV_CARD_INS_NON_FIRST:
    case MV_CARD_INS_MORE:
    case MV_CARD_INS_CHANGE_KEY:
        return mv_card_fail(session, MV_CARD_STATE);
    case MV_CARD_INS_SELECT:
        session->authenticated = false;
        break;
    default:
        break;
    }
    return mv_card_begin(session, command);
}

/* ---- answers ---- */

/* Checks the MAC at the end of what is in the buffer and decrypts what is before it. */
static enum mv_card_next open_answer(struct mv_card_session *session)
{
    const struct mv_card_binding to = {MV_CARD_STATUS_OK, session->counter, session->ti};
    uint8_t *bytes = session->buffer;
    uint8_t mac[MV_CARD_MAC_BYTES];
    if (session->used < MV_CARD_MAC_BYTES)
        return mv_card_fail(session, MV_CARD_FORMAT);
    uint16_t size = (uint16_t)(session->used - MV_CARD_MAC_BYTES);
    if (!mv_card_mac(session->cipher, &to, bytes, size, mac))
        return mv_card_fail(session, MV_CARD_CIPHER);
    if (!mv_same(mac, bytes + size, sizeof mac))
        return mv_card_fail(session, MV_CARD_MAC_WRONG);
    if (session->mode != MV_CARD_SECRET || size == 0)
        return mv_card_finish(session, size);
    if (size % MV_CARD_BLOCK != 0)
        return mv_card_fail(session, MV_CARD_FORMAT);
    if (!mv_card_crypt(session->cipher, &to, false, bytes, size))
        return mv_card_fail(session, MV_CARD_CIPHER);
    if (!mv_card_unpad(bytes, &size))
        return mv_card_fail(session, MV_CARD_FORMAT);
    return mv_card_finish(session, size);
}

static enum mv_card_next finish_command(struct mv_card_session *session)
{
    if (!session->authenticated)
        return mv_card_finish(session, session->used);
    session->counter++;
    if (session->bare) {
        session->authenticated = false;
        return session->used == 0 ? mv_card_finish(session, 0) : mv_card_fail(session, MV_CARD_FORMAT);
    }
    if (session->mode == MV_CARD_PLAIN)
        return mv_card_finish(session, session->used);
    return open_answer(session);
}

static enum mv_card_next fetch(struct mv_card_session *session, const uint8_t *data, uint16_t size, uint8_t status)
{
    if (size > session->capacity - session->used)
        return mv_card_fail(session, MV_CARD_TOO_LONG);
    if (size > 0)
        memcpy(session->buffer + session->used, data, size);
    session->used = (uint16_t)(session->used + size);
    if (status == MV_CARD_STATUS_OK)
        return finish_command(session);
    if (size == 0) /* such an answer would have no end */
        return mv_card_fail(session, MV_CARD_FORMAT);
    return mv_card_send(session, MV_CARD_INS_MORE, NULL, 0);
}

static enum mv_card_error error_of(uint8_t status)
{
    switch (status) {
    case MV_CARD_NO_CHANGES:
    case MV_CARD_OUT_OF_MEMORY:
    case MV_CARD_ILLEGAL_COMMAND:
    case MV_CARD_INTEGRITY:
    case MV_CARD_NO_SUCH_KEY:
    case MV_CARD_LENGTH:
    case MV_CARD_PERMISSION:
    case MV_CARD_PARAMETER:
    case MV_CARD_NO_APPLICATION:
    case MV_CARD_AUTHENTICATION:
    case MV_CARD_BOUNDARY:
    case MV_CARD_ABORTED:
    case MV_CARD_DUPLICATE:
    case MV_CARD_MEMORY_FAILED:
    case MV_CARD_NO_FILE:
        return (enum mv_card_error)status;
    default:
        return MV_CARD_OTHER_STATUS;
    }
}

enum mv_card_next mv_card_step(struct mv_card_session *session, const uint8_t *rapdu, uint16_t size)
{
    if (session->state == MV_CARD_IDLE)
        return mv_card_fail(session, MV_CARD_STATE);
    if (size < STATUS_BYTES || size > RAPDU_MAX)
        return mv_card_fail(session, MV_CARD_FORMAT);
    uint16_t data_size = (uint16_t)(size - STATUS_BYTES);
    uint8_t status = rapdu[size - 1];
    if (rapdu[data_size] != SW1)
        return mv_card_fail(session, MV_CARD_FOREIGN);
    if (status != MV_CARD_STATUS_OK && status != MV_CARD_STATUS_MORE)
        return mv_card_fail(session, error_of(status));
    if (session->state == MV_CARD_FETCHING)
        return fetch(session, rapdu, data_size, status);
    if (session->state != MV_CARD_SENDING)
        return mv_card_pass(session, rapdu, data_size, status);
    if (status != MV_CARD_STATUS_MORE || data_size > 0)
        return mv_card_fail(session, MV_CARD_FORMAT);
    return send_frame(session);
}
