/* Writes a line of the display: at most MV_SCREEN_TEXT characters, what is more is left off. */
#ifndef MV_CORE_PREPAY_TEXT_H
#define MV_CORE_PREPAY_TEXT_H

#include "metervault/screen.h"

struct mv_text {
    char *at; /* MV_SCREEN_TEXT + 1 characters, terminated at every moment */
    uint8_t length;
};

struct mv_text mv_text_on(char *line);
void mv_text_add(struct mv_text *text, const char *words);
void mv_text_char(struct mv_text *text, char c);
/* With leading zeros up to `digits`, 1..20. */
void mv_text_number(struct mv_text *text, uint64_t number, unsigned digits);
/* value / 10^decimals, with `shown` of its decimals, the rest cut off. Decimals that do not fit into the line are left
 * off, a number that does not even then is shown as dashes. */
void mv_text_decimal(struct mv_text *text, int64_t value, unsigned decimals, unsigned shown);

#endif
