/* One APDU: chaining both ways, secure messaging, status. */
#include <string.h>

#include "commands.h"

enum { CLA = 0x90, SW1 = 0x91, STATUS_MORE = 0xAF, HEAD = 4, BLOCK = 16 };

static uint16_t iso_status(uint8_t answer[VCARD_RAPDU], uint8_t sw1)
{
    answer[0] = sw1;
    answer[1] = 0;
    return 2;
}

static uint16_t status(uint8_t answer[VCARD_RAPDU], uint16_t size, uint8_t code)
{
    answer[size] = SW1;
    answer[size + 1] = code;
    return (uint16_t)(size + 2);
}

/* Every error ends the authentication and what was not committed. */
static uint16_t refuse(struct vcard *card, uint8_t answer[VCARD_RAPDU], enum mv_card_error error)
{
    mv_card_side_forget(&card->side);
    vcard_drop_pending(card);
    card->ins = card->frame = 0;
    return status(answer, 0, error > UINT8_MAX ? MV_CARD_MEMORY_FAILED : (uint8_t)error);
}

void vcard_append(struct vcard *card, const void *bytes, uint16_t size)
{
    memcpy(card->out.bytes + card->out.size, bytes, size);
    card->out.size = (uint16_t)(card->out.size + size);
}

uint32_t vcard_number(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16;
}

static uint16_t send_frame(struct vcard *card, uint8_t answer[VCARD_RAPDU])
{
    uint16_t left = (uint16_t)(card->out.size - card->out.sent);
    /* GetVersion's third frame is as long as the two before it. */
    uint16_t most = card->frame == 7 && card->out.sent == 14 ? MV_CARD_FRAME : card->frame;
    uint16_t size = left < most ? left : most;
    memcpy(answer, card->out.bytes + card->out.sent, size);
    card->out.sent = (uint16_t)(card->out.sent + size);
    bool more = card->out.sent < card->out.size;
    if (!more)
        card->frame = 0;
    return status(answer, size, more ? STATUS_MORE : 0);
}

/* ---- authentication ---- */

static uint16_t pass(struct vcard *card, uint8_t answer[VCARD_RAPDU], enum mv_card_error error)
{
    if (error != MV_CARD_NO_ERROR)
        return refuse(card, answer, error);
    memcpy(answer, card->out.bytes, card->out.size);
    return status(answer, card->out.size, card->side.waits ? STATUS_MORE : 0);
}

/* ---- commands ---- */

static enum mv_card_error mode_of(struct vcard *card, const struct vcard_command *command, enum mv_card_mode *mode)
{
    *mode = card->side.authenticated ? command->mode : MV_CARD_PLAIN;
    if (command->guarded && !card->side.authenticated)
        return MV_CARD_AUTHENTICATION;
    if (command->guarded && card->side.key_no != 0)
        return MV_CARD_PERMISSION;
    if (!command->of_file)
        return MV_CARD_NO_ERROR;
    return card->in.size == 0 ? MV_CARD_LENGTH
                              : vcard_file_mode(card, command->run == vcard_read, card->in.bytes[0], mode);
}

/* How long a command is on the wire: only WRITE is longer than a frame, and says so. */
static uint32_t expected(const struct vcard *card, const struct vcard_command *command, enum mv_card_mode mode)
{
    uint32_t data = 0;
    if (command->run == vcard_write && card->in.size >= command->header)
        data = vcard_number(card->in.bytes + 4);
    else if (command->data)
        return card->in.size;
    if (mode == MV_CARD_SECRET && data > 0)
        data = (data / BLOCK + 1) * BLOCK;
    return command->header + data + (mode == MV_CARD_PLAIN ? 0 : MV_CARD_MAC_BYTES);
}

static uint16_t run(struct vcard *card, uint8_t answer[VCARD_RAPDU], const struct vcard_command *command,
                    enum mv_card_mode mode)
{
    enum mv_card_error error =
        mv_card_side_open(&card->side, card->ins, mode, command->header, card->in.bytes, &card->in.size);
    card->ins = 0;
    card->out.size = card->out.sent = 0;
    card->frame = MV_CARD_FRAME;
    if (error == MV_CARD_NO_ERROR)
        error = command->run(card, card->in.bytes, card->in.size);
    if (error == MV_CARD_NO_ERROR)
        error = mv_card_side_close(&card->side, mode, card->out.bytes, &card->out.size);
    return error == MV_CARD_NO_ERROR ? send_frame(card, answer) : refuse(card, answer, error);
}

static uint16_t take_frame(struct vcard *card, uint8_t answer[VCARD_RAPDU], const uint8_t *data, uint16_t size)
{
    const struct vcard_command *command = vcard_command_find(card->ins);
    enum mv_card_mode mode = MV_CARD_PLAIN;
    if (command == NULL)
        return refuse(card, answer, MV_CARD_ILLEGAL_COMMAND);
    if ((uint32_t)card->in.size + size > VCARD_BYTES_MAX)
        return refuse(card, answer, MV_CARD_LENGTH);
    memcpy(card->in.bytes + card->in.size, data, size);
    card->in.size = (uint16_t)(card->in.size + size);
    enum mv_card_error error = mode_of(card, command, &mode);
    if (error != MV_CARD_NO_ERROR)
        return refuse(card, answer, error);
    uint32_t all = expected(card, command, mode);
    if (card->in.size > all || (card->in.size < all && (command->run != vcard_write || size == 0)))
        return refuse(card, answer, MV_CARD_LENGTH);
    return card->in.size < all ? status(answer, 0, STATUS_MORE) : run(card, answer, command, mode);
}

static uint16_t go_on(struct vcard *card, uint8_t answer[VCARD_RAPDU], const uint8_t *data, uint16_t size)
{
    if (card->side.waits)
        return pass(card, answer, vcard_third_pass(card, data, size));
    if (card->frame != 0 && size == 0)
        return send_frame(card, answer);
    if (card->ins != 0)
        return take_frame(card, answer, data, size);
    return refuse(card, answer, MV_CARD_ABORTED);
}

/* A command that comes in between breaks off the one before. */
static uint16_t begin(struct vcard *card, uint8_t answer[VCARD_RAPDU], uint8_t ins, const uint8_t *data, uint16_t size)
{
    bool broken = card->side.waits || card->frame != 0 || card->ins != 0;
    card->frame = 0;
    card->in.size = 0;
    card->ins = 0;
    if (broken)
        mv_card_side_forget(&card->side);
    if (ins == MV_CARD_INS_FIRST || ins == MV_CARD_INS_NON_FIRST)
        return pass(card, answer, vcard_challenge(card, ins == MV_CARD_INS_FIRST, data, size));
    card->ins = ins;
    return take_frame(card, answer, data, size);
}

static uint16_t handle(struct vcard *card, const uint8_t *apdu, size_t size, uint8_t answer[VCARD_RAPDU])
{
    if (size < HEAD || apdu[0] != CLA)
        return iso_status(answer, 0x6E);
    uint16_t data_size = size > HEAD + 2 ? apdu[HEAD] : 0;
    bool form = size <= HEAD + 1 || size == (size_t)HEAD + 1 + data_size + 1;
    if (!form || apdu[2] != 0 || apdu[3] != 0)
        return refuse(card, answer, MV_CARD_LENGTH);
    const uint8_t *data = apdu + HEAD + 1;
    if (apdu[1] == MV_CARD_INS_MORE)
        return go_on(card, answer, data, data_size);
    return begin(card, answer, apdu[1], data, data_size);
}

uint16_t vcard_apdu(struct vcard *card, const uint8_t *apdu, size_t size, uint8_t answer[VCARD_RAPDU])
{
    uint16_t answer_size =
        card->of_profile_2 ? vcard_pboc_apdu(&card->pboc, card->wrong_cryptogram, apdu, size, answer, &card->changed)
                           : handle(card, apdu, size, answer);
    if (!card->changed)
        return answer_size;
    card->changed = false;
    return vcard_store(card) ? answer_size : 0;
}
