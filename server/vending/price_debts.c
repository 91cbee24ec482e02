#include "vending/exact.h"
#include "vending/price_parts.h"

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* The least money of which the debt leaves `left`. What it leaves never falls and never rises by more than 1 when the
 * money rises by 1, so the least that leaves enough leaves exactly that. */
static int64_t before_debt(const struct vend_price_debt *debt, int64_t left)
{
    if (debt->rule == VEND_DEBT_FIXED)
        return left + smaller(debt->outstanding, debt->amount);
    if (debt->rule == VEND_DEBT_PER_DAY) {
        vend_wide due = (vend_wide)debt->amount * debt->days;
        return left + (due < (vend_wide)debt->outstanding ? (int64_t)due : debt->outstanding);
    }
    const int64_t all = left + debt->outstanding;
    const int64_t kept_e4 = VEND_PERCENT_E4 - debt->percent_e4;
    if (kept_e4 == 0)
        return all;
    /* rounded up, the percentage of m leaves `left` from the first m on with m * kept >= left * 100 % */
    int64_t part = 0;
    bool fits = vend_divide((vend_wide)left * (uint64_t)VEND_PERCENT_E4, (vend_wide)kept_e4,
                            (struct vend_round){VEND_ROUND_UP, 1}, &part);
    return fits ? smaller(part, all) : all;
}

mv_status vend_bill_debts(const struct vend_price_facts *facts, struct vend_bill *bill)
{
    int64_t taken[VEND_PRICE_DEBTS];
    int64_t money = bill->total;
    if (facts->ask == VEND_ASK_FREE || money == 0)
        return mv_ok();
    for (size_t i = facts->debt_count; i-- > 0;) {
        int64_t before = before_debt(&facts->debts[i], money);
        taken[i] = before - money;
        money = before;
        if (money > VEND_MONEY_MOST)
            return mv_fail(MV_AMOUNT_TOO_LARGE, "debts");
    }
    for (size_t i = 0; i < facts->debt_count; i++) {
        const struct vend_price_debt *debt = &facts->debts[i];
        if (taken[i] == 0)
            continue;
        struct vend_line *line = vend_bill_line(bill, VEND_LINE_DEBT, debt->label, taken[i]);
        line->percent_e4 = debt->rule == VEND_DEBT_PERCENT ? debt->percent_e4 : 0;
        line->debt = debt->id;
        bill->debts += taken[i];
    }
    return mv_ok();
}
