/* The two block ciphers behind mv_sts_encrypt and mv_sts_decrypt. */
#ifndef MV_CORE_CIPHER_H
#define MV_CORE_CIPHER_H

#include <stdbool.h>

#include "metervault/sts.h"

uint64_t mv_sta_crypt(const uint8_t key[8], const struct mv_sta_tables *tables, uint64_t block, bool encrypt);
uint64_t mv_misty1_crypt(const uint8_t key[16], uint64_t block, bool encrypt);

/* MISTY1's substitutions, shown for their tests: 9 and 7 bits in and out. */
uint16_t mv_misty1_s9(uint16_t x);
uint16_t mv_misty1_s7(uint16_t x);

#endif
