/* The card slot of the meter on a desk. A card is a UNIX socket on which an emulated one listens, in the framing of
 * vpcd: length 2 (big-endian), payload; a payload of one byte is 0 power off, 1 power on, 4 the question for the ATR;
 * what is longer is an APDU. */
#ifndef MV_SIM_CARD_SLOT_H
#define MV_SIM_CARD_SLOT_H

#include "metervault/card_pboc_terminal.h"

enum { CARD_SLOT_TEXT = 80, CARD_SLOT_WAIT_S = 10 /* for an answer; then the card is taken for gone */ };

/* The board's security module, in software: masters of cards of profile 2. */
enum { CARD_SLOT_MASTERS = 3 };
struct card_slot {
    bool in; /* a card is */
    int fd;
    bool takes_profile_2;
    uint8_t masters[CARD_SLOT_MASTERS][16]; /* by enum mv_pboc_use */
    struct mv_card_outcome outcome;         /* of the last one that was put in */
    char text[CARD_SLOT_TEXT];              /* the same in words; empty before there was one */
};

/* Puts the card in, which ends when the meter is done with it; it stays in. NULL, or why there is none at the socket;
 * then nothing happened. One that is in is taken out first. */
MV_CORE_MUST_USE const char *card_slot_insert(struct card_slot *slot, struct mv_prepay *p, const char *socket_path);
/* Masters from a file, a line of 32 hex digits each: card-pboc-internal, -external and -mac. False: it is none. */
MV_CORE_MUST_USE bool card_slot_masters(struct card_slot *slot, const char *path);
/* Takes it out; nothing without one. */
void card_slot_remove(struct card_slot *slot);
const char *card_slot_kind(uint8_t kind); /* user, preset ...; "unknown" */

#endif
