/* What an officer reads: names of uses, states and KCV methods, dates, key check values. */
#ifndef KEYTOOLS_WORDS_H
#define KEYTOOLS_WORDS_H

#include <stdint.h>

#include "hsm/catalogue.h"

enum { WORDS_TIME = 24, WORDS_KCV = 2 * HSM_KCV_BYTES + 1, WORDS_EA = 8 };

const char *words_use(enum hsm_key_use use);
const char *words_state(enum hsm_key_state state);
const char *words_kcv_method(enum hsm_kcv_method method);
/* "2026-01-31T12:00:00Z", or "no end" for INT64_MAX. */
const char *words_time(int64_t unix_s, char text[WORDS_TIME]);
/* Six upper-case hex digits. */
const char *words_kcv(const uint8_t kcv[HSM_KCV_BYTES], char text[WORDS_KCV]);
/* "7", "11" or "7,11". */
const char *words_ea(uint16_t ea_mask, char text[WORDS_EA]);

#endif
