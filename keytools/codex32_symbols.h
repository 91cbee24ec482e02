/* What the files of codex32 share. */
#ifndef KEYTOOLS_CODEX32_SYMBOLS_H
#define KEYTOOLS_CODEX32_SYMBOLS_H

#include "codex32.h"

enum { CODEX32_NO_SYMBOL = 255, CODEX32_S = 16 };

/* 0..31 of a character of either case, CODEX32_NO_SYMBOL for others; and back, lower case. */
uint8_t codex32_symbol(char character);
char codex32_character(uint8_t symbol);
/* Characters after "ms1" of a secret of this size; 0 when there is no such size. */
size_t codex32_count(size_t size);
/* The last 13 symbols made right. */
void codex32_close(struct codex32 *string);
/* What the checksum is off by, highest power first; all zero when it is right. */
void codex32_residue(const struct codex32 *string, uint8_t residue[CODEX32_CHECKSUM]);
/* Threshold and index belong together. */
enum codex32_fault codex32_check_header(const struct codex32 *string);

#endif
