#include "account.h"

#include "exact.h"
#include "save.h"
#include "tariff.h"

int64_t mv_account_remaining(const struct mv_prepay *p)
{
    unsigned which = p->parameters.credit_register;
    return mv_subtract_i64(p->meter.state.credit[which], p->account.taken[which]);
}

bool mv_account_in_currency(const struct mv_prepay *p)
{
    return p->parameters.credit_register >= MV_SERVICES;
}

enum mv_service mv_account_service(const struct mv_prepay *p)
{
    return (enum mv_service)(p->parameters.credit_register % MV_SERVICES);
}

static int64_t cost_now(const struct mv_prepay *p, uint64_t units, uint32_t *rest)
{
    struct mv_use use = {.units = units, .month = p->registers.month, .price_unit = MV_PRICE_UNIT};
    if (!mv_account_in_currency(p))
        return units > INT64_MAX ? INT64_MAX : (int64_t)units;
    if (mv_account_service(p) == MV_SERVICE_TIME)
        use.price_unit = MV_PRICE_UNIT_TIME;
    return mv_tariff_cost(&p->tariff, p->load.rate, &use, rest);
}

int64_t mv_account_price(const struct mv_prepay *p, uint64_t units)
{
    uint32_t rest = p->account.price_rest;
    return cost_now(p, units, &rest);
}

void mv_account_use(struct mv_prepay *p, uint64_t units)
{
    int64_t *taken = &p->account.taken[p->parameters.credit_register];
    *taken = mv_add_i64(*taken, cost_now(p, units, &p->account.price_rest));
    mv_touch(p, MV_OBJECT_ACCOUNT, false);
}

/* The rest belongs to the register in currency that supply lives on. */
void mv_account_cleared(struct mv_prepay *p, unsigned which)
{
    for (unsigned i = 0; i < MV_REGISTERS; i++) {
        if (which != i && which != MV_REGISTER_ALL)
            continue;
        p->account.taken[i] = 0;
        if (i == p->parameters.credit_register) {
            p->account.price_rest = 0;
            p->account.reserved = 0;
            p->account.emergency_on = false;
        }
    }
    mv_touch(p, MV_OBJECT_ACCOUNT, true);
}
