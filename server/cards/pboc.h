/* Cards of profile 2: user cards that carry a wallet instead of records (metervault/card_pboc.h). What lies on them has
 * a MAC of the line only, between card and whoever writes: a terminal could forge it towards a meter, and what a meter
 * wrote proves nothing here. So this server takes them only where its configuration says so, no money goes back on
 * their word, and they have no other purposes than those of pboc.c. The count of a purchase is the sequence number of
 * its record, signed like any other: the sale is in the ledger once, and a count is never used twice. */
#ifndef MV_CARDS_PBOC_H
#define MV_CARDS_PBOC_H

#include "cards/session.h"
#include "metervault/card_pboc.h"

/* What lies on the card. */
struct cards_pboc {
    struct cards_session *session;
    uint8_t serial[MV_PBOC_SERIAL];
    uint8_t user[MV_PBOC_USER_BYTES], wallet[MV_PBOC_WALLET], returned[MV_PBOC_RETURN_BYTES];
    uint32_t amount, count;       /* of the wallet */
    bool unread;                  /* the meter has written nothing since */
    struct mv_pboc_return answer; /* otherwise: what it wrote */
};

/* ---- talking (pboc.c) ---- */
/* Both sides prove themselves; counts it first. `keys` are the versions. */
MV_MUST_USE mv_status cards_pboc_enter(struct cards_pboc *card, const struct store_card_keys *keys);

/* ---- files (pboc_files.c) ---- */
MV_MUST_USE mv_status cards_pboc_read(struct cards_pboc *card);
/* What file 1 says that the card is for: enum mv_purchase_kind, 0 nothing. */
uint8_t cards_pboc_kind(const struct cards_pboc *card);
/* A card that was never written, or was cleared. */
bool cards_pboc_is_empty(const struct cards_pboc *card);
MV_MUST_USE mv_status cards_pboc_hash(const uint8_t wallet[MV_PBOC_WALLET], uint8_t hash[STORE_CARD_HASH]);
/* Reads the card, has the ledger confirm its wallet, and finishes what a session that broke off left undone. */
MV_MUST_USE mv_status cards_pboc_settle(struct cards_pboc *card);
/* A purchase: parameters, wallet, then no return any more, in this order: a meter that sees the card in between counts
 * nothing, because a return is still there. */
struct cards_pboc_purchase {
    enum mv_purchase_kind kind;
    uint32_t amount, count;
    const uint8_t *client;
};
MV_MUST_USE mv_status cards_pboc_write(struct cards_pboc *card, const struct cards_pboc_purchase *purchase);
/* File 1 of no kind, which meters refuse, an empty wallet, no return. */
MV_MUST_USE mv_status cards_pboc_clear(struct cards_pboc *card);
/* Hundredths of what the meter counts (kWh, cubic metres, hours, money), as a wallet has them. INVALID_FIELD: it cannot
 * say that, or there is new debt, which it cannot say at all. */
MV_MUST_USE mv_status cards_pboc_amount(enum vend_unit unit, int64_t amount, int64_t arrears, uint32_t *hundredths);

/* ---- which card it is (pboc_make.c) ---- */
/* A user card in use, of this meter, which then proves itself. */
MV_MUST_USE mv_status cards_pboc_expect(struct cards_pboc *card);
/* A card of no meter becomes one of the order's meter. */
MV_MUST_USE mv_status cards_pboc_make(struct cards_pboc *card, struct vend_card_target *target);

/* ---- programs (pboc_make.c, pboc_sale.c, pboc_close.c) ---- */
/* The card has been met: it is of this office, in the hand, and nobody has proven anything. */
mv_status cards_pboc_personalise(struct cards_pboc *card);
mv_status cards_pboc_open_account(struct cards_pboc *card);
mv_status cards_pboc_purchase(struct cards_pboc *card);
mv_status cards_pboc_replace(struct cards_pboc *card);
mv_status cards_pboc_close_account(struct cards_pboc *card);

#endif
