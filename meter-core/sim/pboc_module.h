/* What a board's security module does for cards of profile 2 (metervault/card_pboc_terminal.h), in software. */
#ifndef MV_SIM_PBOC_MODULE_H
#define MV_SIM_PBOC_MODULE_H

#include "metervault/card_pboc_terminal.h"

/* mv_pboc_board's; `context` is the masters, 16 bytes each, by enum mv_pboc_use. */
bool pboc_encrypt(void *context, enum mv_pboc_use use, const uint8_t serial[MV_PBOC_SERIAL], enum mv_pboc_key which,
                  uint8_t block[MV_PBOC_BLOCK]);

#endif
