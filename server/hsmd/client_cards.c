/* The card calls of client.h. A session belongs to its connection: where that breaks, the session is lost. */
#include <string.h>

#include "hsmd/client_call.h"
#include "metervault/card.h"

_Static_assert((int)HSMD_CARD_DATA == (int)MV_CARD_DATA_MAX, "what a command moves fits into an answer");
_Static_assert((int)HSMD_CARD_APDU >= (int)MV_CARD_APDU_MAX, "an APDU of the state machine fits into an answer");

enum { PAN_DIGITS = 18 };

static mv_status lost(void)
{
    return mv_fail(MV_CARD_SESSION_LOST, "connection to the key process");
}

/* As with slots, one of an earlier connection is never taken for another one. */
static uint32_t outward(const struct hsmd_client *client, uint32_t inner)
{
    return inner == HSMD_CARD_NO_SESSION ? inner : hsmd_slot_outward(client, inner);
}

static uint32_t inward(const struct hsmd_client *client, uint32_t outer)
{
    uint32_t inner = hsmd_slot_inward(client, outer);
    return inner == HSMD_SLOT_NONE ? HSMD_CARD_NO_SESSION : inner;
}

static void put_key(struct mv_writer *to, const struct hsmd_card_key_ref *key)
{
    char pan[PAN_DIGITS] = {0};
    mv_put_u8(to, (uint8_t)key->use);
    mv_put_u8(to, key->slot);
    mv_put_u8(to, key->version);
    mv_put_bytes(to, key->uid, sizeof key->uid);
    memcpy(pan, key->pan, strnlen(key->pan, sizeof pan));
    mv_put_bytes(to, pan, sizeof pan);
    mv_put_bytes(to, key->domain, sizeof key->domain);
}

static mv_status get_answer(struct hsmd_client *client, struct mv_reader *body, struct hsmd_card_answer *answer)
{
    *answer = (struct hsmd_card_answer){.session = outward(client, mv_get_u32(body))};
    uint8_t next = mv_get_u8(body);
    answer->card_error = mv_get_u16(body);
    answer->apdu_size = mv_get_u16(body);
    body->failed = body->failed || next > HSMD_CARD_REFUSED || answer->apdu_size > sizeof answer->apdu;
    if (!body->failed)
        mv_get_bytes(body, answer->apdu, answer->apdu_size);
    answer->data_size = mv_get_u16(body);
    body->failed = body->failed || answer->data_size > sizeof answer->data;
    if (!body->failed)
        mv_get_bytes(body, answer->data, answer->data_size);
    answer->next = next == HSMD_CARD_SEND   ? HSMD_CARD_SEND
                   : next == HSMD_CARD_DONE ? HSMD_CARD_DONE
                                            : HSMD_CARD_REFUSED;
    return hsmd_call_finish(client, body);
}

/* `inner` is of a session that lives in this connection. */
static mv_status in_session(struct hsmd_client *client, enum hsmd_op op, struct mv_writer *request,
                            struct hsmd_card_answer *answer)
{
    struct mv_reader body;
    mv_status status = hsmd_call(client, (uint8_t)op, request, false, &body);
    if (status.ok)
        status = get_answer(client, &body, answer);
    return !status.ok && client->channel.fd < 0 ? lost() : status;
}

mv_status hsmd_card_open(struct hsmd_client *client, const struct hsmd_card_key_ref *key, uint32_t session,
                         struct hsmd_card_answer *answer)
{
    struct mv_reader body;
    bool first = session == HSMD_CARD_NO_SESSION;
    uint32_t inner = first ? HSMD_CARD_NO_SESSION : inward(client, session);
    if (!first && inner == HSMD_CARD_NO_SESSION)
        return lost();
    struct mv_writer request = hsmd_call_begin(client, HSMD_OP_CARD_OPEN);
    put_key(&request, key);
    mv_put_u32(&request, inner);
    if (!first)
        return in_session(client, HSMD_OP_CARD_OPEN, &request, answer);
    MV_TRY(hsmd_call(client, HSMD_OP_CARD_OPEN, &request, true, &body));
    return get_answer(client, &body, answer);
}

mv_status hsmd_card_command(struct hsmd_client *client, uint32_t session, const struct mv_card_command *command,
                            struct hsmd_card_answer *answer)
{
    uint32_t inner = inward(client, session);
    if (inner == HSMD_CARD_NO_SESSION)
        return lost();
    if (command->header_size > MV_CARD_HEADER_MAX || command->data_size > MV_CARD_DATA_MAX)
        return mv_fail(MV_INVALID_FIELD, "card command: size");
    struct mv_writer request = hsmd_call_begin(client, HSMD_OP_CARD_COMMAND);
    mv_put_u32(&request, inner);
    mv_put_u8(&request, command->ins);
    mv_put_u8(&request, command->mode);
    mv_put_u8(&request, command->header_size);
    mv_put_bytes(&request, command->header, command->header_size);
    mv_put_u16(&request, command->data_size);
    mv_put_bytes(&request, command->data, command->data_size);
    return in_session(client, HSMD_OP_CARD_COMMAND, &request, answer);
}

mv_status hsmd_card_change_key(struct hsmd_client *client, uint32_t session, uint8_t slot_in_use,
                               const struct hsmd_card_key_ref *old_key, const struct hsmd_card_key_ref *new_key,
                               struct hsmd_card_answer *answer)
{
    uint32_t inner = inward(client, session);
    if (inner == HSMD_CARD_NO_SESSION)
        return lost();
    struct mv_writer request = hsmd_call_begin(client, HSMD_OP_CARD_CHANGE_KEY);
    mv_put_u32(&request, inner);
    mv_put_u8(&request, slot_in_use);
    put_key(&request, old_key);
    put_key(&request, new_key);
    return in_session(client, HSMD_OP_CARD_CHANGE_KEY, &request, answer);
}

mv_status hsmd_pboc_open(struct hsmd_client *client, const struct hsmd_pboc_ref *ref, struct hsmd_card_answer *answer)
{
    struct mv_reader body;
    struct mv_writer request = hsmd_call_begin(client, HSMD_OP_PBOC_OPEN);
    mv_put_bytes(&request, ref->serial, sizeof ref->serial);
    mv_put_u8(&request, ref->internal);
    mv_put_u8(&request, ref->external);
    mv_put_u8(&request, ref->mac);
    MV_TRY(hsmd_call(client, HSMD_OP_PBOC_OPEN, &request, true, &body));
    return get_answer(client, &body, answer);
}

mv_status hsmd_pboc_update(struct hsmd_client *client, uint32_t session, uint8_t class, uint8_t file,
                           const uint8_t *data, uint8_t size, struct hsmd_card_answer *answer)
{
    uint32_t inner = inward(client, session);
    if (inner == HSMD_CARD_NO_SESSION)
        return lost();
    if (size > HSMD_PBOC_DATA)
        return mv_fail(MV_INVALID_FIELD, "card file: size");
    struct mv_writer request = hsmd_call_begin(client, HSMD_OP_PBOC_UPDATE);
    mv_put_u32(&request, inner);
    mv_put_u8(&request, class);
    mv_put_u8(&request, file);
    mv_put_u8(&request, size);
    mv_put_bytes(&request, data, size);
    return in_session(client, HSMD_OP_PBOC_UPDATE, &request, answer);
}

mv_status hsmd_card_step(struct hsmd_client *client, uint32_t session, const uint8_t *rapdu, size_t size,
                         struct hsmd_card_answer *answer)
{
    uint32_t inner = inward(client, session);
    if (inner == HSMD_CARD_NO_SESSION)
        return lost();
    if (size > HSMD_CARD_RAPDU)
        return mv_fail(MV_INVALID_FIELD, "card answer: size");
    struct mv_writer request = hsmd_call_begin(client, HSMD_OP_CARD_STEP);
    mv_put_u32(&request, inner);
    mv_put_u16(&request, (uint16_t)size);
    mv_put_bytes(&request, rapdu, size);
    return in_session(client, HSMD_OP_CARD_STEP, &request, answer);
}

void hsmd_card_close(struct hsmd_client *client, uint32_t session)
{
    uint32_t inner = inward(client, session);
    if (inner == HSMD_CARD_NO_SESSION)
        return;
    struct mv_writer request = hsmd_call_begin(client, HSMD_OP_CARD_CLOSE);
    mv_put_u32(&request, inner);
    hsmd_call_tell(client, &request);
}
