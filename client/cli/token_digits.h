/* The digits of a token as a person gives them. */
#ifndef METERVAULT_CLI_TOKEN_DIGITS_H
#define METERVAULT_CLI_TOKEN_DIGITS_H

#include <stdbool.h>

enum { TOKEN_DIGITS = 21 };
/* 20 digits, with spaces or dashes between them, or in groups that were not quoted: the first and `count` more. "-"
 * alone reads a line of standard input, so that a token that is still worth something does not show in the list of
 * processes. */
bool token_digits(const char *first, int count, char *const *more, char digits[TOKEN_DIGITS]);

#endif
