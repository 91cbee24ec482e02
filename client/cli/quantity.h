/* Amounts between a person and the contract, exactly: decimal digits to integers and back, never a float. */
#ifndef METERVAULT_CLI_QUANTITY_H
#define METERVAULT_CLI_QUANTITY_H

#include "cli.h"
#include "sale.h"

/* "25.6" with `decimals` 3 is 25600. Digits, then at most one point with digits behind it; no sign, no exponent.
 * Decimals beyond `decimals` must be zeros. False also for 0 and above 2^62. */
bool quantity_parse(const char *text, unsigned decimals, int64_t *value);

enum { QUANTITY_TEXT = 48 };
/* "25.6 kWh", "1.5 m3", "3600 s", "12.5 (currency)". */
void quantity_text(const Metervault__V1__Quantity *quantity, char text[QUANTITY_TEXT]);

/* A unit as people name it, also an option's name: kwh, wh, m3, litres, seconds, currency. */
struct quantity_unit {
    const char *name;
    enum mv_sale_unit unit;
    unsigned decimals; /* that an amount may have */
};
/* NULL when there is none of this name. */
const struct quantity_unit *quantity_unit_find(const char *name);

/* The options of those names, of which exactly one must be given: texts[i] is the one of unit number i. */
enum { QUANTITY_UNITS = 6 };
struct quantity_options {
    const char *texts[QUANTITY_UNITS];
};
/* Writes an option for each unit; `to` has room for QUANTITY_UNITS. */
void quantity_options(struct quantity_options *options, struct cli_option *to);
/* CLI_DONE with unit and amount set, or CLI_USAGE after it said what is wrong. */
int quantity_from_options(const struct cli *cli, const struct quantity_options *options, enum mv_sale_unit *unit,
                          int64_t *amount);

#endif
