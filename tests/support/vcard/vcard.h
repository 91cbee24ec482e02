/* An emulated card of profile 1, or of profile 2 (pboc.h; meter-core/docs/cards.md): what it keeps, and one APDU. Keys
 * lie here in clear: for tests only. */
#ifndef MV_VCARD_H
#define MV_VCARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "metervault/card.h"
#include "metervault/card_layout.h"
#include "metervault/card_side.h"
#include "pboc.h"

enum {
    VCARD_KEY = 16,
    VCARD_FILES = 8,
    VCARD_MEMORY = 64 * 1024, /* files, backup files twice */
    VCARD_BYTES_MAX = 32 * 1024,
    VCARD_RAPDU = MV_CARD_FRAME + 2,
    VCARD_APDU = 261,
};

struct vcard_key {
    uint8_t bytes[VCARD_KEY], version;
};
struct vcard_file {
    bool exists, backup;
    uint8_t mode;    /* enum mv_card_mode */
    uint16_t rights; /* as in metervault/card_layout.h */
    uint32_t size;
    uint8_t *data;
    uint8_t *pending; /* written and not yet committed, or NULL */
};
struct vcard_application {
    bool exists;
    uint8_t aid[3], settings, key_type;
    struct vcard_key keys[MV_CARD_KEYS];
    struct vcard_file files[VCARD_FILES];
};

/* A command that comes in frames, or an answer that goes out in them. */
struct vcard_bytes {
    uint8_t bytes[VCARD_BYTES_MAX + 64];
    uint16_t size, sent;
};

struct vcard {
    const char *path;                  /* NULL: kept nowhere */
    const struct mv_card_cipher *chip; /* of profile 1, instead of meter-core's; NULL: none */
    uint8_t uid[MV_CARD_UID];
    struct vcard_key picc;
    struct vcard_application application;

    /* since it got power */
    bool selected; /* the application, not the card itself */
    struct mv_card_side side;
    struct mv_card_soft soft;
    struct mv_card_cipher cipher;
    struct vcard_bytes in, out;
    uint8_t ins;   /* of the command that is being put together, 0: none */
    uint8_t frame; /* of the answer that goes out: size, 0: none does */
    bool changed;  /* it has to be stored */

    bool of_profile_2; /* then it is `pboc`, and nothing of the above counts */
    struct vcard_pboc pboc;

    bool wrong_cryptogram; /* answers the third pass as if it had another key */
};

/* A fresh card: the well-known key of zeros, no application. `path` stays the caller's. */
void vcard_init(struct vcard *card, const char *path, const uint8_t uid[MV_CARD_UID]);
/* A card of profile 2, as it comes from who issues it. */
void vcard_init_pboc(struct vcard *card, const char *path, const uint8_t serial[MV_PBOC_SERIAL],
                     const uint8_t masters[VCARD_PBOC_KEYS][16]);
void vcard_free(struct vcard *card);
/* False, with errno, when the file cannot be read or written, or (EINVAL) is no card. */
bool vcard_load(struct vcard *card, const char *path);
bool vcard_store(const struct vcard *card);
/* Power comes, or a reset: nothing is selected, authenticated or waits to be committed. */
void vcard_reset(struct vcard *card);
/* Handles one APDU; returns the size of the answer, and stores the card when it changed. 0: it could not be stored. */
uint16_t vcard_apdu(struct vcard *card, const uint8_t *apdu, size_t size, uint8_t answer[VCARD_RAPDU]);

#endif
