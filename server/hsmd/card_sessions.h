/* Card sessions of a worker: bounded, of one connection, short-lived. Each has its keys in the token and the reader's
 * state machine (metervault/card.h) in memory. */
#ifndef MV_HSMD_CARD_SESSIONS_H
#define MV_HSMD_CARD_SESSIONS_H

#include "hsm/card_key.h"
#include "hsm/pboc_key.h"
#include "hsmd/client.h"

enum {
    HSMD_CARDS_PER_OWNER = 64,
    HSMD_CARDS = 2048, /* of a worker: as many as its connections may have */
    HSMD_CARD_IDLE_MS = 60000,
    HSMD_CARD_LIFE_MS = 300000,
    HSMD_CARD_STEPS = 4096, /* requests */
    HSMD_CARD_BUFFER = MV_CARD_DATA_MAX + MV_CARD_BUFFER_MORE,
};

/* The state machine hands out no more data than its buffer less MV_CARD_BUFFER_MORE. */
_Static_assert(HSMD_CARD_BUFFER - MV_CARD_BUFFER_MORE == (int)HSMD_CARD_DATA,
               "what a card answers fits into an answer");

struct hsmd_desk;
struct mv_writer;

/* A session with a card of profile 2: what it waits for, its keys, what is to be written. */
enum hsmd_pboc_state {
    HSMD_PBOC_NONE, /* a session of profile 1 */
    HSMD_PBOC_PROOF,
    HSMD_PBOC_CHALLENGE,
    HSMD_PBOC_ADMISSION,
    HSMD_PBOC_READY,
    HSMD_PBOC_WRITE_CHALLENGE,
    HSMD_PBOC_WRITTEN,
};
struct hsmd_pboc {
    enum hsmd_pboc_state state;
    uint8_t mac_version;
    uint8_t challenge[MV_PBOC_BLOCK]; /* ours, of the token */
    struct hsm_pboc_key internal, external, mac;
    enum mv_pboc_class class;
    uint8_t file, size;
    uint8_t data[HSMD_PBOC_DATA];
    uint8_t apdu[MV_PBOC_APDU_MAX];
    uint16_t apdu_size;
};

struct hsmd_card_place {
    uint32_t id, owner;
    int64_t ends_ms, idle_ms; /* whichever comes first */
    unsigned steps;
    unsigned token_session; /* of the keyring, that its keys are objects of */
    struct hsmd_card_key_ref key;
    struct hsm_card_source source; /* of the key, as of this generation of the catalogue */
    uint64_t source_generation;
    bool leaving; /* the key may only be left: nothing is written under it */
    bool waits;   /* for what the card answers */
    struct hsm_card_keys keys;
    struct hsmd_pboc pboc;
    struct mv_card_cipher cipher;
    struct mv_card_session session;
    struct hsmd_desk *desk; /* of the request in hand */
    mv_status failed;       /* what a function of the cipher found */
    uint8_t buffer[HSMD_CARD_BUFFER];
};

struct hsmd_cards {
    struct hsmd_card_place *places[HSMD_CARDS];
    uint32_t turn;             /* the upper part of the last id */
    struct hsm_handle factory; /* the key that everybody knows; 0: not made yet */
    unsigned factory_session;  /* of the keyring */
};

/* A new session; its id has 24 bits and is never 0. SERVER_BUSY when the owner has its share, or all are in use. */
MV_MUST_USE mv_status hsmd_cards_add(struct hsmd_cards *cards, uint32_t owner, int64_t now_ms,
                                     struct hsmd_card_place **place);
/* CARD_SESSION_LOST unless it is alive, of this owner and of this session of the token. Counts a step. */
MV_MUST_USE mv_status hsmd_cards_get(struct hsmd_cards *cards, struct hsm *hsm, uint32_t owner, uint32_t id,
                                     int64_t now_ms, unsigned token_session, struct hsmd_card_place **place);
/* Destroys its keys, unless they went with their session of the token, and wipes it. */
void hsmd_cards_end(struct hsmd_cards *cards, struct hsm *hsm, struct hsmd_card_place *place, unsigned token_session);
void hsmd_cards_end_owner(struct hsmd_cards *cards, struct hsm *hsm, uint32_t owner, unsigned token_session);
/* Before the end of the worker. */
void hsmd_cards_end_all(struct hsmd_cards *cards, struct hsm *hsm, unsigned token_session);
void hsmd_cards_expire(struct hsmd_cards *cards, struct hsm *hsm, int64_t now_ms, unsigned token_session);

/* ---- cards.c, pboc.c ---- */
/* The token failed, or the key was taken away (place->failed): the session is over, and what it needed is there for the
 * next one. What is to be answered. */
mv_status hsmd_card_broke(struct hsmd_desk *desk, struct hsmd_card_place *place);
/* The card's answer in a session of profile 2. */
void hsmd_pboc_step(struct hsmd_desk *desk, struct hsmd_card_place *place, const uint8_t *rapdu, uint16_t size,
                    struct mv_writer *reply);

/* ---- card_cipher.c ---- */
/* The state machine's cipher: the token, with what `place` says. place->desk is set for every request. */
void hsmd_card_cipher(struct hsmd_card_place *place);
/* Where the key comes from, if it may serve the purpose: CARD_KEY_UNKNOWN, CARD_KEY_NOT_ACTIVE, INVALID_FIELD. */
MV_MUST_USE mv_status hsmd_card_source(struct hsmd_desk *desk, const struct hsmd_card_key_ref *key,
                                       enum hsm_purpose purpose, struct hsm_card_source *source);
/* The number of a slot on the wire. */
uint8_t hsmd_card_key_number(uint8_t slot);

#endif
