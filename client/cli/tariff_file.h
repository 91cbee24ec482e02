/* A tariff version as a file that people write. Amounts are decimals in quotes, in the currency, kWh (m3, hours) and
 * per cent; the file is read and written with the office's currency. Format: tariff_file.md. */
#ifndef METERVAULT_CLI_TARIFF_FILE_H
#define METERVAULT_CLI_TARIFF_FILE_H

#include <stdbool.h>
#include <stdio.h>

#include "metervault/v1/tariff_service.pb-c.h"

enum { TARIFF_FILE_STEPS = 12, TARIFF_FILE_PERIODS = 8, TARIFF_FILE_CHARGES = 8, TARIFF_FILE_TAXES = 4 };
enum { TARIFF_FILE_WRONG = 200 };

/* The message with room for all that it points to. */
struct tariff_file {
    Metervault__V1__TariffTerms terms;
    Metervault__V1__PriceStep steps[TARIFF_FILE_STEPS], *step_pointers[TARIFF_FILE_STEPS];
    Metervault__V1__PricePeriod periods[TARIFF_FILE_PERIODS], *period_pointers[TARIFF_FILE_PERIODS];
    Metervault__V1__TariffCharge charges[TARIFF_FILE_CHARGES], *charge_pointers[TARIFF_FILE_CHARGES];
    Metervault__V1__TariffTax taxes[TARIFF_FILE_TAXES], *tax_pointers[TARIFF_FILE_TAXES];
    struct cfg_t *parsed; /* what texts point into */
};

/* False after it wrote into `wrong` what does not fit; nothing is to be freed then. */
bool tariff_file_read(const char *path, const Metervault__V1__Office *office, struct tariff_file *file,
                      char wrong[TARIFF_FILE_WRONG]);
void tariff_file_free(struct tariff_file *file);
/* What tariff_file_read reads as the same. */
void tariff_file_write(FILE *out, const Metervault__V1__Tariff *tariff, const Metervault__V1__Office *office);

/* "12.5" with `decimals` 3 is 12500; 0 is an amount too. False for what is no such number, or above 2^53. */
bool tariff_decimal_read(const char *text, unsigned decimals, int64_t *value);
/* 12500 with `decimals` 3 is "12.500"; `least` decimals stay, zeros behind them go. */
enum { TARIFF_DECIMAL = 32 };
const char *tariff_decimal_text(int64_t value, unsigned decimals, unsigned least, char text[TARIFF_DECIMAL]);
/* "2026-01-31", "2026-01-31 06:00" or "2026-01-31 06:00:30" at the office. */
bool tariff_time_read(const char *text, int32_t utc_offset_min, int64_t *unix_s);
const char *tariff_time_text(int64_t unix_s, int32_t utc_offset_min, char text[TARIFF_DECIMAL]);
/* Units between Wh, l, s and thousandths of kWh, m3, hours; of time also "12:05:59". */
bool tariff_units_read(const char *text, Metervault__V1__Utility utility, int64_t *units);
const char *tariff_units_text(int64_t units, Metervault__V1__Utility utility, char text[TARIFF_DECIMAL]);
/* electricity, water, gas, time; 0 and "?" for others. */
Metervault__V1__Utility tariff_utility_read(const char *text);
const char *tariff_utility_text(Metervault__V1__Utility utility);
/* "kWh", "m3", "h" */
const char *tariff_account_unit(Metervault__V1__Utility utility);

#endif
