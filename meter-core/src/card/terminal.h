/* The phases of an insertion; a file for each part of them. */
#ifndef MV_CORE_CARD_TERMINAL_H
#define MV_CORE_CARD_TERMINAL_H

#include "metervault/card_terminal.h"

/* In this order; each is a command to the card, and what its answer leads to. */
enum mv_terminal_phase {
    MV_PHASE_SELECT,
    MV_PHASE_HEAD,
    MV_PHASE_AUTHENTICATE,
    MV_PHASE_UID,    /* users' cards */
    MV_PHASE_INDEX,  /* as often as it takes */
    MV_PHASE_SLOT,   /* is there a return already? */
    MV_PHASE_BUNDLE, /* as often as it takes */
    MV_PHASE_TAIL,   /* the return: its end, its bytes, its length: only that makes it one */
    MV_PHASE_BODY,
    MV_PHASE_LENGTH,
    MV_PHASE_COMMIT, /* users' cards */
    MV_PHASE_COUNT,
    MV_PHASE_OVER = MV_PHASE_COUNT
};

/* The command of a phase goes out. */
enum mv_card_next mv_terminal_go(struct mv_card_terminal *t, enum mv_terminal_phase phase);
/* It is over. */
enum mv_card_next mv_terminal_end(struct mv_card_terminal *t, enum mv_result result);

enum mv_card_next mv_terminal_read(struct mv_card_terminal *t, enum mv_card_file file, uint32_t offset,
                                   uint16_t length);

/* Commands, and what their answers lead to. */
enum mv_card_next mv_terminal_select(struct mv_card_terminal *t);
enum mv_card_next mv_terminal_selected(struct mv_card_terminal *t);
enum mv_card_next mv_terminal_ask_head(struct mv_card_terminal *t);
enum mv_card_next mv_terminal_take_head(struct mv_card_terminal *t);
enum mv_card_next mv_terminal_authenticate(struct mv_card_terminal *t);
enum mv_card_next mv_terminal_authenticated(struct mv_card_terminal *t);
enum mv_card_next mv_terminal_ask_uid(struct mv_card_terminal *t);
enum mv_card_next mv_terminal_take_uid(struct mv_card_terminal *t);
enum mv_card_next mv_terminal_ask_index(struct mv_card_terminal *t);
enum mv_card_next mv_terminal_take_index(struct mv_card_terminal *t);
enum mv_card_next mv_terminal_ask_slot(struct mv_card_terminal *t);
enum mv_card_next mv_terminal_take_slot(struct mv_card_terminal *t);
enum mv_card_next mv_terminal_ask_bundle(struct mv_card_terminal *t);
enum mv_card_next mv_terminal_take_bundle(struct mv_card_terminal *t);
enum mv_card_next mv_terminal_put_tail(struct mv_card_terminal *t);
enum mv_card_next mv_terminal_put_body(struct mv_card_terminal *t);
enum mv_card_next mv_terminal_put_length(struct mv_card_terminal *t);
enum mv_card_next mv_terminal_put(struct mv_card_terminal *t); /* tail, body */
enum mv_card_next mv_terminal_written(struct mv_card_terminal *t);
enum mv_card_next mv_terminal_commit(struct mv_card_terminal *t);
enum mv_card_next mv_terminal_committed(struct mv_card_terminal *t);

/* Makes the return and writes it. */
enum mv_card_next mv_terminal_answer(struct mv_card_terminal *t);

/* One record of the bundle, at record + 1. DONE: go on with the next one; else the insertion is over with it. */
MV_CORE_MUST_USE enum mv_result mv_terminal_hand_in(struct mv_card_terminal *t);
/* All records were handed in. DONE: a return is to be written; else the insertion is over with it. */
MV_CORE_MUST_USE enum mv_result mv_terminal_sum_up(const struct mv_card_terminal *t);

static inline bool mv_terminal_is_user(const struct mv_card_terminal *t)
{
    return t->outcome.kind == MV_CARD_USER;
}

#endif
