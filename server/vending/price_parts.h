/* What the files of the price share. */
#ifndef MV_VENDING_PRICE_PARTS_H
#define MV_VENDING_PRICE_PARTS_H

#include "vending/price.h"

/* Prices of the first x units of a month, each a sum since its beginning. */
struct vend_running {
    int64_t energy;
    int64_t charges[VEND_CHARGES]; /* percentages and per unit; 0 for fixed ones */
    int64_t taxes[VEND_TAXES];     /* on the two above */
};
/* False when an amount is above VEND_MONEY_MOST. x is 0..VEND_UNITS_MOST. */
bool vend_running_energy(const struct vend_tariff_version *tariff, const struct vend_price_facts *facts, int64_t x,
                         int64_t *energy);
bool vend_running(const struct vend_tariff_version *tariff, const struct vend_price_facts *facts, int64_t x,
                  struct vend_running *running);
/* Whether units `from` to `to` of the month have a price, however little it is. */
bool vend_units_cost(const struct vend_tariff_version *tariff, const struct vend_price_facts *facts, int64_t from,
                     int64_t to);
/* The rate of a step, or the average of the periods rounded to the nearest: what a line shows. */
int64_t vend_shown_rate(const struct vend_tariff_version *tariff, const struct vend_price_facts *facts, size_t step);

/* Lines of `units` with charges but without debts, and the sums. AMOUNT_TOO_LARGE. */
MV_MUST_USE mv_status vend_bill_fill(const struct vend_tariff_version *tariff, const struct vend_price_facts *facts,
                                     int64_t units, struct vend_bill *bill);
/* Adds what the debts take of the least money that leaves the bill's total. AMOUNT_TOO_LARGE. */
MV_MUST_USE mv_status vend_bill_debts(const struct vend_price_facts *facts, struct vend_bill *bill);
/* Adds a line; there is room. */
struct vend_line *vend_bill_line(struct vend_bill *bill, enum vend_line_kind kind, const char *label, int64_t amount);

#endif
