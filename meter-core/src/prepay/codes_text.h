/* A refusal as the display shows it: Err-NN, and its detail behind a space. */
#ifndef MV_CORE_PREPAY_CODES_TEXT_H
#define MV_CORE_PREPAY_CODES_TEXT_H

#include "metervault/codes.h"
#include "text.h"

void mv_code_text(struct mv_text *text, struct mv_code code);

#endif
