/* The one table from a result to what the meter's display says of it, and to words. With words in
 * meter-core/docs/codes.md. Groups 31 to 36 and their details are those of prepaid meters with cards, table of 2013. */
#ifndef METERVAULT_CODES_H
#define METERVAULT_CODES_H

#include <stdbool.h>
#include <stdint.h>

#include "metervault/prepay.h"
#include "metervault/result.h"

struct mv_code {
    enum mv_result result;
    uint8_t group;  /* NN of Err-NN; 0: no error */
    uint8_t detail; /* decimal, two digits; 0: none */
};

/* The row of a result; Err-30 without detail for a number that is no result. */
struct mv_code mv_code_of(enum mv_result result);
/* Row `index`, in rising order of results; false behind the last. */
bool mv_code_at(unsigned index, struct mv_code *code);

/* Names and sentences, in a file of their own: a meter that has no use for them does not link them. Never NULL. */
const char *mv_code_name(enum mv_result result);  /* USED_ERROR */
const char *mv_code_words(enum mv_result result); /* this token was entered before */
/* Of prepay.h: why supply is cut, what an event is, as in the enumerations there, and words. */
const char *mv_cut_name(enum mv_cut cut);             /* POWER_LOCK */
const char *mv_cut_words(enum mv_cut cut);            /* too much power too often */
const char *mv_event_name(enum mv_event_code event);  /* SWITCH_FAULT */
const char *mv_event_words(enum mv_event_code event); /* the load switch does not follow */
const char *mv_screen_words(uint8_t code);            /* remaining credit; NULL for a number that no screen has */

#endif
