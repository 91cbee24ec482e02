#include "fake_pboc.h"

#include <stdlib.h>
#include <string.h>

static void master_of(unsigned use, uint8_t version, uint8_t master[16])
{
    memset(master, (int)(use << 4 | version), 16);
    master[15] ^= 0x55; /* the halves differ */
}

void fake_pboc_masters(uint8_t version, uint8_t masters[VCARD_PBOC_KEYS][16])
{
    for (unsigned i = 0; i < VCARD_PBOC_KEYS; i++)
        master_of(i + 1, version, masters[i]);
}

static void send(struct fake_pboc *session, enum fake_pboc_state state, struct hsmd_card_answer *answer)
{
    session->state = state;
    answer->next = HSMD_CARD_SEND;
}

static void ask(struct fake_pboc *session, uint8_t size, enum fake_pboc_state state, struct hsmd_card_answer *answer)
{
    const uint8_t apdu[] = {0, 0x84, 0, 0, size};
    memcpy(answer->apdu, apdu, sizeof apdu);
    answer->apdu_size = sizeof apdu;
    send(session, state, answer);
}

static void refuse(enum mv_card_error error, struct hsmd_card_answer *answer)
{
    answer->next = HSMD_CARD_REFUSED;
    answer->card_error = (uint16_t)error;
}

void fake_pboc_open(struct fake_pboc *session, const struct hsmd_pboc_ref *ref, struct hsmd_card_answer *answer)
{
    static uint8_t counter;
    const uint8_t versions[VCARD_PBOC_KEYS] = {ref->internal, ref->external, ref->mac};
    *answer = (struct hsmd_card_answer){.session = 0};
    for (unsigned i = 0; i < VCARD_PBOC_KEYS; i++) {
        uint8_t master[16];
        master_of(i + 1, versions[i], master);
        const struct mv_pboc_cipher cipher = vcard_pboc_cipher(master);
        if (!mv_pboc_diversify(&cipher, ref->serial, session->keys[i]))
            abort();
    }
    memset(session->challenge, ++counter, sizeof session->challenge);
    mv_pboc_internal_auth(session->challenge, answer->apdu);
    answer->apdu_size = MV_PBOC_AUTH_APDU;
    send(session, FAKE_PBOC_PROOF, answer);
}

void fake_pboc_update(struct fake_pboc *session, uint8_t class, uint8_t file, const uint8_t *data, uint8_t size,
                      struct hsmd_card_answer *answer)
{
    *answer = (struct hsmd_card_answer){.session = 0};
    session->class = class;
    session->file = file;
    session->size = size;
    memcpy(session->data, data, size);
    ask(session, 4, FAKE_PBOC_WRITE, answer);
}

static void take(struct fake_pboc *session, const uint8_t *rapdu, struct hsmd_card_answer *answer)
{
    const struct mv_pboc_cipher internal = vcard_pboc_cipher(session->keys[VCARD_PBOC_INTERNAL]);
    const struct mv_pboc_cipher external = vcard_pboc_cipher(session->keys[VCARD_PBOC_EXTERNAL]);
    const struct mv_pboc_cipher mac = vcard_pboc_cipher(session->keys[VCARD_PBOC_FILE_MAC]);
    enum mv_pboc_class class = session->class == MV_PBOC_CLASS_84 ? MV_PBOC_CLASS_84 : MV_PBOC_CLASS_04;
    switch (session->state) {
    case FAKE_PBOC_PROOF:
        if (mv_pboc_answers(&internal, session->challenge, rapdu))
            ask(session, 8, FAKE_PBOC_CHALLENGE, answer);
        else
            refuse(MV_CARD_FALSE, answer);
        return;
    case FAKE_PBOC_CHALLENGE:
        if (!mv_pboc_external_auth(&external, rapdu, answer->apdu))
            abort();
        answer->apdu_size = MV_PBOC_AUTH_APDU;
        send(session, FAKE_PBOC_ADMISSION, answer);
        return;
    case FAKE_PBOC_WRITE:
        answer->apdu_size =
            mv_pboc_update_as(&mac, class, rapdu, session->file, 0, session->data, session->size, answer->apdu);
        send(session, FAKE_PBOC_WRITTEN, answer);
        return;
    default:
        session->state = FAKE_PBOC_READY;
        answer->next = HSMD_CARD_DONE;
        return;
    }
}

void fake_pboc_step(struct fake_pboc *session, const uint8_t *rapdu, size_t size, struct hsmd_card_answer *answer)
{
    static const size_t sizes[] = {[FAKE_PBOC_PROOF] = 8, [FAKE_PBOC_CHALLENGE] = 8, [FAKE_PBOC_ADMISSION] = 0,
                                   [FAKE_PBOC_READY] = 0, [FAKE_PBOC_WRITE] = 4,     [FAKE_PBOC_WRITTEN] = 0};
    *answer = (struct hsmd_card_answer){.session = 0};
    enum mv_card_error error =
        size < 2 ? MV_CARD_FORMAT : mv_pboc_status((uint16_t)(rapdu[size - 2] << 8 | rapdu[size - 1]));
    if (error == MV_CARD_NO_ERROR && size - 2 != sizes[session->state])
        error = MV_CARD_FORMAT;
    if (error != MV_CARD_NO_ERROR)
        refuse(error, answer);
    else
        take(session, rapdu, answer);
}
