/* The fake key process's sessions of profile 2, under masters whose bytes all are their use and version. */
#ifndef FAKE_PBOC_H
#define FAKE_PBOC_H

#include "hsmd/client.h"
#include "pboc.h"

enum fake_pboc_state {
    FAKE_PBOC_NONE,
    FAKE_PBOC_PROOF,
    FAKE_PBOC_CHALLENGE,
    FAKE_PBOC_ADMISSION,
    FAKE_PBOC_READY,
    FAKE_PBOC_WRITE,
    FAKE_PBOC_WRITTEN,
};
struct fake_pboc {
    enum fake_pboc_state state;
    uint8_t keys[VCARD_PBOC_KEYS][16];
    uint8_t challenge[8];
    uint8_t class, file, size, data[HSMD_PBOC_DATA];
};

/* The masters of one version. */
void fake_pboc_masters(uint8_t version, uint8_t masters[VCARD_PBOC_KEYS][16]);
/* All but `session` of the answer is filled in. */
void fake_pboc_open(struct fake_pboc *session, const struct hsmd_pboc_ref *ref, struct hsmd_card_answer *answer);
void fake_pboc_update(struct fake_pboc *session, uint8_t class, uint8_t file, const uint8_t *data, uint8_t size,
                      struct hsmd_card_answer *answer);
void fake_pboc_step(struct fake_pboc *session, const uint8_t *rapdu, size_t size, struct hsmd_card_answer *answer);

#endif
