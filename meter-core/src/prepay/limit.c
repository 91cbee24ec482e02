#include "limit.h"

#include "events.h"
#include "pulse_power.h"
#include "save.h"
#include "settle.h"

uint32_t mv_limit_power(const struct mv_prepay *p)
{
    uint32_t token = p->meter.state.settings.maximum_power_w;
    return token < p->parameters.power_limit_w ? token : p->parameters.power_limit_w;
}

uint32_t mv_limit_load(const struct mv_prepay *p)
{
    uint32_t total = 0;
    for (unsigned i = 0; i < MV_PHASES; i++)
        total = p->load.power_w[i] > UINT32_MAX - total ? UINT32_MAX : total + p->load.power_w[i];
    return total;
}

static uint32_t unbalance(const struct mv_prepay *p)
{
    uint32_t most = 0;
    uint32_t least = UINT32_MAX;
    for (unsigned i = 0; i < MV_PHASES; i++) {
        most = p->load.power_w[i] > most ? p->load.power_w[i] : most;
        least = p->load.power_w[i] < least ? p->load.power_w[i] : least;
    }
    return most - least;
}

/* `since` is 0 or the port's seconds + 1. True once the excess has lasted for the delay. */
static bool lasts(bool excess, uint32_t delay_s, uint32_t now, uint32_t *since)
{
    if (!excess) {
        *since = 0;
        return false;
    }
    if (*since == 0)
        *since = now + 1;
    return now + 1 - *since >= delay_s;
}

static void trip(struct mv_prepay *p, enum mv_cut kind, uint32_t now)
{
    struct mv_supply *supply = &p->supply;
    bool locks = supply->tries >= p->parameters.power_tries;
    if (supply->tries == 0)
        supply->tries_since_s = now;
    if (!locks)
        supply->tries++;
    supply->limit = (uint8_t)(locks ? MV_CUT_POWER_LOCK : kind);
    supply->limit_since_s = now;
    mv_touch(p, MV_OBJECT_SUPPLY, true);
    mv_event_log(p, kind == MV_CUT_POWER ? MV_EVENT_OVERLOAD : MV_EVENT_UNBALANCE, 0);
    if (locks)
        mv_event_log(p, MV_EVENT_LOCKOUT, 0);
}

/* Of the limit that was passed. */
static uint32_t wait_s(const struct mv_prepay *p)
{
    return p->supply.limit == MV_CUT_POWER_LOCK ? p->parameters.power_lockout_s : p->parameters.power_wait_s;
}

/* A lock-out wipes the slate; otherwise tries are forgotten an hour after the first of them. A limit of 0 W is no
 * supply: that wait lasts until there is another one. */
static void end_wait(struct mv_prepay *p, uint32_t now)
{
    struct mv_supply *supply = &p->supply;
    bool locked = supply->limit == MV_CUT_POWER_LOCK;
    if (now - supply->limit_since_s < wait_s(p) || (supply->limit != MV_CUT_UNBALANCE && mv_limit_power(p) == 0))
        return;
    supply->limit = MV_CUT_NONE;
    if (locked)
        supply->tries = 0;
    mv_touch(p, MV_OBJECT_SUPPLY, true);
}

uint32_t mv_limit_left(const struct mv_prepay *p)
{
    if (p->supply.limit == MV_CUT_NONE)
        return 0;
    uint32_t passed = mv_seconds(p) - p->supply.limit_since_s;
    return passed < wait_s(p) ? wait_s(p) - passed : 0;
}

void mv_limit_update(struct mv_prepay *p)
{
    uint32_t now = mv_seconds(p);
    bool pulses_exceed = p->load.pulsed && mv_pulse_power_exceeds(p, now);
    if (p->supply.limit != MV_CUT_NONE)
        end_wait(p, now);
    if (p->supply.limit != MV_CUT_NONE)
        return;
    if (p->supply.tries > 0 && now - p->supply.tries_since_s >= MV_TRIES_WINDOW_S) {
        p->supply.tries = 0;
        mv_touch(p, MV_OBJECT_SUPPLY, true);
    }
    bool over = !p->load.pulsed && mv_limit_load(p) > mv_limit_power(p);
    bool uneven = !p->load.pulsed && unbalance(p) > p->meter.state.settings.phase_unbalance_w;
    bool trips_over = lasts(over, p->parameters.power_delay_s, now, &p->load.over_since_s) || pulses_exceed;
    bool trips_uneven = lasts(uneven, p->parameters.unbalance_delay_s, now, &p->load.unbalanced_since_s);
    if (trips_over || trips_uneven)
        trip(p, trips_over ? MV_CUT_POWER : MV_CUT_UNBALANCE, now);
}
