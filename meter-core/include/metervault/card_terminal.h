/* The meter as a card's other terminal: authenticates an inserted card mutually, takes the records that it brings for
 * this meter and writes the return. Rules: docs/card-slot.md; which error means what: docs/codes.md. The keys are those
 * of mv_prepay_provision_cards. No allocation; nothing waits for the card.
 *
 *   next = mv_card_terminal_begin(&terminal, &meter, board_random, NULL);
 *   while (next == MV_CARD_SEND)
 *       next = transmit(terminal.session.apdu, terminal.session.apdu_size, rapdu, &size)
 *                  ? mv_card_terminal_step(&terminal, rapdu, size)
 *                  : mv_card_terminal_gone(&terminal);
 *
 * Between two steps the meter may be ticked, keyed and fed as always. Whenever the card or the power goes, putting the
 * card in again ends at the same state: what was taken counts once, and the return gets written. */
#ifndef METERVAULT_CARD_TERMINAL_H
#define METERVAULT_CARD_TERMINAL_H

#include "metervault/card.h"
#include "metervault/card_layout.h"
#include "metervault/prepay_record.h"

enum {
    MV_TERMINAL_CHUNK = 128, /* bytes that one command moves */
    MV_TERMINAL_BUFFER = MV_TERMINAL_CHUNK + MV_CARD_BUFFER_MORE,
};

/* What an insertion came to; the display shows it, too. */
struct mv_card_outcome {
    /* ACCEPT: all that the card brought is taken, or was before and the return is on the card now. RECORD_AGAIN: the
     * card was here before. Any other: the first thing that went wrong. */
    enum mv_result result;
    uint8_t kind;     /* enum mv_card_kind; 0: not known */
    uint8_t taken;    /* records accepted now */
    int64_t credited; /* by them, units of the credit register */
    int64_t remaining;
    bool returned; /* the card has the return */
};

/* 1.4 KiB while a card is in, nothing of it kept. Read `session.apdu` and `outcome`, change nothing. */
struct mv_card_terminal {
    struct mv_prepay *p;
    struct mv_card_session session;
    struct mv_card_cipher cipher;
    struct mv_card_soft soft;
    struct mv_card_outcome outcome;
    uint8_t buffer[MV_TERMINAL_BUFFER];
    uint8_t phase;     /* what the command under way is for */
    bool answered;     /* the card did, at least once */
    uint8_t serial[8]; /* of a user card: 00 | UID */
    uint16_t asked;    /* bytes that the answer under way must have */
    uint16_t entry, entries;
    uint16_t bundle, bundle_left; /* where the next bytes of the bundle are, and how many are left there */
    uint16_t filled;              /* bytes in `record` */
    bool used;                    /* the slot of FROM_METER holds a return */
    bool proven;                  /* a user card, or one of them has its MAC */
    bool again, tried;            /* there were records that it took before; that were handed in or refused */
    /* A record behind its length; then the return behind its. */
    uint8_t record[1 + MV_RECORD_MAX];
};

/* A card was put in. `random` fills in bytes that nobody can foresee; false: it cannot. SEND: `session.apdu` goes to
 * the card. DONE: it ended with ACCEPT; OVER: with another result, NOT_PROVISIONED when the meter has no keys for
 * cards. The board may let the card go then. */
MV_CORE_MUST_USE enum mv_card_next mv_card_terminal_begin(struct mv_card_terminal *terminal, struct mv_prepay *p,
                                                          bool (*random)(void *context, uint8_t *data, uint16_t size),
                                                          void *random_context);
/* The card's answer, status included. */
MV_CORE_MUST_USE enum mv_card_next mv_card_terminal_step(struct mv_card_terminal *terminal, const uint8_t *rapdu,
                                                         uint16_t size);
/* The card does not answer any more: OVER. */
enum mv_card_next mv_card_terminal_gone(struct mv_card_terminal *terminal);

#endif
