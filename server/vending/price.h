/* What a purchase costs: one pure function, total over its inputs.
 *
 * The bill of an amount of units is defined once, and asking by money is asking for the most units whose bill the money
 * pays, so both give the same bill for the same units. What is priced is what the token will carry: STS says amounts in
 * steps (vend_content_credit), so by units the amount asked for is rounded up first, and by money down; what is left of
 * the money is change.
 *
 * A sale continues its month: with F(x) the rounded price of the first x units of the month, units b..b+q cost
 * F(b+q) - F(b), and charges and taxes in proportion likewise. So a month costs the same in one purchase and in a
 * thousand, whatever the rounding rule, and each line is less than the rounding unit away from its share of the lines
 * that it is of (a tax on what is fixed too: less than two).
 *
 * Order: free units, units by step, monthly charge, charges, taxes, debts. Debts are taken from the money offered, in
 * the order given; a percentage is of what those before it left, rounded up, and goes up to what is owed. All charges
 * must be paid: a purchase that pays for no unit is refused and says what the least would be. So is one whose units
 * have a price of which rounding leaves nothing; by money it goes down to what is free without rounding, if there is
 * such. */
#ifndef MV_VENDING_PRICE_H
#define MV_VENDING_PRICE_H

#include "vending/tariff.h"

enum {
    VEND_PRICE_DEBTS = 8,
    VEND_MONTHLY_RATES = 7, /* of monthly charges in one purchase */
    VEND_BILL_LINES = 1 + VEND_STEPS + VEND_MONTHLY_RATES + VEND_CHARGES + VEND_TAXES + VEND_PRICE_DEBTS,
    VEND_MONTHS_DUE = 1200,
    VEND_DAYS_DUE = 36600,
};

enum vend_ask {
    VEND_ASK_MONEY = 1, /* the most for `amount` of money */
    VEND_ASK_UNITS,     /* a token of `amount` units, free ones among them */
    VEND_ASK_FREE,      /* free units only: as many as a token can say; charges and debts are not touched */
};
enum vend_grain {
    VEND_GRAIN_TOKEN = 1, /* amounts that an STS token can say */
    VEND_GRAIN_EXACT,     /* any number of units: native records */
};
enum vend_debt_rule {
    VEND_DEBT_PERCENT = 1, /* `percent_e4` of the money that is left, 1..VEND_PERCENT_E4 */
    VEND_DEBT_FIXED,       /* `amount` with each purchase */
    VEND_DEBT_PER_DAY,     /* `amount` for each of `days` */
};
struct vend_price_debt {
    int64_t id; /* the caller's */
    char label[VEND_LABEL + 1];
    enum vend_debt_rule rule;
    int64_t outstanding; /* never more than this is taken */
    int64_t amount;
    int64_t percent_e4;
    uint32_t days; /* since it was last taken, up to VEND_DAYS_DUE */
};

/* Months whose monthly charge was not the tariff's own. */
struct vend_monthly {
    uint32_t months;
    int64_t charge; /* for each; taken as it is, whatever the tariff rounds to */
};

struct vend_price_facts {
    enum vend_ask ask;
    int64_t amount;
    bool currency; /* the meter counts money: units are 0.00001 of the currency, the tariff's prices are the meter's */
    enum vend_grain grain;
    uint8_t minor_digits; /* of the currency, 0..3 */
    int64_t bought_units; /* paid for this month before this purchase */
    int64_t free_units;   /* vend_free_left; 0 for a meter that counts money */
    uint32_t months_due;  /* for which the monthly charge was not paid, up to VEND_MONTHS_DUE */
    /* instead of months_due: those of each rate, oldest first, together up to VEND_MONTHS_DUE */
    struct vend_monthly monthly[VEND_MONTHLY_RATES];
    size_t monthly_count;
    struct vend_price_debt debts[VEND_PRICE_DEBTS]; /* by priority, the first is taken first */
    size_t debt_count;
};

enum vend_line_kind {                       /* as BillLineKind of bill.proto */
                      VEND_LINE_ENERGY = 1, /* one for each step that is touched */
                      VEND_LINE_FREE,
                      VEND_LINE_MONTHLY,
                      VEND_LINE_CHARGE,
                      VEND_LINE_TAX,
                      VEND_LINE_DEBT,
};
struct vend_line {
    enum vend_line_kind kind;
    char label[VEND_LABEL + 1]; /* of charge, tax or debt as its owner named it; else empty */
    int64_t units;              /* energy, free */
    uint32_t months;            /* monthly */
    int64_t rate_e5;            /* energy; a charge per unit. Time of use: the average, rounded */
    int64_t percent_e4;         /* charge, tax or debt by percentage; else 0 */
    int64_t amount;             /* minor units, 0 or more */
    int64_t debt;               /* id of the debt */
};
struct vend_bill {
    struct vend_line lines[VEND_BILL_LINES];
    size_t line_count;
    int64_t units;                         /* on the token: free_units + paid_units */
    int64_t free_units, paid_units;        /* paid_units adds to bought_units */
    int64_t total;                         /* the sum of all lines */
    int64_t energy, charges, taxes, debts; /* its parts */
    int64_t change;                        /* by money: what is left of it */
    int64_t least;                         /* after PURCHASE_TOO_SMALL: money that would do, or 0 when none would */
};

/* After PURCHASE_TOO_SMALL the status' detail is `least` too, where 32 bits are enough; else 0.
 * Law: sum of lines == total == energy + charges + taxes + debts; by money total + change == amount.
 * INVALID_FIELD, TARIFF_INVALID; AMOUNT_TOO_SMALL (less than a token unit, or nothing free is left), AMOUNT_TOO_LARGE
 * (more than a token says or than can be computed), PURCHASE_TOO_SMALL (`least` is set), PURCHASE_TOO_LARGE. After a
 * failure only `least` of the bill means something. */
MV_MUST_USE mv_status vend_price(const struct vend_tariff_version *tariff, const struct vend_price_facts *facts,
                                 struct vend_bill *bill);

#endif
