/* What a sale has to take for the debts of its account. */
#include "vending/internal.h"
#include "vending/price.h"

struct gathering {
    struct vend_price_facts *facts;
    int64_t day; /* of the office, since 1970 */
    int32_t utc_offset_min;
};

static int64_t day_of(int64_t unix_s, int32_t utc_offset_min)
{
    enum { DAY_S = 86400, MINUTE_S = 60 };
    int64_t local = unix_s + (int64_t)utc_offset_min * MINUTE_S;
    return local / DAY_S - (local % DAY_S < 0 ? 1 : 0);
}

static mv_status add(void *self, const struct store_debt *row)
{
    struct gathering *gathering = self;
    struct vend_price_facts *facts = gathering->facts;
    if (facts->debt_count == VEND_PRICE_DEBTS)
        return mv_fail(MV_LEDGER_CORRUPT, "debts");
    struct vend_price_debt *debt = &facts->debts[facts->debt_count++];
    int64_t days = gathering->day - day_of(row->taken_at_unix_s, gathering->utc_offset_min);
    days = days < 0 ? 0 : days;
    *debt = (struct vend_price_debt){.id = row->id,
                                     .rule = (enum vend_debt_rule)row->terms.rule,
                                     .outstanding = row->outstanding,
                                     .amount = row->terms.amount,
                                     .percent_e4 = row->terms.percent_e4,
                                     .days = days > VEND_DAYS_DUE ? (uint32_t)VEND_DAYS_DUE : (uint32_t)days};
    vend_copy(debt->label, sizeof debt->label, row->terms.label);
    return mv_ok();
}

/* A sale before this one in the group has taken of the debts what its bill says. */
static void subtract(const struct store_bill *bill, struct vend_price_facts *facts)
{
    for (size_t i = 0; i < bill->line_count; i++)
        for (size_t k = 0; k < facts->debt_count; k++)
            if (bill->lines[i].kind == VEND_LINE_DEBT && bill->lines[i].debt == facts->debts[k].id) {
                facts->debts[k].outstanding -= bill->lines[i].amount;
                facts->debts[k].days = 0;
            }
}

static void drop_paid(struct vend_price_facts *facts)
{
    size_t kept = 0;
    for (size_t i = 0; i < facts->debt_count; i++)
        if (facts->debts[i].outstanding > 0)
            facts->debts[kept++] = facts->debts[i];
    facts->debt_count = kept;
}

mv_status vend_sale_find_debts(struct store *store, const struct vend_group *group, const struct vend_item *item,
                               const struct vend_sale_when *when, struct vend_price_facts *facts)
{
    const int64_t account = item->request->pricing->account.id;
    struct gathering gathering = {
        .facts = facts, .day = day_of(when->unix_s, when->utc_offset_min), .utc_offset_min = when->utc_offset_min};
    facts->debt_count = 0;
    if (account == 0)
        return mv_ok();
    MV_TRY(store_debts(store, account, false, add, &gathering));
    if (group != NULL)
        for (const struct vend_item *other = group->items; other < item; other++)
            if (other->live && other->request->pricing != NULL && other->request->pricing->account.id == account)
                subtract(&other->request->pricing->charged.bill, facts);
    drop_paid(facts);
    return mv_ok();
}
