/* What is keyed in, and which screen is asked for. */
#ifndef MV_CORE_PREPAY_KEYPAD_H
#define MV_CORE_PREPAY_KEYPAD_H

#include "metervault/prepay.h"

/* Seconds without a key after which digits are forgotten, a screen that was asked for goes, and one of those that
 * cycle gives way to the next. */
enum { MV_KEYPAD_FORGETS_S = 60, MV_KEYPAD_SHOWS_S = 30, MV_KEYPAD_CYCLE_S = 5 };

void mv_keypad_tick(struct mv_prepay *p);
/* What a card did, as of a token that was keyed in; `credited` 0: nothing of the credit register. */
void mv_keypad_show(struct mv_prepay *p, enum mv_result result, int64_t credited);

#endif
