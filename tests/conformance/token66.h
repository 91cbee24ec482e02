/* The 66 bits of a token as 17 hex digits, computed apart from meter-core. */
#ifndef CONFORMANCE_TOKEN66_H
#define CONFORMANCE_TOKEN66_H

#include <stdbool.h>

/* Of 20 decimal digits; `hex` takes 18 characters. False when it is no number below 2^66. */
bool token66_from_digits(const char *digits, char hex[18]);
/* Of up to 17 hex digits; `digits` takes 21 characters. */
bool token66_to_digits(const char *hex, char digits[21]);

#endif
