/* What a tariff version says, as pure data: how purchases are priced under it is price.h, where it is kept tariffs.h.
 *
 * Money is in the currency's minor unit. The unit of account of a utility (vend_tariff_scale) is the kWh, the m3 or the
 * hour; units are what the meter counts: Wh, l, s. Rates are integers with the unit in the name: `e5` are 0.00001 of
 * the currency per unit of account, `percent_e4` is 0.0001 % (15 % is 150000). */
#ifndef MV_VENDING_TARIFF_H
#define MV_VENDING_TARIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "store/store.h"
#include "vending/vending.h"

enum {
    VEND_LABEL = 32, /* characters of the name of a period, charge, tax or debt: UTF-8, one line */
    VEND_STEPS = 12,
    VEND_PERIODS = 8,
    VEND_CHARGES = 8,
    VEND_TAXES = 4,
    VEND_FREE_CARRY = 12, /* months at most */
};
#define VEND_PERCENT_E4   INT64_C(1000000)          /* 100 % */
#define VEND_MONEY_MOST   INT64_C(1000000000000000) /* no amount of money is larger: 10^15 minor units */
#define VEND_RATE_MOST_E5 INT64_C(1000000000000)    /* 10 million of the currency per kWh */
#define VEND_UNITS_MOST   INT64_C(10000000000000)   /* 10^13 Wh, l, s or 0.00001 of the currency */

enum vend_tariff_kind { VEND_SINGLE = 1, VEND_STEP_PER_MONTH, VEND_TIME_OF_USE };

/* Units of a month up to `up_to` in all (0: no end, the last step only) are sold at this price. */
struct vend_step {
    int64_t up_to;
    int64_t price_e5;
};
/* A meter that counts units says nothing of when they will be used: they are sold at the average of the periods' prices
 * by share. (A meter that counts money has the time-of-use table itself.) */
struct vend_period {
    char name[VEND_LABEL + 1];
    int64_t price_e5;
    uint32_t share_e4; /* of what is used, 10000 is all; they add up to that */
};
enum vend_charge_kind {
    VEND_CHARGE_FIXED = 1, /* `amount` for each purchase */
    VEND_CHARGE_PERCENT,   /* `amount` is percent_e4 of the price of the units */
    VEND_CHARGE_PER_UNIT,  /* `amount` is e5 per unit of account */
};
struct vend_charge {
    char name[VEND_LABEL + 1];
    enum vend_charge_kind kind;
    int64_t amount;
};
struct vend_tax {
    char name[VEND_LABEL + 1];
    int64_t percent_e4;
    bool on_energy;  /* the price of the units */
    bool on_charges; /* all charges and the monthly one; at least one of the two is set */
};
enum vend_rounding { VEND_ROUND_UP = 1, VEND_ROUND_DOWN, VEND_ROUND_HALF_EVEN };

struct vend_tariff_version {
    char name[STORE_NAME + 1];
    uint32_t version; /* from 1 */
    enum vend_utility utility;
    int64_t valid_from_unix_s;
    enum vend_tariff_kind kind;
    struct vend_step steps[VEND_STEPS]; /* single: one step without end */
    size_t step_count;
    struct vend_period periods[VEND_PERIODS]; /* time of use only */
    size_t period_count;
    int64_t free_units_per_month; /* whole token units; 0 none. They come first and are not counted by the steps */
    uint32_t free_carry_months;   /* for how many months more units that were not taken may be taken */
    int64_t fixed_charge_per_month;
    struct vend_charge charges[VEND_CHARGES];
    size_t charge_count;
    struct vend_tax taxes[VEND_TAXES];
    size_t tax_count;
    int64_t minimum_purchase, maximum_purchase; /* money; 0 none */
    /* every amount that is computed is a multiple of `round_to` minor units (1 and up), as is the monthly charge and a
     * charge for each purchase; debts are taken to the minor unit */
    int64_t round_to;
    enum vend_rounding rounding;
};

/* Wh, l or s of one unit of account: 1000, 3600 for time. */
int64_t vend_tariff_scale(enum vend_utility utility);
/* Whether the version can be priced with: TARIFF_INVALID names the field. Name, version and date are not looked at. */
MV_MUST_USE mv_status vend_tariff_check(const struct vend_tariff_version *tariff);
/* Whether somebody may have mistyped it: NULL, or what of `after` differs too much from `before` (a static
 * name of the field) and takes a second person. `before` is the last version that a second person agreed to, so that
 * many small steps come no further than one; NULL: the first version always takes one. */
const char *vend_tariff_doubt(const struct vend_tariff_version *before, const struct vend_tariff_version *after);

/* What is put in begins at most a day ago and two years ahead: a year that is mistyped would hold up what follows. */
bool vend_tariff_may_begin(int64_t valid_from_unix_s, int64_t now_unix_s);
/* What waits for a second person waits 30 days: whether they are over, and when what still waits began at the earliest.
 */
bool vend_tariff_waited(int64_t since_unix_s, int64_t now_unix_s);
int64_t vend_tariff_waits_since(int64_t now_unix_s);

/* Months since 1970-01 at the office, which is `utc_offset_min` ahead of UTC. */
int64_t vend_month(int64_t unix_s, int32_t utc_offset_min);
/* When that month begins there. */
int64_t vend_month_begin(int64_t month, int32_t utc_offset_min);

/* What a month gave, and what was taken in it. */
struct vend_free_month {
    int64_t quota;
    uint32_t carry; /* for how many months more this month's units may be taken, up to VEND_FREE_CARRY */
    int64_t taken;
};
/* Free units left in the last of `count` months, oldest first, from the month in which the account got its first. The
 * oldest units are taken first. */
int64_t vend_free_left(const struct vend_free_month *months, size_t count);

#endif
