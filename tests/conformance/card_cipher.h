/* The cipher of a card session for published values: in a throw-away token by the functions that the key process uses,
 * or in software; with given random numbers, and a memory of what went through it. */
#ifndef CONFORMANCE_CARD_CIPHER_H
#define CONFORMANCE_CARD_CIPHER_H

#include "facts.h"
#include "hsm/card_key.h"
#include "hsm/internal.h"

/* One token for all vectors of cards, made at the first call below `directory`. NULL: it could not be (a trouble). */
struct hsm *card_token(struct facts *facts, const char *directory);
void card_token_close(void);

enum { CARD_CIPHER_LOG = 8, CARD_CIPHER_DATA = 192 };

struct card_cipher {
    struct mv_card_cipher cipher; /* for a session */
    struct hsm *hsm;              /* NULL: in software */
    struct hsm_handle card;
    struct hsm_card_keys keys;
    struct mv_card_soft soft;
    struct mv_card_cipher soft_cipher;
    const uint8_t *random; /* what random gives, one after the other */
    uint8_t sv1[32], sv2[32];
    struct card_cipher_done { /* results of cbc, in their order */
        uint16_t size;
        uint8_t data[CARD_CIPHER_DATA];
    } done[CARD_CIPHER_LOG];
    size_t done_count;
    uint8_t mac[16]; /* the last one, whole */
};
/* With a card key, or with session keys (`enc` may be NULL); false when the token refused. `random` stays the caller's.
 */
bool card_cipher_open(struct card_cipher *cipher, struct hsm *hsm, const uint8_t *card, const uint8_t *enc,
                      const uint8_t *mac, const uint8_t *random);
void card_cipher_close(struct card_cipher *cipher);
/* A fact: `name` as expected when the session's key does what the expected one does, for the keys cannot be read. */
void card_cipher_enc_fact(struct facts *facts, const struct vector *vector, struct card_cipher *cipher,
                          const char *name);
void card_cipher_mac_fact(struct facts *facts, const struct vector *vector, struct card_cipher *cipher,
                          const char *name);
/* Exactly `size` bytes of an expected value. */
bool expected_bytes(const struct vector *vector, const char *name, uint8_t *bytes, size_t size);
/* Troubles unless both have the same values. */
void facts_same(struct facts *facts, const struct facts *others, const char *whose);

#endif
