/* The screens of a payment meter, by number. */
#ifndef MV_CORE_PREPAY_SCREENS_H
#define MV_CORE_PREPAY_SCREENS_H

#include "metervault/prepay.h"

/* False for a number that no screen has. `lamps` is not set. */
bool mv_screen_of(const struct mv_prepay *p, uint8_t code, struct mv_screen *screen);
/* The digits that are keyed in, or what the last entry gave. */
void mv_screen_entry(const struct mv_prepay *p, struct mv_screen *screen);

#endif
