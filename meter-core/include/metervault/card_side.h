/* The card's side of what card.h is the reader's: answers a three-pass authentication, checks a command's secure
 * messaging and protects the answer. For the emulator; files, rights and chaining are its own. */
#ifndef METERVAULT_CARD_SIDE_H
#define METERVAULT_CARD_SIDE_H

#include "metervault/card.h"

/* Read it freely. Zeroed: nothing authenticated. */
struct mv_card_side {
    const struct mv_card_cipher *cipher;
    bool authenticated;
    uint8_t key_no;
    uint8_t ti[4];
    uint16_t counter;
    bool waits, first; /* for the second pass; of First */
    uint8_t rnd_b[16];
};

/* First pass: out is E(RndB). NonFirst without a transaction: AUTHENTICATION. Ends what was authenticated. */
MV_CORE_MUST_USE enum mv_card_error mv_card_side_challenge(struct mv_card_side *side, uint8_t key_no, bool first,
                                                           uint8_t out[16]);
/* Second pass to third: `out` gets 32 bytes of First, 16 of NonFirst. AUTHENTICATION when the reader has not the key.
 */
MV_CORE_MUST_USE enum mv_card_error mv_card_side_answer(struct mv_card_side *side, const uint8_t in[32],
                                                        uint8_t out[32], uint8_t *size);
/* All bytes of a command, chained ones joined: takes off its MAC and decrypts what is behind the header, in place.
 * INTEGRITY, LENGTH, or AUTHENTICATION when a mode other than plain meets no authentication. */
MV_CORE_MUST_USE enum mv_card_error mv_card_side_open(struct mv_card_side *side, uint8_t ins, enum mv_card_mode mode,
                                                      uint8_t header_size, uint8_t *bytes, uint16_t *size);
/* Counts the command and protects the answer in place; `bytes` has room for 24 more. ABORTED when the counter is used
 * up. */
MV_CORE_MUST_USE enum mv_card_error mv_card_side_close(struct mv_card_side *side, enum mv_card_mode mode,
                                                       uint8_t *bytes, uint16_t *size);
/* Nothing is authenticated any more. */
void mv_card_side_forget(struct mv_card_side *side);

#endif
