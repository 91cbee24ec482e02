/* A reader's session with an emulated card in the same program, for the tests of meter-core/src/card. */
#ifndef MV_CARD_SUPPORT_H
#define MV_CARD_SUPPORT_H

#include "vcard.h"

enum { CARD_SIZES = 16, CARD_BUFFER = MV_CARD_DATA_MAX + MV_CARD_BUFFER_MORE };

struct card_fixture {
    struct vcard card;
    struct mv_card_soft soft;
    struct mv_card_cipher cipher;
    struct mv_card_session session;
    uint8_t buffer[CARD_BUFFER];
    uint8_t answer[VCARD_RAPDU]; /* the card's last */
    uint16_t answer_size;
    unsigned apdus;             /* handled */
    uint16_t sizes[CARD_SIZES]; /* of their answers, the first ones' */

    unsigned spoil_at; /* the answer to this APDU (from 1) has another bit; 0: none */
    int spoil_bit;
    /* the cipher's call that fails (from 1), 0: none */
    unsigned fails_at, calls;
};

extern const uint8_t card_uid[MV_CARD_UID];
extern const uint8_t card_zero_key[16];
/* The keys of slots 0..3 that card_personalise sets. */
void card_slot_key(unsigned slot, uint8_t key[16]);

/* A fresh card with the key of zeros, the session started. */
void card_setup(struct card_fixture *f);
void card_teardown(struct card_fixture *f);
/* Carries APDUs until the session has an end. */
enum mv_card_next card_run(struct card_fixture *f, enum mv_card_next next);
enum mv_card_next card_authenticate(struct card_fixture *f, uint8_t key_no, const uint8_t key[16], bool first);
enum mv_card_next card_command(struct card_fixture *f, uint8_t ins, enum mv_card_mode mode, const void *header,
                               uint8_t header_size, const void *data, uint16_t data_size);
enum mv_card_next card_select(struct card_fixture *f);
enum mv_card_next card_read(struct card_fixture *f, enum mv_card_mode mode, enum mv_card_file file, uint32_t offset,
                            uint32_t length);
enum mv_card_next card_write(struct card_fixture *f, enum mv_card_mode mode, enum mv_card_file file, uint32_t offset,
                             const void *data, uint16_t size);
/* A user card with all its keys and files; nothing is authenticated at the end. */
void card_personalise(struct card_fixture *f);

#endif
