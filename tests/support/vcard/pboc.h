/* An emulated card of profile 2 (meter-core/docs/cards.md): a CPU card of the PBOC kind with 3DES keys of its own. It
 * is issued elsewhere, so that a new one has its keys already. */
#ifndef MV_VCARD_PBOC_H
#define MV_VCARD_PBOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "metervault/card_pboc.h"

enum { VCARD_PBOC_KEYS = 3, VCARD_PBOC_TRIES = 3 };
enum vcard_pboc_key { VCARD_PBOC_INTERNAL, VCARD_PBOC_EXTERNAL, VCARD_PBOC_FILE_MAC };

struct vcard_pboc {
    /* what it keeps */
    uint8_t serial[MV_PBOC_SERIAL];
    uint8_t keys[VCARD_PBOC_KEYS][16];
    uint8_t class; /* enum mv_pboc_class, of its writes */
    uint8_t tries; /* of EXTERNAL AUTHENTICATE that are left; 0: the key is locked */
    uint8_t user[MV_PBOC_USER_BYTES], wallet[MV_PBOC_WALLET], returned[MV_PBOC_RETURN_BYTES];

    /* since it got power */
    bool selected; /* the electricity folder */
    bool admitted; /* the other side has proven itself */
    uint8_t challenge[MV_PBOC_BLOCK];
    uint8_t challenge_size; /* 0: there is none, or it is used up */
};

/* Empty files, and the keys that these masters give for its serial number. */
void vcard_pboc_issue(struct vcard_pboc *card, const uint8_t serial[MV_PBOC_SERIAL],
                      const uint8_t masters[VCARD_PBOC_KEYS][16]);
void vcard_pboc_reset(struct vcard_pboc *card);
/* Returns the size of the answer, status included. `changed`: it has to be stored. */
uint16_t vcard_pboc_apdu(struct vcard_pboc *card, bool wrong_cryptogram, const uint8_t *apdu, size_t size,
                         uint8_t *answer, bool *changed);

/* 3DES with two keys, and DES with the left one, as a cipher; the key outlives it. */
struct mv_pboc_cipher vcard_pboc_cipher(const uint8_t key[16]);

#endif
