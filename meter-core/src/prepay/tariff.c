#include "tariff.h"

#include <string.h>

#include "events.h"
#include "exact.h"
#include "save.h"

void mv_tariff_default(struct mv_tariff *tariff)
{
    *tariff = (struct mv_tariff){.kind = MV_TARIFF_SINGLE, .rates = 1};
}

static bool steps_rise(const struct mv_tariff *tariff)
{
    for (unsigned i = 0; i < tariff->steps; i++)
        if (i == 0 ? tariff->step_from[i] != 0 : tariff->step_from[i] <= tariff->step_from[i - 1])
            return false;
    return true;
}

static bool counts_fit(const struct mv_tariff *tariff)
{
    switch (tariff->kind) {
    case MV_TARIFF_SINGLE:
        return tariff->rates == 1 && tariff->steps == 0;
    case MV_TARIFF_STEP:
        return tariff->rates == 0 && tariff->steps >= 1 && tariff->steps <= MV_STEPS;
    case MV_TARIFF_TIME_OF_USE:
        return tariff->rates >= 1 && tariff->rates <= MV_RATES && tariff->steps <= MV_STEPS;
    default:
        return false;
    }
}

enum mv_result mv_tariff_check(const struct mv_tariff *tariff)
{
    return counts_fit(tariff) && steps_rise(tariff) ? MV_DONE : MV_RANGE_ERROR;
}

/* Of one that has steps: the step that the next unit is in. */
static unsigned step_of(const struct mv_tariff *tariff, uint64_t month)
{
    unsigned step = tariff->steps - 1U;
    while (step > 0 && tariff->step_from[step] > month)
        step--;
    return step;
}

uint64_t mv_tariff_price(const struct mv_tariff *tariff, uint8_t rate, uint64_t month)
{
    uint64_t price = 0;
    if (tariff->rates > 0)
        price = tariff->price[rate < tariff->rates ? rate : 0];
    if (tariff->steps > 0)
        price += tariff->step_price[step_of(tariff, month)];
    return price;
}

/* How many of `units` cost the same. */
static uint64_t units_in_step(const struct mv_tariff *tariff, uint64_t month, uint64_t units)
{
    if (tariff->steps == 0)
        return units;
    unsigned next = step_of(tariff, month) + 1;
    if (next == tariff->steps || units <= tariff->step_from[next] - month)
        return units;
    return tariff->step_from[next] - month;
}

/* price x units + rest is brought to price_unit in two pieces, so that nothing overflows before the result does. */
static int64_t cost_of(uint64_t price, uint64_t units, uint32_t price_unit, uint32_t *rest)
{
    uint32_t part = 0;
    uint64_t whole = mv_divide(units, price_unit, &part);
    uint64_t of_part = mv_divide(price * part + *rest, price_unit, rest);
    return mv_add_i64(mv_multiply_i64(price, whole), (int64_t)of_part);
}

int64_t mv_tariff_cost(const struct mv_tariff *tariff, uint8_t rate, const struct mv_use *use, uint32_t *rest)
{
    int64_t cost = 0;
    uint64_t month = use->month;
    uint64_t left = use->units;
    while (left > 0) {
        uint64_t units = units_in_step(tariff, month, left);
        cost = mv_add_i64(cost, cost_of(mv_tariff_price(tariff, rate, month), units, use->price_unit, rest));
        month = mv_add_u64(month, units);
        left -= units;
    }
    return cost;
}

bool mv_tariff_waits(const struct mv_prepay *p)
{
    return p->next_tariff.set_id != 0;
}

void mv_tariff_switch(struct mv_prepay *p)
{
    p->tariff = p->next_tariff;
    memset(&p->next_tariff, 0, sizeof p->next_tariff);
    mv_event_log(p, MV_EVENT_TARIFF, (uint16_t)p->tariff.set_id);
    mv_touch(p, MV_OBJECT_TARIFF, true);
    mv_touch(p, MV_OBJECT_NEXT_TARIFF, true);
}
