#include "vending/sale_months.h"

#include "vending/internal.h"
#include "vending/tariffs.h"

/* Months are walked backwards: what is in force at one time has been since some time before, and is not looked up again
 * until then. */
struct walk {
    const struct vend_months *months;
    bool known;
    int64_t since_unix_s;
    bool served; /* else nothing is in force */
    struct vend_tariff_version tariff;
};

/* An account that is just being opened has had one class so far. The first one is that of the time before the opening,
 * too, if the account was transferred as of then. */
static mv_status find_class(const struct vend_months *months, int64_t at_unix_s, struct store_account_class *class)
{
    const struct store_account *account = months->account;
    const int64_t opened = account->opened_at_unix_s;
    vend_copy(class->name, sizeof class->name, account->tariff_class);
    class->since_unix_s = opened;
    if (account->id != 0)
        MV_TRY(store_account_class_at(months->store, account->id, at_unix_s < opened ? opened : at_unix_s, class));
    if (class->since_unix_s <= opened)
        class->since_unix_s = months->begins_unix_s;
    return mv_ok();
}

static mv_status look_up(struct walk *walk, int64_t at_unix_s)
{
    const struct vend_months *months = walk->months;
    struct store_account_class class;
    struct vend_served found;
    MV_TRY(find_class(months, at_unix_s, &class));
    mv_status status = vend_tariff_served(months->vend, months->store, months->account->organisation, months->utility,
                                          class.name, at_unix_s, &found);
    if (!status.ok && status.reason != MV_TARIFF_NOT_ASSIGNED)
        return status;
    walk->known = true;
    walk->served = status.ok;
    walk->since_unix_s = found.since_unix_s > class.since_unix_s ? found.since_unix_s : class.since_unix_s;
    if (status.ok)
        walk->tariff = found.tariff;
    return mv_ok();
}

/* NULL: nothing was in force. No time is before the account or after now. */
static mv_status at(struct walk *walk, int64_t unix_s, const struct vend_tariff_version **tariff)
{
    const struct vend_months *months = walk->months;
    if (unix_s > months->now_unix_s)
        unix_s = months->now_unix_s;
    if (unix_s < months->begins_unix_s)
        unix_s = months->begins_unix_s;
    if (!walk->known || unix_s < walk->since_unix_s)
        MV_TRY(look_up(walk, unix_s));
    *tariff = walk->served ? &walk->tariff : NULL;
    return mv_ok();
}

/* False: there is no room for one more rate. */
static bool add_charge(struct vend_price_facts *facts, int64_t charge)
{
    size_t i = 0;
    if (charge == 0)
        return true;
    while (i < facts->monthly_count && facts->monthly[i].charge != charge)
        i++;
    if (i == VEND_MONTHLY_RATES)
        return false;
    if (i == facts->monthly_count)
        facts->monthly[facts->monthly_count++] = (struct vend_monthly){.charge = charge};
    facts->monthly[i].months++;
    return true;
}

mv_status vend_months_charge(const struct vend_months *months, int64_t last, int64_t *through,
                             struct vend_price_facts *facts)
{
    struct walk walk = {.months = months};
    int64_t charges[VEND_MONTHS_DUE];
    const struct vend_tariff_version *tariff = NULL;
    facts->monthly_count = 0;
    if (*through >= last)
        return mv_ok();
    const size_t due = last - *through > VEND_MONTHS_DUE ? (size_t)VEND_MONTHS_DUE : (size_t)(last - *through);
    const int64_t first = last - (int64_t)due + 1;
    for (size_t i = due; i-- > 0;) {
        MV_TRY(at(&walk, vend_month_begin(first + (int64_t)i, months->utc_offset_min), &tariff));
        charges[i] = tariff == NULL ? 0 : tariff->fixed_charge_per_month;
    }
    for (size_t i = 0; i < due && add_charge(facts, charges[i]); i++)
        *through = first + (int64_t)i;
    return mv_ok();
}

mv_status vend_months_free(const struct vend_months *months, int64_t first, struct vend_free_month *free, size_t count)
{
    struct walk walk = {.months = months};
    const struct vend_tariff_version *tariff = NULL;
    for (size_t i = count; i-- > 0;) {
        MV_TRY(at(&walk, vend_month_begin(first + (int64_t)i + 1, months->utc_offset_min) - 1, &tariff));
        free[i].quota = tariff == NULL ? 0 : tariff->free_units_per_month;
        free[i].carry = tariff == NULL ? 0 : tariff->free_carry_months;
    }
    return mv_ok();
}
