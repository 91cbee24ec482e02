/* An office of cards in one process: the domain on a real ledger, the fake key process with real card sessions, an
 * emulated card in the hand, and a meter that does with a card's records what a meter does. */
#ifndef CARDS_WORLD_H
#define CARDS_WORLD_H

#include <metervault/v1/card_service.pb-c.h>

#include "cards/cards.h"
#include "fake_cards.h"
#include "records_world.h"
#include "vcard.h"

typedef Metervault__V1__CardBegin begin_t;

/* What the card of one meter does to it. */
struct cards_meter {
    char pan[19];
    bool open;
    uint32_t taken; /* sequence of the last purchase */
    int64_t credit;
    uint32_t returns;
    unsigned settings; /* records of parameters that were taken */
};

struct cards_world {
    struct world *world;
    struct vcard card;
    struct cards_meter meter; /* serial number 1, of the shop */
    struct cards_result result;
    unsigned apdus; /* of the last session */
    unsigned cut;   /* the card is gone at this APDU; 0: it stays */
    bool cut_after; /* once it has handled it */
    bool gone;
    void (*during)(struct cards_world *cards); /* called at each APDU */
    unsigned moment, held;                     /* for that: an APDU of its own, and how often it found something */
};

/* Meter 1 is provisioned with record keys and with versions 1 of card keys; the card is fresh from its maker. People as
 * in desk_world.h, and "factory". */
int cards_setup(void **state);
int cards_teardown(void **state);
/* Another card in the hand; the last one is lost unless it was kept. */
void cards_fresh(struct cards_world *cards, uint8_t serial);
/* The same of profile 2, under masters of this version; and what a meter without records does with it (facts of
 * meter-core/docs/cards.md): purchase n + 1 after n, while no return is there. */
void cards_fresh_pboc(struct cards_world *cards, uint8_t serial, uint8_t version);
void cards_visit_pboc(struct cards_world *cards, struct cards_meter *meter);
/* cards_setup with a server that takes such cards, and the first of them under the newest masters in the hand. */
enum { CARDS_PBOC_NEWEST = 2 };
int cards_setup_pboc(void **state);
/* Visited by meter 1, which then has what the ledger sold. */
void cards_agree_pboc(struct cards_world *cards);
/* A new card takes the place of the last one, with a purchase of `wh` unless that is 0. */
mv_status cards_replace_pboc(struct cards_world *cards, const char *id, int64_t wh);
/* Meter `serial` of the shop, provisioned like meter 1. */
void cards_add_meter(struct cards_world *cards, unsigned serial, uint8_t area_version, char pan[19]);

/* One session, the card put in anew. What it came to is in cards->result. */
mv_status cards_session(struct cards_world *cards, const char *who, const begin_t *begin);
/* A session that is cut at the first APDU and then repeated, one that is cut at the second, and so on to the last one;
 * returns how many APDUs there are. `prepare` puts a card as it was before into the hand and says what to do with it,
 * `check` looks at what became of it. */
struct cards_cut {
    const char *who;
    bool after; /* the card has handled the APDU, its answer is lost */
    void (*prepare)(struct cards_world *cards, unsigned cut, begin_t *begin);
    void (*check)(struct cards_world *cards, unsigned cut);
};
unsigned cards_cut_everywhere(struct cards_world *cards, const struct cards_cut *way);

begin_t cards_begin(const char *id, Metervault__V1__CardPurpose purpose);
/* By "factory", then by "seller": in transport state; in use for meter 1. */
void cards_transport(struct cards_world *cards);
void cards_user(struct cards_world *cards);
/* With an account and 500 Wh, not yet read by the meter. */
void cards_opened(struct cards_world *cards);
mv_status cards_start_account(struct cards_world *cards, const char *id);
mv_status cards_buy(struct cards_world *cards, const char *id, int64_t wh, bool merge);
mv_status cards_simple(struct cards_world *cards, const char *who, const char *id, Metervault__V1__CardPurpose purpose);
/* A tool card of RECORDS_DOMAIN. */
void cards_tool(struct cards_world *cards, Metervault__V1__CardKind kind);

/* The card is put into a meter: records are taken, a return is written when none is there yet. */
void cards_visit(struct cards_world *cards, struct cards_meter *meter);
/* What was sold to the meter, by the ledger. */
int64_t cards_sold(struct cards_world *cards);
struct vend_card cards_on_file(struct cards_world *cards);

#endif
