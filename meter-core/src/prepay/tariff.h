/* What units cost, for credit in currency. Rules and rounding: meter-core/docs/tariff.md. */
#ifndef MV_CORE_TARIFF_H
#define MV_CORE_TARIFF_H

#include "metervault/record_sets.h"

struct mv_nv_object;

/* Single, price 0. */
void mv_tariff_default(struct mv_tariff *tariff);

/* What was used. */
enum { MV_PRICE_UNIT = 1000, MV_PRICE_UNIT_TIME = 3600 /* a meter of time: prices per hour */ };
struct mv_use {
    uint64_t units;      /* Wh, litres, seconds */
    uint64_t month;      /* of the month before them */
    uint32_t price_unit; /* units that the price is for */
};
/* Its price in whole 0.00001 of the currency; saturates at INT64_MAX. `rest` (x 1/price_unit) is what earlier uses
 * left, and takes what this one leaves. A rate for which the tariff has no price costs price[0]. */
int64_t mv_tariff_cost(const struct mv_tariff *tariff, uint8_t rate, const struct mv_use *use, uint32_t *rest);
/* What one more unit costs now, for displays: 0.00001 of the currency per price unit. */
uint64_t mv_tariff_price(const struct mv_tariff *tariff, uint8_t rate, uint64_t month);

/* The next tariff takes the tariff's place; an event. */
void mv_tariff_switch(struct mv_prepay *p);
/* Whether a next tariff waits. */
bool mv_tariff_waits(const struct mv_prepay *p);

extern const struct mv_nv_object mv_object_tariff, mv_object_next_tariff;

#endif
