/* Money as people at a counter write it. */
#ifndef METERVAULT_CLI_MONEY_H
#define METERVAULT_CLI_MONEY_H

#include <stdbool.h>
#include <stdint.h>

enum { MONEY_WHY = 160 };
/* "20", "20.00" and "20,00" are 2000 with two minor digits; above 0. A comma is taken for a point only where it cannot
 * stand between thousands: not before three digits. False after it wrote into `why` what is wrong and what to write. */
bool money_read(const char *text, unsigned minor_digits, int64_t *value, char why[MONEY_WHY]);

#endif
