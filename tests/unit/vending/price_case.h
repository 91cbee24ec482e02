/* Tariffs and purchases for the tests of prices. */
#ifndef MV_TEST_PRICE_CASE_H
#define MV_TEST_PRICE_CASE_H

#include "vending/price.h"

/* Electricity in steps of 100 and 200 kWh at 0.10, 0.20 and 0.35; rounded half to even to a cent. */
struct vend_tariff_version price_steps(void);
/* One price, in e5 per unit of account. */
struct vend_tariff_version price_single(enum vend_utility utility, int64_t price_e5);
/* Anything that vend_tariff_check lets pass; `seed` goes on. */
struct vend_tariff_version price_any(uint64_t *seed);
uint64_t price_random(uint64_t *seed, uint64_t below);

/* A purchase in a currency of two digits, nothing bought, free or due. */
struct vend_price_facts price_ask(enum vend_ask ask, int64_t amount);
/* The bill, after its sums were looked at; the test fails when there is none. */
struct vend_bill price_bill(const struct vend_tariff_version *tariff, const struct vend_price_facts *facts);
/* The reason of a refusal. */
enum mv_reason price_refusal(const struct vend_tariff_version *tariff, const struct vend_price_facts *facts);
/* Sum of the lines of a kind, and the first of them. */
int64_t price_sum(const struct vend_bill *bill, enum vend_line_kind kind);
const struct vend_line *price_line(const struct vend_bill *bill, enum vend_line_kind kind);

#endif
