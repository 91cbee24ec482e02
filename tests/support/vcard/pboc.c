/* Commands of a card of profile 2. What its keys guard: files 1, 2 and 5 are read by everybody, and written with a MAC
 * by who has proven itself. */
#include "pboc.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "tell.h"

enum { HEAD = 5, SHORT_FILE = 0x80, SERIAL_FILE = 0x19, MASTER_FILE = 0x3F00, ELECTRICITY = 0xDF01 };
enum {
    OK = 0x9000,
    LENGTH = 0x6700,
    NOT_ALLOWED = 0x6982,
    LOCKED = 0x6983,
    NO_CHALLENGE = 0x6984,
    WRONG_MAC = 0x6988,
    NO_FILE = 0x6A82,
    BEYOND = 0x6B00,
    NO_INS = 0x6D00,
    NO_CLASS = 0x6E00,
    WRONG = 0x63C0,
    BROKEN = 0x6F00,
    NO_KEY = 0x9403,
};

void vcard_pboc_issue(struct vcard_pboc *card, const uint8_t serial[MV_PBOC_SERIAL],
                      const uint8_t masters[VCARD_PBOC_KEYS][16])
{
    memset(card, 0, sizeof *card);
    memcpy(card->serial, serial, sizeof card->serial);
    card->class = MV_PBOC_CLASS_04;
    card->tries = VCARD_PBOC_TRIES;
    for (size_t i = 0; i < VCARD_PBOC_KEYS; i++) {
        const struct mv_pboc_cipher master = vcard_pboc_cipher(masters[i]);
        if (!mv_pboc_diversify(&master, serial, card->keys[i]))
            abort();
    }
}

void vcard_pboc_reset(struct vcard_pboc *card)
{
    card->selected = card->admitted = false;
    card->challenge_size = 0;
}

/* One command under way. */
struct command {
    uint8_t cla, ins, p1, p2;
    const uint8_t *data;
    uint8_t size; /* of `data`, or what is expected when there is none */
    bool wrong;   /* it lies about its key */
    uint8_t *answer;
    uint16_t answered;
    bool *changed;
};

static uint8_t *file_of(struct vcard_pboc *card, uint8_t number, uint16_t *size)
{
    switch (number) {
    case MV_PBOC_FILE_USER:
        *size = sizeof card->user;
        return card->user;
    case MV_PBOC_FILE_WALLET:
        *size = sizeof card->wallet;
        return card->wallet;
    case MV_PBOC_FILE_RETURN:
        *size = sizeof card->returned;
        return card->returned;
    default:
        return NULL;
    }
}

static uint16_t answer_with(struct command *command, const uint8_t *bytes, uint8_t size)
{
    memcpy(command->answer, bytes, size);
    command->answered = size;
    return OK;
}

static uint16_t select_file(struct vcard_pboc *card, struct command *command)
{
    if (command->size != 2)
        return LENGTH;
    unsigned file = (unsigned)command->data[0] << 8 | command->data[1];
    if (file != MASTER_FILE && file != ELECTRICITY)
        return NO_FILE;
    vcard_pboc_reset(card);
    card->selected = file == ELECTRICITY;
    return OK;
}

static uint16_t read_serial(struct vcard_pboc *card, struct command *command)
{
    return command->p2 == 1 && command->size == MV_PBOC_SERIAL ? answer_with(command, card->serial, MV_PBOC_SERIAL)
                                                               : BEYOND;
}

static uint16_t read_binary(struct vcard_pboc *card, struct command *command)
{
    uint16_t size = 0;
    if (command->p1 == (SHORT_FILE | SERIAL_FILE))
        return read_serial(card, command);
    const uint8_t *file = file_of(card, command->p1 & 0x1F, &size);
    if (!card->selected || file == NULL || (command->p1 & 0xE0) != SHORT_FILE)
        return NO_FILE;
    if (command->p2 + command->size > size)
        return BEYOND;
    return answer_with(command, file + command->p2, command->size);
}

static uint16_t get_challenge(struct vcard_pboc *card, struct command *command)
{
    if (command->size != 4 && command->size != MV_PBOC_BLOCK)
        return LENGTH;
    if (getrandom(card->challenge, command->size, 0) != command->size)
        return BROKEN;
    card->challenge_size = command->size;
    return answer_with(command, card->challenge, command->size);
}

static bool encrypt(const struct vcard_pboc *card, enum vcard_pboc_key key, uint8_t block[MV_PBOC_BLOCK])
{
    const struct mv_pboc_cipher cipher = vcard_pboc_cipher(card->keys[key]);
    return cipher.encrypt(cipher.context, MV_PBOC_WHOLE, block);
}

static uint16_t internal_auth(struct vcard_pboc *card, struct command *command)
{
    uint8_t block[MV_PBOC_BLOCK];
    if (command->p2 != 1)
        return NO_KEY;
    if (!card->selected || command->size != sizeof block)
        return card->selected ? LENGTH : NOT_ALLOWED;
    memcpy(block, command->data, sizeof block);
    if (!encrypt(card, VCARD_PBOC_INTERNAL, block))
        return BROKEN;
    tell_own_key("int", card->keys[VCARD_PBOC_INTERNAL]);
    tell_own_key("ext", card->keys[VCARD_PBOC_EXTERNAL]);
    tell_own_key("fil", card->keys[VCARD_PBOC_FILE_MAC]);
    block[0] ^= command->wrong ? 1 : 0;
    return answer_with(command, block, sizeof block);
}

static uint16_t external_auth(struct vcard_pboc *card, struct command *command)
{
    uint8_t block[MV_PBOC_BLOCK];
    if (command->p2 != 2)
        return NO_KEY;
    if (!card->selected || command->size != sizeof block)
        return card->selected ? LENGTH : NOT_ALLOWED;
    if (card->tries == 0)
        return LOCKED;
    if (card->challenge_size != sizeof block)
        return NO_CHALLENGE;
    memcpy(block, card->challenge, sizeof block);
    card->challenge_size = 0;
    if (!encrypt(card, VCARD_PBOC_EXTERNAL, block))
        return BROKEN;
    card->admitted = memcmp(block, command->data, sizeof block) == 0;
    uint8_t tries = card->admitted ? VCARD_PBOC_TRIES : (uint8_t)(card->tries - 1);
    *command->changed = *command->changed || tries != card->tries;
    card->tries = tries;
    return card->admitted ? OK : (uint16_t)(WRONG + tries);
}

/* Algorithm 3 over the command as it came, its length counting the MAC. */
static bool mac_holds(const struct vcard_pboc *card, const struct command *command)
{
    uint8_t iv[MV_PBOC_BLOCK] = {0};
    uint8_t mac[MV_PBOC_BLOCK];
    const uint8_t head[HEAD] = {command->cla, command->ins, command->p1, command->p2, command->size};
    const struct mv_card_part parts[] = {{head, HEAD}, {command->data, (uint16_t)(command->size - MV_PBOC_MAC)}};
    const struct mv_pboc_cipher cipher = vcard_pboc_cipher(card->keys[VCARD_PBOC_FILE_MAC]);
    memcpy(iv, card->challenge, 4);
    return mv_pboc_mac(&cipher, iv, parts, 2, mac) &&
           memcmp(mac, command->data + command->size - MV_PBOC_MAC, MV_PBOC_MAC) == 0;
}

static uint16_t update_binary(struct vcard_pboc *card, struct command *command)
{
    uint16_t size = 0;
    uint8_t *file = file_of(card, command->p1 & 0x1F, &size);
    if (!card->selected || file == NULL || (command->p1 & 0xE0) != SHORT_FILE)
        return NO_FILE;
    if (!card->admitted)
        return NOT_ALLOWED;
    if (card->challenge_size != 4)
        return NO_CHALLENGE;
    if (command->size <= MV_PBOC_MAC)
        return LENGTH;
    bool holds = mac_holds(card, command);
    card->challenge_size = 0;
    if (!holds)
        return WRONG_MAC;
    if (command->p2 + command->size - MV_PBOC_MAC > size)
        return BEYOND;
    memcpy(file + command->p2, command->data, (size_t)command->size - MV_PBOC_MAC);
    *command->changed = true;
    return OK;
}

/* The wallet for a meter: four random bytes and the head of the command that will use it up, over which the MAC is. */
static uint16_t read_with_mac(struct vcard_pboc *card, struct command *command)
{
    uint8_t iv[MV_PBOC_BLOCK] = {0};
    uint8_t mac[MV_PBOC_BLOCK];
    if (!card->selected || command->p1 != (SHORT_FILE | MV_PBOC_FILE_WALLET))
        return NO_FILE;
    if (command->size != 4 + HEAD || command->p2 != 0)
        return LENGTH;
    const struct mv_pboc_cipher cipher = vcard_pboc_cipher(card->keys[VCARD_PBOC_FILE_MAC]);
    const struct mv_card_part parts[] = {{command->data + 4, HEAD}, {card->wallet, sizeof card->wallet}};
    memcpy(iv, command->data, 4);
    if (!mv_pboc_mac(&cipher, iv, parts, 2, mac))
        return BROKEN;
    memcpy(command->answer, card->wallet, sizeof card->wallet);
    memcpy(command->answer + sizeof card->wallet, mac, MV_PBOC_MAC);
    command->answered = sizeof card->wallet + MV_PBOC_MAC;
    return OK;
}

static uint16_t run(struct vcard_pboc *card, struct command *command)
{
    bool with_mac = command->cla == card->class;
    if (with_mac && command->ins == 0xD6 && command->data != NULL)
        return update_binary(card, command);
    if (with_mac && command->ins == 0xB0 && command->data != NULL)
        return read_with_mac(card, command);
    if (command->cla != 0)
        return NO_CLASS;
    bool with_data = command->ins == 0xA4 || command->ins == 0x88 || command->ins == 0x82;
    if (with_data != (command->data != NULL))
        return LENGTH;
    switch (command->ins) {
    case 0xA4:
        return select_file(card, command);
    case 0xB0:
        return read_binary(card, command);
    case 0x84:
        return get_challenge(card, command);
    case 0x88:
        return internal_auth(card, command);
    case 0x82:
        return external_auth(card, command);
    default:
        return command->ins == 0xD6 ? NOT_ALLOWED : NO_INS;
    }
}

uint16_t vcard_pboc_apdu(struct vcard_pboc *card, bool wrong_cryptogram, const uint8_t *apdu, size_t size,
                         uint8_t *answer, bool *changed)
{
    struct command command = {.wrong = wrong_cryptogram, .answer = answer, .changed = changed};
    uint16_t status = LENGTH;
    bool with_data = size > HEAD;
    if (size >= HEAD && (!with_data || size == (size_t)HEAD + apdu[4])) {
        command.cla = apdu[0];
        command.ins = apdu[1];
        command.p1 = apdu[2];
        command.p2 = apdu[3];
        command.size = apdu[4];
        command.data = with_data ? apdu + HEAD : NULL;
        status = run(card, &command);
    } else if (size >= 2 && apdu[0] == 0x90) {
        status = NO_CLASS;
    }
    answer[command.answered] = (uint8_t)(status >> 8);
    answer[command.answered + 1] = (uint8_t)status;
    return (uint16_t)(command.answered + 2);
}
