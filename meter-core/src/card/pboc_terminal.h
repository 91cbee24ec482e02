/* What the files of the meter's part of profile 2 share. */
#ifndef MV_CORE_PBOC_TERMINAL_H
#define MV_CORE_PBOC_TERMINAL_H

#include "metervault/card_pboc_terminal.h"

/* What is on the card, once it is read: DONE when a return is to be written (what was bought is taken then), else how
 * the insertion ends. */
MV_CORE_MUST_USE enum mv_result mv_pboc_judge(struct mv_pboc_terminal *t);
/* The parameters of the card are for this meter: DONE, RECORD_FILE, RECORD_KIND, RECORD_METER. `file` has
 * MV_PBOC_USER_BYTES. */
MV_CORE_MUST_USE enum mv_result mv_pboc_check_user(struct mv_pboc_terminal *t, const uint8_t *file);
void mv_pboc_make_return(const struct mv_pboc_terminal *t, uint8_t file[MV_PBOC_RETURN_BYTES]);

#endif
