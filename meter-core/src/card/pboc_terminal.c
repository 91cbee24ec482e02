/* An insertion of a card of profile 2, from command to command. */
#include "pboc_terminal.h"

#include <string.h>

#include "../crypto/wipe.h"
#include "../meter/same.h"
#include "../prepay/account.h"
#include "../prepay/keypad.h"
#include "../prepay/settle.h"

enum { STATUS = 2, HEAD = 5, SHORT_FILE = 0x80, SERIAL_FILE = 0x19, WRITE_CHALLENGE = 4 };
enum { WALLET_READ = HEAD + WRITE_CHALLENGE + HEAD };

enum phase { MASTER, SERIAL, FOLDER, USER, RETURN, PROOF, CHALLENGE, ADMISSION, WALLET, TICKET, WRITTEN, PHASES };

typedef enum mv_result ask_fn(struct mv_pboc_terminal *t);
typedef enum mv_result take_fn(struct mv_pboc_terminal *t, const uint8_t *data);

/* The command that uses up what the meter reads of the wallet, as its security module knows it. */
static const uint8_t consumer[HEAD] = {0x80, 0x42, 0x00, 0x00, 0x0C};

static enum mv_card_next end(struct mv_pboc_terminal *t, enum mv_result result)
{
    mv_wipe(t->apdu, sizeof t->apdu);
    t->apdu_size = 0;
    t->phase = PHASES;
    t->outcome.result = result;
    if (t->p->meter.loaded) {
        t->outcome.remaining = mv_account_remaining(t->p);
        mv_keypad_show(t->p, result, t->outcome.credited);
    }
    return result == MV_ACCEPT ? MV_CARD_DONE : MV_CARD_OVER;
}

/* ---- the cipher ---- */

static bool encrypt(void *context, enum mv_pboc_key which, uint8_t block[MV_PBOC_BLOCK])
{
    struct mv_pboc_terminal *t = context;
    return t->board->encrypt(t->board->context, t->use, t->serial, which, block);
}

static struct mv_pboc_cipher cipher_of(struct mv_pboc_terminal *t, enum mv_pboc_use use)
{
    t->use = use;
    return (struct mv_pboc_cipher){.context = t, .encrypt = encrypt};
}

/* ---- commands ---- */

static enum mv_result send(struct mv_pboc_terminal *t, const uint8_t *apdu, uint16_t size)
{
    memcpy(t->apdu, apdu, size);
    t->apdu_size = size;
    return MV_DONE;
}

static enum mv_result select_file(struct mv_pboc_terminal *t, uint8_t high, uint8_t low)
{
    const uint8_t apdu[] = {0x00, 0xA4, 0x00, 0x00, 2, high, low};
    return send(t, apdu, sizeof apdu);
}

static enum mv_result read_file(struct mv_pboc_terminal *t, uint8_t file, uint8_t offset, uint8_t size)
{
    const uint8_t apdu[HEAD] = {0x00, 0xB0, (uint8_t)(SHORT_FILE | file), offset, size};
    return send(t, apdu, sizeof apdu);
}

static enum mv_result ask_challenge(struct mv_pboc_terminal *t, uint8_t size)
{
    const uint8_t apdu[HEAD] = {0x00, 0x84, 0x00, 0x00, size};
    return send(t, apdu, sizeof apdu);
}

static enum mv_result ask_master(struct mv_pboc_terminal *t)
{
    return select_file(t, 0x3F, 0x00);
}

static enum mv_result ask_serial(struct mv_pboc_terminal *t)
{
    return read_file(t, SERIAL_FILE, 1, MV_PBOC_SERIAL);
}

static enum mv_result ask_folder(struct mv_pboc_terminal *t)
{
    return select_file(t, 0xDF, 0x01);
}

static enum mv_result ask_user(struct mv_pboc_terminal *t)
{
    return read_file(t, MV_PBOC_FILE_USER, 0, MV_PBOC_USER_BYTES);
}

static enum mv_result ask_return(struct mv_pboc_terminal *t)
{
    return read_file(t, MV_PBOC_FILE_RETURN, 0, MV_PBOC_RETURN_BYTES);
}

/* The challenge is the meter's: what a card once said is of no use. */
static enum mv_result ask_proof(struct mv_pboc_terminal *t)
{
    if (!t->board->random(t->board->context, t->challenge, sizeof t->challenge))
        return MV_SLOT_CIPHER;
    mv_pboc_internal_auth(t->challenge, t->apdu);
    t->apdu_size = MV_PBOC_AUTH_APDU;
    return MV_DONE;
}

static enum mv_result ask_long_challenge(struct mv_pboc_terminal *t)
{
    return ask_challenge(t, MV_PBOC_BLOCK);
}

/* With a MAC of the card over a fresh number of the meter. */
static enum mv_result ask_wallet(struct mv_pboc_terminal *t)
{
    uint8_t apdu[WALLET_READ] = {(uint8_t)t->board->class, 0xB0, SHORT_FILE | MV_PBOC_FILE_WALLET, 0,
                                 WRITE_CHALLENGE + HEAD};
    if (!t->board->random(t->board->context, t->challenge, WRITE_CHALLENGE))
        return MV_SLOT_CIPHER;
    memcpy(apdu + HEAD, t->challenge, WRITE_CHALLENGE);
    memcpy(apdu + HEAD + WRITE_CHALLENGE, consumer, HEAD);
    return send(t, apdu, sizeof apdu);
}

static enum mv_result ask_ticket(struct mv_pboc_terminal *t)
{
    return ask_challenge(t, WRITE_CHALLENGE);
}

/* What the step before prepared. */
static enum mv_result ask_prepared(struct mv_pboc_terminal *t)
{
    (void)t;
    return MV_DONE;
}

/* ---- answers ---- */

static enum mv_result take_nothing(struct mv_pboc_terminal *t, const uint8_t *data)
{
    (void)t;
    (void)data;
    return MV_DONE;
}

static enum mv_result take_serial(struct mv_pboc_terminal *t, const uint8_t *data)
{
    memcpy(t->serial, data, sizeof t->serial);
    return MV_DONE;
}

static enum mv_result take_return(struct mv_pboc_terminal *t, const uint8_t *data)
{
    uint8_t any = 0;
    for (unsigned i = 0; i < MV_PBOC_RETURN_BYTES; i++)
        any |= data[i];
    t->clear = any == 0;
    return MV_DONE;
}

static enum mv_result take_proof(struct mv_pboc_terminal *t, const uint8_t *data)
{
    const struct mv_pboc_cipher cipher = cipher_of(t, MV_PBOC_INTERNAL);
    return mv_pboc_answers(&cipher, t->challenge, data) ? MV_DONE : MV_RECORD_KEY_VERSION;
}

static enum mv_result take_challenge(struct mv_pboc_terminal *t, const uint8_t *data)
{
    const struct mv_pboc_cipher cipher = cipher_of(t, MV_PBOC_EXTERNAL);
    t->apdu_size = MV_PBOC_AUTH_APDU;
    return mv_pboc_external_auth(&cipher, data, t->apdu) ? MV_DONE : MV_SLOT_CIPHER;
}

static enum mv_result take_wallet(struct mv_pboc_terminal *t, const uint8_t *data)
{
    const struct mv_pboc_cipher cipher = cipher_of(t, MV_PBOC_FILE_MAC);
    const struct mv_card_part parts[] = {{consumer, HEAD}, {data, MV_PBOC_WALLET}};
    uint8_t iv[MV_PBOC_BLOCK] = {0};
    uint8_t mac[MV_PBOC_BLOCK];
    memcpy(iv, t->challenge, WRITE_CHALLENGE);
    if (!mv_pboc_mac(&cipher, iv, parts, 2, mac))
        return MV_SLOT_CIPHER;
    if (!mv_same(mac, data + MV_PBOC_WALLET, MV_PBOC_MAC))
        return MV_RECORD_MAC_ERROR;
    mv_pboc_wallet_read(data, &t->amount, &t->count);
    return mv_pboc_judge(t);
}

static enum mv_result take_ticket(struct mv_pboc_terminal *t, const uint8_t *data)
{
    const struct mv_pboc_cipher cipher = cipher_of(t, MV_PBOC_FILE_MAC);
    uint8_t file[MV_PBOC_RETURN_BYTES];
    mv_pboc_make_return(t, file);
    t->apdu_size =
        mv_pboc_update_as(&cipher, t->board->class, data, MV_PBOC_FILE_RETURN, 0, file, sizeof file, t->apdu);
    return t->apdu_size != 0 ? MV_DONE : MV_SLOT_CIPHER;
}

static enum mv_result take_written(struct mv_pboc_terminal *t, const uint8_t *data)
{
    (void)data;
    t->outcome.returned = true;
    return MV_ACCEPT;
}

static const struct {
    ask_fn *ask;
    take_fn *take;
    uint8_t size; /* of the answer, without its status */
} phases[PHASES] = {
    [MASTER] = {ask_master, take_nothing, 0},
    [SERIAL] = {ask_serial, take_serial, MV_PBOC_SERIAL},
    [FOLDER] = {ask_folder, take_nothing, 0},
    [USER] = {ask_user, mv_pboc_check_user, MV_PBOC_USER_BYTES},
    [RETURN] = {ask_return, take_return, MV_PBOC_RETURN_BYTES},
    [PROOF] = {ask_proof, take_proof, MV_PBOC_BLOCK},
    [CHALLENGE] = {ask_long_challenge, take_challenge, MV_PBOC_BLOCK},
    [ADMISSION] = {ask_prepared, take_nothing, 0},
    [WALLET] = {ask_wallet, take_wallet, MV_PBOC_WALLET + MV_PBOC_MAC},
    [TICKET] = {ask_ticket, take_ticket, WRITE_CHALLENGE},
    [WRITTEN] = {ask_prepared, take_written, 0},
};

/* ---- from command to command ---- */

static enum mv_result result_of(enum mv_card_error error)
{
    switch (error) {
    case MV_CARD_NO_FILE:
    case MV_CARD_BOUNDARY:
    case MV_CARD_NO_SUCH_KEY:
        return MV_SLOT_UNISSUED;
    case MV_CARD_FOREIGN:
        return MV_RECORD_KIND;
    case MV_CARD_AUTHENTICATION:
        return MV_SLOT_REFUSED;
    case MV_CARD_INTEGRITY:
        return MV_RECORD_MAC_ERROR;
    default:
        return MV_SLOT_CONTACT;
    }
}

static enum mv_card_next go(struct mv_pboc_terminal *t, enum phase phase)
{
    t->phase = (uint8_t)phase;
    enum mv_result result = phases[phase].ask(t);
    return result == MV_DONE ? MV_CARD_SEND : end(t, result);
}

enum mv_card_next mv_pboc_terminal_begin(struct mv_pboc_terminal *t, struct mv_prepay *p,
                                         const struct mv_pboc_board *board)
{
    memset(t, 0, sizeof *t);
    t->p = p;
    t->board = board;
    t->outcome.kind = MV_CARD_USER;
    enum mv_result result = mv_begin(p);
    if (result == MV_DONE && !p->records.provisioned)
        result = MV_NOT_PROVISIONED;
    return result == MV_DONE ? go(t, MASTER) : end(t, result);
}

enum mv_card_next mv_pboc_terminal_step(struct mv_pboc_terminal *t, const uint8_t *rapdu, uint16_t size)
{
    if (t->phase == PHASES)
        return MV_CARD_OVER;
    t->answered = true;
    if (size < STATUS)
        return end(t, MV_SLOT_CONTACT);
    enum mv_card_error error = mv_pboc_status((uint16_t)(rapdu[size - 2] << 8 | rapdu[size - 1]));
    if (error != MV_CARD_NO_ERROR)
        return end(t, result_of(error));
    if (size - STATUS != phases[t->phase].size)
        return end(t, MV_SLOT_CONTACT);
    enum mv_result result = phases[t->phase].take(t, rapdu);
    return result == MV_DONE ? go(t, (enum phase)(t->phase + 1)) : end(t, result);
}

enum mv_card_next mv_pboc_terminal_gone(struct mv_pboc_terminal *t)
{
    if (t->phase == PHASES)
        return MV_CARD_OVER;
    return end(t, t->answered ? MV_SLOT_REMOVED : MV_SLOT_RESET);
}
