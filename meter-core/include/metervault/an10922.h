/* Key diversification of NXP AN10922, AES-128: a child key of a master for each meter or card. */
#ifndef METERVAULT_AN10922_H
#define METERVAULT_AN10922_H

#include <stdint.h>

#include "metervault/result.h"

enum { MV_AN10922_INPUT_MAX = 31 };
/* The child for the diversification input `m` of `length` bytes; the caller wipes it. RANGE_ERROR for more than
 * MV_AN10922_INPUT_MAX bytes. The same as CMAC over 01 | m only from 16 bytes on: here even a short input is padded to
 * two blocks. */
MV_CORE_MUST_USE enum mv_result mv_an10922_aes128(const uint8_t master[16], const uint8_t *m, uint32_t length,
                                                  uint8_t child[16]);

#endif
