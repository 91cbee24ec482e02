/* An officer's word for what must not happen by mistake: the label of the key, typed. */
#ifndef KEYTOOLS_CONFIRM_H
#define KEYTOOLS_CONFIRM_H

#include <stdbool.h>

#include "base/status.h"

/* Whether it was given as an option or can be asked for. */
bool confirm_possible(const char *given);
/* `given` NULL: asks at the terminal. INVALID_FIELD (where "confirm") unless it is the label. */
MV_MUST_USE mv_status confirm_label(const char *given, const char *label, const char *what);

#endif
