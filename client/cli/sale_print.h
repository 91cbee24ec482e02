/* What was issued, on paper or screen. */
#ifndef METERVAULT_CLI_SALE_PRINT_H
#define METERVAULT_CLI_SALE_PRINT_H

#include "cli.h"
#include "metervault/v1/common.pb-c.h"
#include "sale.h"

/* "12345678901234567890" is "1234 5678 9012 3456 7890". What is not 20 digits stays as it is, cut to fit. */
enum { SALE_DIGITS_TEXT = 32 };
void sale_group_digits(const char *digits, char text[SALE_DIGITS_TEXT]);

/* "2026-01-31 23:59:58 UTC", "-" for what is no time. */
enum { SALE_TIME_TEXT = 40 };
void sale_time_text(int64_t unix_s, char text[SALE_TIME_TEXT]);

/* "SGC 123457  KRN 2  TI 1  KT 2  KEN 255  base date 2014  EA 7  DKGA 4" */
enum { SALE_KEY_TEXT = 128 };
void sale_key_text(const Metervault__V1__MeterKey *key, char text[SALE_KEY_TEXT]);

/* How many tokens of a key change an answer begins with. */
size_t sale_key_sections(const Metervault__V1__IssuedTokens *issued);

/* As the settings say: a receipt block or JSON. Returns the exit code; CLI_DONE only when the answer was written out.
 */
int sale_print(const struct cli *cli, const Metervault__V1__IssuedTokens *sale);

#endif
