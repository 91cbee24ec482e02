#include "load_switch.h"

#include "account.h"
#include "events.h"
#include "limit.h"
#include "settle.h"
#include "supply.h"

static void tell(struct mv_prepay *p, bool closed, uint32_t now)
{
    p->load_switch.given = p->port.switch_set(p->port.context, closed);
    p->load_switch.told = true;
    p->load_switch.closed = closed;
    p->load_switch.since_s = now;
    if (!closed) /* what was measured before is past */
        p->load = (struct mv_load){.rate = p->load.rate};
}

static bool agrees(const struct mv_prepay *p)
{
    if (!p->load_switch.given)
        return false;
    switch (p->port.switch_read(p->port.context)) {
    case MV_SWITCH_OPEN:
        return !p->load_switch.closed;
    case MV_SWITCH_CLOSED:
        return p->load_switch.closed;
    default:
        return p->load_switch.closed || mv_limit_load(p) == 0;
    }
}

static uint32_t settles_s(const struct mv_prepay *p)
{
    enum mv_service service = mv_account_service(p);
    return service == MV_SERVICE_WATER || service == MV_SERVICE_GAS ? MV_VALVE_SETTLE_S : MV_SWITCH_SETTLE_S;
}

static void retry(struct mv_prepay *p, uint32_t now)
{
    struct mv_load_switch *load_switch = &p->load_switch;
    if (load_switch->retries == MV_SWITCH_RETRIES && now - load_switch->since_s >= MV_SWITCH_RETRIES_WITHIN_S)
        load_switch->retries = 0;
    if (load_switch->retries < MV_SWITCH_RETRIES) {
        load_switch->retries++;
        tell(p, load_switch->closed, now);
        return;
    }
    if (!p->supply.switch_fault)
        mv_event_log(p, MV_EVENT_SWITCH_FAULT, load_switch->closed ? 1 : 0);
    p->supply.switch_fault = true;
}

void mv_load_switch_follow(struct mv_prepay *p)
{
    struct mv_load_switch *load_switch = &p->load_switch;
    uint32_t now = mv_seconds(p);
    bool closed = mv_supply_cut(p) == MV_CUT_NONE;
    if (!load_switch->told || load_switch->closed != closed) {
        load_switch->retries = 0;
        tell(p, closed, now);
        return;
    }
    if (now - load_switch->since_s < settles_s(p))
        return;
    if (agrees(p))
        p->supply.switch_fault = false;
    else
        retry(p, now);
}
