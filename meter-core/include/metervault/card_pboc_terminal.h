/* The meter and a user card of profile 2 (card_pboc.h), which carries a wallet instead of records. There is no DES in
 * here: a security module of the board, or its software, has the keys and encrypts single blocks with the one that the
 * card at hand has. What a card of profile 2 brings is no signed record: a meter takes such cards only if its board
 * calls this. Rules: docs/card-slot.md. Used like card_terminal.h; a board that knows both profiles selects the file
 * 3F00 first, which only a card of profile 2 has. */
#ifndef METERVAULT_CARD_PBOC_TERMINAL_H
#define METERVAULT_CARD_PBOC_TERMINAL_H

#include "metervault/card_pboc.h"
#include "metervault/card_terminal.h"

enum mv_pboc_use { MV_PBOC_INTERNAL, MV_PBOC_EXTERNAL, MV_PBOC_FILE_MAC };

struct mv_pboc_board {
    void *context;
    /* Both false: it cannot. Random bytes that nobody can foresee. */
    bool (*random)(void *context, uint8_t *data, uint16_t size);
    /* As mv_pboc_cipher's, with the key of this use that the card with this serial number has. */
    bool (*encrypt)(void *context, enum mv_pboc_use use, const uint8_t serial[MV_PBOC_SERIAL], enum mv_pboc_key which,
                    uint8_t block[MV_PBOC_BLOCK]);
    enum mv_pboc_class class;
};

/* Read `apdu`, `apdu_size` and `outcome`, change nothing. */
struct mv_pboc_terminal {
    struct mv_prepay *p;
    const struct mv_pboc_board *board;
    struct mv_card_outcome outcome;
    uint8_t apdu[MV_PBOC_APDU_MAX];
    uint16_t apdu_size;
    uint8_t phase;
    bool answered;
    bool clear; /* no return is on the card */
    uint8_t serial[MV_PBOC_SERIAL];
    uint8_t challenge[MV_PBOC_BLOCK]; /* the meter's */
    enum mv_pboc_use use;             /* what the cipher is asked for */
    struct mv_pboc_user user;
    uint32_t amount, count; /* of the wallet */
};

/* As mv_card_terminal_begin, _step and _gone. `board` outlives the terminal. */
MV_CORE_MUST_USE enum mv_card_next mv_pboc_terminal_begin(struct mv_pboc_terminal *terminal, struct mv_prepay *p,
                                                          const struct mv_pboc_board *board);
MV_CORE_MUST_USE enum mv_card_next mv_pboc_terminal_step(struct mv_pboc_terminal *terminal, const uint8_t *rapdu,
                                                         uint16_t size);
enum mv_card_next mv_pboc_terminal_gone(struct mv_pboc_terminal *terminal);

#endif
