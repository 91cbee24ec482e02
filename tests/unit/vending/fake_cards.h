/* The fake key process's part about cards: real sessions of meter-core, under masters whose bytes all are their use and
 * version. */
#ifndef FAKE_CARDS_H
#define FAKE_CARDS_H

#include "fake_keys.h"

struct fake_cards {
    mv_status failure; /* what every call fails with; ok: none */
    int sessions;      /* that are open */
    int lost_at;       /* the session is lost at this step from now on; -1: never */
    /* CARD_KEY_NOT_ACTIVE; version 0: none */
    enum hsmd_card_key retired;
    uint8_t retired_version;
};
/* Under the lock of fake_keys. */
extern struct fake_cards fake_cards;
void fake_cards_reset(void);
/* Enters all card masters of these versions into the catalogue, the area's of this domain. */
void fake_cards_masters(const uint8_t domain[3], uint8_t first, uint8_t last);
void fake_cards_key(const struct hsmd_card_key_ref *ref, uint8_t key[16]);

#endif
