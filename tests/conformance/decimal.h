/* Decimal numbers as people and spreadsheets write them ("-1.82044E+14"), exactly. */
#ifndef CONFORMANCE_DECIMAL_H
#define CONFORMANCE_DECIMAL_H

#include <stdbool.h>

#include "metervault/sts.h"

/* text * 10^places as sign and whole magnitude, rounded toward plus infinity. False when it is no number or does not
 * fit 128 bits. */
bool decimal_parse(const char *text, int places, bool *negative, struct mv_u128 *magnitude);

#endif
