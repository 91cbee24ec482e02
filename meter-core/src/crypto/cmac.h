/* What CMAC and AN10922 share. */
#ifndef MV_CORE_CMAC_H
#define MV_CORE_CMAC_H

#include <stdint.h>

enum { MV_CMAC_BLOCK = 16 };
/* Times x in GF(2^128); the carry is folded in without a branch. */
void mv_cmac_double(uint8_t block[MV_CMAC_BLOCK]);

#endif
